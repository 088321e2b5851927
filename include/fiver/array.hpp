// What reads return: elements with their shape, owning their memory.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "fiver/buffer.hpp"
#include "fiver/values/dataspace.hpp"
#include "fiver/values/datatype.hpp"
#include "fiver/values/plan.hpp"

namespace fiver {

/// Elements of any datatype, row-major. Variable-length parts are VariablePart values (fiver/values/variable.hpp) whose bytes the
/// result owns.
struct Elements {
  Datatype type;                         ///< in memory: the stored type with variable-length parts of 16 bytes
  Shape shape;                           ///< empty for a scalar
  std::uint64_t count = 0;               ///< product of shape
  Buffer bytes;                          ///< count * type.size()
  std::shared_ptr<const void> variable;  ///< keeps the bytes of variable-length parts
  Plan report{};                         ///< what was read

  std::span<const std::byte> element(std::uint64_t index) const {
    return bytes.span().subspan(static_cast<std::size_t>(index) * type.size(), type.size());
  }
};

/// Makes stored values sound values of T: a bool in a file may be any byte.
template <class T>
void settle(std::span<T> values) {
  if constexpr (std::is_same_v<T, bool>)
    for (auto& byte : std::as_writable_bytes(values)) byte = byte == std::byte{0} ? std::byte{0} : std::byte{1};
}

/// Elements of the C++ type T, row-major.
template <class T>
class Array {
 public:
  Array() = default;
  Array(Shape shape, Buffer bytes, Plan report)
      : shape_(std::move(shape)), bytes_(std::move(bytes)), report_(std::move(report)) {}

  const Shape& shape() const { return shape_; }
  std::size_t size() const { return bytes_.size() / sizeof(T); }
  T* data() { return reinterpret_cast<T*>(bytes_.data()); }
  const T* data() const { return reinterpret_cast<const T*>(bytes_.data()); }
  std::span<T> span() { return {data(), size()}; }
  std::span<const T> span() const { return {data(), size()}; }
  T* begin() { return data(); }
  T* end() { return data() + size(); }
  const T* begin() const { return data(); }
  const T* end() const { return data() + size(); }
  const T& operator[](std::size_t index) const { return data()[index]; }
  T& operator[](std::size_t index) { return data()[index]; }
  /// The element at these coordinates, one a dimension; unchecked.
  template <class... I>
  const T& operator()(I... coordinates) const {
    std::size_t index = 0, axis = 0;
    ((index = index * static_cast<std::size_t>(shape_[axis++]) + static_cast<std::size_t>(coordinates)), ...);
    return data()[index];
  }
  const Plan& report() const { return report_; }

 private:
  Shape shape_;
  Buffer bytes_;
  Plan report_;
};

}  // namespace fiver
