// Chunks in an extensible array (format specification VII.D), its blocks and pages fetched on demand.
#pragma once

#include "base/shared_cache.hpp"
#include "chunk/chunk_index.hpp"
#include "chunk/linear_index.hpp"
#include "format/extensible_array.hpp"

namespace fiver::chunk {

class ExtensibleArrayChunkIndex final : public ChunkIndex {
 public:
  ExtensibleArrayChunkIndex(const meta::FileView& file, Address header, const ChunkGrid& grid,
                            const format::ChunkElementFormat& elements);
  std::optional<ChunkRecord> find(std::span<const std::uint64_t> scaled) const override;
  void for_each(const Visit& visit) const override;

 private:
  using Elements = std::vector<format::ChunkElement>;
  std::optional<ChunkRecord> find_number(std::uint64_t number) const;
  std::optional<Address> data_block_of(const format::ExtensibleArrayGeometry::InDataBlock& place,
                                       bool& page_written) const;
  std::shared_ptr<const format::ExtensibleArraySuperBlock> super_block(Address address, unsigned number) const;
  std::shared_ptr<const Elements> elements_of(Address block,
                                              const format::ExtensibleArrayGeometry::InDataBlock& place) const;

  const meta::FileView& file_;
  ChunkGrid grid_;
  LinearNumbering numbering_;
  format::ChunkElementFormat element_format_;
  format::ExtensibleArrayHeader header_;
  format::ExtensibleArrayGeometry geometry_;
  format::ExtensibleArrayIndexBlock index_block_;
  mutable SharedCache<std::uint64_t, Elements> elements_;  ///< of data blocks and pages, by address
  mutable SharedCache<std::uint64_t, format::ExtensibleArraySuperBlock> super_blocks_;
};

}  // namespace fiver::chunk
