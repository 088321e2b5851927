// The extension module fiver._fiver. Python code beside it (python/fiver) makes h5py's interface of it.
#include "module.hpp"

namespace fiver::python {

nb::object text(std::string_view bytes) {
  return nb::steal<nb::object>(
      PyUnicode_DecodeUTF8(bytes.data(), static_cast<Py_ssize_t>(bytes.size()), "surrogateescape"));
}

std::string bytes_of(nb::handle value) {
  if (PyBytes_Check(value.ptr()))
    return {PyBytes_AS_STRING(value.ptr()), static_cast<std::size_t>(PyBytes_GET_SIZE(value.ptr()))};
  if (!PyUnicode_Check(value.ptr())) throw nb::type_error("a name must be str or bytes");
  Py_ssize_t size = 0;
  if (const char* utf8 = PyUnicode_AsUTF8AndSize(value.ptr(), &size)) return {utf8, static_cast<std::size_t>(size)};
  PyErr_Clear();
  auto encoded = nb::steal<nb::object>(PyUnicode_AsEncodedString(value.ptr(), "utf-8", "surrogateescape"));
  if (!encoded.is_valid()) throw nb::python_error();
  return {PyBytes_AS_STRING(encoded.ptr()), static_cast<std::size_t>(PyBytes_GET_SIZE(encoded.ptr()))};
}

}  // namespace fiver::python

NB_MODULE(_fiver, module) {
  using namespace fiver::python;
  module.attr("__version__") = FIVER_VERSION;
  bind_errors(module);
  bind_types(module);
  bind_selections(module);
  bind_objects(module);
  bind_attributes(module);
  bind_groups(module);
  bind_datasets(module);
  bind_chunks(module);
  bind_frames(module);
  bind_writing(module);
  bind_creating(module);
  bind_io_log(module);
  bind_files(module);
}
