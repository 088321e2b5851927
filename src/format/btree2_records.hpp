// The records of version 2 B-trees, types 1 to 11. Format specification III.A.2, "Version 2 B-tree, Type N Record Layout".
//   1 huge object          {address:O size:L id:L}                 2 the same, filtered {address:O size:L mask:u32 memory size:L id:L}
//   3 huge object, direct  {address:O size:L}                      4 the same, filtered {address:O size:L mask:u32 memory size:L}
//   5 link by name         {hash:u32 heap id}                      6 link by creation order {order:i64 heap id}
//   7 shared message       shared_message_table.hpp
//   8 attribute by name    {heap id:8 flags:u8 order:u32 hash:u32} 9 attribute by creation order {heap id:8 flags:u8 order:u32}
//  10 chunk                {address:O scaled offset:u64 x rank}   11 filtered chunk {address:O size:(width) mask:u32 scaled:u64 x rank}
// Every decoder takes exactly one record and throws corrupt when its size is wrong; the sizes are what a tree's header must say.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/decoder.hpp"
#include "base/encoder.hpp"
#include "format/chunk_element.hpp"

namespace fiver::format {

enum class BTree2Type : std::uint8_t {
  huge_indirect = 1,
  huge_indirect_filtered = 2,
  huge_direct = 3,
  huge_direct_filtered = 4,
  link_name = 5,
  link_creation_order = 6,
  shared_message = 7,
  attribute_name = 8,
  attribute_creation_order = 9,
  chunk = 10,
  filtered_chunk = 11,
};

/// A fractal heap's id, undecoded (fractal_heap.hpp decodes it). Links use 7 bytes, attributes and shared messages 8.
class PackedHeapId {
 public:
  static constexpr std::size_t most_bytes = 16;
  PackedHeapId() = default;
  /// Throws unsupported above most_bytes.
  explicit PackedHeapId(ByteView bytes);
  ByteView view() const { return ByteView(bytes_).first(size_); }
  std::size_t size() const { return size_; }
  friend auto operator<=>(const PackedHeapId&, const PackedHeapId&) = default;

 private:
  std::array<std::byte, most_bytes> bytes_{};
  std::uint8_t size_ = 0;
};

inline constexpr std::size_t link_heap_id_size = 7;
inline constexpr std::size_t attribute_heap_id_size = 8;

struct HugeObjectRecord {
  Address address;
  std::uint64_t stored_size = 0;
  std::uint32_t filter_mask = 0;  ///< only filtered
  std::uint64_t memory_size = 0;  ///< only filtered: bytes after the filters
  std::uint64_t id = 0;           ///< only indirect
  friend bool operator==(const HugeObjectRecord&, const HugeObjectRecord&) = default;
};
/// `type` is one of the first four.
std::size_t huge_object_record_size(BTree2Type type, FieldWidths widths);
HugeObjectRecord decode_huge_object_record(ByteView record, FieldWidths widths, BTree2Type type);
void encode_huge_object_record(Encoder& encoder, const HugeObjectRecord& record, BTree2Type type);

struct LinkNameRecord {
  std::uint32_t hash = 0;  ///< lookup3 of the name
  PackedHeapId id;
  friend bool operator==(const LinkNameRecord&, const LinkNameRecord&) = default;
};
/// The heap id takes the rest of the record.
LinkNameRecord decode_link_name_record(ByteView record);
void encode_link_name_record(Encoder& encoder, const LinkNameRecord& record);

struct LinkOrderRecord {
  std::uint64_t order = 0;
  PackedHeapId id;
  friend bool operator==(const LinkOrderRecord&, const LinkOrderRecord&) = default;
};
LinkOrderRecord decode_link_order_record(ByteView record);
void encode_link_order_record(Encoder& encoder, const LinkOrderRecord& record);

struct AttributeNameRecord {
  PackedHeapId id;
  std::uint8_t flags = 0;   ///< of the message: bit 1 says that the heap is the file's shared message heap
  std::uint32_t order = 0;  ///< creation order
  std::uint32_t hash = 0;   ///< lookup3 of the name
  friend bool operator==(const AttributeNameRecord&, const AttributeNameRecord&) = default;
};
AttributeNameRecord decode_attribute_name_record(ByteView record);
void encode_attribute_name_record(Encoder& encoder, const AttributeNameRecord& record);
/// The same into bytes of exactly that size, for trees of many records.
void store_attribute_name_record(MutableBytes to, const AttributeNameRecord& record);

struct AttributeOrderRecord {
  PackedHeapId id;
  std::uint8_t flags = 0;
  std::uint32_t order = 0;
  friend bool operator==(const AttributeOrderRecord&, const AttributeOrderRecord&) = default;
};
AttributeOrderRecord decode_attribute_order_record(ByteView record);
void encode_attribute_order_record(Encoder& encoder, const AttributeOrderRecord& record);

/// Types 10 and 11: an element as the arrays have it, and where the chunk is, in chunks.
std::size_t chunk_record_size(const ChunkElementFormat& format, unsigned rank, FieldWidths widths);
/// Fills `scaled`, one value a dimension, and returns the element.
ChunkElement decode_chunk_record(ByteView record, FieldWidths widths, const ChunkElementFormat& format,
                                 std::span<std::uint64_t> scaled);
void encode_chunk_record(Encoder& encoder, const ChunkElement& element, const ChunkElementFormat& format,
                         std::span<const std::uint64_t> scaled);

}  // namespace fiver::format
