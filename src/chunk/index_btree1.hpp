// Chunks in a version 1 B-tree, ordered by their offsets (format specification III.A.1, type 1).
#pragma once

#include "base/shared_cache.hpp"
#include "chunk/chunk_index.hpp"
#include "format/btree1.hpp"

namespace fiver::chunk {

class BTree1ChunkIndex final : public ChunkIndex {
 public:
  BTree1ChunkIndex(const meta::FileView& file, Address root, const ChunkGrid& grid, unsigned k);
  std::optional<ChunkRecord> find(std::span<const std::uint64_t> scaled) const override;
  void for_each(const Visit& visit) const override;

 private:
  using Node = format::BTree1ChunkNode;
  struct Walk;
  std::shared_ptr<const Node> node(Address address) const;
  bool walk(Address address, int level, Walk& state) const;
  /// Chunk coordinates from a key; throws corrupt when it is not the start of a chunk.
  void scale(std::span<const std::uint64_t> offset, std::span<std::uint64_t> scaled, Address node) const;

  const meta::FileView& file_;
  Address root_;
  ChunkGrid grid_;
  unsigned k_;
  mutable SharedCache<std::uint64_t, Node> nodes_;
};

}  // namespace fiver::chunk
