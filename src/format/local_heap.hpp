// Local heaps: the names of an old-style group, and of external files. Format specification III.D.
//   "HEAP" version:u8 reserved:3 data size:L free list head:L data address:O
//   data: texts, each NUL-terminated and padded to 8 bytes, and free blocks {next:L size:L}; a list ends with offset 1
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "format/described.hpp"

namespace fiver::format {

/// The end of a list of free blocks: no block can stand at an odd offset.
inline constexpr std::uint64_t no_free_block = 1;

struct LocalHeapHeader {
  Length data_size;
  Length free_list{no_free_block};  ///< offset of the first free block in the data
  Address data;
  friend bool operator==(const LocalHeapHeader&, const LocalHeapHeader&) = default;
};

template <class Wire, maybe_const<LocalHeapHeader> Header>
constexpr void describe(Wire& wire, Header& h) {
  wire.signature("HEAP");
  wire.version(0);
  wire.reserved(3);
  wire("data size", h.data_size);
  wire("free list", h.free_list);
  wire("data address", h.data);
}

std::size_t local_heap_header_size(FieldWidths widths);
LocalHeapHeader decode_local_heap_header(ByteView bytes, FieldWidths widths);
Bytes encode_local_heap_header(const LocalHeapHeader& header, FieldWidths widths);

/// The text at `offset` of the heap's data, in place. Throws corrupt when it starts outside or has no NUL.
std::string_view local_heap_text(ByteView data, std::uint64_t offset);

struct LocalHeapFreeBlock {
  std::uint64_t offset = 0, size = 0;
  friend bool operator==(const LocalHeapFreeBlock&, const LocalHeapFreeBlock&) = default;
};
/// The free blocks in list order. Throws corrupt when one lies outside the data, overlaps another or the list does not end.
std::vector<LocalHeapFreeBlock> decode_local_heap_free_list(ByteView data, FieldWidths widths, std::uint64_t head);

/// Packs texts into a new heap's data. The empty text stands at offset 0.
class LocalHeapBuilder {
 public:
  LocalHeapBuilder() : data_(8) {}
  /// The offset of the text.
  std::uint64_t add(std::string_view text);
  std::size_t size() const { return data_.size(); }
  struct Built {
    Bytes data;
    std::uint64_t free_list = no_free_block;
  };
  /// The data in at least `least_size` bytes; what is left over is one free block.
  Built build(std::size_t least_size, FieldWidths widths) const;

 private:
  Bytes data_;
};

}  // namespace fiver::format
