// What tests do to the bytes of a structure: cut them short, flip bits. Only for tests.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>

#include "base/bytes.hpp"
#include "base/field_widths.hpp"
#include "fiver/values/error.hpp"

namespace fiver::format::damage {

inline constexpr std::array<FieldWidths, 4> all_widths{FieldWidths{8, 8}, FieldWidths{4, 4}, FieldWidths{2, 2},
                                                       FieldWidths{8, 4}};

/// How decode(bytes) ends: true when it returned. Anything but an Error fails the test.
template <class Decode>
bool decodes(ByteView bytes, const Decode& decode) {
  // A copy of exact size: the address sanitizer sees a read behind it.
  const Bytes copy(bytes.begin(), bytes.end());
  try {
    decode(ByteView(copy));
    return true;
  } catch (const Error&) {
    return false;
  }
}

/// Every beginning shorter than `used` is refused.
template <class Decode>
void expect_truncations_refused(ByteView bytes, std::size_t used, const Decode& decode) {
  ASSERT_TRUE(decodes(bytes, decode));
  for (std::size_t n = 0; n < used; ++n)
    EXPECT_FALSE(decodes(bytes.first(n), decode)) << n << " of " << used << " bytes";
}

/// Flips every bit, every two neighbours and pairs further apart within the first `used` bytes. With a checksum each is refused.
template <class Decode>
void expect_flips_survived(ByteView bytes, std::size_t used, bool has_checksum, const Decode& decode) {
  Bytes damaged(bytes.begin(), bytes.end());
  const auto flip = [&](std::size_t bit) { damaged[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8)); };
  const std::size_t bits = 8 * used;
  for (std::size_t bit = 0; bit < bits; ++bit) {
    flip(bit);
    const bool one = decodes(damaged, decode);
    EXPECT_FALSE(has_checksum && one) << "bit " << bit;
    for (const std::size_t distance : {1U, 8U, 37U, 131U}) {
      if (bit + distance >= bits) continue;
      flip(bit + distance);
      const bool two = decodes(damaged, decode);
      EXPECT_FALSE(has_checksum && two) << "bits " << bit << " and " << bit + distance;
      flip(bit + distance);
    }
    flip(bit);
  }
}

template <class Decode>
void expect_damage_handled(ByteView bytes, std::size_t used, bool has_checksum, const Decode& decode) {
  expect_truncations_refused(bytes, used, decode);
  expect_flips_survived(bytes, used, has_checksum, decode);
}

/// The reason of the Error that `act` throws; fails the test when it throws none.
template <class Act>
std::string reason_of(const Act& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.reason();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

/// Bytes from numbers, for tests that write a structure byte by byte.
inline Bytes raw(std::initializer_list<unsigned> values) {
  Bytes bytes;
  for (const auto value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

}  // namespace fiver::format::damage
