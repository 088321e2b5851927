// A selection held against an extent: checked, counted and in one of two forms that the rest of the layer
// computes with. Separable selections (everything, boxes, regular hyperslabs) stay lazy: a few numbers per
// dimension, however large the extent.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "fiver/values/dataspace.hpp"
#include "fiver/values/selection.hpp"

namespace fiver::select {

/// The most runs that a box union or a general mapping may be expanded to. Attack: two overlapping boxes of
/// 2^60 one-element rows.
inline constexpr std::uint64_t default_max_runs = 1ULL << 24;

/// The coordinates that a separable selection has in one dimension, ascending: `count` blocks of `block`,
/// `stride` apart, the last one `cut` short. Never empty, never unlimited, and one block rather than blocks
/// that touch.
struct Progression {
  std::uint64_t start = 0, stride = 1, count = 1, block = 1, cut = 0;
  std::uint64_t length() const { return count * block - cut; }
  std::uint64_t at(std::uint64_t position) const { return start + position / block * stride + position % block; }
  std::uint64_t last() const { return start + (count - 1) * stride + (block - cut - 1); }
  /// How many of its coordinates are smaller than `coordinate`.
  std::uint64_t count_below(std::uint64_t coordinate) const;
  bool contains(std::uint64_t coordinate) const;
  /// How many coordinates follow each other without a gap from `position` on, itself included.
  std::uint64_t consecutive_from(std::uint64_t position) const;
  /// Its first `length` coordinates; 0 < length <= length().
  Progression first(std::uint64_t length) const;
  friend bool operator==(const Progression&, const Progression&) = default;
};

/// Consecutive elements of the extent in row-major order.
struct Run {
  std::uint64_t offset = 0, length = 0;
  friend bool operator==(const Run&, const Run&) = default;
};

using Separable = std::vector<Progression>;  ///< one per dimension; the selection is their product
using Runs = std::vector<Run>;               ///< in the order of the selection

struct Normalized {
  Shape extent;
  std::variant<Separable, Runs> form;  ///< empty selections are Runs without a run
  std::uint64_t element_count = 0;
  Box bounds;            ///< the smallest box around it; sizes 0 when empty
  bool distinct = true;  ///< false: points, which may repeat
};

/// Throws invalid_argument when ranks differ, a count is unlimited, or an element lies outside `extent`
/// (naming the dimension and the numbers); limit when the elements do not fit in 64 bits or the runs pass
/// `max_runs` (a list of points never does).
Normalized normalize(const Selection& selection, const Shape& extent, std::uint64_t max_runs = default_max_runs);

/// As normalize(), after an unlimited count or block has been cut to what lies in `extent`. A last block that
/// the extent cuts stays separable.
Normalized normalize_clipped(const Selection& selection, const Shape& extent,
                             std::uint64_t max_runs = default_max_runs);

/// The same selection with an unlimited count or block cut to what lies in `extent` (NoneSelection when
/// nothing does). Finite selections come back as they are. A last block that `extent` cuts is kept in part,
/// which can make a BoxUnion of it.
Selection clip_unlimited(const Selection& selection, const Shape& extent);

/// The dimension that has an unlimited count or block.
std::optional<unsigned> unlimited_dimension(const Selection& selection);

/// Block number `index` along the unlimited dimension, as the finite selection that a printf-style mapping
/// pairs with its source. Throws invalid_argument when the selection has no unlimited count.
Selection unlimited_block(const Selection& selection, std::uint64_t index);

/// The smallest box around a finite selection, whatever the extent; none when it is empty, and for
/// "everything".
std::optional<Box> bounds(const Selection& selection);

}  // namespace fiver::select
