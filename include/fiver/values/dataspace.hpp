// The shape of a dataset or attribute (format specification IV.A.2.b), and the element counts that follow from it.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace fiver {

/// Sizes of each dimension in elements, slowest first (row-major, as C and NumPy).
using Shape = std::vector<std::uint64_t>;

/// As a maximum dimension: may grow without end.
inline constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

/// The most dimensions a dataspace may have.
inline constexpr unsigned max_rank = 32;

struct Dataspace {
  enum class Kind : std::uint8_t { null, scalar, simple };
  Kind kind = Kind::scalar;
  Shape dims;                     ///< empty unless simple
  std::optional<Shape> max_dims;  ///< absent: the dims are fixed

  static Dataspace null() { return {Kind::null, {}, {}}; }
  static Dataspace scalar() { return {}; }
  static Dataspace simple(Shape dims, std::optional<Shape> max_dims = {});

  unsigned rank() const noexcept { return static_cast<unsigned>(dims.size()); }
  /// Number of elements: 0 for null, 1 for scalar. Throws limit when the product does not fit in 64 bits.
  std::uint64_t element_count() const;
  friend bool operator==(const Dataspace&, const Dataspace&) = default;
};

}  // namespace fiver
