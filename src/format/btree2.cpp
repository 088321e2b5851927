#include "format/btree2.hpp"

#include <fmt/format.h>

#include <bit>

#include "base/checked.hpp"

namespace fiver::format {
namespace {

constexpr std::string_view leaf_signature = "BTLF", internal_signature = "BTIN";
/// Signature, version, type and checksum.
constexpr std::uint64_t node_overhead = 10;
/// An internal node has a record, so at least two children: a tree of 64 levels would have more than 2^64 records.
constexpr unsigned most_levels = 64;
constexpr std::uint64_t most = ~std::uint64_t{0};

/// (max + 1) * below + max, or all ones when that is too large.
std::uint64_t cumulative(std::uint64_t max, std::uint64_t below) {
  const auto children = checked_multiply(max + 1, below);
  return children ? checked_add(*children, max).value_or(most) : most;
}

}  // namespace

std::size_t btree2_header_size(FieldWidths widths) {
  return described_size(BTree2Header{}, widths);
}

BTree2Header decode_btree2_header(ByteView bytes, FieldWidths widths) {
  Decoder decoder(bytes, widths, "v2 B-tree header");
  BTree2Header header;
  describe(decoder, header);
  const BTree2Geometry geometry(header, widths);
  if (header.root_records > geometry.level(geometry.depth()).most_records)
    decoder.fail(fmt::format("{} records in the root, at most {} fit,", header.root_records,
                             geometry.level(geometry.depth()).most_records));
  if (header.total_records.value < header.root_records)
    decoder.fail(fmt::format("{} records in all, {} in the root,", header.total_records.value, header.root_records));
  return header;
}

Bytes encode_btree2_header(const BTree2Header& header, FieldWidths widths) {
  return encode_described(header, widths);
}

BTree2Geometry::BTree2Geometry(std::uint8_t type, std::uint32_t node_size, std::uint16_t record_size, unsigned depth,
                               FieldWidths widths)
    : type_(type), node_size_(node_size), record_size_(record_size) {
  const auto fail = [&](std::string_view reason) {
    throw Error(ErrorKind::corrupt, fmt::format("v2 B-tree: {} (nodes of {} bytes, records of {} bytes, depth {})",
                                                reason, node_size, record_size, depth));
  };
  if (record_size == 0) fail("records without bytes");
  if (depth >= most_levels) fail("deeper than any tree can be");
  if (node_size < node_overhead + record_size) fail("no room for a record");
  levels_.reserve(depth + 1);
  const auto leaf_most = (node_size - node_overhead) / record_size;
  levels_.push_back({leaf_most, leaf_most, 0, 0});
  count_width_ = bytes_needed(leaf_most);
  for (unsigned u = 1; u <= depth; ++u) {
    const auto& below = levels_.back();
    Level level;
    level.pointer_size = widths.offset + count_width_ + below.total_width;
    if (node_size < node_overhead + record_size + 2 * std::uint64_t{level.pointer_size})
      fail("no room for a record between two children");
    level.most_records =
        (node_size - node_overhead - level.pointer_size) / (std::uint64_t{record_size} + level.pointer_size);
    level.most_total = cumulative(level.most_records, below.most_total);
    level.total_width = bytes_needed(level.most_total);
    levels_.push_back(level);
  }
}

BTree2Geometry::BTree2Geometry(const BTree2Header& header, FieldWidths widths)
    : BTree2Geometry(header.type, header.node_size, header.record_size, header.depth, widths) {}

BTree2Node decode_btree2_node(ByteView bytes, FieldWidths widths, const BTree2Geometry& geometry, unsigned level,
                              std::uint64_t records) {
  Decoder decoder(bytes, widths, level == 0 ? "v2 B-tree leaf" : "v2 B-tree internal node");
  decoder.signature(level == 0 ? leaf_signature : internal_signature);
  decoder.version(0);
  if (const auto type = decoder.u8("record type"); type != geometry.type())
    decoder.fail(fmt::format("record type is {}, the header says {},", type, geometry.type()));
  const auto& shape = geometry.level(level);
  if (records > shape.most_records)
    decoder.fail(fmt::format("{} records, at most {} fit,", records, shape.most_records));
  BTree2Node node;
  node.level = level;
  node.record_size = geometry.record_size();
  node.record_bytes = decoder.bytes(records * geometry.record_size(), "records");
  if (level > 0) {
    const auto& below = geometry.level(level - 1);
    node.children.reserve(static_cast<std::size_t>(records) + 1);
    for (std::uint64_t i = 0; i <= records; ++i) {
      BTree2Child child;
      child.address = decoder.defined_address("child address");
      child.records = decoder.uint(geometry.count_width(), "records of a child");
      child.total = below.total_width == 0 ? child.records : decoder.uint(below.total_width, "records below a child");
      if (child.records > below.most_records || child.total > below.most_total || child.total < child.records)
        decoder.fail(fmt::format("a child of {} records, {} with those below; at most {} and {} fit,", child.records,
                                 child.total, below.most_records, below.most_total));
      node.children.push_back(child);
    }
  }
  decoder.checksum();
  return node;
}

Bytes encode_btree2_node(const BTree2Node& node, FieldWidths widths, const BTree2Geometry& geometry) {
  if (node.level > geometry.depth() || node.record_bytes.size() % geometry.record_size() != 0)
    throw Error(ErrorKind::invalid_argument, "v2 B-tree node: level or records are not of this tree");
  const auto records = node.record_bytes.size() / geometry.record_size();
  const auto children = node.level == 0 ? 0 : records + 1;
  if (records > geometry.level(node.level).most_records || node.children.size() != children)
    throw Error(ErrorKind::invalid_argument, fmt::format("v2 B-tree node: {} records and {} children on level {}",
                                                         records, node.children.size(), node.level));
  Encoder encoder(widths);
  encoder.signature(node.level == 0 ? leaf_signature : internal_signature);
  encoder.version(0);
  encoder.u8(geometry.type());
  encoder.bytes(node.record_bytes);
  for (const auto& child : node.children) {
    const auto& below = geometry.level(node.level - 1);
    if (child.records > below.most_records || child.total > below.most_total)
      throw Error(ErrorKind::invalid_argument, fmt::format("v2 B-tree node: a child of {} records", child.records));
    encoder.address(child.address);
    encoder.uint(child.records, geometry.count_width());
    if (below.total_width != 0) encoder.uint(child.total, below.total_width);
  }
  encoder.checksum();
  encoder.zeros(geometry.node_size() - encoder.size());
  return std::move(encoder).take();
}

}  // namespace fiver::format
