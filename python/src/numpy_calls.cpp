#include "numpy_calls.hpp"

#include <array>

namespace fiver::python {

namespace {

// Places in the table.
constexpr std::size_t array_type = 2, integer_type = 12, make_scalar = 60, new_from_descr = 94;
constexpr std::size_t most_dimensions = 32;

struct ArrayStart {
  PyObject_HEAD char* data;
};

template <class Function>
Function function_at(void** table, std::size_t place) {
  return reinterpret_cast<Function>(table[place]);
}

}  // namespace

NumpyCalls NumpyCalls::load() {
  const auto core = [] {
    try {
      return nb::module_::import_("numpy._core._multiarray_umath");
    } catch (nb::python_error&) {
      return nb::module_::import_("numpy.core._multiarray_umath");  // before NumPy 2
    }
  }();
  const nb::object table = core.attr("_ARRAY_API");
  auto** places = static_cast<void**>(PyCapsule_GetPointer(table.ptr(), nullptr));
  if (places == nullptr) throw nb::python_error();
  return NumpyCalls(places);
}

nb::object NumpyCalls::new_array(std::span<const std::uint64_t> shape, nb::handle dtype) const {
  if (shape.size() > most_dimensions) throw nb::value_error("an array of more than 32 dimensions");
  std::array<Py_intptr_t, most_dimensions> sizes;  // NOLINT: filled as far as it is used
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] > static_cast<std::uint64_t>(PY_SSIZE_T_MAX))
      throw nb::value_error("Maximum allowed dimension exceeded");
    sizes[i] = static_cast<Py_intptr_t>(shape[i]);
  }
  using Make =
      PyObject* (*)(PyTypeObject*, PyObject*, int, const Py_intptr_t*, const Py_intptr_t*, void*, int, PyObject*);
  Py_INCREF(dtype.ptr());  // the function takes it
  auto array = nb::steal<nb::object>(function_at<Make>(table_, new_from_descr)(
      static_cast<PyTypeObject*>(table_[array_type]), dtype.ptr(), static_cast<int>(shape.size()), sizes.data(),
      nullptr, nullptr, 0, nullptr));
  if (!array.is_valid()) throw nb::python_error();
  return array;
}

std::byte* NumpyCalls::data(nb::handle array) {
  return reinterpret_cast<std::byte*>(reinterpret_cast<ArrayStart*>(array.ptr())->data);
}

nb::object NumpyCalls::scalar(const std::byte* data, nb::handle dtype, nb::handle array) const {
  using Make = PyObject* (*)(void*, PyObject*, PyObject*);
  auto made = nb::steal<nb::object>(
      function_at<Make>(table_, make_scalar)(const_cast<std::byte*>(data), dtype.ptr(), array.ptr()));
  if (!made.is_valid()) throw nb::python_error();
  return made;
}

bool NumpyCalls::is_integer(PyObject* value) const {
  return PyObject_TypeCheck(value, static_cast<PyTypeObject*>(table_[integer_type])) != 0;
}

}  // namespace fiver::python
