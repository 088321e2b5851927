// Extensible arrays: the chunk index of datasets with one unlimited dimension. Format specification VII.D.
//   "EAHD" version:u8 client:u8 element size:u8 max bits:u8 index block elements:u8 least data block elements:u8
//          least super block pointers:u8 page bits:u8 six statistics:L index block:O sum:u32
//   "EAIB" version:u8 client:u8 header:O elements, data block addresses:O, super block addresses:O sum:u32
//   "EASB" version:u8 client:u8 header:O block offset:(offset width) page bitmap, data block addresses:O sum:u32
//   "EADB" version:u8 client:u8 header:O block offset:(offset width) elements sum:u32
//   "EADB" version:u8 client:u8 header:O block offset:(offset width) sum:u32, then pages {elements sum:u32}
// The header has data block elements before super block pointers; the layout message has them the other way round. Super block u
// has 2^(u/2) data blocks of 2^((u+1)/2) times the least elements. The first 2 log2(pointers) super blocks exist only as data block
// addresses in the index block. The block offsets that libhdf5 writes can be wrong and are not held against anything.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "format/chunk_element.hpp"
#include "format/described.hpp"

namespace fiver::format {

struct ExtensibleArrayHeader {
  std::uint8_t client = 0;  ///< ChunkClient
  std::uint8_t element_size = 0;
  std::uint8_t max_bits = 32;
  std::uint8_t index_block_elements = 4;
  std::uint8_t min_data_block_elements = 16;
  std::uint8_t min_super_block_pointers = 4;
  std::uint8_t page_bits = 10;
  Length super_blocks, super_block_bytes, data_blocks, data_block_bytes;
  Length used_elements;      ///< the highest index that was set, and one
  Length realised_elements;  ///< elements that have room in existing blocks
  std::optional<Address> index_block;
  friend bool operator==(const ExtensibleArrayHeader&, const ExtensibleArrayHeader&) = default;
};

template <class Wire, maybe_const<ExtensibleArrayHeader> Header>
constexpr void describe(Wire& wire, Header& h) {
  wire.signature("EAHD");
  wire.version(0);
  wire("client", h.client);
  wire("element size", h.element_size);
  wire("max bits", h.max_bits);
  wire("index block elements", h.index_block_elements);
  wire("least data block elements", h.min_data_block_elements);
  wire("least super block pointers", h.min_super_block_pointers);
  wire("page bits", h.page_bits);
  wire("super blocks", h.super_blocks);
  wire("super block bytes", h.super_block_bytes);
  wire("data blocks", h.data_blocks);
  wire("data block bytes", h.data_block_bytes);
  wire("used elements", h.used_elements);
  wire("realised elements", h.realised_elements);
  wire("index block address", h.index_block);
  wire.checksum();
}

std::size_t extensible_array_header_size(FieldWidths widths);
/// Throws corrupt when client or element size are not those of `format`, or the geometry below cannot be computed.
ExtensibleArrayHeader decode_extensible_array_header(ByteView bytes, FieldWidths widths,
                                                     const ChunkElementFormat& format);
Bytes encode_extensible_array_header(const ExtensibleArrayHeader& header, FieldWidths widths);

class ExtensibleArrayGeometry {
 public:
  ExtensibleArrayGeometry(const ExtensibleArrayHeader& header, FieldWidths widths);

  // Numbers of things.
  unsigned index_block_elements() const { return index_elements_; }
  /// Super blocks in all, those that exist only in the index block among them.
  unsigned super_blocks() const { return super_blocks_; }
  /// The first super block that has a block of its own; the index block has addresses from it on.
  unsigned first_super_block() const { return first_super_block_; }
  /// Data block and super block addresses in the index block.
  unsigned direct_data_blocks() const { return direct_data_blocks_; }
  unsigned super_block_addresses() const { return super_blocks_ - first_super_block_; }
  std::uint64_t data_blocks(unsigned super_block) const { return std::uint64_t{1} << (super_block / 2); }
  std::uint64_t elements_per_data_block(unsigned super_block) const;
  /// Index of the first element of a super block.
  std::uint64_t first_element(unsigned super_block) const;
  /// One more than the largest index.
  std::uint64_t most_elements() const { return std::uint64_t{1} << max_bits_; }

  // Pages of a super block's data blocks.
  std::uint64_t elements_per_page() const { return std::uint64_t{1} << page_bits_; }
  /// Pages of each data block; 0: they are not paged.
  std::uint64_t pages_per_data_block(unsigned super_block) const;
  /// Bytes of the page bitmap; its bits are counted without gaps, data block x pages + page, though each block's are rounded up here.
  std::uint64_t bitmap_size(unsigned super_block) const;

