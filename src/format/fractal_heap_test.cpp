#include "format/fractal_heap.hpp"

#include "format/damage_testing.hpp"

namespace fiver::format {
namespace {

using namespace damage;

/// What libhdf5 gives the links of a dense group.
FractalHeapHeader links_header() {
  FractalHeapHeader header;
  header.id_length = 7;
  header.flags = 2;
  header.most_managed = 4096;
  header.width = 4;
  header.starting_size = {512};
  header.most_direct = {65536};
  header.heap_bits = 32;
  header.starting_rows = 1;
  header.root = Address{2000};
  return header;
}

/// Small enough for fields of two bytes.
FractalHeapHeader small_header() {
  auto header = links_header();
  header.starting_size = {64};
  header.most_direct = {256};
  header.heap_bits = 16;
  header.huge_tree = Address{100};
  header.managed_count = {3};
  return header;
}

TEST(FractalHeap, HeaderRoundTripAndDamage) {
  EXPECT_EQ(fractal_heap_header_size({8, 8}, 0), 146U);
  for (const auto widths : all_widths)
    for (const bool filtered : {false, true}) {
      auto header = small_header();
      if (filtered) {
        header.filter_message = raw({1, 2, 3, 4, 5});
        header.filter_bytes = 5;
        header.filtered_root_size = {50};
        header.root_filter_mask = 1;
      }
      const auto bytes = encode_fractal_heap_header(header, widths);
      EXPECT_EQ(bytes.size(), fractal_heap_header_size(widths, header.filter_bytes));
      EXPECT_EQ(fractal_heap_filter_bytes(bytes, widths), header.filter_bytes);
      const auto decode = [&](ByteView b) { return decode_fractal_heap_header(b, widths); };
      EXPECT_EQ(decode(bytes), header);
      expect_damage_handled(bytes, bytes.size(), true, decode);
    }
  auto wrong = small_header();
  wrong.filter_bytes = 1;
  EXPECT_THROW(encode_fractal_heap_header(wrong, {}), Error);
}

TEST(FractalHeap, GeometryOfLinksAndAttributes) {
  const FractalHeapGeometry links(links_header(), {8, 8});
  EXPECT_EQ(links.offset_width(), 4U);
  EXPECT_EQ(links.length_width(), 2U);  // with the first byte: ids of 7
  EXPECT_EQ(links.direct_block_header_size(), 21U);
  EXPECT_EQ(links.direct_rows(), 9U);  // 512 512 1024 2048 4096 8192 16384 32768 65536
  EXPECT_EQ(links.most_rows(), 22U);
  EXPECT_EQ(links.block_size(0), 512U);
  EXPECT_EQ(links.block_size(1), 512U);
  EXPECT_EQ(links.block_size(2), 1024U);
  EXPECT_EQ(links.block_size(8), 65536U);
  EXPECT_EQ(links.row_offset(0), 0U);
  EXPECT_EQ(links.row_offset(1), 2048U);
  EXPECT_EQ(links.row_offset(2), 4096U);
  EXPECT_EQ(links.row_offset(3), 8192U);
  // Row 9 has blocks of 131072 bytes: 2048 + 2048 + 4096 + ... + 65536 are 7 rows.
  EXPECT_EQ(links.rows_of_indirect(9), 7U);
  EXPECT_EQ(links.rows_of_indirect(10), 8U);

  auto header = links_header();
  header.id_length = 8;
  header.starting_size = {1024};
  header.heap_bits = 40;
  const FractalHeapGeometry attributes(header, {8, 8});
  EXPECT_EQ(attributes.offset_width(), 5U);
  EXPECT_EQ(attributes.length_width(), 2U);  // ids of 8
  EXPECT_EQ(attributes.direct_block_header_size(), 22U);
  EXPECT_EQ(attributes.direct_rows(), 8U);
}

TEST(FractalHeap, PlacesAgreeWithATableWalked) {
  const FractalHeapGeometry geometry(links_header(), {8, 8});
  std::uint64_t start = 0;
  for (unsigned row = 0; row < geometry.most_rows(); ++row)
    for (unsigned column = 0; column < geometry.width(); ++column) {
      const auto size = geometry.block_size(row);
      EXPECT_EQ(geometry.place(start), (FractalHeapGeometry::Place{row, column, 0}));
      EXPECT_EQ(geometry.place(start + size - 1), (FractalHeapGeometry::Place{row, column, size - 1}));
      start += size;
    }
  EXPECT_EQ(start, 1ULL << 32);  // the table of all rows is the whole heap
  auto header = links_header();
  header.heap_bits = 64;
  EXPECT_EQ(FractalHeapGeometry(header, {}).place(~0ULL).row, 53U);
}

TEST(FractalHeap, TablesThatCannotBeAreCorrupt) {
  const auto refused = [](auto change) {
    auto header = links_header();
    change(header);
    EXPECT_THROW(FractalHeapGeometry(header, {}), Error);
  };
  refused([](auto& h) { h.width = 0; });
  refused([](auto& h) { h.width = 3; });
  refused([](auto& h) { h.starting_size = {0}; });
  refused([](auto& h) { h.starting_size = {500}; });
  refused([](auto& h) { h.starting_size = {16}; });  // no room for a block's header
  refused([](auto& h) { h.most_direct = {256}; });
  refused([](auto& h) { h.most_direct = {3}; });
  refused([](auto& h) { h.heap_bits = 65; });
  refused([](auto& h) { h.heap_bits = 10; });
}

TEST(FractalHeap, DirectBlockRoundTripAndDamage) {
  for (const auto widths : all_widths) {
    const FractalHeapGeometry geometry(small_header(), widths);
    Bytes block(64, std::byte{0x5A});
    const FractalHeapDirectBlock header{Address{77}, 128};
    seal_fractal_heap_direct_block(block, header, widths, geometry);
    const auto decode = [&](ByteView b) { return decode_fractal_heap_direct_block(b, widths, geometry); };
    EXPECT_EQ(decode(block), header);
    EXPECT_EQ(block[geometry.direct_block_header_size()], std::byte{0x5A});
    expect_damage_handled(block, block.size(), true, decode);
  }
}

TEST(FractalHeap, DirectBlockWithoutChecksum) {
  auto header = small_header();
  header.flags = 0;
  const FractalHeapGeometry geometry(header, {});
  Bytes block(64, std::byte{0x5A});
  seal_fractal_heap_direct_block(block, {Address{77}, 128}, {}, geometry);
  EXPECT_EQ(geometry.direct_block_header_size(), 15U);
  EXPECT_EQ(block[15], std::byte{0x5A});
  block[40] = std::byte{1};
  EXPECT_EQ(decode_fractal_heap_direct_block(block, {}, geometry).offset, 128U);
}

TEST(FractalHeap, IndirectBlockRoundTripAndDamage) {
  for (const auto widths : all_widths)
    for (const bool filtered : {false, true}) {
      auto header = small_header();
      header.filter_bytes = filtered ? 1 : 0;
      const FractalHeapGeometry geometry(header, widths);
      ASSERT_EQ(geometry.direct_rows(), 4U);
      FractalHeapIndirectBlock block{Address{77}, 0, std::vector<FractalHeapChild>(20)};
      block.children[0] = {Address{200}, filtered ? 60U : 0U, filtered ? 1U : 0U};
      block.children[17] = {Address{300}, 0, 0};  // row 4: indirect, so without sizes in any heap
      const auto bytes = encode_fractal_heap_indirect_block(block, widths, geometry);
      EXPECT_EQ(bytes.size(), geometry.indirect_block_size(5));
      const auto decode = [&](ByteView b) { return decode_fractal_heap_indirect_block(b, widths, geometry, 5); };
      EXPECT_EQ(decode(bytes), block);
      expect_truncations_refused(bytes, bytes.size(), decode);
      if (widths == FieldWidths{4, 4}) expect_flips_survived(bytes, bytes.size(), true, decode);
      block.children.pop_back();
      EXPECT_THROW(encode_fractal_heap_indirect_block(block, widths, geometry), Error);
    }
}

TEST(FractalHeapId, ManagedTinyAndHugeOfLinks) {
  const FractalHeapGeometry geometry(links_header(), {8, 8});
  const auto managed = raw({0x00, 0x15, 0, 0, 0x01, 0x20, 0x00});
  EXPECT_EQ(decode_fractal_heap_id(managed, {}, geometry), FractalHeapId(ManagedHeapId{0x01000015, 32}));
  const auto tiny = raw({0x22, 'a', 'b', 'c', 0, 0, 0});
  EXPECT_EQ(decode_fractal_heap_id(tiny, {}, geometry), FractalHeapId(TinyHeapId{raw({'a', 'b', 'c'})}));
  // Seven bytes have no room for an address and a size: the tree has them, under a key of 6 bytes.
  const auto huge = raw({0x10, 5, 0, 0, 0, 0, 1});
  EXPECT_EQ(decode_fractal_heap_id(huge, {}, geometry), FractalHeapId(HugeKeyHeapId{5 + (1ULL << 40)}));
  for (const auto& id : {managed, tiny, huge})
    EXPECT_EQ(encode_fractal_heap_id(decode_fractal_heap_id(id, {}, geometry), 7, {}, geometry), id);
  EXPECT_NE(reason_of([&] {
              decode_fractal_heap_id(raw({0x30, 0, 0, 0, 0, 0, 0}), {}, geometry);
            }).find("kind 3"),
            std::string::npos);
  EXPECT_NE(reason_of([&] {
              decode_fractal_heap_id(raw({0x40, 0, 0, 0, 0, 0, 0}), {}, geometry);
            }).find("version 1"),
            std::string::npos);
  // A tiny object that says it is longer than the id.
  EXPECT_THROW(decode_fractal_heap_id(raw({0x2F, 1, 2, 3, 4, 5, 6}), {}, geometry), Error);
}

TEST(FractalHeapId, HugeObjectsInLongIds) {
  auto header = links_header();
  const FractalHeapGeometry plain(header, {8, 8});
  EXPECT_TRUE(huge_ids_are_direct(17, {8, 8}, false));
  EXPECT_FALSE(huge_ids_are_direct(16, {8, 8}, false));
  EXPECT_TRUE(huge_ids_are_direct(29, {8, 8}, true));
  EXPECT_FALSE(huge_ids_are_direct(28, {8, 8}, true));
  const FractalHeapId direct = HugeDirectHeapId{Address{4096}, 70000, 0, 0};
  EXPECT_EQ(decode_fractal_heap_id(encode_fractal_heap_id(direct, 17, {}, plain), {}, plain), direct);
  EXPECT_THROW(encode_fractal_heap_id(direct, 16, {}, plain), Error);
  EXPECT_THROW(encode_fractal_heap_id(HugeKeyHeapId{1}, 17, {}, plain), Error);
  header.filter_bytes = 1;
  const FractalHeapGeometry filtered(header, {8, 8});
  const FractalHeapId with_filters = HugeDirectHeapId{Address{4096}, 7000, 1, 70000};
  EXPECT_EQ(decode_fractal_heap_id(encode_fractal_heap_id(with_filters, 29, {}, filtered), {}, filtered), with_filters);
}

TEST(FractalHeapId, SizesOfTinyObjects) {
  EXPECT_EQ(most_tiny_bytes(7), 6U);
  EXPECT_EQ(most_tiny_bytes(17), 16U);
  EXPECT_EQ(most_tiny_bytes(18), 16U);
  EXPECT_EQ(most_tiny_bytes(19), 17U);
  EXPECT_EQ(most_tiny_bytes(300), 298U);
  const FractalHeapGeometry geometry(links_header(), {8, 8});
  for (const std::uint16_t length : std::array<std::uint16_t, 5>{7, 17, 18, 19, 300})
    for (const std::uint64_t size : {std::uint64_t{1}, most_tiny_bytes(length)}) {
      const FractalHeapId tiny = TinyHeapId{Bytes(size, std::byte{9})};
      EXPECT_EQ(decode_fractal_heap_id(encode_fractal_heap_id(tiny, length, {}, geometry), {}, geometry), tiny)
          << length;
    }
  // 257 bytes in an id of 300: size - 1 is 0x100, its high part in the first byte.
  EXPECT_EQ(encode_fractal_heap_id(TinyHeapId{Bytes(257)}, 300, {}, geometry)[0], std::byte{0x21});
  EXPECT_THROW(encode_fractal_heap_id(TinyHeapId{Bytes(7)}, 7, {}, geometry), Error);
  EXPECT_THROW(encode_fractal_heap_id(TinyHeapId{}, 7, {}, geometry), Error);
}

TEST(FractalHeapId, DamageIsHandled) {
  for (const auto widths : all_widths) {
    const FractalHeapGeometry geometry(small_header(), widths);
    const auto decode = [&](ByteView b) { return decode_fractal_heap_id(b, widths, geometry); };
    for (const FractalHeapId& id :
         {FractalHeapId(ManagedHeapId{300, 20}), FractalHeapId(TinyHeapId{raw({1, 2, 3, 4})})})
      expect_flips_survived(encode_fractal_heap_id(id, 7, widths, geometry), 7, false, decode);
  }
}

}  // namespace
}  // namespace fiver::format
