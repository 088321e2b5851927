// Version 1 B-trees of chunks, written whole from the leaves up (format specification III.A.1, type 1). Key i of a node is its child's
// first chunk; the last key is the next node's first, and after the last chunk one chunk further in every dimension.
#include <algorithm>

#include "base/checked.hpp"
#include "chunk/index_writer_kinds.hpp"
#include "format/btree1.hpp"

namespace fiver::chunk {
namespace {

/// Chunks in order, their coordinates in one flat array: a large dataset has millions.
struct Chunks {
  unsigned rank;
  std::vector<std::uint64_t> scaled{};
  std::vector<ChunkRecord> records{};

  std::span<const std::uint64_t> at(std::size_t i) const { return std::span(scaled).subspan(i * rank, rank); }
  void add(std::span<const std::uint64_t> where, const ChunkRecord& record) {
    scaled.insert(scaled.end(), where.begin(), where.end());
    records.push_back(record);
  }
};

Chunks all_chunks(const IndexWrite& write) {
  Chunks chunks{static_cast<unsigned>(write.new_grid.chunk.size())};
  std::size_t next = 0;
  const auto add_changes_before = [&](std::span<const std::uint64_t> where) {
    for (; next < write.changes.size(); ++next) {
      const auto& change = write.changes[next];
      if (!std::lexicographical_compare(change.scaled.begin(), change.scaled.end(), where.begin(), where.end())) break;
      if (change.record) chunks.add(change.scaled, *change.record);
    }
  };
  const auto old = open_chunk_index(write.file, write.now, write.old_grid, write.filtered, write.chunk_k);
  old->for_each([&](std::span<const std::uint64_t> scaled, const ChunkRecord& record) {
    add_changes_before(scaled);
    const bool changed =
        next < write.changes.size() && std::equal(scaled.begin(), scaled.end(), write.changes[next].scaled.begin());
    if (!changed) chunks.add(scaled, record);
    return true;
  });
  for (; next < write.changes.size(); ++next)
    if (write.changes[next].record) chunks.add(write.changes[next].scaled, *write.changes[next].record);
  return chunks;
}

class Tree {
 public:
  Tree(const IndexWrite& write, const Chunks& chunks)
      : write_(write),
        chunks_(chunks),
        size_(format::btree1_chunk_node_size(write.chunk_k, chunks.rank, write.file.widths())) {}

  Address root() {
    std::vector<Address> children(chunks_.records.size());
    std::vector<std::size_t> firsts(children.size());  // the first chunk at or below each child
    for (std::size_t i = 0; i < children.size(); ++i) {
      children[i] = chunks_.records[i].address;
      firsts[i] = i;
    }
    for (std::uint8_t level = 0;; ++level) {
      const auto nodes = static_cast<std::size_t>(divide_up(children.size(), 2 * std::uint64_t{write_.chunk_k}));
      std::vector<Address> addresses(nodes);
      for (auto& address : addresses) address = write_.writer.allocate(size_);
      std::vector<std::size_t> node_firsts(nodes);
      for (std::size_t n = 0, at = 0; n < nodes; ++n) {
        const auto end = at + (children.size() - at) / (nodes - n);
        format::BTree1ChunkNode node;
        node.level = level;
        node.rank = chunks_.rank;
        if (n > 0) node.left = addresses[n - 1];
        if (n + 1 < nodes) node.right = addresses[n + 1];
        node.children.assign(children.begin() + static_cast<std::ptrdiff_t>(at),
                             children.begin() + static_cast<std::ptrdiff_t>(end));
        for (auto i = at; i <= end; ++i) add_key(node, i < firsts.size() ? firsts[i] : chunks_.records.size());
        write_.writer.write(addresses[n], format::encode_btree1_chunk_node(node, write_.file.widths(), write_.chunk_k));
        node_firsts[n] = firsts[at];
        at = end;
      }
      if (nodes == 1) return addresses.front();
      children = std::move(addresses);
      firsts = std::move(node_firsts);
    }
  }

 private:
  void add_key(format::BTree1ChunkNode& node, std::size_t chunk) const {
    const bool end = chunk == chunks_.records.size();
    const auto scaled = chunks_.at(end ? chunk - 1 : chunk);
    Shape offset(scaled.size());
    for (std::size_t d = 0; d < offset.size(); ++d) {
      const auto value = checked_multiply(scaled[d] + (end ? 1 : 0), write_.new_grid.chunk[d]);
      if (!value) throw Error(ErrorKind::limit, "chunk B-tree: the end of the last chunk passes 64 bits");
      offset[d] = *value;
    }
    if (end)
      node.add_key(0, 0, offset);
    else
      node.add_key(static_cast<std::uint32_t>(chunks_.records[chunk].stored_size), chunks_.records[chunk].filter_mask,
                   offset);
  }

  const IndexWrite& write_;
  const Chunks& chunks_;
  std::uint64_t size_;
};

void free_node(const meta::FileView& file, FreeOnce& free, Address address, int level, unsigned rank, unsigned k) {
  const auto size = format::btree1_chunk_node_size(k, rank, file.widths());
  free(address, size);
  if (level == 0) return;  // all there is to know of a leaf
  const auto node = file.decode_at(address, size, "chunk B-tree node", [&](const SharedBytes& bytes) {
    return format::decode_btree1_chunk_node(bytes.bytes, file.widths(), k, rank);
  });
  if (node.level > file.limits().tree_depth || (level > 0 && node.level != level))
    throw Error(ErrorKind::corrupt, "chunk B-tree: a node of the wrong level").at(address);
  if (node.level > 0)
    for (const auto child : node.children) free_node(file, free, child, node.level - 1, rank, k);
}

}  // namespace

std::optional<Address> write_btree1_index(const IndexWrite& write) {
  const auto chunks = all_chunks(write);
  std::optional<Address> root;
  if (!chunks.records.empty()) root = Tree(write, chunks).root();
  FreeOnce free(write.writer);
  if (write.now.index_address)
    free_btree1_index(write.file, free, *write.now.index_address, chunks.rank, write.chunk_k);
  return root;
}

void free_btree1_index(const meta::FileView& file, FreeOnce& free, Address root, unsigned rank, unsigned chunk_k) {
  free_node(file, free, root, -1, rank, chunk_k);
}

}  // namespace fiver::chunk
