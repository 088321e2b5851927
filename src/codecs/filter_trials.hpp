// What every filter must survive, for the tests of this folder.
#pragma once

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "base/bytes.hpp"
#include "fiver/spi/filter.hpp"

namespace fiver::codecs::trials {

using Values = std::vector<std::uint32_t>;

/// Counts as a detector makes them: mostly small, little-endian, a few large.
inline Bytes sample_counts(std::size_t count, std::size_t element_size, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::poisson_distribution<unsigned> counts(0.5);
  Bytes bytes(count * element_size);
  for (std::size_t i = 0; i < count; ++i) {
    const auto value = random() % 97 == 0 ? random() : counts(random);
    for (std::size_t b = 0; b < std::min<std::size_t>(element_size, 4); ++b)
      bytes[i * element_size + b] = static_cast<std::byte>(value >> 8 * b);
  }
  return bytes;
}

/// Encodes, decodes in both ways, refuses a room one byte too small; gives the stored bytes.
inline Bytes expect_round_trip(const Filter& filter, const Values& values, const Bytes& original) {
  Bytes stored, back, into(original.size());
  const auto encoded = filter.encode(values, original, 2 * original.size() + 4096, stored);
  EXPECT_TRUE(encoded) << encoded.reason;
  if (!encoded) return {};
  auto decoded = filter.decode(values, stored, original.size(), original.size(), back);
  EXPECT_TRUE(decoded) << decoded.reason;
  EXPECT_TRUE(back == original) << "decode() changed the bytes";
  decoded = filter.decode_into(values, stored, into);
  EXPECT_TRUE(decoded) << decoded.reason;
  EXPECT_TRUE(into == original) << "decode_into() changed the bytes";
  if (!original.empty()) {
    EXPECT_FALSE(filter.decode(values, stored, original.size(), original.size() - 1, back));
    EXPECT_FALSE(filter.decode_into(values, stored, MutableBytes(into).first(into.size() - 1)));
  }
  return stored;
}

/// Every proper beginning of `stored`: an error, or at worst the same bytes.
inline void expect_truncations_refused(const Filter& filter, const Values& values, const Bytes& stored,
                                       const Bytes& original) {
  for (std::size_t size = 0; size < stored.size(); ++size) {
    const Bytes part(stored.begin(), stored.begin() + static_cast<std::ptrdiff_t>(size));
    Bytes back;
    if (filter.decode(values, part, original.size(), original.size() + 1000, back)) {
      EXPECT_TRUE(back == original) << "cut to " << size << " bytes";
    }
    Bytes into(original.size());
    if (filter.decode_into(values, part, into)) {
      EXPECT_TRUE(into == original) << "cut to " << size << " bytes";
    }
  }
}

/// Every flipped bit of `stored`: anything but a crash or a result beyond the room.
inline void expect_flips_survived(const Filter& filter, const Values& values, const Bytes& stored, std::size_t size) {
  Bytes flipped = stored, back, into(size);
  for (std::size_t bit = 0; bit < 8 * stored.size(); ++bit) {
    flipped[bit / 8] ^= std::byte{1} << (bit % 8);
    const auto status = filter.decode(values, flipped, size, 2 * size, back);
    EXPECT_LE(back.size(), 2 * size);
    EXPECT_EQ(static_cast<bool>(status), status.reason.empty());
    (void)filter.decode_into(values, flipped, into);
    flipped[bit / 8] = stored[bit / 8];
  }
}

/// The chunk's own list of blocks is enough to decode it, block by block.
inline void expect_blocks_agree(const Filter& filter, const Values& values, const Bytes& stored,
                                const Bytes& original) {
  const auto blocks = filter.blocks(values, stored, original.size());
  ASSERT_TRUE(blocks);
  Bytes back(original.size());
  std::uint64_t made = 0;
  for (const auto& block : *blocks) {
    EXPECT_EQ(block.decoded_offset, made);
    made += block.decoded_size;
    ASSERT_LE(made, back.size());
    ASSERT_LE(block.stored_offset + block.stored_size, stored.size());
    const Bytes alone(stored.begin() + static_cast<std::ptrdiff_t>(block.stored_offset),
                      stored.begin() + static_cast<std::ptrdiff_t>(block.stored_offset + block.stored_size));
    const auto status =
        filter.decode_block(values, block, alone, MutableBytes(back).subspan(block.decoded_offset, block.decoded_size));
    ASSERT_TRUE(status) << status.reason;
  }
  EXPECT_EQ(made, original.size());
  EXPECT_TRUE(back == original);
}

}  // namespace fiver::codecs::trials
