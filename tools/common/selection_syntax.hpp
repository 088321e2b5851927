// NumPy's way to write a part of an array: "10:20,:,5". One index or slice a dimension; those left out, or under "...", are whole. Negative
// numbers count from the end; steps go forward.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fiver/values/dataspace.hpp"
#include "fiver/values/selection.hpp"

namespace fiver::tools {

/// One member as written.
struct SliceItem {
  enum class Kind { index, slice, ellipsis };
  Kind kind = Kind::slice;
  std::optional<std::int64_t> start, stop, step;  ///< index: start alone
  friend bool operator==(const SliceItem&, const SliceItem&) = default;
};

/// The text between the brackets. Throws UsageError with the place of what is wrong.
std::vector<SliceItem> parse_selection(std::string_view text);

/// `count` elements, `step` apart from `start`.
struct AxisRange {
  std::uint64_t start = 0, count = 0, step = 1;
  bool dropped = false;  ///< given as an index: the result has no such dimension
  friend bool operator==(const AxisRange&, const AxisRange&) = default;
};

/// The part of an array of `shape` that is meant. Throws Error{invalid_argument} for too many dimensions and indices out of range.
std::vector<AxisRange> resolve_selection(const std::vector<SliceItem>& items, const Shape& shape);

Selection to_selection(const std::vector<AxisRange>& ranges);
/// The shape that NumPy's result has.
Shape result_shape(const std::vector<AxisRange>& ranges);
std::uint64_t element_count(const std::vector<AxisRange>& ranges);

/// "name[selection]" taken apart at the last '[' when the text ends in ']'; the selection is absent otherwise.
struct NameAndSelection {
  std::string name;
  std::optional<std::string> selection;
};
NameAndSelection split_selection(const std::string& text);

}  // namespace fiver::tools
