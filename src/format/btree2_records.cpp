#include "format/btree2_records.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fiver::format {
namespace {

bool is_filtered(BTree2Type type) {
  return type == BTree2Type::huge_indirect_filtered || type == BTree2Type::huge_direct_filtered;
}

bool is_indirect(BTree2Type type) {
  return type == BTree2Type::huge_indirect || type == BTree2Type::huge_indirect_filtered;
}

PackedHeapId rest_as_id(Decoder& decoder, std::size_t after) {
  if (decoder.remaining() < after + 1) decoder.fail("no room for a heap id");
  return PackedHeapId(decoder.bytes(decoder.remaining() - after, "heap id"));
}

}  // namespace

PackedHeapId::PackedHeapId(ByteView bytes) {
  if (bytes.size() > most_bytes)
    throw Error(ErrorKind::unsupported,
                fmt::format("heap id of {} bytes, at most {} are known", bytes.size(), most_bytes));
  std::copy(bytes.begin(), bytes.end(), bytes_.begin());
  size_ = static_cast<std::uint8_t>(bytes.size());
}

std::size_t huge_object_record_size(BTree2Type type, FieldWidths widths) {
  return widths.offset + widths.length + (is_filtered(type) ? 4 + widths.length : 0) +
         (is_indirect(type) ? widths.length : 0);
}

HugeObjectRecord decode_huge_object_record(ByteView record, FieldWidths widths, BTree2Type type) {
  Decoder decoder(record, widths, "huge object record");
  HugeObjectRecord huge;
  huge.address = decoder.defined_address("object address");
  huge.stored_size = decoder.length("stored bytes");
  if (is_filtered(type)) {
    huge.filter_mask = decoder.u32("filter mask");
    huge.memory_size = decoder.length("bytes after the filters");
  }
  if (is_indirect(type)) huge.id = decoder.length("object id");
  decoder.expect_end();
  return huge;
}

void encode_huge_object_record(Encoder& encoder, const HugeObjectRecord& record, BTree2Type type) {
  encoder.address(record.address);
  encoder.length(record.stored_size);
  if (is_filtered(type)) {
    encoder.u32(record.filter_mask);
    encoder.length(record.memory_size);
  }
  if (is_indirect(type)) encoder.length(record.id);
}

LinkNameRecord decode_link_name_record(ByteView record) {
  Decoder decoder(record, {}, "link name record");
  const auto hash = decoder.u32("hash");
  return {hash, rest_as_id(decoder, 0)};
}

void encode_link_name_record(Encoder& encoder, const LinkNameRecord& record) {
  encoder.u32(record.hash);
  encoder.bytes(record.id.view());
}

LinkOrderRecord decode_link_order_record(ByteView record) {
  Decoder decoder(record, {}, "link creation order record");
  const auto order = decoder.u64("creation order");
  return {order, rest_as_id(decoder, 0)};
}

void encode_link_order_record(Encoder& encoder, const LinkOrderRecord& record) {
  encoder.u64(record.order);
  encoder.bytes(record.id.view());
}

AttributeNameRecord decode_attribute_name_record(ByteView record) {
  Decoder decoder(record, {}, "attribute name record");
  AttributeNameRecord attribute;
  attribute.id = rest_as_id(decoder, 9);
  attribute.flags = decoder.u8("message flags");
  attribute.order = decoder.u32("creation order");
  attribute.hash = decoder.u32("hash");
  return attribute;
}

void encode_attribute_name_record(Encoder& encoder, const AttributeNameRecord& record) {
  encoder.bytes(record.id.view());
  encoder.u8(record.flags);
  encoder.u32(record.order);
  encoder.u32(record.hash);
}

void store_attribute_name_record(MutableBytes to, const AttributeNameRecord& record) {
  const auto id = record.id.view();
  std::copy(id.begin(), id.end(), to.begin());
  to[id.size()] = std::byte{record.flags};
  store_little(record.order, to.subspan(id.size() + 1, 4));
  store_little(record.hash, to.subspan(id.size() + 5, 4));
}

AttributeOrderRecord decode_attribute_order_record(ByteView record) {
  Decoder decoder(record, {}, "attribute creation order record");
  AttributeOrderRecord attribute;
  attribute.id = rest_as_id(decoder, 5);
  attribute.flags = decoder.u8("message flags");
  attribute.order = decoder.u32("creation order");
  return attribute;
}

void encode_attribute_order_record(Encoder& encoder, const AttributeOrderRecord& record) {
  encoder.bytes(record.id.view());
  encoder.u8(record.flags);
  encoder.u32(record.order);
}

std::size_t chunk_record_size(const ChunkElementFormat& format, unsigned rank, FieldWidths widths) {
  return format.element_size(widths) + 8 * std::size_t{rank};
}

ChunkElement decode_chunk_record(ByteView record, FieldWidths widths, const ChunkElementFormat& format,
                                 std::span<std::uint64_t> scaled) {
  Decoder decoder(record, widths, "chunk record");
  const auto element = decode_chunk_element(decoder, format);
  for (auto& coordinate : scaled) coordinate = decoder.u64("scaled chunk offset");
  decoder.expect_end();
  return element;
}

void encode_chunk_record(Encoder& encoder, const ChunkElement& element, const ChunkElementFormat& format,
                         std::span<const std::uint64_t> scaled) {
  encode_chunk_element(encoder, element, format);
  for (const auto coordinate : scaled) encoder.u64(coordinate);
}

}  // namespace fiver::format
