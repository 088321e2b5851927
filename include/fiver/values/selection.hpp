// Which elements of a dataspace: everything, nothing, a regular hyperslab, a union of boxes, or a list of points.
// A selection has an order: row-major over the union for hyperslabs, list order for points (format specification VIII).
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include "fiver/values/dataspace.hpp"

namespace fiver {

struct AllSelection {
  friend bool operator==(const AllSelection&, const AllSelection&) = default;
};
struct NoneSelection {
  friend bool operator==(const NoneSelection&, const NoneSelection&) = default;
};

/// `count` blocks of `block` elements, `stride` apart from `start`, in each dimension. count or block may be `unlimited` in the
/// mapping of a virtual dataset. In a read, dimensions left out at the end are whole.
struct RegularHyperslab {
  Shape start, stride, count, block;
  friend bool operator==(const RegularHyperslab&, const RegularHyperslab&) = default;
};

/// A half-open box: start <= i < start + size in each dimension.
struct Box {
  Shape start, size;
  friend bool operator==(const Box&, const Box&) = default;
};

/// The union of boxes. They may touch and overlap; each element counts once.
struct BoxUnion {
  std::vector<Box> boxes;
  friend bool operator==(const BoxUnion&, const BoxUnion&) = default;
};

/// Single elements in this order, repeats kept. coordinates: rank() values a point, one point after the other.
struct PointList {
  unsigned rank = 0;
  std::vector<std::uint64_t> coordinates;
  std::size_t size() const noexcept { return rank ? coordinates.size() / rank : 0; }
  friend bool operator==(const PointList&, const PointList&) = default;
};

using Selection = std::variant<AllSelection, NoneSelection, RegularHyperslab, BoxUnion, PointList>;

/// Everything.
inline Selection all() {
  return AllSelection{};
}
/// The box of `size` elements from `start`; throws invalid_argument when the ranks differ.
Selection box(Shape start, Shape size);
/// Elements start, start + stride, ... (`count` of them) in each dimension.
Selection strided(Shape start, Shape stride, Shape count);
/// The general regular hyperslab; throws invalid_argument when the ranks differ or stride < block with count > 1.
Selection hyperslab(Shape start, Shape stride, Shape count, Shape block);
/// Points, one inner vector each; throws invalid_argument when their ranks differ.
Selection points(const std::vector<Shape>& coordinates);
/// Both selections together, each of the box or hyperslab kind; throws invalid_argument for points and unlimited counts.
Selection unite(const Selection& a, const Selection& b);

}  // namespace fiver
