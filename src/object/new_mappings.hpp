// The mappings that a virtual dataset is created with: what readers take for granted is made so, or refused.
#pragma once

#include <vector>

#include "fiver/values/dataspace.hpp"
#include "fiver/values/virtual_mapping.hpp"

namespace fiver::object {

/// Hyperslabs that leave out dimensions at the end, as frame() does, get them whole: as long as the virtual dataset's, in the source, too. Throws
/// invalid_argument for selections of another rank than the dataset's, outside it, or of different numbers of elements (libhdf5
/// crashes on some of these).
std::vector<VirtualMapping> complete_mappings(const std::vector<VirtualMapping>& mappings, const Dataspace& space);

}  // namespace fiver::object
