#include "format/btree2.hpp"

#include "format/damage_testing.hpp"

namespace fiver::format {
namespace {

using namespace damage;

TEST(BTree2, HeaderRoundTripAndDamage) {
  EXPECT_EQ(btree2_header_size({8, 8}), 38U);
  for (const auto widths : all_widths) {
    const BTree2Header header{5, 512, 11, 1, 100, 40, Address{4000}, 3, {130}};
    const auto bytes = encode_btree2_header(header, widths);
    EXPECT_EQ(bytes.size(), btree2_header_size(widths));
    const auto decode = [&](ByteView b) { return decode_btree2_header(b, widths); };
    EXPECT_EQ(decode(bytes), header);
    expect_damage_handled(bytes, bytes.size(), true, decode);
  }
}

TEST(BTree2, GeometryOfDenseLinks) {
  // Nodes of 512 bytes, records of 11: a leaf has (512 - 10) / 11 = 45. Counts up to 45 take one byte.
  const BTree2Geometry geometry(5, 512, 11, 3, {8, 8});
  EXPECT_EQ(geometry.count_width(), 1U);
  EXPECT_EQ(geometry.level(0), (BTree2Geometry::Level{45, 45, 0, 0}));
  // Level 1: pointers 8 + 1; (502 - 9) / 20 = 24 records, 25 leaves: 25 x 45 + 24 = 1149 in all, two bytes.
  EXPECT_EQ(geometry.level(1), (BTree2Geometry::Level{24, 1149, 2, 9}));
  // Level 2: pointers 8 + 1 + 2; (502 - 11) / 22 = 22 records; 23 x 1149 + 22 = 26449, two bytes.
  EXPECT_EQ(geometry.level(2), (BTree2Geometry::Level{22, 26449, 2, 11}));
  // Level 3: again 22; 23 x 26449 + 22 = 608349, three bytes.
  EXPECT_EQ(geometry.level(3), (BTree2Geometry::Level{22, 608349, 3, 11}));
}

TEST(BTree2, GeometryOfChunksWithWideCounts) {
  // Nodes of 2^16 bytes, records of 24: 2730 in a leaf, so counts take two bytes; totals of level 1 two, of level 2 four.
  const BTree2Geometry geometry(10, 65536, 24, 3, {8, 8});
  EXPECT_EQ(geometry.count_width(), 2U);
  EXPECT_EQ(geometry.level(1), (BTree2Geometry::Level{(65526 - 10) / 34, 1927ULL * 2730 + 1926, 3, 10}));
  EXPECT_EQ(geometry.level(2).pointer_size, 13U);
  EXPECT_EQ(geometry.level(3).pointer_size, 8U + 2U + geometry.level(2).total_width);
}

TEST(BTree2, GeometryThatCannotBeIsCorrupt) {
  EXPECT_THROW(BTree2Geometry(5, 512, 0, 0, {}), Error);
  EXPECT_THROW(BTree2Geometry(5, 20, 11, 0, {}), Error);
  EXPECT_THROW(BTree2Geometry(5, 30, 11, 1, {}), Error);
  EXPECT_THROW(BTree2Geometry(5, 512, 11, 64, {}), Error);
  // Deep trees' totals stop at 2^64 - 1 instead of wrapping.
  EXPECT_EQ(BTree2Geometry(5, 512, 11, 30, {}).level(30).most_total, ~0ULL);
}

Bytes records(std::size_t count, std::size_t size) {
  Bytes bytes(count * size);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 7);
  return bytes;
}

TEST(BTree2, LeafRoundTripAndDamage) {
  for (const auto widths : all_widths) {
    const BTree2Geometry geometry(5, 128, 11, 1, widths);
    const auto content = records(3, 11);
    const auto bytes = encode_btree2_node({0, 11, content, {}}, widths, geometry);
    EXPECT_EQ(bytes.size(), 128U);
    const auto decode = [&](ByteView b) { return decode_btree2_node(b, widths, geometry, 0, 3); };
    const auto node = decode(bytes);
    ASSERT_EQ(node.size(), 3U);
    EXPECT_EQ(Bytes(node.record(2).begin(), node.record(2).end()), Bytes(content.begin() + 22, content.end()));
    expect_damage_handled(bytes, 10 + 33, true, decode);
  }
}

TEST(BTree2, InternalNodeRoundTripAndDamage) {
  for (const auto widths : all_widths) {
    const BTree2Geometry geometry(5, 512, 11, 2, widths);
    for (const unsigned level : {1U, 2U}) {
      const auto content = records(2, 11);
      std::vector<BTree2Child> children{{Address{512}, 5, 5}, {Address{1024}, 6, 6}, {Address{2048}, 7, 7}};
      if (level == 2)
        for (auto& child : children) child.total = 300 + child.records;
      const auto bytes = encode_btree2_node({level, 11, content, children}, widths, geometry);
      const auto decode = [&](ByteView b) { return decode_btree2_node(b, widths, geometry, level, 2); };
      EXPECT_EQ(decode(bytes).children, children);
      expect_damage_handled(bytes, 10 + 22 + 3 * geometry.level(level).pointer_size, true, decode);
    }
  }
}

TEST(BTree2, PointersAboveLevelTwoHaveWiderTotals) {
  // A root of depth 3 points at nodes of level 2, whose totals take the width of 23 x 1149 + 22: two bytes, not those of a product.
  const BTree2Geometry geometry(5, 512, 11, 3, {8, 8});
  const auto content = records(1, 11);
  const std::vector<BTree2Child> children{{Address{512}, 22, 26449}, {Address{1024}, 22, 0x1234}};
  const auto bytes = encode_btree2_node({3, 11, content, children}, {8, 8}, geometry);
  EXPECT_EQ(bytes[6 + 11 + 8], std::byte{22});
  EXPECT_EQ(bytes[6 + 11 + 9], static_cast<std::byte>(26449 & 0xFF));
  EXPECT_EQ(bytes[6 + 11 + 11 + 9], std::byte{0x34});
  EXPECT_EQ(decode_btree2_node(bytes, {8, 8}, geometry, 3, 1).children, children);
}

TEST(BTree2, CountsThatDoNotFitAreRefused) {
  const BTree2Geometry geometry(5, 512, 11, 1, {});
  const Bytes node(512);
  EXPECT_THROW(decode_btree2_node(node, {}, geometry, 0, 46), Error);
  const auto content = records(1, 11);
  const auto bytes =
      encode_btree2_node({1, 11, content, {{Address{512}, 5, 5}, {Address{1024}, 45, 45}}}, {}, geometry);
  EXPECT_THROW(encode_btree2_node({1, 11, content, {{Address{512}, 5, 5}, {Address{1024}, 46, 46}}}, {}, geometry),
               Error);
  EXPECT_THROW(encode_btree2_node({1, 11, content, {{Address{512}, 5, 5}}}, {}, geometry), Error);
  EXPECT_THROW(encode_btree2_node({2, 11, content, {}}, {}, geometry), Error);
  const BTree2Geometry other(6, 512, 11, 1, {});
  EXPECT_NE(reason_of([&] { decode_btree2_node(bytes, {}, other, 1, 1); }).find("record type is 5"), std::string::npos);
}

}  // namespace
}  // namespace fiver::format
