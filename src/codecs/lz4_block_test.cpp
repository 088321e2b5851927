// The LZ4 block decoder against the library's encoder on good blocks, against the format on broken ones.
#include "codecs/lz4_block.hpp"

#include <gtest/gtest.h>
#include <lz4.h>

#include <optional>
#include <random>

namespace fiver::codecs {
namespace {

Bytes compressed(const Bytes& original) {
  Bytes stored(static_cast<std::size_t>(LZ4_compressBound(static_cast<int>(original.size()))));
  const int size =
      LZ4_compress_default(reinterpret_cast<const char*>(original.data()), reinterpret_cast<char*>(stored.data()),
                           static_cast<int>(original.size()), static_cast<int>(stored.size()));
  stored.resize(static_cast<std::size_t>(size));
  return stored;
}

// Noise, then repetitions of the last `period` bytes, again and again.
Bytes repetitive(std::size_t size, std::size_t period, unsigned seed) {
  std::mt19937 random(seed);
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i)
    bytes[i] = i < period || random() % 61 == 0 ? static_cast<std::byte>(random()) : bytes[i - period];
  return bytes;
}

TEST(Lz4Block, DecodesEveryDistance) {
  for (std::size_t period = 1; period <= 70; ++period)
    for (const std::size_t size : {0U, 1U, 12U, 13U, 64U, 200U, 8192U, 70000U}) {
      const Bytes original = repetitive(size, period, static_cast<unsigned>(size + period));
      const Bytes stored = compressed(original);
      for (const std::size_t slack : {std::size_t{0}, std::size_t{1}, lz4_block_slack}) {
        Bytes out(size + slack, std::byte{0xA5});
        ASSERT_TRUE(decode_lz4_block(stored, out, size)) << "period " << period << ", size " << size;
        out.resize(size);
        ASSERT_EQ(out, original) << "period " << period << ", size " << size << ", slack " << slack;
      }
      Bytes other(size + 1);
      EXPECT_FALSE(decode_lz4_block(stored, other, size + 1));
      if (size != 0) {
        EXPECT_FALSE(decode_lz4_block(stored, other, size - 1));
      }
    }
}

// The format word for word. The library is no judge of broken blocks: it accepts a distance of 0.
std::optional<Bytes> decoded_plainly(const Bytes& in) {
  Bytes out;
  std::size_t at = 0;
  const auto next = [&]() -> std::size_t {
    return at < in.size() ? std::to_integer<std::size_t>(in[at++]) : (++at, 0);
  };
  const auto length = [&](std::size_t nibble) {
    std::size_t total = nibble;
    for (std::size_t more = nibble == 15 ? 255 : 0; more == 255; total += more) more = next();
    return total;
  };
  while (at < in.size()) {
    const std::size_t token = next();
    for (std::size_t left = length(token >> 4); left > 0 && at <= in.size(); --left)
      out.push_back(static_cast<std::byte>(next()));
    if (at == in.size()) return out;
    std::size_t distance = next();
    distance |= next() << 8;
    const std::size_t match = length(token & 15) + 4;
    if (at > in.size() || distance == 0 || distance > out.size()) return std::nullopt;
    for (std::size_t i = 0; i < match; ++i) out.push_back(out[out.size() - distance]);
  }
  return std::nullopt;
}

TEST(Lz4Block, JudgesBrokenBlocksByTheFormat) {
  std::mt19937 random(5);
  unsigned accepted = 0;
  for (unsigned trial = 0; trial < 20000; ++trial) {
    const std::size_t size = 1 + random() % 600;
    Bytes stored = compressed(repetitive(size, 1 + random() % 40, trial));
    for (auto flips = random() % 3; flips > 0; --flips)
      stored[random() % stored.size()] ^= std::byte{1} << random() % 8;
    if (random() % 4 == 0) stored.resize(random() % (stored.size() + 1));
    const auto expected = decoded_plainly(stored);
    Bytes ours(size + (trial % 3 == 0 ? lz4_block_slack : 0));
    const bool good = expected && expected->size() == size;
    ASSERT_EQ(decode_lz4_block(stored, ours, size), good) << "trial " << trial;
    if (!good) continue;
    ++accepted;
    ours.resize(size);
    ASSERT_EQ(ours, *expected) << "trial " << trial;
  }
  EXPECT_GT(accepted, 5000U);
}

TEST(Lz4Block, RefusesNonsense) {
  Bytes out(100);
  EXPECT_FALSE(decode_lz4_block({}, out, 0));
  EXPECT_FALSE(decode_lz4_block({}, out, 10));
  const Bytes empty = {std::byte{0}};
  EXPECT_TRUE(decode_lz4_block(empty, out, 0));
  EXPECT_FALSE(decode_lz4_block(empty, out, 200));
  const Bytes endless(50, std::byte{0xFF});
  EXPECT_FALSE(decode_lz4_block(endless, out, 100));
  const Bytes before_start = {std::byte{0x10}, std::byte{1}, std::byte{2}, std::byte{0}, std::byte{0}};
  EXPECT_FALSE(decode_lz4_block(before_start, out, 5));
  const Bytes no_distance = {std::byte{0x10}, std::byte{1}, std::byte{0}, std::byte{0}, std::byte{0}};
  EXPECT_FALSE(decode_lz4_block(no_distance, out, 5));
}

}  // namespace
}  // namespace fiver::codecs
