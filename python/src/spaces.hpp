#pragma once

#include "fiver/values/dataspace.hpp"
#include "module.hpp"

namespace fiver::python {

/// (shape, max_shape): a null dataspace has None for its shape, an unlimited dimension None for its largest size.
nb::object describe(const Dataspace& space);

}  // namespace fiver::python
