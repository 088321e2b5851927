// Addresses and lengths as the file stores them: distinct types, so that one is never passed for the other.
// The format's all-ones "undefined address" is never a value of Address: what may be undefined is optional<Address>.
#pragma once

#include <compare>
#include <cstdint>

namespace fiver {

/// A place in the file, in bytes from the superblock's base address (format specification, section I.A).
struct Address {
  std::uint64_t value = 0;
  friend auto operator<=>(const Address&, const Address&) = default;
};

/// A number of bytes or of elements, stored in the superblock's "size of lengths" bytes.
struct Length {
  std::uint64_t value = 0;
  friend auto operator<=>(const Length&, const Length&) = default;
};

}  // namespace fiver
