// The whole document of the form "h5digest-1" for one file.
#pragma once

#include <string>

#include "fiver/file.hpp"

namespace fiver::tools {

/// One line of JSON. What can't be read has an "error" in its place; throws only when the root can't be read.
std::string digest_document(const File& file);

}  // namespace fiver::tools
