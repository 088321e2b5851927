// NumPy arrays, reached through the array interface (__array_struct__): no NumPy header is needed, and every dtype passes (nanobind's own
// array type refuses byte orders, strings, structures and objects).
#pragma once

#include <cstddef>
#include <span>

#include "fiver/values/dataspace.hpp"
#include "module.hpp"

namespace fiver::python {

/// Borrows the memory of an array for as long as it lives.
class ArrayView {
 public:
  /// Throws TypeError when `array` is no array.
  explicit ArrayView(nb::handle array);

  std::byte* data() const { return data_; }
  std::size_t item_size() const { return item_size_; }
  /// Elements.
  std::size_t size() const { return size_; }
  const Shape& shape() const { return shape_; }
  /// Elements stand one after the other, row-major.
  bool is_packed() const { return packed_; }
  bool is_writable() const { return writable_; }
  /// The memory of a packed array. Throws ValueError otherwise.
  std::span<std::byte> bytes() const;

 private:
  nb::object capsule_;
  std::byte* data_ = nullptr;
  std::size_t item_size_ = 0, size_ = 1;
  Shape shape_;
  bool packed_ = false, writable_ = false;
};

/// numpy.empty(shape, dtype).
nb::object empty_array(const Shape& shape, nb::handle dtype);

}  // namespace fiver::python
