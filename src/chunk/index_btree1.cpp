#include "chunk/index_btree1.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "base/checked.hpp"

namespace fiver::chunk {

struct BTree1ChunkIndex::Walk {
  const Visit& visit;
  Shape scaled;
  std::unordered_set<std::uint64_t> seen{};  // nodes: a tree that meets itself has no end
};

BTree1ChunkIndex::BTree1ChunkIndex(const meta::FileView& file, Address root, const ChunkGrid& grid, unsigned k)
    : file_(file), root_(root), grid_(grid), k_(k), nodes_(32 << 20) {}

std::shared_ptr<const BTree1ChunkIndex::Node> BTree1ChunkIndex::node(Address address) const {
  return nodes_.get(address.value, [&] {
    const auto rank = static_cast<unsigned>(grid_.chunk.size());
    const auto size = format::btree1_chunk_node_size(k_, rank, file_.widths());
    auto fresh =
        std::make_shared<const Node>(file_.decode_at(address, size, "chunk B-tree node", [&](const SharedBytes& b) {
          return format::decode_btree1_chunk_node(b.bytes, file_.widths(), k_, rank);
        }));
    if (fresh->level > file_.limits().tree_depth)
      throw Error(ErrorKind::limit, fmt::format("chunk B-tree: {} levels", fresh->level)).at(address);
    return std::pair(std::move(fresh), static_cast<std::size_t>(size));
  });
}

void BTree1ChunkIndex::scale(std::span<const std::uint64_t> offset, std::span<std::uint64_t> scaled,
                             Address node) const {
  for (std::size_t i = 0; i < scaled.size(); ++i) {
    if (offset[i] % grid_.chunk[i] != 0)
      throw Error(ErrorKind::corrupt,
                  fmt::format("chunk B-tree: offset {} in dimension {} is not a multiple of the chunk's {}", offset[i],
                              i, grid_.chunk[i]))
          .at(node);
    scaled[i] = offset[i] / grid_.chunk[i];
  }
}

std::optional<ChunkRecord> BTree1ChunkIndex::find(std::span<const std::uint64_t> scaled) const {
  if (!grid_.contains(scaled)) return std::nullopt;
  Shape wanted(scaled.size());
  for (std::size_t i = 0; i < wanted.size(); ++i)
    wanted[i] = scaled[i] * grid_.chunk[i];  // below the extent: no overflow
  Address address = root_;
  for (int level = -1;;) {
    const auto kept = node(address);
    if (level >= 0 && kept->level != level)
      throw Error(ErrorKind::corrupt,
                  fmt::format("chunk B-tree: a node of level {} where level {} belongs", kept->level, level))
          .at(address);
    // Child i holds [key i, key i + 1): the last child whose key is not above the wanted offset.
    std::size_t low = 0, high = kept->children.size();
    while (low < high) {
      const auto middle = (low + high) / 2;
      const auto key = kept->offset(middle);
      if (std::lexicographical_compare(wanted.begin(), wanted.end(), key.begin(), key.end()))
        high = middle;
      else
        low = middle + 1;
    }
    if (low == 0) return std::nullopt;
    const auto child = low - 1;
    if (kept->level > 0) {
      address = kept->children[child];
      level = kept->level - 1;
      continue;
    }
    const auto key = kept->offset(child);
    if (!std::equal(wanted.begin(), wanted.end(), key.begin(), key.end())) return std::nullopt;
    return ChunkRecord{kept->children[child], kept->stored_sizes[child], kept->filter_masks[child]};
  }
}

bool BTree1ChunkIndex::walk(Address address, int level, Walk& state) const {
  if (!state.seen.insert(address.value).second)
    throw Error(ErrorKind::corrupt, "chunk B-tree: a node is part of itself or of two others").at(address);
  const auto kept = node(address);
  if (level >= 0 && kept->level != level)
    throw Error(ErrorKind::corrupt,
                fmt::format("chunk B-tree: a node of level {} where level {} belongs", kept->level, level))
        .at(address);
  for (std::size_t i = 0; i < kept->children.size(); ++i) {
    if (kept->level > 0) {
      if (!walk(kept->children[i], kept->level - 1, state)) return false;
      continue;
    }
    scale(kept->offset(i), state.scaled, address);
    if (!grid_.contains(state.scaled)) continue;
    if (!state.visit(state.scaled, ChunkRecord{kept->children[i], kept->stored_sizes[i], kept->filter_masks[i]}))
      return false;
  }
  return true;
}

void BTree1ChunkIndex::for_each(const Visit& visit) const {
  Walk state{visit, Shape(grid_.chunk.size())};
  walk(root_, -1, state);
}

}  // namespace fiver::chunk
