// One chunk as fixed arrays, extensible arrays and chunk records of v2 B-trees hold it. Format specification VII.A to VII.D.
//   plain: address:O     filtered: address:O stored bytes:(width) filter mask:u32
// Layout version 4 gives the stored bytes a width computed from the chunk's unfiltered bytes, version 5 "size of lengths".
#pragma once

#include <cstdint>
#include <optional>

#include "base/decoder.hpp"
#include "base/encoder.hpp"

namespace fiver::format {

struct ChunkElement {
  std::optional<Address> address;  ///< absent: never written, reads as fill
  std::uint64_t stored_size = 0;   ///< only filtered
  std::uint32_t filter_mask = 0;   ///< only filtered; bit f set: filter f was skipped
  friend bool operator==(const ChunkElement&, const ChunkElement&) = default;
};

/// The byte "client" of the arrays' blocks.
enum class ChunkClient : std::uint8_t { plain = 0, filtered = 1 };

struct ChunkElementFormat {
  bool filtered = false;
  unsigned size_width = 0;  ///< bytes of stored_size, 1 to 8; 0 when not filtered

  static ChunkElementFormat plain() { return {}; }
  /// `chunk_bytes` is the size of a chunk before filters; `wide_sizes` is layout version 5's rule.
  static ChunkElementFormat with_filters(std::uint64_t chunk_bytes, bool wide_sizes, FieldWidths widths);
  ChunkClient client() const { return filtered ? ChunkClient::filtered : ChunkClient::plain; }
  std::size_t element_size(FieldWidths widths) const { return widths.offset + (filtered ? size_width + 4 : 0); }
  friend bool operator==(const ChunkElementFormat&, const ChunkElementFormat&) = default;
};

/// Bytes of a stored size under layout version 4: room for a chunk that filters made up to 256 times larger.
unsigned stored_size_width(std::uint64_t chunk_bytes);

ChunkElement decode_chunk_element(Decoder& decoder, const ChunkElementFormat& format);
void encode_chunk_element(Encoder& encoder, const ChunkElement& element, const ChunkElementFormat& format);

/// Bit `index` of a page bitmap, most significant bit of each byte first. Throws corrupt when the bitmap ends before it.
bool page_bit(ByteView bitmap, std::uint64_t index);
void set_page_bit(MutableBytes bitmap, std::uint64_t index);

}  // namespace fiver::format
