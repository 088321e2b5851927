#pragma once

#include "fiver/values/dataspace.hpp"
#include "module.hpp"

namespace fiver::python {

/// (shape, max_shape): a null dataspace has None for its shape, an unlimited dimension None for its largest size.
nb::object describe(const Dataspace& space);
/// The way back; `max_shape` None: as large as it is for ever.
Dataspace space_of(nb::handle shape, nb::handle max_shape);

}  // namespace fiver::python
