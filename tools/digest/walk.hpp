// The walk that the form "h5digest-1" is made of: which objects a file has, by which path each is met first, and what its groups lead to.
#pragma once

#include <map>
#include <string>

#include "digest/canonical.hpp"
#include "fiver/file.hpp"

namespace fiver::tools {

/// Values as JSON by the code points of their names, the order of Python's sort.
using Members = std::map<std::u32string, std::string>;

/// One object as the walk met it.
struct Met {
  std::string path;
  Address address;
  ObjectKind kind = ObjectKind::group;
  Members links;  ///< of a group
  bool links_failed = false;
};

struct WalkedFile {
  FirstPaths first;
  std::map<std::u32string, Met> objects;  ///< by the code points of their paths
  std::uint64_t errors = 0;
};

/// Depth first along hard links, in the order of the names' bytes, a group before its members. Throws only when the root can't be read.
WalkedFile walk_file(const File& file);

}  // namespace fiver::tools
