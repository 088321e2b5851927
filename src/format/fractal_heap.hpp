// Fractal heaps: links of dense groups, dense attributes, shared messages. Format specification III.G.
//   "FRHP" version:u8 id length:u16 filter bytes:u16 flags:u8 most managed:u32 ... see describe() ...
//          [filtered root size:L filter mask:u32 filter pipeline message] sum:u32
//   "FHDB" version:u8 heap header:O block offset:(offset width) [sum:u32] objects, to the block's size
//   "FHIB" version:u8 heap header:O block offset:(offset width) direct children {address:O [size:L mask:u32]} indirect children {address:O} sum:u32
//   id: first byte: bits 6-7 version 0, bits 4-5 kind; managed {offset:(offset width) size:(length width)},
//       huge {address:O size:L [mask:u32 memory size:L]} or {key}, tiny {size - 1 in the low bits, bytes}
// The heap is a space of up to 2^bits bytes, cut by the doubling table: rows of `width` blocks; rows 0 and 1 have blocks of the starting
// size, each later row doubles it. Rows up to the largest direct block hold objects, later ones further tables. Offsets count the
// blocks' own headers.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "format/described.hpp"

namespace fiver::format {

struct FractalHeapHeader {
  std::uint16_t id_length = 0;
  std::uint16_t filter_bytes = 0;  ///< size of filter_message
  std::uint8_t flags = 0;          ///< bit 0: huge ids wrapped around; bit 1: direct blocks have checksums
  std::uint32_t most_managed = 0;  ///< larger objects are huge
  Length next_huge_id;
  std::optional<Address> huge_tree;
  Length free_space;
  std::optional<Address> free_space_manager;
  Length managed_size;       ///< of the whole space that blocks may come to fill
  Length managed_allocated;  ///< bytes of direct blocks
  Length iterator_offset;    ///< where the next direct block goes
  Length managed_count, huge_size, huge_count, tiny_size, tiny_count;
  std::uint16_t width = 0;
  Length starting_size;
  Length most_direct;  ///< bytes of the largest direct block
  std::uint16_t heap_bits = 0;
  std::uint16_t starting_rows = 0;
  std::optional<Address> root;     ///< absent: an empty heap
  std::uint16_t current_rows = 0;  ///< of the root indirect block; 0: the root is a direct block
  // Only when filter_bytes is not 0.
  Length filtered_root_size;  ///< stored bytes of a direct root block
  std::uint32_t root_filter_mask = 0;
  Bytes filter_message;  ///< the filter pipeline message, undecoded

  bool filtered() const { return filter_bytes != 0; }
  bool direct_blocks_have_checksums() const { return (flags & 2U) != 0; }
  friend bool operator==(const FractalHeapHeader&, const FractalHeapHeader&) = default;
};

/// The part that every heap has, without the checksum.
template <class Wire, maybe_const<FractalHeapHeader> Header>
constexpr void describe(Wire& wire, Header& h) {
  wire.signature("FRHP");
  wire.version(0);
  wire("id length", h.id_length);
  wire("filter bytes", h.filter_bytes);
  wire("flags", h.flags);
  wire("most managed", h.most_managed);
  wire("next huge id", h.next_huge_id);
  wire("huge tree", h.huge_tree);
  wire("free space", h.free_space);
  wire("free space manager", h.free_space_manager);
  wire("managed size", h.managed_size);
  wire("managed allocated", h.managed_allocated);
  wire("iterator offset", h.iterator_offset);
  wire("managed count", h.managed_count);
  wire("huge size", h.huge_size);
  wire("huge count", h.huge_count);
  wire("tiny size", h.tiny_size);
  wire("tiny count", h.tiny_count);
  wire("table width", h.width);
  wire("starting block size", h.starting_size);
  wire("largest direct block", h.most_direct);
  wire("heap bits", h.heap_bits);
  wire("starting rows", h.starting_rows);
  wire("root address", h.root);
  wire("current rows", h.current_rows);
}

/// The bytes to fetch; 0 filter bytes for the first look, then what fractal_heap_filter_bytes() tells of it.
std::size_t fractal_heap_header_size(FieldWidths widths, std::uint16_t filter_bytes);
std::uint16_t fractal_heap_filter_bytes(ByteView start, FieldWidths widths);
/// Throws corrupt unless the geometry below can be computed.
FractalHeapHeader decode_fractal_heap_header(ByteView bytes, FieldWidths widths);
/// filter_bytes must be the size of filter_message.
Bytes encode_fractal_heap_header(const FractalHeapHeader& header, FieldWidths widths);

/// The doubling table and the widths that follow from a header.
class FractalHeapGeometry {
 public:
  FractalHeapGeometry(const FractalHeapHeader& header, FieldWidths widths);

  unsigned width() const { return width_; }
  /// Bytes of a block offset in block headers, and of the offset in managed ids.
  unsigned offset_width() const { return offset_width_; }
  /// Bytes of the size in managed ids.
  unsigned length_width() const { return length_width_; }
  std::uint64_t starting_size() const { return std::uint64_t{1} << starting_bits_; }
  std::uint64_t most_direct() const { return std::uint64_t{1} << direct_bits_; }
  unsigned heap_bits() const { return heap_bits_; }
  bool direct_checksums() const { return direct_checksums_; }
  bool filtered() const { return filtered_; }

