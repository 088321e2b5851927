// Filters whose chunks are a header and blocks of one decoded size, each behind its stored length: what a reader must know to come to
// one block without having read the whole chunk.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "fiver/spi/filter.hpp"

namespace fiver::codecs {

struct BlockFraming {
  static constexpr std::size_t head_size = 12, length_size = 4;

  bool has_lengths = true;  ///< else blocks are stored in their own size, one after the other and without a head
  std::uint64_t block = 0;  ///< decoded bytes of every block but the last
  std::uint64_t total = 0;  ///< decoded bytes of all blocks
  std::uint64_t rest = 0;   ///< behind them, stored as they are and without a length
  std::string_view codec;   ///< of the blocks, as in a ChunkBlock
  std::string_view rest_codec;

  std::uint64_t count() const { return total / block + (total % block != 0 ? 1 : 0); }
  std::uint64_t first_start() const { return has_lengths ? head_size : 0; }
  /// Of a decoded byte; the rest is block count().
  std::uint64_t block_of(std::uint64_t byte) const { return byte < total ? byte / block : count(); }
  /// True when a chunk of `stored` bytes that begins with `head` says the same of itself: integers are big-endian, the decoded size first.
  bool describes(ByteView head, std::uint64_t stored) const {
    if (!has_lengths) return stored == total + rest;
    return load_big<std::uint64_t>(head) == total + rest && load_big<std::uint32_t>(head.subspan(8)) == block;
  }
  /// Block `number`, whose length (or first byte, where there is none) stands at `start`; `end` is where the next one's does.
  ChunkBlock at(std::uint64_t number, std::uint64_t start, std::uint64_t end) const {
    if (number == count()) return {start, rest, total, rest, rest_codec};
    const auto decoded = number * block, length = has_lengths ? length_size : 0;
    return {start + length, end - start - length, decoded, total - decoded < block ? total - decoded : block, codec};
  }
};

/// What a Filter may be besides.
class FramedFilter {
 public:
  virtual ~FramedFilter() = default;
  /// The framing of chunks of `decoded` bytes that were written with these values. A chunk may still be framed in another way: see
  /// describes().
  virtual std::optional<BlockFraming> framing(std::span<const std::uint32_t> values, std::uint64_t decoded) const = 0;
};

}  // namespace fiver::codecs
