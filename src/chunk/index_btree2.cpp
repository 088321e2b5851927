#include "chunk/index_btree2.hpp"

#include <fmt/format.h>

#include "chunk/index_fixed_array.hpp"
#include "format/btree2_records.hpp"

namespace fiver::chunk {

BTree2ChunkIndex::BTree2ChunkIndex(const meta::FileView& file, Address header, const ChunkGrid& grid,
                                   const format::ChunkElementFormat& elements)
    : file_(file), grid_(grid), element_format_(elements), tree_(file, header) {
  const auto wanted = elements.filtered ? format::BTree2Type::filtered_chunk : format::BTree2Type::chunk;
  const auto size = format::chunk_record_size(elements, static_cast<unsigned>(grid.chunk.size()), file.widths());
  if (tree_.header().type != static_cast<std::uint8_t>(wanted) || tree_.header().record_size != size)
    throw Error(ErrorKind::corrupt,
                fmt::format("chunk index: records of type {} and {} bytes where type {} and {} bytes belong",
                            tree_.header().type, tree_.header().record_size, static_cast<unsigned>(wanted), size))
        .at(header);
}

std::optional<ChunkRecord> BTree2ChunkIndex::find(std::span<const std::uint64_t> scaled) const {
  Shape other(scaled.size());
  std::optional<ChunkRecord> found;
  auto order = [&](ByteView record) {
    format::decode_chunk_record(record, file_.widths(), element_format_, other);
    for (std::size_t i = 0; i < other.size(); ++i)
      if (other[i] != scaled[i]) return other[i] < scaled[i] ? -1 : 1;
    return 0;
  };
  auto visit = [&](ByteView record) {
    found =
        record_of(format::decode_chunk_record(record, file_.widths(), element_format_, other), element_format_, grid_);
    return false;
  };
  tree_.find(order, visit);
  return found;
}

void BTree2ChunkIndex::for_each(const Visit& visit) const {
  Shape scaled(grid_.chunk.size());
  auto each = [&](ByteView bytes) {
    const auto record =
        record_of(format::decode_chunk_record(bytes, file_.widths(), element_format_, scaled), element_format_, grid_);
    return !record || !grid_.contains(scaled) || visit(scaled, *record);
  };
  tree_.for_each(each);
}

}  // namespace fiver::chunk
