// A range of bytes of a file.
#pragma once

#include <compare>
#include <cstdint>

#include "fiver/values/address.hpp"

namespace fiver::meta {

struct Extent {
  Address address;
  std::uint64_t size = 0;
  friend auto operator<=>(const Extent&, const Extent&) = default;
};

}  // namespace fiver::meta
