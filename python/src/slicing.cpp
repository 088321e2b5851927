#include "slicing.hpp"

namespace fiver::python {

bool Sliced::take(const Shape& extent, nb::handle index, const NumpyCalls& numpy) {
  if (extent.size() > max_rank) return false;
  if (!PyTuple_Check(index.ptr())) {
    if (index.ptr() != Py_Ellipsis && (extent.empty() || !add(index.ptr(), extent, numpy))) return false;
    add_whole(extent, extent.size() - used_);
    return true;
  }
  const auto size = static_cast<std::size_t>(PyTuple_GET_SIZE(index.ptr()));
  bool skipped = false;
  for (std::size_t i = 0; i < size; ++i) {
    PyObject* item = PyTuple_GET_ITEM(index.ptr(), static_cast<Py_ssize_t>(i));
    if (item == Py_Ellipsis) {
      const auto after = size - i - 1;
      if (skipped || used_ + after > extent.size()) return false;
      add_whole(extent, extent.size() - used_ - after);
      skipped = true;
    } else if (used_ >= extent.size() || !add(item, extent, numpy)) {
      return false;
    }
  }
  if (!skipped) add_whole(extent, extent.size() - used_);
  return true;
}

bool Sliced::add(PyObject* item, const Shape& extent, const NumpyCalls& numpy) {
  if (PySlice_Check(item)) return add_slice(item, extent[used_]);
  // bool is an int to Python and a mask to NumPy; anything that only behaves like an int may be an array of one.
  if (PyLong_CheckExact(item)) return add_index(item, extent[used_]);
  if (!numpy.is_integer(item)) return false;
  const auto number = nb::steal<nb::object>(PyNumber_Index(item));
  if (number.is_valid()) return add_index(number.ptr(), extent[used_]);
  PyErr_Clear();
  return false;
}

bool Sliced::add_index(PyObject* item, std::uint64_t extent) {
  int overflow = 0;
  long long index = PyLong_AsLongLongAndOverflow(item, &overflow);
  const auto size = static_cast<long long>(extent);
  if (overflow != 0) return false;
  if (index < 0) index += size;
  if (index < 0 || index >= size) return false;
  push(static_cast<std::uint64_t>(index), 1, 1);
  return true;
}

bool Sliced::add_slice(PyObject* item, std::uint64_t extent) {
  Py_ssize_t start = 0, stop = 0, step = 0;
  if (PySlice_Unpack(item, &start, &stop, &step) < 0) {
    PyErr_Clear();
    return false;
  }
  if (step < 1) return false;
  const auto count =
      static_cast<std::uint64_t>(PySlice_AdjustIndices(static_cast<Py_ssize_t>(extent), &start, &stop, step));
  push(static_cast<std::uint64_t>(start), count > 1 ? static_cast<std::uint64_t>(step) : 1, count);
  shape_[left_++] = count;
  return true;
}

void Sliced::add_whole(const Shape& extent, std::size_t count) {
  for (; count > 0; --count) {
    shape_[left_++] = extent[used_];
    push(0, 1, extent[used_]);
  }
}

void Sliced::push(std::uint64_t start, std::uint64_t stride, std::uint64_t count) {
  start_[used_] = start;
  stride_[used_] = stride;
  count_[used_++] = count;
  box_ = box_ && stride == 1;
}

std::uint64_t Sliced::elements() const {
  std::uint64_t elements = 1;
  for (const auto count : count()) elements *= count;
  return elements;
}

Selection Sliced::selection(const Shape& extent) const {
  bool all = true;
  for (std::size_t i = 0; i < used_; ++i) {
    if (count_[i] == 0) return NoneSelection{};
    all = all && count_[i] == extent[i];
  }
  if (all) return AllSelection{};
  RegularHyperslab slab{{start_.begin(), start_.begin() + used_},
                        {stride_.begin(), stride_.begin() + used_},
                        {count_.begin(), count_.begin() + used_},
                        Shape(used_, 1)};
  // Steps of one: a single block, which the engine needs not put together.
  for (std::size_t i = 0; i < used_; ++i)
    if (slab.stride[i] == 1) std::swap(slab.block[i], slab.count[i]);
  return slab;
}

}  // namespace fiver::python
