// How many attributes an object has, without reading them.
#pragma once

#include <cstdint>

#include "fiver/object.hpp"

namespace fiver {

/// Throws corrupt, io.
std::uint64_t attribute_count(const Object& object);

}  // namespace fiver
