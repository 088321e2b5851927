// The elements of reference datatypes in an open file: what format/reference_encoding.hpp says of their bytes, with the heap objects that some
// of them lead to (format notes, section 8).
#pragma once

#include "fiver/values/datatype.hpp"
#include "fiver/values/reference.hpp"
#include "object/file_state.hpp"

namespace fiver::object {

Reference decode_reference_element(const FileState& file, ByteView element, ReferenceKind kind);
/// Regions and attributes take an object of the file's heap. Throws invalid_argument for what this kind can't say.
Bytes encode_reference_element(FileState& file, const Reference& reference, ReferenceKind kind);

/// With the region's dimensions that were left out, whole. Throws invalid_argument when it does not fit the dataset.
Reference with_whole_region(FileState& file, Reference reference);

}  // namespace fiver::object
