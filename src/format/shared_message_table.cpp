#include "format/shared_message_table.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fiver::format {
namespace {

constexpr std::uint8_t in_heap = 0, in_header = 1;
constexpr std::size_t heap_part = 12;  // references and heap id
constexpr std::string_view table_name = "shared message table", list_name = "shared message list";

std::size_t header_part(FieldWidths widths) {
  return 4 + widths.offset;
}

SharedMessageRecord decode_record(Decoder& decoder) {
  const auto end = decoder.position() + shared_message_record_size(decoder.widths());
  SharedMessageRecord record;
  const auto location = decoder.u8("location");
  record.hash = decoder.u32("hash");
  if (location == in_heap) {
    SharedMessageInHeap heap;
    heap.references = decoder.u32("reference count");
    const auto id = decoder.bytes(heap.id.size(), "heap id");
    std::copy(id.begin(), id.end(), heap.id.begin());
    record.location = heap;
  } else if (location == in_header) {
    SharedMessageInHeader header;
    decoder.reserved(1);
    header.message_type = decoder.u8("message type");
    header.creation_index = decoder.u16("creation index");
    header.header = decoder.defined_address("object header address");
    record.location = header;
  } else {
    decoder.fail(fmt::format("unknown location {}", location));
  }
  decoder.skip(end - decoder.position(), "record padding");
  return record;
}

}  // namespace

std::size_t shared_message_table_size(unsigned indexes, FieldWidths widths) {
  if (indexes > most_shared_message_indexes)
    throw Error(ErrorKind::corrupt,
                fmt::format("{}: {} indexes, at most {} can be", table_name, indexes, most_shared_message_indexes));
  return 4 + indexes * (14 + 2 * std::size_t{widths.offset}) + 4;
}

std::vector<SharedMessageIndex> decode_shared_message_table(ByteView bytes, FieldWidths widths, unsigned indexes) {
  Decoder decoder(bytes, widths, table_name);
  if (const auto size = shared_message_table_size(indexes, widths); bytes.size() < size)
    decoder.fail(fmt::format("{} indexes take {} bytes, {} are there,", indexes, size, bytes.size()));
  decoder.signature("SMTB");
  std::vector<SharedMessageIndex> table(indexes);
  for (auto& index : table) {
    decoder.version(0);
    const auto kind = decoder.u8("kind of index");
    if (kind > static_cast<std::uint8_t>(SharedMessageIndex::Kind::tree))
      decoder.fail(fmt::format("unknown kind of index {}", kind));
    index.kind = static_cast<SharedMessageIndex::Kind>(kind);
    index.type_flags = decoder.u16("message type flags");
    index.least_size = decoder.u32("least message size");
    index.list_most = decoder.u16("most messages of a list");
    index.tree_least = decoder.u16("least messages of a tree");
    index.messages = decoder.u16("messages");
    index.index = decoder.address("index address");
    index.heap = decoder.address("heap address");
    if (index.kind == SharedMessageIndex::Kind::list && index.messages > index.list_most)
      decoder.fail(fmt::format("{} messages in a list of at most {},", index.messages, index.list_most));
  }
  decoder.checksum();
  return table;
}

Bytes encode_shared_message_table(const std::vector<SharedMessageIndex>& indexes, FieldWidths widths) {
  if (indexes.size() > most_shared_message_indexes)
    throw Error(ErrorKind::invalid_argument, fmt::format("{}: {} indexes", table_name, indexes.size()));
  Encoder encoder(widths);
  encoder.signature("SMTB");
  for (const auto& index : indexes) {
    encoder.version(0);
    encoder.u8(static_cast<std::uint8_t>(index.kind));
    encoder.u16(index.type_flags);
    encoder.u32(index.least_size);
    encoder.u16(index.list_most);
    encoder.u16(index.tree_least);
    encoder.u16(index.messages);
    encoder.address(index.index);
    encoder.address(index.heap);
  }
  encoder.checksum();
  return std::move(encoder).take();
}

std::size_t shared_message_record_size(FieldWidths widths) {
  return 5 + std::max(heap_part, header_part(widths));
}

SharedMessageRecord decode_shared_message_record(ByteView record, FieldWidths widths) {
  Decoder decoder(record, widths, "shared message record");
  const auto decoded = decode_record(decoder);
  decoder.expect_end();
  return decoded;
}

void encode_shared_message_record(Encoder& encoder, const SharedMessageRecord& record) {
  const auto end = encoder.size() + shared_message_record_size(encoder.widths());
  const auto* heap = std::get_if<SharedMessageInHeap>(&record.location);
  encoder.u8(heap != nullptr ? in_heap : in_header);
  encoder.u32(record.hash);
  if (heap != nullptr) {
    encoder.u32(heap->references);
    encoder.bytes(heap->id);
  } else {
    const auto& header = std::get<SharedMessageInHeader>(record.location);
    encoder.reserved(1);
    encoder.u8(header.message_type);
    encoder.u16(header.creation_index);
    encoder.address(header.header);
  }
  encoder.zeros(end - encoder.size());
}

std::size_t shared_message_list_size(const SharedMessageIndex& index, FieldWidths widths) {
  return 4 + std::size_t{index.list_most} * shared_message_record_size(widths) + 4;
}

std::vector<SharedMessageRecord> decode_shared_message_list(ByteView list, FieldWidths widths,
                                                            const SharedMessageIndex& index) {
  Decoder decoder(list, widths, list_name);
  decoder.signature("SMLI");
  std::vector<SharedMessageRecord> records;
  records.reserve(index.messages);
  for (unsigned i = 0; i < index.messages; ++i) records.push_back(decode_record(decoder));
  decoder.checksum();
  return records;
}

Bytes encode_shared_message_list(const std::vector<SharedMessageRecord>& records, FieldWidths widths,
                                 const SharedMessageIndex& index) {
  if (records.size() != index.messages || records.size() > index.list_most)
    throw Error(ErrorKind::invalid_argument, fmt::format("{}: {} records, the index has {} and room for {}", list_name,
                                                         records.size(), index.messages, index.list_most));
  Encoder encoder(widths);
  encoder.signature("SMLI");
  for (const auto& record : records) encode_shared_message_record(encoder, record);
  encoder.checksum();
  encoder.zeros(shared_message_list_size(index, widths) - encoder.size());
  return std::move(encoder).take();
}

}  // namespace fiver::format
