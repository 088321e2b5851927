// The indices that most reads have - ints, slices that step forward, Ellipsis - without a detour through Python code.
#pragma once

#include <array>
#include <span>

#include "fiver/values/selection.hpp"
#include "module.hpp"
#include "numpy_calls.hpp"

namespace fiver::python {

/// What an index selects: `count` elements `stride` apart from `start` in each dimension. No memory is taken for it.
class Sliced {
 public:
  using Values = std::span<const std::uint64_t>;

  /// False for any other index, or one out of range: fiver/selections.py takes those, and says what is wrong.
  bool take(const Shape& extent, nb::handle index, const NumpyCalls& numpy);

  Values start() const { return {start_.data(), used_}; }
  Values count() const { return {count_.data(), used_}; }
  /// Of the result: dimensions of single indices left out.
  Values shape() const { return {shape_.data(), left_}; }
  /// No stride is more than 1.
  bool is_box() const { return box_; }
  std::uint64_t elements() const;
  Selection selection(const Shape& extent) const;

 private:
  bool add(PyObject* item, const Shape& extent, const NumpyCalls& numpy);
  bool add_index(PyObject* item, std::uint64_t extent);
  bool add_slice(PyObject* item, std::uint64_t extent);
  void add_whole(const Shape& extent, std::size_t count);
  void push(std::uint64_t start, std::uint64_t stride, std::uint64_t count);

  std::array<std::uint64_t, max_rank> start_, stride_, count_, shape_;  // NOLINT: filled as far as they are used
  std::size_t used_ = 0, left_ = 0;
  bool box_ = true;
};

}  // namespace fiver::python
