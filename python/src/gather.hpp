// The way back from materialize.hpp: the Python objects of a NumPy array as elements with variable-length parts.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "arrays.hpp"
#include "fiver/values/datatype.hpp"
#include "module.hpp"

namespace fiver::python {

/// Elements in memory, and what keeps their parts alive.
struct Gathered {
  std::vector<std::byte> bytes;
  std::deque<std::string> texts;
  std::deque<std::vector<std::byte>> sequences;
  std::vector<nb::object> keep;
};

/// Elements of the type `memory` from the items of `array`, whose dtype is `dtype`. Throws TypeError for an object that is no text, sequence or
/// reference as the type wants it, ValueError for text with a NUL. The GIL is held.
Gathered gather(const ArrayView& array, nb::handle dtype, const Datatype& memory);

}  // namespace fiver::python
