// What the tests of all filters check: round trips, every truncation, every flipped bit.
#pragma once

#include <gtest/gtest.h>

#include <random>
#include <string_view>

#include "base/bytes.hpp"
#include "fiver/spi/filter.hpp"

namespace fiver::codecs {

using Values = std::vector<std::uint32_t>;

inline Bytes from_hex(std::string_view text) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    bytes.push_back(static_cast<std::byte>(std::stoul(std::string(text.substr(i, 2)), nullptr, 16)));
  return bytes;
}

inline Bytes from_text(std::string_view text) {
  const auto view = bytes_of(text);
  return {view.begin(), view.end()};
}

enum class Texture { zeros, noise, runs, words };

/// Bytes that codecs take in different ways; the same for the same arguments.
inline Bytes sample(std::size_t size, Texture texture) {
  std::mt19937 random(static_cast<std::uint32_t>(size) + 7);
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) {
    switch (texture) {
      case Texture::zeros:
        break;
      case Texture::noise:
        bytes[i] = static_cast<std::byte>(random());
        break;
      case Texture::runs:
        bytes[i] =
            static_cast<std::byte>(random() % 20 == 0 || i == 0 ? random() : std::to_integer<unsigned>(bytes[i - 1]));
        break;
      case Texture::words:
        bytes[i] = static_cast<std::byte>(i % 4 == 0 ? i / 40 : i % 4 == 1 ? random() % 3 : 0);
        break;
    }
  }
  return bytes;
}

/// Elements as their little-endian bytes.
template <class T>
Bytes bytes_of_elements(const std::vector<T>& elements) {
  Bytes bytes(elements.size() * sizeof(T));
  if (!elements.empty()) std::memcpy(bytes.data(), elements.data(), bytes.size());
  return bytes;
}

/// Both ways of decoding give `expected`, and neither passes its limit.
inline void expect_decodes(const Filter& filter, const Values& values, ByteView stored, const Bytes& expected) {
  Bytes out;
  auto status = filter.decode(values, stored, expected.size(), expected.size(), out);
  EXPECT_TRUE(status) << filter.name() << ": " << status.reason;
  EXPECT_TRUE(out == expected) << filter.name() << " of " << expected.size() << " bytes";
  status = filter.decode(values, stored, 0, expected.size() + 1000, out);
  EXPECT_TRUE(status) << filter.name() << ": " << status.reason;
  EXPECT_TRUE(out == expected) << filter.name() << " of " << expected.size() << " bytes, size unknown";
  Bytes exact(expected.size(), std::byte{0xA5});
  status = filter.decode_into(values, stored, exact);
  EXPECT_TRUE(status) << filter.name() << ": " << status.reason;
  EXPECT_TRUE(exact == expected) << filter.name() << " of " << expected.size() << " bytes, in place";
  if (expected.empty()) return;
  status = filter.decode(values, stored, expected.size(), expected.size() - 1, out);
  EXPECT_EQ(status.code, FilterStatus::Code::no_room) << filter.name() << " of " << expected.size() << " bytes";
  EXPECT_TRUE(out.empty());
  exact.pop_back();
  EXPECT_FALSE(filter.decode_into(values, stored, exact));
}

/// Encodes, decodes and returns the stored bytes.
inline Bytes expect_round_trip(const Filter& filter, const Values& values, const Bytes& data) {
  Bytes stored;
  const auto status = filter.encode(values, data, 40 * data.size() + 2000, stored);
  EXPECT_TRUE(status) << filter.name() << ": " << status.reason;
  expect_decodes(filter, values, stored, data);
  Bytes again;
  EXPECT_TRUE(filter.encode(values, data, stored.size(), again)) << filter.name() << " in just enough room";
  EXPECT_TRUE(again == stored);
  if (!stored.empty()) {
    EXPECT_EQ(filter.encode(values, data, stored.size() - 1, again).code, FilterStatus::Code::no_room) << filter.name();
    EXPECT_TRUE(again.empty());
  }
  return stored;
}

/// Every truncation and every flipped bit ends in a status, and no result passes the limit. With `detects`, no truncation passes.
inline void expect_survives_damage(const Filter& filter, const Values& values, ByteView stored, std::size_t size,
                                   bool detects) {
  const std::size_t room = size + 100;
  const auto attempt = [&](ByteView damaged) {
    Bytes out, exact(size);
    const auto status = filter.decode(values, damaged, size, room, out);
    EXPECT_LE(out.size(), room);
    EXPECT_EQ(status.reason.empty(), static_cast<bool>(status)) << filter.name();
    const auto into = filter.decode_into(values, damaged, exact);
    EXPECT_EQ(into.reason.empty(), static_cast<bool>(into)) << filter.name();
    return status && out.size() == size;
  };
  for (std::size_t length = 0; length < stored.size(); ++length) {
    const Bytes cut(stored.begin(),
                    stored.begin() + static_cast<std::ptrdiff_t>(length));  // its own allocation: overruns show
    const bool whole = attempt(cut);
    EXPECT_FALSE(whole && detects) << filter.name() << " cut at " << length << " of " << stored.size();
  }
  for (std::size_t bit = 0; bit < 8 * stored.size(); ++bit) {
    Bytes flipped(stored.begin(), stored.end());
    flipped[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
    attempt(flipped);
  }
}

}  // namespace fiver::codecs
