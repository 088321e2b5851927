#include "format/layout_message.hpp"

#include "format/message_testing.hpp"

namespace fiver::format {
namespace {

using namespace trials;

ChunkedLayout chunked(ChunkIndexKind index, std::optional<Address> address = Address{0x1234}) {
  ChunkedLayout layout;
  layout.chunk = {10, 300, 1};
  layout.element_size = 4;
  layout.index = index;
  layout.index_address = address;
  return layout;
}

std::vector<Layout> samples() {
  auto partial = chunked(FixedArrayIndex{4}, std::nullopt);
  partial.filter_partial_chunks = false;
  auto wide = chunked(BTree2Index{4096, 98, 30});
  wide.wide_sizes = true;
  auto huge = wide;
  huge.chunk = {1ULL << 33};
  huge.element_size = 1;
  return {CompactLayout{hex("010203")},
          CompactLayout{},
          ContiguousLayout{Address{2048}, 400},
          ContiguousLayout{std::nullopt, 0},
          chunked(BTree1Index{}),
          chunked(BTree1Index{}, std::nullopt),
          chunked(SingleChunkIndex{}),
          chunked(SingleChunkIndex{true, 77, 2}),
          chunked(ImplicitIndex{}),
          chunked(ExtensibleArrayIndex{}),
          chunked(BTree2Index{}),
          partial,
          wide,
          huge,
          VirtualLayout{Address{4096}, 3},
          VirtualLayout{}};
}

TEST(LayoutMessage, RoundTripsInEveryVersionAndWidth) {
  for (const auto widths : all_widths) {
    for (const auto& layout : samples()) {
      const auto version = layout_version(layout);
      const auto encode = [&](Encoder& out, const Layout& l) { encode_layout(out, l, version); };
      SCOPED_TRACE(testing::Message() << "version " << int{version} << ", kind " << layout.index());
      expect_round_trip(layout, widths, encode, decode_layout);
    }
  }
}

TEST(LayoutMessage, Version3ByHand) {
  const auto bytes = hex("03 02 03 0010000000000000 0A000000 14000000 08000000");
  ChunkedLayout expected;
  expected.chunk = {10, 20};
  expected.element_size = 8;
  expected.index_address = Address{0x1000};
  EXPECT_EQ(decode_layout(bytes, {}), Layout(expected));
  EXPECT_EQ(encoded({}, [&](Encoder& out) { encode_layout(out, expected, 3); }), bytes);
}

TEST(LayoutMessage, Version4FlagsByHand) {
  // Bit 1, not bit 0 as the specification says, marks the filtered single chunk.
  const auto single = hex("04 02 02 02 01 64 02 01  4D00000000000000 02000000  0010000000000000");
  ChunkedLayout expected;
  expected.chunk = {100};
  expected.element_size = 2;
  expected.index = SingleChunkIndex{true, 77, 2};
  expected.index_address = Address{0x1000};
  EXPECT_EQ(decode_layout(single, {}), Layout(expected));
  EXPECT_EQ(encoded({}, [&](Encoder& out) { encode_layout(out, expected, 4); }), single);

  const auto partial = hex("04 02 01 02 01 64 02 03 0A  FFFFFFFFFFFFFFFF");
  expected.filter_partial_chunks = false;
  expected.index = FixedArrayIndex{10};
  expected.index_address.reset();
  EXPECT_EQ(decode_layout(partial, {}), Layout(expected));
  EXPECT_EQ(encoded({}, [&](Encoder& out) { encode_layout(out, expected, 4); }), partial);
}

TEST(LayoutMessage, WidthIsMinimalWhenWrittenAndFreeWhenRead) {
  ChunkedLayout layout;
  layout.chunk = {65'536};
  layout.element_size = 1;
  layout.index = ImplicitIndex{};
  const auto width = [&](std::uint64_t dim) {
    layout.chunk[0] = dim;
    return std::to_integer<int>(encoded({}, [&](Encoder& out) { encode_layout(out, layout, 4); })[4]);
  };
  EXPECT_EQ(width(255), 1);
  EXPECT_EQ(width(256), 2);
  EXPECT_EQ(width(65'536), 3);
  EXPECT_EQ(width(1U << 24U), 4);
  const auto loose = hex("04 02 00 02 08 6400000000000000 0200000000000000 02 FFFFFFFFFFFFFFFF");
  EXPECT_EQ(std::get<ChunkedLayout>(decode_layout(loose, {})).chunk, Shape{100});
}

TEST(LayoutMessage, Versions1And2ByHand) {
  for (const std::string version : {"01", "02"}) {
    EXPECT_EQ(decode_layout(hex(version + "02 01 0000000000 0008000000000000 0A000000 04000000"), {}),
              Layout(ContiguousLayout{Address{2048}, 40}));
    EXPECT_EQ(decode_layout(hex(version + "02 00 0000000000 0A000000 04000000 03000000 010203"), {}),
              Layout(CompactLayout{hex("010203")}));
    ChunkedLayout expected;
    expected.chunk = {10};
    expected.element_size = 4;
    expected.index_address = Address{2048};
    const auto bytes = hex(version + "02 02 0000000000 0008000000000000 0A000000 04000000");
    EXPECT_EQ(decode_layout(bytes, {}), Layout(expected));
    expect_robust(bytes, [](ByteView view) { decode_layout(view, {}); });
  }
  EXPECT_EQ(error_of([] { encoded({}, [](Encoder& out) { encode_layout(out, CompactLayout{}, 2); }); }),
            ErrorKind::invalid_argument);
}

TEST(LayoutMessage, RefusesImpossibleChunks) {
  const auto kind = [](std::string_view text) { return error_of([&] { decode_layout(hex(text), {}); }); };
  EXPECT_EQ(kind("03 02 02 0010000000000000 00000000 08000000"), ErrorKind::corrupt) << "a dimension of 0";
  EXPECT_EQ(kind("03 02 02 0010000000000000 00000001 00000001"), ErrorKind::corrupt) << "more than 4 GiB";
  EXPECT_EQ(kind("03 02 01 0010000000000000 08000000"), ErrorKind::corrupt) << "no dimension";
  EXPECT_EQ(kind("03 02 22 0010000000000000"), ErrorKind::corrupt) << "33 dimensions";
  EXPECT_EQ(kind("03 03 0010000000000000 00000000"), ErrorKind::corrupt) << "virtual in version 3";
  EXPECT_EQ(kind("04 02 00 02 09"), ErrorKind::corrupt) << "fields of 9 bytes";
  EXPECT_EQ(kind("04 02 04 02 01 64 02 02 FFFFFFFFFFFFFFFF"), ErrorKind::corrupt) << "an unknown flag";
  EXPECT_EQ(kind("04 02 02 02 01 64 02 02 FFFFFFFFFFFFFFFF"), ErrorKind::corrupt)
      << "a single chunk's flag on an implicit index";
  EXPECT_EQ(kind("04 02 00 02 01 64 02 06 FFFFFFFFFFFFFFFF"), ErrorKind::unsupported) << "index type 6";
  EXPECT_EQ(kind("04 04"), ErrorKind::unsupported) << "class 4";
  EXPECT_EQ(kind("06 00"), ErrorKind::unsupported) << "version 6";
  EXPECT_EQ(kind("05 02 00 03 08 0000000000000080 0200000000000000 0100000000000000 02 FFFFFFFFFFFFFFFF"),
            ErrorKind::corrupt)
      << "more than 2^64 bytes";
}

TEST(LayoutMessage, VersionsRefuseWhatTheyCannotSay) {
  const auto refused = [](const Layout& layout, std::uint8_t version) {
    EXPECT_EQ(error_of([&] { encoded({}, [&](Encoder& out) { encode_layout(out, layout, version); }); }),
              ErrorKind::invalid_argument);
  };
  refused(VirtualLayout{}, 3);
  refused(chunked(ImplicitIndex{}), 3);
  refused(chunked(BTree1Index{}), 4);
  refused(chunked(ImplicitIndex{}), 5);
  auto wide = chunked(ImplicitIndex{});
  wide.wide_sizes = true;
  refused(wide, 4);
  auto huge = chunked(ImplicitIndex{});
  huge.chunk = {1ULL << 32};
  refused(huge, 4);
  huge.chunk = {};
  refused(huge, 4);
}

}  // namespace
}  // namespace fiver::format
