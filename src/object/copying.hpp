// Copying an object with all below it: what a hard link leads to is copied once, whatever the number of links, and all else is a link still.
#pragma once

#include <memory>

#include "object/editing.hpp"
#include "object/moved_elements.hpp"

namespace fiver::object {

/// The copy's link is made last: who looks before finds nothing, and after an error nothing is left. Within one file references lead on to
/// what was not copied, and committed datatypes stay shared; in another file such references become null, and a dataset or attribute whose
/// committed datatype was not copied has the type for itself. External and virtual storage keep the names of their files as they are.
std::shared_ptr<const Handle> copy_object(const std::shared_ptr<const Handle>& source, const Place& place);

/// The stored elements of a dataset into its copy, which has none yet and the same shape, chunks and filters. Bytes that name no places
/// stay as they are; others are decoded, moved and encoded.
void copy_elements(const Handle& source, const Handle& copy, const ElementMover& mover);

}  // namespace fiver::object
