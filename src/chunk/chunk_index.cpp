#include "chunk/chunk_index.hpp"

#include <fmt/format.h>

#include "base/checked.hpp"
#include "chunk/index_btree1.hpp"
#include "chunk/index_btree2.hpp"
#include "chunk/index_extensible_array.hpp"
#include "chunk/index_fixed_array.hpp"
#include "chunk/index_single.hpp"

namespace fiver::chunk {

bool ChunkGrid::contains(std::span<const std::uint64_t> scaled) const {
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (scaled[i] >= counts[i]) return false;
  return true;
}

ChunkGrid ChunkGrid::of(const ChunkedLayout& layout, const Dataspace& space, const Limits& limits) {
  if (space.kind != Dataspace::Kind::simple || layout.chunk.size() != space.dims.size() || layout.chunk.empty())
    throw Error(ErrorKind::corrupt, fmt::format("chunked storage of rank {} for a dataspace of rank {}",
                                                layout.chunk.size(), space.dims.size()));
  ChunkGrid grid;
  grid.extent = space.dims;
  grid.chunk = layout.chunk;
  for (std::size_t i = 0; i < grid.chunk.size(); ++i) {
    if (grid.chunk[i] == 0) throw Error(ErrorKind::corrupt, fmt::format("chunk dimension {} is 0", i));
    grid.counts.push_back(divide_up(space.dims[i], grid.chunk[i]));
    const auto most = space.max_dims ? (*space.max_dims)[i] : space.dims[i];
    grid.most_counts.push_back(most == unlimited ? unlimited : divide_up(most, grid.chunk[i]));
  }
  const auto elements = checked_product(grid.chunk);
  const auto bytes = elements ? checked_multiply(*elements, layout.element_size) : std::nullopt;
  if (!bytes) throw Error(ErrorKind::corrupt, "the size of a chunk does not fit in 64 bits");
  if (*bytes > limits.chunk_bytes)
    throw Error(ErrorKind::limit,
                fmt::format("a chunk of {} bytes is more than the limit of {}", *bytes, limits.chunk_bytes));
  if (*bytes == 0) throw Error(ErrorKind::corrupt, "a chunk has no bytes");
  grid.chunk_bytes = *bytes;
  return grid;
}

namespace {

/// A dataset that no chunk was ever written of.
class EmptyIndex final : public ChunkIndex {
 public:
  std::optional<ChunkRecord> find(std::span<const std::uint64_t>) const override { return std::nullopt; }
  void for_each(const Visit&) const override {}
};

}  // namespace

std::unique_ptr<ChunkIndex> open_chunk_index(const meta::FileView& file, const ChunkedLayout& layout,
                                             const ChunkGrid& grid, bool filtered, unsigned chunk_k) {
  if (!layout.index_address) return std::make_unique<EmptyIndex>();
  const auto address = *layout.index_address;
  const auto elements =
      filtered ? format::ChunkElementFormat::with_filters(grid.chunk_bytes, layout.wide_sizes, file.widths())
               : format::ChunkElementFormat::plain();
  struct Open {
    const meta::FileView& file;
    const ChunkGrid& grid;
    Address address;
    format::ChunkElementFormat elements;
    bool filtered;
    unsigned chunk_k;
    std::unique_ptr<ChunkIndex> operator()(const BTree1Index&) const {
      return std::make_unique<BTree1ChunkIndex>(file, address, grid, chunk_k);
    }
    std::unique_ptr<ChunkIndex> operator()(const SingleChunkIndex& single) const {
      const ChunkRecord record{address, single.filtered ? single.stored_size : grid.chunk_bytes, single.filter_mask};
      return std::make_unique<SingleIndex>(grid, record);
    }
    std::unique_ptr<ChunkIndex> operator()(const ImplicitIndex&) const {
      return std::make_unique<ImplicitChunkIndex>(file, grid, address);
    }
    std::unique_ptr<ChunkIndex> operator()(const FixedArrayIndex&) const {
      return std::make_unique<FixedArrayChunkIndex>(file, address, grid, elements);
    }
    std::unique_ptr<ChunkIndex> operator()(const ExtensibleArrayIndex&) const {
      return std::make_unique<ExtensibleArrayChunkIndex>(file, address, grid, elements);
    }
    std::unique_ptr<ChunkIndex> operator()(const BTree2Index&) const {
      return std::make_unique<BTree2ChunkIndex>(file, address, grid, elements);
    }
  };
  return std::visit(Open{file, grid, address, elements, filtered, chunk_k}, layout.index);
}

}  // namespace fiver::chunk
