#include "chunk/index_single.hpp"

#include <algorithm>

#include "base/checked.hpp"

namespace fiver::chunk {

std::optional<ChunkRecord> SingleIndex::find(std::span<const std::uint64_t> scaled) const {
  if (std::any_of(scaled.begin(), scaled.end(), [](auto c) { return c != 0; })) return std::nullopt;
  return record_;
}

void SingleIndex::for_each(const Visit& visit) const {
  const Shape origin(grid_.chunk.size(), 0);
  if (grid_.contains(origin)) visit(origin, record_);
}

std::optional<ChunkRecord> ImplicitChunkIndex::find(std::span<const std::uint64_t> scaled) const {
  if (!grid_.contains(scaled)) return std::nullopt;
  const auto number = numbering_.number(scaled);
  const auto offset = number ? checked_multiply(*number, grid_.chunk_bytes) : std::nullopt;
  const auto address = offset ? checked_add(first_.value, *offset) : std::nullopt;
  if (!address) throw Error(ErrorKind::corrupt, "implicit chunk index: a chunk lies beyond all addresses");
  return ChunkRecord{Address{*address}, grid_.chunk_bytes, 0};
}

void ImplicitChunkIndex::for_each(const Visit& visit) const {
  Shape scaled(grid_.chunk.size());
  // Attack: an extent of 2^60 chunks. None of them can lie beyond the file.
  const auto end = std::min(numbering_.end(grid_), file_.end() / grid_.chunk_bytes + 1);
  for (std::uint64_t number = 0; number < end; ++number) {
    numbering_.coordinates(number, scaled);
    const auto record = find(scaled);
    if (record && !visit(scaled, *record)) return;
  }
}

}  // namespace fiver::chunk
