// Version 2 B-trees: the header, what fits into the nodes of each level, and the nodes. Format specification III.A.2.
//   "BTHD" version:u8 type:u8 node size:u32 record size:u16 depth:u16 split %:u8 merge %:u8 root:O root records:u16 total:L sum:u32
//   leaf:     "BTLF" version:u8 type:u8 records sum:u32
//   internal: "BTIN" version:u8 type:u8 records child(0) ... child(n) sum:u32
//   child:    address:O records:(count width) [records in its whole subtree:(total width), only above level 1]
// The checksum follows the used bytes; the rest of a node means nothing. Records are opaque here: btree2_records.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "format/described.hpp"

namespace fiver::format {

struct BTree2Header {
  std::uint8_t type = 0;  ///< of the records, 1 to 11
  std::uint32_t node_size = 0;
  std::uint16_t record_size = 0, depth = 0;
  std::uint8_t split_percent = 100, merge_percent = 40;
  std::optional<Address> root;  ///< absent: no records
  std::uint16_t root_records = 0;
  Length total_records;
  friend bool operator==(const BTree2Header&, const BTree2Header&) = default;
};

template <class Wire, maybe_const<BTree2Header> Header>
constexpr void describe(Wire& wire, Header& h) {
  wire.signature("BTHD");
  wire.version(0);
  wire("record type", h.type);
  wire("node size", h.node_size);
  wire("record size", h.record_size);
  wire("depth", h.depth);
  wire("split percent", h.split_percent);
  wire("merge percent", h.merge_percent);
  wire("root address", h.root);
  wire("root records", h.root_records);
  wire("total records", h.total_records);
  wire.checksum();
}

std::size_t btree2_header_size(FieldWidths widths);
/// Throws corrupt unless the geometry below can be computed and the root's record count fits it.
BTree2Header decode_btree2_header(ByteView bytes, FieldWidths widths);
Bytes encode_btree2_header(const BTree2Header& header, FieldWidths widths);

/// What fits where. Level 0 is the leaves, level `depth` the root.
class BTree2Geometry {
 public:
  struct Level {
    std::uint64_t most_records = 0;  ///< in one node
    std::uint64_t most_total = 0;    ///< in one node and all below it; stays at 2^64 - 1 when it would pass that
    unsigned total_width = 0;        ///< bytes of the subtree total in a pointer to a node of this level; 0 for leaves
    unsigned pointer_size = 0;       ///< bytes of a child pointer within a node of this level; 0 for leaves
    friend bool operator==(const Level&, const Level&) = default;
  };
  /// Throws corrupt when a level has no room for a record or the tree is deeper than any tree can be.
  BTree2Geometry(std::uint8_t type, std::uint32_t node_size, std::uint16_t record_size, unsigned depth,
                 FieldWidths widths);
  BTree2Geometry(const BTree2Header& header, FieldWidths widths);

  std::uint8_t type() const { return type_; }
  /// The bytes of any node, all to be fetched.
  std::uint32_t node_size() const { return node_size_; }
  std::uint16_t record_size() const { return record_size_; }
  unsigned depth() const { return static_cast<unsigned>(levels_.size() - 1); }
  const Level& level(unsigned level) const { return levels_.at(level); }
  /// Bytes of a record count in a child pointer, on any level.
  unsigned count_width() const { return count_width_; }

 private:
  std::uint8_t type_;
  std::uint32_t node_size_;
  std::uint16_t record_size_;
  unsigned count_width_ = 0;
  std::vector<Level> levels_;
};

struct BTree2Child {
  Address address;
  std::uint64_t records = 0;  ///< in the child itself
  std::uint64_t total = 0;    ///< in the child and all below it
  friend bool operator==(const BTree2Child&, const BTree2Child&) = default;
};

/// A decoded node. Its records are views of the bytes it was decoded from.
struct BTree2Node {
  unsigned level = 0;
  std::size_t record_size = 0;
  ByteView record_bytes;              ///< all records, one after the other
  std::vector<BTree2Child> children;  ///< one more than records; none in a leaf

  std::size_t size() const { return record_size == 0 ? 0 : record_bytes.size() / record_size; }
  ByteView record(std::size_t i) const { return record_bytes.subspan(i * record_size, record_size); }
};

/// `records` is what the pointer to the node (or the header, for the root) says.
BTree2Node decode_btree2_node(ByteView bytes, FieldWidths widths, const BTree2Geometry& geometry, unsigned level,
                              std::uint64_t records);
/// The whole node, filled up with zeros; node.level and record_bytes and children are used. Throws invalid_argument when they do
/// not fit the geometry.
Bytes encode_btree2_node(const BTree2Node& node, FieldWidths widths, const BTree2Geometry& geometry);

}  // namespace fiver::format
