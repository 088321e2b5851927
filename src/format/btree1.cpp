#include "format/btree1.hpp"

#include <fmt/format.h>

#include "base/decoder.hpp"
#include "base/encoder.hpp"

namespace fiver::format {
namespace {

constexpr std::uint8_t group_type = 0, chunk_type = 1;

std::uint64_t node_size(unsigned k, std::uint64_t key_size, FieldWidths widths) {
  const std::uint64_t children = 2 * std::uint64_t{k};
  return 8 + 2 * widths.offset + children * (key_size + widths.offset) + key_size;
}

std::uint64_t chunk_key_size(unsigned rank) {
  return 8 + 8 * (std::uint64_t{rank} + 1);
}

template <class Node>
std::size_t decode_head(Decoder& decoder, Node& node, std::uint8_t type, unsigned k) {
  decoder.signature("TREE");
  if (const auto found = decoder.u8("node type"); found != type)
    decoder.fail(fmt::format("node type is {}, not {},", found, type));
  node.level = decoder.u8("level");
  const auto children = decoder.u16("children");
  if (children > 2 * std::uint64_t{k})
    decoder.fail(fmt::format("{} children, at most {} fit,", children, 2 * std::uint64_t{k}));
  node.left = decoder.address("left sibling");
  node.right = decoder.address("right sibling");
  return children;
}

template <class Node>
void encode_head(Encoder& encoder, const Node& node, std::size_t keys, std::uint8_t type, unsigned k) {
  const auto children = node.children.size();
  if (children > 2 * std::uint64_t{k} || children > 0xFFFF || keys != (children == 0 ? 0 : children + 1))
    throw Error(ErrorKind::invalid_argument,
                fmt::format("v1 B-tree node: {} children and {} keys, for K = {}", children, keys, k));
  encoder.signature("TREE");
  encoder.u8(type);
  encoder.u8(node.level);
  encoder.u16(static_cast<std::uint16_t>(children));
  encoder.address(node.left);
  encoder.address(node.right);
}

Bytes filled_up(Encoder&& encoder, std::uint64_t size) {
  encoder.zeros(static_cast<std::size_t>(size) - encoder.size());
  return std::move(encoder).take();
}

}  // namespace

void BTree1ChunkNode::add_key(std::uint32_t stored_size, std::uint32_t filter_mask,
                              std::span<const std::uint64_t> offset) {
  if (offset.size() != rank)
    throw Error(ErrorKind::invalid_argument,
                fmt::format("v1 B-tree node: a key of {} offsets, rank {}", offset.size(), rank));
  stored_sizes.push_back(stored_size);
  filter_masks.push_back(filter_mask);
  offsets.insert(offsets.end(), offset.begin(), offset.end());
  offsets.push_back(0);
}

std::uint64_t btree1_group_node_size(unsigned k, FieldWidths widths) {
  return node_size(k, widths.length, widths);
}

std::uint64_t btree1_chunk_node_size(unsigned k, unsigned rank, FieldWidths widths) {
  return node_size(k, chunk_key_size(rank), widths);
}

BTree1GroupNode decode_btree1_group_node(ByteView bytes, FieldWidths widths, unsigned k) {
  Decoder decoder(bytes, widths, "group B-tree node");
  BTree1GroupNode node;
  const auto children = decode_head(decoder, node, group_type, k);
  if (children == 0) return node;
  node.keys.reserve(children + 1);
  node.children.reserve(children);
  for (std::size_t i = 0; i < children; ++i) {
    node.keys.push_back(decoder.length("key"));
    node.children.push_back(decoder.defined_address("child address"));
  }
  node.keys.push_back(decoder.length("key"));
  return node;
}

BTree1ChunkNode decode_btree1_chunk_node(ByteView bytes, FieldWidths widths, unsigned k, unsigned rank) {
  Decoder decoder(bytes, widths, "chunk B-tree node");
  BTree1ChunkNode node;
  node.rank = rank;
  const auto children = decode_head(decoder, node, chunk_type, k);
  if (children == 0) return node;
  node.stored_sizes.reserve(children + 1);
  node.filter_masks.reserve(children + 1);
  node.offsets.reserve((children + 1) * (std::size_t{rank} + 1));
  node.children.reserve(children);
  for (std::size_t i = 0; i <= children; ++i) {
    node.stored_sizes.push_back(decoder.u32("stored bytes"));
    node.filter_masks.push_back(decoder.u32("filter mask"));
    for (unsigned d = 0; d <= rank; ++d) node.offsets.push_back(decoder.u64("chunk offset"));
    if (i < children) node.children.push_back(decoder.defined_address("child address"));
  }
  return node;
}

Bytes encode_btree1_group_node(const BTree1GroupNode& node, FieldWidths widths, unsigned k) {
  Encoder encoder(widths);
  encode_head(encoder, node, node.keys.size(), group_type, k);
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    encoder.length(node.keys[i]);
    if (i < node.children.size()) encoder.address(node.children[i]);
  }
  return filled_up(std::move(encoder), btree1_group_node_size(k, widths));
}

Bytes encode_btree1_chunk_node(const BTree1ChunkNode& node, FieldWidths widths, unsigned k) {
  Encoder encoder(widths);
  encode_head(encoder, node, node.key_count(), chunk_type, k);
  const std::size_t coordinates = std::size_t{node.rank} + 1;
  if (node.filter_masks.size() != node.key_count() || node.offsets.size() != node.key_count() * coordinates)
    throw Error(ErrorKind::invalid_argument, "chunk B-tree node: keys of unequal parts");
  for (std::size_t i = 0; i < node.key_count(); ++i) {
    encoder.u32(node.stored_sizes[i]);
    encoder.u32(node.filter_masks[i]);
    for (std::size_t d = 0; d < coordinates; ++d) encoder.u64(node.offsets[i * coordinates + d]);
    if (i < node.children.size()) encoder.address(node.children[i]);
  }
  return filled_up(std::move(encoder), btree1_chunk_node_size(k, node.rank, widths));
}

}  // namespace fiver::format
