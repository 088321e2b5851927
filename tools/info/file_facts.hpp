// Everything `h5 info` says about a whole file, gathered in one walk.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "fiver/file.hpp"

namespace fiver::tools {

struct LargeDataset {
  std::string path, type, shape;
  std::uint64_t logical = 0, stored = 0;
};

struct FileFacts {
  FileInfo info;
  std::vector<std::string> origins;
  std::uint64_t groups = 0, datasets = 0, datatypes = 0, attributes = 0;
  std::uint64_t virtual_datasets = 0, soft_links = 0, external_links = 0, user_links = 0;
  std::uint64_t logical_bytes = 0, stored_bytes = 0;  ///< of the file's own datasets; virtual ones store nothing
  std::map<std::string, std::uint64_t> filters;       ///< pipeline -> datasets
  std::vector<LargeDataset> largest;                  ///< by logical size, at most five
  std::vector<std::string> warnings;                  ///< unescaped, at most a screen of each kind
  bool trouble = false;                               ///< some part could not be read; its warning says which
};

FileFacts gather(const File& file);

}  // namespace fiver::tools
