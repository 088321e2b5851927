// Selections made in Python.
#pragma once

#include "fiver/values/selection.hpp"
#include "module.hpp"

namespace fiver::python {

/// A selection as Python holds it.
struct Chosen {
  Selection value;
};

/// A sequence of ints (or one int) that are not negative.
Shape shape_of(nb::handle sequence);
/// A selection as Python data: ("all",), ("none",), ("slab", start, stride, count, block), ("boxes", ((start, size), ...)), ("points", array as
/// nested tuples). Unlimited counts are None.
nb::object describe(const Selection& selection);

}  // namespace fiver::python
