// Boxes that may touch and overlap, as disjoint runs in row-major order or, where they form a grid, as a product.
#pragma once

#include <optional>
#include <span>

#include "select/normalized.hpp"

namespace fiver::select {

/// The boxes (none empty) as one separable selection, if each dimension has the same evenly spaced intervals throughout: how older files
/// list a regular hyperslab.
std::optional<Separable> as_product(std::span<const Box> boxes);

/// The elements of all boxes (none empty, all inside `extent`, whose elements fit in 64 bits), each once. Throws limit past `max_runs`.
Runs union_runs(std::span<const Box> boxes, const Shape& extent, std::uint64_t max_runs);

}  // namespace fiver::select
