#include "format/btree1.hpp"

#include "format/damage_testing.hpp"

namespace fiver::format {
namespace {

using namespace damage;

constexpr unsigned k = 2;

BTree1GroupNode group_node() {
  return {1, Address{64}, {}, {0, 8, 40}, {Address{100}, Address{200}}};
}

BTree1ChunkNode chunk_node() {
  BTree1ChunkNode node;
  node.left = Address{32};
  node.rank = 2;
  const std::array<std::uint64_t, 2> first{0, 10}, second{20, 0}, end{40, 1ULL << 40};
  node.add_key(100, 0, first);
  node.add_key(90, 2, second);
  node.add_key(0, 0, end);
  node.children = {Address{1000}, Address{2000}};
  return node;
}

TEST(BTree1, NodeSizes) {
  // libhdf5's files: 544 bytes for groups with K = 16; 24 + 65 (8 + 8 (rank + 1)) + 64 x 8 for chunks with K = 32.
  EXPECT_EQ(btree1_group_node_size(16, {8, 8}), 544U);
  EXPECT_EQ(btree1_chunk_node_size(32, 2, {8, 8}), 2616U);
  EXPECT_EQ(btree1_group_node_size(16, {4, 4}), 16U + 33U * 4U + 32U * 4U);
}

TEST(BTree1, GroupNodeRoundTripAndDamage) {
  for (const auto widths : all_widths) {
    const auto bytes = encode_btree1_group_node(group_node(), widths, k);
    EXPECT_EQ(bytes.size(), btree1_group_node_size(k, widths));
    const auto decode = [&](ByteView b) { return decode_btree1_group_node(b, widths, k); };
    EXPECT_EQ(decode(bytes), group_node());
    expect_damage_handled(bytes, 8 + 4 * widths.offset + 3 * widths.length, false, decode);
  }
}

TEST(BTree1, ChunkNodeRoundTripAndDamage) {
  for (const auto widths : all_widths) {
    const auto bytes = encode_btree1_chunk_node(chunk_node(), widths, k);
    EXPECT_EQ(bytes.size(), btree1_chunk_node_size(k, 2, widths));
    const auto decode = [&](ByteView b) { return decode_btree1_chunk_node(b, widths, k, 2); };
    const auto node = decode(bytes);
    EXPECT_EQ(node, chunk_node());
    EXPECT_EQ(node.offset(1)[0], 20U);
    EXPECT_EQ(node.offset(2)[1], 1ULL << 40);
    expect_damage_handled(bytes, 8 + 4 * widths.offset + 3 * 32, false, decode);
  }
}

TEST(BTree1, EmptyNodeHasNoKeys) {
  const BTree1GroupNode empty;
  const auto bytes = encode_btree1_group_node(empty, {}, 16);
  EXPECT_EQ(bytes.size(), 544U);
  EXPECT_EQ(decode_btree1_group_node(bytes, {}, 16), empty);
}

TEST(BTree1, RefusesMoreChildrenThanFitAndOtherTypes) {
  auto bytes = encode_btree1_group_node(group_node(), {}, k);
  bytes[6] = std::byte{5};
  EXPECT_NE(reason_of([&] { decode_btree1_group_node(bytes, {}, k); }).find("5 children, at most 4"),
            std::string::npos);
  EXPECT_NE(reason_of([&] { decode_btree1_chunk_node(bytes, {}, k, 2); }).find("node type is 0"), std::string::npos);
  auto node = group_node();
  node.keys.pop_back();
  EXPECT_THROW(encode_btree1_group_node(node, {}, k), Error);
  EXPECT_THROW(encode_btree1_group_node(group_node(), {}, 0), Error);
}

}  // namespace
}  // namespace fiver::format
