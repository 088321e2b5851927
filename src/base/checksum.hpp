// The checksum of all metadata (format specification, "Jenkins' lookup3", public domain algorithm by Bob Jenkins, 2006). It is also
// the hash of link and attribute names and of shared messages.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"

namespace fiver {

std::uint32_t lookup3(ByteView bytes, std::uint32_t initial = 0);

}  // namespace fiver
