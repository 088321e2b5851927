#include "watch.hpp"

namespace fiver::python {

namespace {
constexpr auto interval = std::chrono::milliseconds(50);
}

Watch::Watch(nb::object progress, unsigned threads)
    : progress_(std::move(progress)), threads_(threads), next_(std::chrono::steady_clock::now() + interval) {}

ReadOptions Watch::options() {
  ReadOptions options;
  options.threads = threads_;
  options.cancelled = [this] { return stop_.load(std::memory_order_acquire); };
  options.decoding = decoding_;
  options.progress = [this](double share) { look(share); };
  return options;
}

void Watch::look(double share) {
  const auto now = std::chrono::steady_clock::now();
  if (stop_.load(std::memory_order_acquire) || (now < next_ && (share < 1 || progress_.is_none()))) return;
  next_ = now + interval;
  const nb::gil_scoped_acquire gil;
  if (PyErr_CheckSignals() != 0) return fail();  // does nothing but on the main thread
  if (progress_.is_none()) return;
  auto answer = nb::steal<nb::object>(PyObject_CallFunction(progress_.ptr(), "d", share));
  if (!answer.is_valid()) fail();
}

void Watch::fail() {
  PyObject *type = nullptr, *value = nullptr, *traceback = nullptr;
  PyErr_Fetch(&type, &value, &traceback);
  PyErr_NormalizeException(&type, &value, &traceback);
  if (traceback != nullptr && value != nullptr) PyException_SetTraceback(value, traceback);
  if (!exception_.is_valid() && value != nullptr) exception_ = nb::borrow<nb::object>(value);
  Py_XDECREF(type);
  Py_XDECREF(value);
  Py_XDECREF(traceback);
  stop_.store(true, std::memory_order_release);
}

void Watch::rethrow() {
  if (!exception_.is_valid()) return;
  PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(exception_.ptr())), exception_.ptr());
  throw nb::python_error();
}

}  // namespace fiver::python
