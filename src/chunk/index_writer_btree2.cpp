// Chunk records in a version 2 B-tree (format specification III.A.2, types 10 and 11).
#include <algorithm>

#include "chunk/index_btree2.hpp"
#include "chunk/index_writer_kinds.hpp"
#include "format/btree2_records.hpp"

namespace fiver::chunk {

std::optional<Address> write_btree2_index(const IndexWrite& write) {
  const auto widths = write.file.widths();
  const auto rank = static_cast<unsigned>(write.new_grid.chunk.size());
  const auto size = format::chunk_record_size(write.elements, rank, widths);
  const bool fresh = !write.now.index_address;
  Encoder encoder(widths);
  std::size_t records = 0;
  for (const auto& change : write.changes) {
    if (fresh && !change.record) continue;
    const auto element = change.record ? element_of(*change.record, write.elements) : format::ChunkElement{};
    format::encode_chunk_record(encoder, element, write.elements, change.scaled);
    ++records;
  }
  const auto bytes = std::move(encoder).take();
  auto record = [&](std::uint64_t i) { return ByteView(bytes).subspan(static_cast<std::size_t>(i) * size, size); };
  if (fresh) {
    if (records == 0) return std::nullopt;
    const auto& index = std::get<BTree2Index>(write.now.index);
    format::BTree2Header parameters;
    parameters.type =
        static_cast<std::uint8_t>(write.filtered ? format::BTree2Type::filtered_chunk : format::BTree2Type::chunk);
    parameters.node_size = index.node_size;
    parameters.record_size = static_cast<std::uint16_t>(size);
    parameters.split_percent = index.split_percent;
    parameters.merge_percent = index.merge_percent;
    return meta::build_btree2(write.writer, parameters, records, record);
  }
  // Opened for its checks: the tree must have such records. One that was updated before has.
  const bool known =
      write.path != nullptr && *write.path != nullptr && meta::address_of(**write.path) == *write.now.index_address;
  if (!known) BTree2ChunkIndex(write.file, *write.now.index_address, write.old_grid, write.elements);
  std::vector<meta::BTree2Change> changes(records);
  for (std::size_t i = 0; i < records; ++i) {
    changes[i].key = record(i);
    if (write.changes[i].record) changes[i].record = changes[i].key;
  }
  // The coordinates are the end of a record.
  const auto first = size - rank * sizeof(std::uint64_t);
  auto order = [&](ByteView a, ByteView b) {
    for (std::size_t at = first; at < size; at += sizeof(std::uint64_t)) {
      const auto left = load_little<std::uint64_t>(a.subspan(at)), right = load_little<std::uint64_t>(b.subspan(at));
      if (left != right) return left < right ? -1 : 1;
    }
    return 0;
  };
  return meta::update_btree2(write.file, write.writer, *write.now.index_address, changes, order, write.path);
}

}  // namespace fiver::chunk
