// Chunks in a fixed array (format specification VII.C), its pages fetched on demand.
#pragma once

#include "base/shared_cache.hpp"
#include "chunk/chunk_index.hpp"
#include "chunk/linear_index.hpp"
#include "format/fixed_array.hpp"

namespace fiver::chunk {

class FixedArrayChunkIndex final : public ChunkIndex {
 public:
  FixedArrayChunkIndex(const meta::FileView& file, Address header, const ChunkGrid& grid,
                       const format::ChunkElementFormat& elements);
  std::optional<ChunkRecord> find(std::span<const std::uint64_t> scaled) const override;
  void for_each(const Visit& visit) const override;

 private:
  using Elements = std::vector<format::ChunkElement>;
  std::shared_ptr<const Elements> page(std::uint64_t number) const;

  const meta::FileView& file_;
  ChunkGrid grid_;
  LinearNumbering numbering_;
  format::ChunkElementFormat element_format_;
  format::FixedArrayHeader header_;
  format::FixedArrayGeometry geometry_;
  format::FixedArrayBlock block_;
  mutable SharedCache<std::uint64_t, Elements> pages_;
};

/// What an array's element says of a chunk; nothing where it was never written.
std::optional<ChunkRecord> record_of(const format::ChunkElement& element, const format::ChunkElementFormat& format,
                                     const ChunkGrid& grid);

}  // namespace fiver::chunk
