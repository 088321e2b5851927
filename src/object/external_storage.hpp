// Datasets whose elements stand in other files as they are (format specification IV.A.2.h).
#pragma once

#include "object/handle.hpp"

namespace fiver::object {

/// Opens the external files of a dataset. Throws not_found naming the file that is missing or may not be opened.
std::shared_ptr<const pipeline::StoredElements> open_external_storage(const Handle& dataset);

}  // namespace fiver::object