  // Bytes to fetch.
  std::uint64_t index_block_size() const;
  std::uint64_t super_block_size(unsigned super_block) const;
  /// All of a data block that is not paged, or what stands before the pages of one that is.
  std::uint64_t data_block_head_size(unsigned super_block) const;
  /// The whole data block with its pages.
  std::uint64_t data_block_size(unsigned super_block) const;
  std::uint64_t page_size() const { return elements_per_page() * element_size_ + 4; }
  /// From the data block's start.
  std::uint64_t page_offset(std::uint64_t page) const { return data_block_prefix_size() + 4 + page * page_size(); }
  /// Bytes of the block offset field.
  unsigned offset_width() const { return (max_bits_ + 7) / 8; }

  struct InIndexBlock {
    std::uint64_t element = 0;  ///< of the index block's elements
    friend bool operator==(const InIndexBlock&, const InIndexBlock&) = default;
  };
  struct InDataBlock {
    unsigned super_block = 0;
    std::optional<unsigned> direct_slot;       ///< of the index block's data block addresses
    std::optional<unsigned> super_block_slot;  ///< or of its super block addresses
    std::uint64_t data_block = 0;              ///< number in its super block
    std::uint64_t element = 0;                 ///< number in its data block, over all pages
    std::uint64_t page = 0, within_page = 0;   ///< where paged
    std::uint64_t bitmap_bit = 0;              ///< where paged
    friend bool operator==(const InDataBlock&, const InDataBlock&) = default;
  };
  using Place = std::variant<InIndexBlock, InDataBlock>;
  /// Throws invalid_argument from most_elements() on.
  Place place(std::uint64_t index) const;

 private:
  std::uint64_t data_block_prefix_size() const { return 6 + widths_.offset + offset_width(); }

  FieldWidths widths_;
  std::uint64_t element_size_, least_elements_;
  unsigned max_bits_, index_elements_, page_bits_;
  unsigned super_blocks_ = 0, first_super_block_ = 0, direct_data_blocks_ = 0;
};

struct ExtensibleArrayIndexBlock {
  Address header;
  std::vector<ChunkElement> elements;
  std::vector<std::optional<Address>> data_blocks, super_blocks;
  friend bool operator==(const ExtensibleArrayIndexBlock&, const ExtensibleArrayIndexBlock&) = default;
};
struct ExtensibleArraySuperBlock {
  Address header;
  std::uint64_t block_offset = 0;
  Bytes page_bitmap;  ///< see page_bit()
  std::vector<std::optional<Address>> data_blocks;
  friend bool operator==(const ExtensibleArraySuperBlock&, const ExtensibleArraySuperBlock&) = default;
};
struct ExtensibleArrayDataBlock {
  Address header;
  std::uint64_t block_offset = 0;
  std::vector<ChunkElement> elements;  ///< only not paged
  friend bool operator==(const ExtensibleArrayDataBlock&, const ExtensibleArrayDataBlock&) = default;
};

ExtensibleArrayIndexBlock decode_extensible_array_index_block(ByteView block, FieldWidths widths,
                                                              const ExtensibleArrayGeometry& geometry,
                                                              const ChunkElementFormat& format);
ExtensibleArraySuperBlock decode_extensible_array_super_block(ByteView block, FieldWidths widths,
                                                              const ExtensibleArrayGeometry& geometry,
                                                              const ChunkElementFormat& format, unsigned super_block);
/// `head` has data_block_head_size() bytes.
ExtensibleArrayDataBlock decode_extensible_array_data_block(ByteView head, FieldWidths widths,
                                                            const ExtensibleArrayGeometry& geometry,
                                                            const ChunkElementFormat& format, unsigned super_block);
/// `page` has page_size() bytes.
std::vector<ChunkElement> decode_extensible_array_page(ByteView page, FieldWidths widths,
                                                       const ExtensibleArrayGeometry& geometry,
                                                       const ChunkElementFormat& format);

Bytes encode_extensible_array_index_block(const ExtensibleArrayIndexBlock& block, FieldWidths widths,
                                          const ExtensibleArrayGeometry& geometry, const ChunkElementFormat& format);
Bytes encode_extensible_array_super_block(const ExtensibleArraySuperBlock& block, FieldWidths widths,
                                          const ExtensibleArrayGeometry& geometry, const ChunkElementFormat& format,
                                          unsigned super_block);
/// The head; pages are written with encode_array_page() of fixed_array.hpp.
Bytes encode_extensible_array_data_block(const ExtensibleArrayDataBlock& block, FieldWidths widths,
                                         const ExtensibleArrayGeometry& geometry, const ChunkElementFormat& format,
                                         unsigned super_block);

}  // namespace fiver::format
