// Selected elements with the place of each in a result: the one input of partition(). A plain read packs them
// row-major; elements of a virtual dataset's source go where the mapping says.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "select/normalized.hpp"

namespace fiver::select {

/// `length` consecutive coordinates from `from` go to consecutive positions from `to`. In one dimension of a
/// separable copy, or in elements.
struct Segment {
  std::uint64_t from = 0, to = 0, length = 0;
  friend bool operator==(const Segment&, const Segment&) = default;
};

/// One dimension: its coordinates, and the distance in elements of the result between neighbouring positions.
/// A Progression's positions are 0, 1, 2, ...; listed segments ascend in `from` and bring their own.
struct Axis {
  std::variant<Progression, std::vector<Segment>> coordinates;
  std::uint64_t result_stride = 1;
};

struct Placed {
  Shape extent;
  std::uint64_t element_count = 0;
  std::uint64_t result_base = 0;  ///< added to every result offset of the axes
  /// Axes (the product), or segments of row-major element offsets in the extent (packed: in the order of the
  /// result).
  std::variant<std::vector<Axis>, std::vector<Segment>> form;
  bool distinct = true;  ///< no element of the extent occurs twice
};

/// Packed: the n-th selected element goes to place n.
Placed packed(const Normalized& selection);

}  // namespace fiver::select
