// The array interface, version 3 (numpy.org, "The array interface protocol"): a capsule that holds
//   int two; int nd; char typekind; int itemsize; int flags; intptr_t *shape, *strides; void *data; PyObject *descr
#include "arrays.hpp"

namespace fiver::python {

namespace {

struct ArrayInterface {
  int two;
  int dimensions;
  char kind;
  int item_size;
  int flags;
  Py_intptr_t* shape;
  Py_intptr_t* strides;
  void* data;
  PyObject* descr;
};
constexpr int writable_flag = 0x400;

}  // namespace

ArrayView::ArrayView(nb::handle array)
    : capsule_(nb::steal<nb::object>(PyObject_GetAttrString(array.ptr(), "__array_struct__"))) {
  if (!capsule_.is_valid()) {
    PyErr_Clear();
    throw nb::type_error("a NumPy array is wanted");
  }
  const auto* view = static_cast<const ArrayInterface*>(PyCapsule_GetPointer(capsule_.ptr(), nullptr));
  if (view == nullptr || view->two != 2) throw nb::type_error("a NumPy array is wanted");
  data_ = static_cast<std::byte*>(view->data);
  item_size_ = static_cast<std::size_t>(view->item_size);
  for (int i = 0; i < view->dimensions; ++i) {
    shape_.push_back(static_cast<std::uint64_t>(view->shape[i]));
    size_ *= static_cast<std::size_t>(view->shape[i]);
  }
  // By the strides, since NumPy clears the flags of structures.
  packed_ = true;
  auto step = static_cast<Py_intptr_t>(item_size_);
  for (int i = view->dimensions - 1; i >= 0; --i) {
    packed_ = packed_ && (view->shape[i] == 1 || view->strides[i] == step || size_ == 0);
    step *= view->shape[i];
  }
  writable_ =
      view->kind == 'V' ? nb::cast<bool>(array.attr("flags").attr("writeable")) : (view->flags & writable_flag) != 0;
}

std::span<std::byte> ArrayView::bytes() const {
  if (!packed_) throw nb::value_error("the array must be C-contiguous");
  return {data_, size_ * item_size_};
}

nb::object empty_array(const Shape& shape, nb::handle dtype) {
  // Imported once a call: a module of the interpreter's own table, and no global of ours that outlives it.
  return nb::module_::import_("numpy").attr("empty")(int_tuple(shape), dtype);
}

}  // namespace fiver::python
