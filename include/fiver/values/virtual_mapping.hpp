// One mapping of a virtual dataset: which elements of it are which elements of a source (HDF5 1.10's virtual layout).
#pragma once

#include <string>

#include "fiver/values/selection.hpp"

namespace fiver {

struct VirtualMapping {
  std::string
      source_file;  ///< "." is the virtual dataset's own file; "%b" stands for a block number in printf mappings
  std::string source_dataset;  ///< path from the root of that file; "%b" likewise
  Selection source;
  Selection target;  ///< elements of the virtual dataset; as many as source, in the same order
  friend bool operator==(const VirtualMapping&, const VirtualMapping&) = default;
};

}  // namespace fiver
