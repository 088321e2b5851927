// Right checksums for fuzzed structures: without them the fuzzer would hardly see past the first check.
#pragma once

#include <algorithm>

#include "base/checksum.hpp"
#include "fuzzing.hpp"

namespace fiver::fuzzing {

/// Exactly `size` bytes of input, zeros where it ends, `checksum_end` bytes of which end with their checksum.
inline Bytes sealed(ByteView input, std::size_t size, std::size_t checksum_end) {
  Bytes bytes(size);
  std::copy_n(input.begin(), std::min(size, input.size()), bytes.begin());
  if (checksum_end < 4 || checksum_end > size) return bytes;
  store_little(lookup3(ByteView(bytes).first(checksum_end - 4)), MutableBytes(bytes).subspan(checksum_end - 4, 4));
  return bytes;
}
inline Bytes sealed(ByteView input, std::size_t size) {
  return sealed(input, size, size);
}

/// Structures larger than this are not built.
inline constexpr std::uint64_t most_bytes = 1U << 16;

/// What an encoder made of a decoded value must decode to the same value.
template <class Value, class Decode>
void expect_same(const Value& value, ByteView encoded, const Decode& decode) {
  try {
    if (decode(encoded) == value) return;
  } catch (const Error& error) {
    fail(error.what());
  }
  fail("a value changed on its way through the encoder");
}

}  // namespace fiver::fuzzing
