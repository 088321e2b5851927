// The two indexes without a structure of their own: one chunk for all of the dataset, and chunks that follow each other in the file
// (format specification VII.A, VII.B).
#pragma once

#include "chunk/chunk_index.hpp"
#include "chunk/linear_index.hpp"

namespace fiver::chunk {

class SingleIndex final : public ChunkIndex {
 public:
  SingleIndex(const ChunkGrid& grid, const ChunkRecord& record) : grid_(grid), record_(record) {}
  std::optional<ChunkRecord> find(std::span<const std::uint64_t> scaled) const override;
  void for_each(const Visit& visit) const override;

 private:
  ChunkGrid grid_;
  ChunkRecord record_;
};

class ImplicitChunkIndex final : public ChunkIndex {
 public:
  ImplicitChunkIndex(const meta::FileView& file, const ChunkGrid& grid, Address first)
      : file_(file), grid_(grid), numbering_(grid), first_(first) {}
  std::optional<ChunkRecord> find(std::span<const std::uint64_t> scaled) const override;
  void for_each(const Visit& visit) const override;

 private:
  const meta::FileView& file_;
  ChunkGrid grid_;
  LinearNumbering numbering_;
  Address first_;
};

}  // namespace fiver::chunk
