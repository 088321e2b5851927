// What the tests of messages share: bytes from hexadecimal text, and the trials that every decoder of small structures must stand.
#pragma once

#include <gtest/gtest.h>

#include <cctype>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/encoder.hpp"
#include "base/field_widths.hpp"
#include "fiver/values/error.hpp"

namespace fiver::format::trials {

inline const std::vector<FieldWidths> all_widths = {{8, 8}, {4, 4}, {4, 8}, {8, 4}, {2, 2}};

/// "01 0203 'text'": two digits a byte, blanks anywhere, text between single quotes.
inline Bytes hex(std::string_view text) {
  Bytes bytes;
  const auto digit = [](char c) { return c <= '9' ? c - '0' : std::tolower(c) - 'a' + 10; };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ' ') continue;
    if (text[i] == '\'') {
      for (++i; text[i] != '\''; ++i) bytes.push_back(static_cast<std::byte>(text[i]));
    } else {
      bytes.push_back(static_cast<std::byte>(digit(text[i]) * 16 + digit(text[i + 1])));
      ++i;
    }
  }
  return bytes;
}

template <class Encode>
Bytes encoded(FieldWidths widths, Encode encode) {
  Encoder out(widths);
  encode(out);
  return std::move(out).take();
}

/// The kind of the Error that `call` throws. Anything else fails the test.
template <class Call>
ErrorKind error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.kind();
  }
  ADD_FAILURE() << "no error";
  return ErrorKind::cancelled;
}

/// decode(bytes) may throw Error and nothing else; a copy of exactly these bytes lets sanitizers see every step outside.
template <class Decode>
bool decodes(ByteView bytes, Decode decode) {
  const Bytes exact(bytes.begin(), bytes.end());
  try {
    decode(ByteView(exact));
  } catch (const Error&) {
    return false;
  }
  return true;
}

/// Every truncation is an Error; every flipped bit, and of small structures every flipped pair, is read or an Error.
template <class Decode>
void expect_robust(const Bytes& bytes, Decode decode) {
  for (std::size_t n = 0; n < bytes.size(); ++n)
    EXPECT_FALSE(decodes(ByteView(bytes).first(n), decode)) << n << " of " << bytes.size() << " bytes";
  auto damaged = bytes;
  const auto flip = [&](std::size_t bit) { damaged[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8)); };
  const auto bits = 8 * bytes.size();
  for (std::size_t a = 0; a < bits; ++a) {
    flip(a);
    decodes(damaged, decode);
    if (bytes.size() <= 32) {
      for (std::size_t b = a + 1; b < bits; ++b) {
        flip(b);
        decodes(damaged, decode);
        flip(b);
      }
    }
    flip(a);
  }
}

/// The whole trial of one value: it comes back, from padded bytes too, and its bytes are robust.
template <class T, class Encode, class Decode>
void expect_round_trip(const T& value, FieldWidths widths, Encode encode, Decode decode) {
  const auto bytes = encoded(widths, [&](Encoder& out) { encode(out, value); });
  EXPECT_EQ(decode(ByteView(bytes), widths), value);
  auto padded = bytes;
  padded.resize(bytes.size() + 7);
  EXPECT_EQ(decode(ByteView(padded), widths), value);
  expect_robust(bytes, [&](ByteView view) { decode(view, widths); });
}

}  // namespace fiver::format::trials
