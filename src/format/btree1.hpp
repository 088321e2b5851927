// Version 1 B-tree nodes, of groups (type 0) and of chunked datasets (type 1). Format specification III.A.1.
//   "TREE" type:u8 level:u8 children:u16 left:O right:O key(0) child(0):O key(1) ... child(n-1) key(n), to the node's fixed size
//   group key: heap offset:L      chunk key: stored bytes:u32 filter mask:u32 offset:u64 x (rank + 1)
// A node without children has no keys. A node always takes the bytes of 2K children; those after the last key mean nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.hpp"
#include "base/field_widths.hpp"
#include "fiver/values/address.hpp"

namespace fiver::format {

/// Child i holds the names that are greater than the name at keys[i] and not greater than the one at keys[i + 1].
struct BTree1GroupNode {
  std::uint8_t level = 0;  ///< 0: the children are symbol table nodes
  std::optional<Address> left, right;
  std::vector<std::uint64_t> keys;  ///< offsets of names in the group's local heap; one more than children
  std::vector<Address> children;
  friend bool operator==(const BTree1GroupNode&, const BTree1GroupNode&) = default;
};

/// Keys and children are kept in flat arrays: a large dataset has millions.
struct BTree1ChunkNode {
  std::uint8_t level = 0;  ///< 0: the children are chunks
  std::optional<Address> left, right;
  unsigned rank = 0;                        ///< of the dataset
  std::vector<std::uint32_t> stored_sizes;  ///< bytes of chunk i, and of the last key, which bounds the node
  std::vector<std::uint32_t> filter_masks;  ///< bit f set: filter f was skipped
  std::vector<std::uint64_t> offsets;       ///< rank + 1 values a key, in elements; the last is within the element: 0
  std::vector<Address> children;

  std::size_t key_count() const { return stored_sizes.size(); }
  /// The first element of chunk `key`, rank values.
  std::span<const std::uint64_t> offset(std::size_t key) const {
    return std::span(offsets).subspan(key * (rank + 1), rank);
  }
  void add_key(std::uint32_t stored_size, std::uint32_t filter_mask, std::span<const std::uint64_t> offset);
  friend bool operator==(const BTree1ChunkNode&, const BTree1ChunkNode&) = default;
};

/// The bytes of a node, all to be fetched. `k` comes from the superblock or its extension and is not 0.
std::uint64_t btree1_group_node_size(unsigned k, FieldWidths widths);
std::uint64_t btree1_chunk_node_size(unsigned k, unsigned rank, FieldWidths widths);

BTree1GroupNode decode_btree1_group_node(ByteView node, FieldWidths widths, unsigned k);
BTree1ChunkNode decode_btree1_chunk_node(ByteView node, FieldWidths widths, unsigned k, unsigned rank);
/// The whole node, filled up with zeros. Throws invalid_argument when it has more than 2K children or the wrong number of keys.
Bytes encode_btree1_group_node(const BTree1GroupNode& node, FieldWidths widths, unsigned k);
Bytes encode_btree1_chunk_node(const BTree1ChunkNode& node, FieldWidths widths, unsigned k);

}  // namespace fiver::format
