// fiver::Error as Python's exceptions of the kinds that h5py raises. The text is ours: file, object, reason.
#include "errors.hpp"

#include "session.hpp"

namespace fiver::python {

namespace {

PyObject* exception_type(ErrorKind kind, bool while_reading) {
  switch (kind) {
    case ErrorKind::not_found:
      return while_reading ? PyExc_OSError : PyExc_KeyError;
    case ErrorKind::invalid_argument:
      return PyExc_ValueError;
    case ErrorKind::limit:
      return PyExc_MemoryError;
    case ErrorKind::conflict:
      return PyExc_BlockingIOError;
    case ErrorKind::cancelled:
      return PyExc_KeyboardInterrupt;
    case ErrorKind::corrupt:
    case ErrorKind::unsupported:
    case ErrorKind::io:
      break;
  }
  return PyExc_OSError;
}

void set(PyObject* type, const Error& error) {
  if (PyErr_Occurred() != nullptr) return;  // a signal's exception, or a callback's, ended the work
  auto message = text(error.what());
  PyErr_SetObject(type, message.ptr());
}

void translate(const std::exception_ptr& pointer, void* /*unused*/) {
  try {
    std::rethrow_exception(pointer);
  } catch (const Error& error) {
    set(exception_type(error.kind(), false), error);
  } catch (const Closed& closed) {
    const auto type = nb::module_::import_("fiver.errors").attr("ClosedError");
    PyErr_SetString(type.ptr(), closed.what);
  }
}

}  // namespace

void raise_while_reading(const Error& error) {
  set(exception_type(error.kind(), true), error);
  throw nb::python_error();
}

void raise_file_error(const Error& error, const std::string& path) {
  if (error.kind() == ErrorKind::not_found) {
    auto arguments = nb::make_tuple(2, text(error.what()), text(path));
    PyErr_SetObject(PyExc_FileNotFoundError, arguments.ptr());
  } else {
    set(error.kind() == ErrorKind::invalid_argument ? PyExc_ValueError : exception_type(error.kind(), true), error);
  }
  throw nb::python_error();
}

void bind_errors(nb::module_& /*module*/) {
  nb::register_exception_translator(translate);
}

}  // namespace fiver::python