  /// Rows that hold direct blocks; later rows hold indirect ones.
  unsigned direct_rows() const { return direct_bits_ - starting_bits_ + 2; }
  /// Rows of the largest table that the heap's bits allow.
  unsigned most_rows() const { return heap_bits_ - first_row_bits_ + 1; }
  /// Bytes of heap space of one block of a row.
  std::uint64_t block_size(unsigned row) const;
  /// Where a row starts, from the start of its table.
  std::uint64_t row_offset(unsigned row) const;
  /// Rows of the indirect block that stands in `row`, which is not less than direct_rows().
  unsigned rows_of_indirect(unsigned row) const;

  struct Place {
    unsigned row = 0, column = 0;
    std::uint64_t within = 0;  ///< offset in that block
    friend bool operator==(const Place&, const Place&) = default;
  };
  /// The block of a table that holds the byte at `offset` from the table's start. The row may be beyond the table's rows.
  Place place(std::uint64_t offset) const;

  /// The bytes of a direct block before its objects.
  std::size_t direct_block_header_size() const;
  /// The bytes of an indirect block of `rows` rows, all to be fetched.
  std::uint64_t indirect_block_size(unsigned rows) const;

 private:
  FieldWidths widths_;
  unsigned width_, offset_width_ = 0, length_width_ = 0, starting_bits_ = 0, direct_bits_ = 0, heap_bits_ = 0,
                   first_row_bits_ = 0;
  bool direct_checksums_ = false, filtered_ = false;
};

struct FractalHeapDirectBlock {
  Address heap;              ///< of the heap's header
  std::uint64_t offset = 0;  ///< of the block in the heap's space
  friend bool operator==(const FractalHeapDirectBlock&, const FractalHeapDirectBlock&) = default;
};
/// `block` is the whole block, its filters undone. Its checksum counts its own field as zero.
FractalHeapDirectBlock decode_fractal_heap_direct_block(ByteView block, FieldWidths widths,
                                                        const FractalHeapGeometry& geometry);
/// Writes the header, and the checksum over all of it, into a block whose objects are in place.
void seal_fractal_heap_direct_block(MutableBytes block, const FractalHeapDirectBlock& header, FieldWidths widths,
                                    const FractalHeapGeometry& geometry);

struct FractalHeapChild {
  std::optional<Address> address;  ///< absent: no block yet
  std::uint64_t stored_size = 0;   ///< only of direct blocks in filtered heaps
  std::uint32_t filter_mask = 0;   ///< likewise
  friend bool operator==(const FractalHeapChild&, const FractalHeapChild&) = default;
};
struct FractalHeapIndirectBlock {
  Address heap;
  std::uint64_t offset = 0;
  std::vector<FractalHeapChild> children;  ///< row by row, width() each
  friend bool operator==(const FractalHeapIndirectBlock&, const FractalHeapIndirectBlock&) = default;
};
FractalHeapIndirectBlock decode_fractal_heap_indirect_block(ByteView block, FieldWidths widths,
                                                            const FractalHeapGeometry& geometry, unsigned rows);
/// children must be whole rows.
Bytes encode_fractal_heap_indirect_block(const FractalHeapIndirectBlock& block, FieldWidths widths,
                                         const FractalHeapGeometry& geometry);

// What an id says.
struct ManagedHeapId {
  std::uint64_t offset = 0, size = 0;
  friend bool operator==(const ManagedHeapId&, const ManagedHeapId&) = default;
};
struct TinyHeapId {
  Bytes object;
  friend bool operator==(const TinyHeapId&, const TinyHeapId&) = default;
};
/// A huge object whose place stands in the id.
struct HugeDirectHeapId {
  Address address;
  std::uint64_t stored_size = 0;
  std::uint32_t filter_mask = 0;  ///< only in filtered heaps
  std::uint64_t memory_size = 0;  ///< likewise
  friend bool operator==(const HugeDirectHeapId&, const HugeDirectHeapId&) = default;
};
/// A huge object whose place stands in the heap's tree, under this id.
struct HugeKeyHeapId {
  std::uint64_t key = 0;
  friend bool operator==(const HugeKeyHeapId&, const HugeKeyHeapId&) = default;
};
using FractalHeapId = std::variant<ManagedHeapId, TinyHeapId, HugeDirectHeapId, HugeKeyHeapId>;

/// `id` has the heap's id length.
FractalHeapId decode_fractal_heap_id(ByteView id, FieldWidths widths, const FractalHeapGeometry& geometry);
Bytes encode_fractal_heap_id(const FractalHeapId& id, std::uint16_t id_length, FieldWidths widths,
                             const FractalHeapGeometry& geometry);
/// The largest object that an id of this length holds in itself.
std::uint64_t most_tiny_bytes(std::uint16_t id_length);
/// True when ids of this length hold a huge object's place.
bool huge_ids_are_direct(std::uint16_t id_length, FieldWidths widths, bool filtered);

}  // namespace fiver::format
