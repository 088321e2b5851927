// Fixed arrays: the chunk index of datasets whose maximum dimensions are fixed. Format specification VII.C.
//   "FAHD" version:u8 client:u8 element size:u8 page bits:u8 elements:L data block:O sum:u32
//   "FADB" version:u8 client:u8 header:O elements sum:u32                  up to 2^page bits elements
//   "FADB" version:u8 client:u8 header:O page bitmap sum:u32, then pages {elements sum:u32} of 2^page bits elements, the last shorter
// A page whose bit is not set was never written: its bytes are garbage, its chunks fill.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "format/chunk_element.hpp"
#include "format/described.hpp"

namespace fiver::format {

struct FixedArrayHeader {
  std::uint8_t client = 0;  ///< ChunkClient
  std::uint8_t element_size = 0;
  std::uint8_t page_bits = 10;
  Length elements;
  std::optional<Address> data_block;
  friend bool operator==(const FixedArrayHeader&, const FixedArrayHeader&) = default;
};

template <class Wire, maybe_const<FixedArrayHeader> Header>
constexpr void describe(Wire& wire, Header& h) {
  wire.signature("FAHD");
  wire.version(0);
  wire("client", h.client);
  wire("element size", h.element_size);
  wire("page bits", h.page_bits);
  wire("elements", h.elements);
  wire("data block address", h.data_block);
  wire.checksum();
}

std::size_t fixed_array_header_size(FieldWidths widths);
/// Throws corrupt when client or element size are not those of `format`, or the array's bytes do not fit in 64 bits.
FixedArrayHeader decode_fixed_array_header(ByteView bytes, FieldWidths widths, const ChunkElementFormat& format);
Bytes encode_fixed_array_header(const FixedArrayHeader& header, FieldWidths widths);

/// Where things are in the data block.
class FixedArrayGeometry {
 public:
  FixedArrayGeometry(const FixedArrayHeader& header, FieldWidths widths);
  std::uint64_t elements() const { return elements_; }
  bool paged() const { return pages_ != 0; }
  std::uint64_t pages() const { return pages_; }  ///< 0 when not paged
  std::uint64_t bitmap_size() const { return pages_ / 8 + (pages_ % 8 != 0); }
  std::uint64_t page_of(std::uint64_t element) const { return element >> page_bits_; }
  std::uint64_t within_page(std::uint64_t element) const { return element & ((std::uint64_t{1} << page_bits_) - 1); }
  std::uint64_t elements_in_page(std::uint64_t page) const;
  /// From the data block's start.
  std::uint64_t page_offset(std::uint64_t page) const;
  std::uint64_t page_size(std::uint64_t page) const { return elements_in_page(page) * element_size_ + 4; }
  /// The bytes to fetch before any page: all of the block when not paged.
  std::uint64_t head_size() const;
  /// The whole block with all its pages.
  std::uint64_t block_size() const;

 private:
  std::uint64_t elements_, pages_ = 0, element_size_, prefix_size_;
  unsigned page_bits_;
};

struct FixedArrayBlock {
  Address header;
  Bytes page_bitmap;                   ///< only paged; see page_bit()
  std::vector<ChunkElement> elements;  ///< only not paged
  friend bool operator==(const FixedArrayBlock&, const FixedArrayBlock&) = default;
};
/// `head` has head_size() bytes.
FixedArrayBlock decode_fixed_array_block(ByteView head, FieldWidths widths, const FixedArrayGeometry& geometry,
                                         const ChunkElementFormat& format);
std::vector<ChunkElement> decode_fixed_array_page(ByteView page, FieldWidths widths, const FixedArrayGeometry& geometry,
                                                  const ChunkElementFormat& format, std::uint64_t number);

/// The head: head_size() bytes.
Bytes encode_fixed_array_block(const FixedArrayBlock& block, FieldWidths widths, const FixedArrayGeometry& geometry,
                               const ChunkElementFormat& format);
/// One page, or the elements of any paged block.
Bytes encode_array_page(const std::vector<ChunkElement>& elements, FieldWidths widths,
                        const ChunkElementFormat& format);

}  // namespace fiver::format
