// Chunks in a version 2 B-tree, ordered by their coordinates (format specification VII.E; record types 10 and 11).
#pragma once

#include "chunk/chunk_index.hpp"
#include "format/chunk_element.hpp"
#include "meta/btree2_reader.hpp"

namespace fiver::chunk {

class BTree2ChunkIndex final : public ChunkIndex {
 public:
  BTree2ChunkIndex(const meta::FileView& file, Address header, const ChunkGrid& grid,
                   const format::ChunkElementFormat& elements);
  std::optional<ChunkRecord> find(std::span<const std::uint64_t> scaled) const override;
  void for_each(const Visit& visit) const override;

 private:
  const meta::FileView& file_;
  ChunkGrid grid_;
  format::ChunkElementFormat element_format_;
  meta::BTree2Reader tree_;
};

}  // namespace fiver::chunk
