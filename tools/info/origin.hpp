// What wrote a file, from the traces that programs leave.
#pragma once

#include <string>
#include <vector>

#include "fiver/file.hpp"

namespace fiver::tools {

/// One line each, the most telling first, unescaped; empty when nothing is recognised.
std::vector<std::string> recognise(const File& file);

}  // namespace fiver::tools
