#include "slicing.hpp"

namespace fiver::python {

namespace {

class Slicer {
 public:
  explicit Slicer(const Shape& shape) : extent_(shape) { slab_.stride.assign(shape.size(), 1); }

  bool add(PyObject* item) {
    if (item == Py_Ellipsis) return skip_seen_ ? false : (skip_seen_ = true, true);
    const auto axis = slab_.start.size();
    if (axis >= extent_.size()) return false;
    if (PySlice_Check(item)) return add_slice(item, axis);
    // bool is an int to Python and a mask to NumPy; anything that only behaves like an int may be an array of one.
    if (PyLong_CheckExact(item)) return add_index(item, axis);
    return false;
  }
  void whole(std::size_t count) {
    for (; count > 0; --count) {
      const auto axis = slab_.start.size();
      push(0, 1, extent_[axis]);
      result_.push_back(extent_[axis]);
    }
  }
  std::size_t used() const { return slab_.start.size(); }
  Sliced take() {
    bool all = true;
    for (std::size_t i = 0; i < extent_.size(); ++i) all = all && slab_.count[i] == extent_[i];
    for (const auto count : slab_.count)
      if (count == 0) return {NoneSelection{}, std::move(result_)};
    if (all) return {AllSelection{}, std::move(result_)};
    slab_.block.assign(extent_.size(), 1);
    // Steps of one: a single block, which the engine needs not put together.
    for (std::size_t i = 0; i < extent_.size(); ++i)
      if (slab_.stride[i] == 1) slab_.block[i] = slab_.count[i], slab_.count[i] = 1;
    return {std::move(slab_), std::move(result_)};
  }

 private:
  bool add_index(PyObject* item, std::size_t axis) {
    int overflow = 0;
    long long index = PyLong_AsLongLongAndOverflow(item, &overflow);
    const auto extent = static_cast<long long>(extent_[axis]);
    if (overflow != 0) return false;
    if (index < 0) index += extent;
    if (index < 0 || index >= extent) return false;
    push(static_cast<std::uint64_t>(index), 1, 1);
    return true;
  }

  bool add_slice(PyObject* item, std::size_t axis) {
    Py_ssize_t start = 0, stop = 0, step = 0;
    if (PySlice_Unpack(item, &start, &stop, &step) < 0) {
      PyErr_Clear();
      return false;
    }
    if (step < 1) return false;
    const auto count = PySlice_AdjustIndices(static_cast<Py_ssize_t>(extent_[axis]), &start, &stop, step);
    push(static_cast<std::uint64_t>(start), static_cast<std::uint64_t>(count > 1 ? step : 1),
         static_cast<std::uint64_t>(count));
    result_.push_back(static_cast<std::uint64_t>(count));
    return true;
  }

  void push(std::uint64_t start, std::uint64_t stride, std::uint64_t count) {
    const auto axis = slab_.start.size();
    slab_.start.push_back(start);
    slab_.stride[axis] = stride;
    slab_.count.push_back(count);
  }

  const Shape& extent_;
  RegularHyperslab slab_;
  Shape result_;
  bool skip_seen_ = false;
};

}  // namespace

std::optional<Sliced> slice(const Shape& shape, nb::handle index) {
  Slicer slicer(shape);
  const bool many = PyTuple_Check(index.ptr());
  const auto size = many ? static_cast<std::size_t>(PyTuple_GET_SIZE(index.ptr())) : 1;
  bool skipped = false;
  for (std::size_t i = 0; i < size; ++i) {
    PyObject* item = many ? PyTuple_GET_ITEM(index.ptr(), static_cast<Py_ssize_t>(i)) : index.ptr();
    if (!slicer.add(item)) return std::nullopt;
    if (item != Py_Ellipsis) continue;
    const auto after = size - i - 1;
    if (slicer.used() + after > shape.size()) return std::nullopt;
    slicer.whole(shape.size() - slicer.used() - after);
    skipped = true;
  }
  if (!skipped) slicer.whole(shape.size() - slicer.used());
  return slicer.take();
}

}  // namespace fiver::python
