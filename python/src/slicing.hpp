// The indices that most reads have - ints, slices that step forward, Ellipsis - without a detour through Python code.
#pragma once

#include <optional>

#include "fiver/values/selection.hpp"
#include "module.hpp"

namespace fiver::python {

struct Sliced {
  Selection selection;
  Shape shape;  ///< of the result: dimensions of single indices left out
};

/// What `index` selects of `shape`. Nothing for any other index, or one out of range: fiver/selections.py takes those, and says what is wrong.
std::optional<Sliced> slice(const Shape& shape, nb::handle index);

}  // namespace fiver::python
