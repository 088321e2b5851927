// One mapping of a virtual dataset met by one read of it: which elements of the source are wanted, and where
// in the result they go. Source and target selections pair in their orders, element by element (format
// specification VIII; format notes: virtual datasets).
#pragma once

#include <cstdint>
#include <optional>

#include "select/placed.hpp"

namespace fiver::select {

/// `read`: what is read of the virtual dataset, held against its extent. `target` and `source`: the mapping,
/// as stored (unlimited counts are clipped here: target to the virtual extent, source to its own). Elements
/// that the source does not have (it may be smaller than the mapping says) are left out. Each wanted element
/// comes once for each place it has in the result. Throws invalid_argument when two finite selections differ
/// in their numbers of elements; limit as normalize().
Placed intersect_mapped(const Normalized& read, const Selection& target, const Selection& source,
                        const Shape& source_extent, std::uint64_t max_runs = default_max_runs);

/// What an unlimited mapping needs of the virtual extent to hold all of a source of `source_extent`.
struct UnlimitedExtent {
  unsigned dimension = 0;
  std::uint64_t size = 0;
};
/// None when `target` is finite or `source` is (printf-style mappings count files instead). With
/// `trailing_gap` a complete last block takes its whole stride with it: the rule of the "first missing" view.
std::optional<UnlimitedExtent> unlimited_extent(const Selection& target, const Selection& source,
                                                const Shape& source_extent, bool trailing_gap = false);

}  // namespace fiver::select
