#include "format/selection_encoding.hpp"

#include "format/damage_testing.hpp"

namespace fiver::format {
namespace {

using namespace damage;

constexpr std::array<SelectionStyle, 3> styles{SelectionStyle::v18, SelectionStyle::v110, SelectionStyle::v112};

Bytes encoded(const Selection& selection, SelectionStyle style) {
  Encoder encoder;
  encode_selection(encoder, selection, style);
  EXPECT_EQ(encoder.size(), encoded_selection_size(selection, style));
  return std::move(encoder).take();
}

Selection decoded(ByteView bytes) {
  Decoder decoder(bytes, {}, "selection");
  auto selection = decode_selection(decoder);
  decoder.expect_end();
  return selection;
}

unsigned version_of(const Bytes& bytes) {
  return std::to_integer<unsigned>(bytes[4]);
}

TEST(SelectionEncoding, RoundTripAndDamage) {
  const std::vector<Selection> all_kinds{
      AllSelection{},
      NoneSelection{},
      PointList{2, {1, 2, 1, 2, 0, 9}},
      PointList{1, {1ULL << 40}},
      BoxUnion{{{{1, 2}, {3, 4}}, {{10, 0}, {1, 1}}}},
      BoxUnion{{{{0, 1ULL << 33}, {1, 5}}}},
      RegularHyperslab{{1, 2}, {3, 4}, {5, 6}, {2, 2}},
      RegularHyperslab{{0, 0}, {1, 10}, {unlimited, 1}, {1, 10}},
      RegularHyperslab{{0}, {1}, {1}, {unlimited}},
      RegularHyperslab{{1ULL << 40}, {70000}, {7}, {1}},
  };
  for (const auto& selection : all_kinds)
    for (const auto style : styles) {
      const auto bytes = encoded(selection, style);
      // Up to 2^20 blocks become a list for old readers: the same elements, not the same value.
      const auto* slab = std::get_if<RegularHyperslab>(&selection);
      if (slab == nullptr || style == SelectionStyle::v112 || version_of(bytes) == 2) {
        EXPECT_EQ(decoded(bytes), selection);
      }
      expect_damage_handled(bytes, bytes.size(), false, decoded);
    }
}

TEST(SelectionEncoding, VersionsChosen) {
  const RegularHyperslab two_blocks{{0}, {4}, {2}, {3}}, four_blocks{{0}, {4}, {4}, {3}},
      endless{{0}, {4}, {unlimited}, {3}};
  EXPECT_EQ(version_of(encoded(two_blocks, SelectionStyle::v18)), 1U);
  EXPECT_EQ(version_of(encoded(two_blocks, SelectionStyle::v110)), 1U);
  EXPECT_EQ(version_of(encoded(two_blocks, SelectionStyle::v112)), 3U);
  EXPECT_EQ(version_of(encoded(four_blocks, SelectionStyle::v18)), 1U);
  EXPECT_EQ(version_of(encoded(four_blocks, SelectionStyle::v110)), 2U);
  EXPECT_EQ(version_of(encoded(endless, SelectionStyle::v18)), 2U);
  EXPECT_EQ(version_of(encoded(PointList{1, {5}}, SelectionStyle::v110)), 1U);
  EXPECT_EQ(version_of(encoded(PointList{1, {5}}, SelectionStyle::v112)), 2U);
  EXPECT_EQ(version_of(encoded(PointList{1, {1ULL << 32}}, SelectionStyle::v18)), 2U);
  EXPECT_EQ(decoded(encoded(four_blocks, SelectionStyle::v18)),
            Selection(BoxUnion{{{{0}, {3}}, {{4}, {3}}, {{8}, {3}}, {{12}, {3}}}}));
}

TEST(SelectionEncoding, BytesOfVersionOne) {
  // The box (1,2) to (3,5), inclusive.
  const auto bytes = raw({2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 24, 0, 0, 0, 2, 0, 0, 0,
                          1, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3,  0, 0, 0, 5, 0, 0, 0});
  const Selection box = BoxUnion{{{{1, 2}, {3, 4}}}};
  EXPECT_EQ(decoded(bytes), box);
  EXPECT_EQ(encoded(box, SelectionStyle::v18), bytes);
}

TEST(SelectionEncoding, AllOnesAreUnlimitedInEveryWidth) {
  // Version 3, regular, coordinates of 2 bytes, rank 1: start 0, stride 8, count all ones, block 8.
  const auto bytes = raw({2, 0, 0, 0, 3, 0, 0, 0, 1, 2, 1, 0, 0, 0, 0, 0, 8, 0, 0xFF, 0xFF, 8, 0});
  const Selection slab = RegularHyperslab{{0}, {8}, {unlimited}, {8}};
  EXPECT_EQ(decoded(bytes), slab);
  EXPECT_EQ(encoded(slab, SelectionStyle::v112), bytes);
  // 65535 itself needs the next width.
  EXPECT_EQ(encoded(RegularHyperslab{{0}, {8}, {65535}, {8}}, SelectionStyle::v112)[9], std::byte{4});
}

TEST(SelectionEncoding, EmptySelectionsAreNothing) {
  for (const auto style : styles) {
    EXPECT_EQ(decoded(encoded(BoxUnion{}, style)), Selection(NoneSelection{}));
    EXPECT_EQ(decoded(encoded(RegularHyperslab{{0}, {1}, {0}, {1}}, style)), Selection(NoneSelection{}));
    EXPECT_EQ(decoded(encoded(RegularHyperslab{{0}, {1}, {1}, {0}}, style)), Selection(NoneSelection{}));
  }
}

TEST(SelectionEncoding, WhatCannotBeIsRefused) {
  const auto box = [](unsigned rank, unsigned count, unsigned first, unsigned last) {
    return raw({2,    0, 0, 0, 1,     0, 0, 0, 0,     0, 0, 0, 16,   0, 0, 0,
                rank, 0, 0, 0, count, 0, 0, 0, first, 0, 0, 0, last, 0, 0, 0});
  };
  EXPECT_NO_THROW(decoded(box(1, 1, 3, 3)));
  EXPECT_THROW(decoded(box(0, 1, 3, 3)), Error);
  EXPECT_THROW(decoded(box(33, 1, 3, 3)), Error);
  EXPECT_THROW(decoded(box(1, 2, 3, 3)), Error);
  EXPECT_THROW(decoded(box(1, 1, 3, 2)), Error);
  const auto slab = [](unsigned stride, unsigned count, unsigned block) {
    return raw({2, 0, 0, 0, 3, 0, 0, 0, 1, 2, 1, 0, 0, 0, 0, 0, stride, 0, count, 0, block, 0});
  };
  EXPECT_NO_THROW(decoded(slab(4, 2, 4)));
  EXPECT_THROW(decoded(slab(0, 2, 4)), Error);
  EXPECT_THROW(decoded(slab(3, 2, 4)), Error);
  // A last block beyond 2^64.
  Encoder far;
  encode_selection(far, RegularHyperslab{{1ULL << 63}, {1ULL << 62}, {3}, {1}}, SelectionStyle::v112);
  EXPECT_THROW(decoded(far.view()), Error);
  EXPECT_NE(reason_of([] {
              decoded(raw({4, 0, 0, 0, 1, 0, 0, 0}));
            }).find("unknown kind of selection 4"),
            std::string::npos);
  EXPECT_NE(reason_of([] { decoded(raw({2, 0, 0, 0, 4, 0, 0, 0})); }).find("unknown version 4"), std::string::npos);
  EXPECT_THROW(encoded(RegularHyperslab{{0}, {1, 1}, {1}, {1}}, SelectionStyle::v18), Error);
  EXPECT_THROW(encoded(PointList{2, {1}}, SelectionStyle::v18), Error);
  EXPECT_THROW(encoded(BoxUnion{{{{0}, {1}}, {{0, 0}, {1, 1}}}}, SelectionStyle::v18), Error);
  EXPECT_THROW(encoded(BoxUnion{{{{0}, {0}}}}, SelectionStyle::v18), Error);
}

}  // namespace
}  // namespace fiver::format
