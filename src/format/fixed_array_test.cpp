#include "format/fixed_array.hpp"

#include "format/damage_testing.hpp"

namespace fiver::format {
namespace {

using namespace damage;

const auto formats = [](FieldWidths widths) {
  return std::array{ChunkElementFormat::plain(), ChunkElementFormat::with_filters(1000, false, widths)};
};

FixedArrayHeader header_for(const ChunkElementFormat& format, FieldWidths widths, std::uint64_t elements,
                            std::uint8_t page_bits) {
  return {static_cast<std::uint8_t>(format.client()),
          static_cast<std::uint8_t>(format.element_size(widths)),
          page_bits,
          {elements},
          Address{500}};
}

std::vector<ChunkElement> elements(std::size_t count, bool filtered) {
  std::vector<ChunkElement> all(count);
  for (std::size_t i = 0; i < count; ++i)
    if (i % 3 != 1) all[i] = {Address{100 + i}, filtered ? 10 + i : 0, filtered ? 1U : 0U};
  return all;
}

TEST(FixedArray, HeaderRoundTripAndDamage) {
  EXPECT_EQ(fixed_array_header_size({8, 8}), 28U);
  for (const auto widths : all_widths)
    for (const auto& format : formats(widths)) {
      const auto header = header_for(format, widths, 77, 10);
      const auto bytes = encode_fixed_array_header(header, widths);
      EXPECT_EQ(bytes.size(), fixed_array_header_size(widths));
      const auto decode = [&](ByteView b) { return decode_fixed_array_header(b, widths, format); };
      EXPECT_EQ(decode(bytes), header);
      expect_damage_handled(bytes, bytes.size(), true, decode);
      EXPECT_THROW(decode_fixed_array_header(bytes, widths, {!format.filtered, format.filtered ? 0U : 3U}), Error);
    }
}

TEST(FixedArray, Geometry) {
  const auto plain = ChunkElementFormat::plain();
  const FixedArrayGeometry small(header_for(plain, {}, 1024, 10), {});
  EXPECT_FALSE(small.paged());
  EXPECT_EQ(small.head_size(), 14U + 1024U * 8U + 4U);
  EXPECT_EQ(small.block_size(), small.head_size());
  const FixedArrayGeometry paged(header_for(plain, {}, 9 * 1024 + 1, 10), {});
  EXPECT_EQ(paged.pages(), 10U);
  EXPECT_EQ(paged.bitmap_size(), 2U);
  EXPECT_EQ(paged.head_size(), 14U + 2U + 4U);
  EXPECT_EQ(paged.page_offset(9), 20U + 9U * (8192U + 4U));
  EXPECT_EQ(paged.elements_in_page(8), 1024U);
  EXPECT_EQ(paged.elements_in_page(9), 1U);
  EXPECT_EQ(paged.page_size(9), 12U);
  EXPECT_EQ(paged.block_size(), paged.page_offset(9) + paged.page_size(9));
  EXPECT_EQ(paged.page_of(9 * 1024), 9U);
  EXPECT_EQ(paged.within_page(1025), 1U);
  EXPECT_EQ(FixedArrayGeometry(header_for(plain, {}, 2048, 10), {}).elements_in_page(1), 1024U);
  for (const auto& [count, bits] : {std::pair<std::uint64_t, std::uint8_t>{0, 10}, {1, 0}, {1, 64}, {~0ULL, 10}})
    EXPECT_THROW(FixedArrayGeometry(header_for(plain, {}, count, bits), {}), Error) << count;
}

TEST(FixedArray, BlockRoundTripAndDamage) {
  for (const auto widths : all_widths)
    for (const auto& format : formats(widths)) {
      const FixedArrayGeometry geometry(header_for(format, widths, 7, 3), widths);
      const FixedArrayBlock block{Address{60}, {}, elements(7, format.filtered)};
      const auto bytes = encode_fixed_array_block(block, widths, geometry, format);
      EXPECT_EQ(bytes.size(), geometry.head_size());
      const auto decode = [&](ByteView b) { return decode_fixed_array_block(b, widths, geometry, format); };
      EXPECT_EQ(decode(bytes), block);
      expect_damage_handled(bytes, bytes.size(), true, decode);
    }
}

TEST(FixedArray, PagedBlockRoundTripAndDamage) {
  for (const auto widths : all_widths)
    for (const auto& format : formats(widths)) {
      const FixedArrayGeometry geometry(header_for(format, widths, 9 * 4 + 3, 2), widths);
      FixedArrayBlock block{Address{60}, Bytes(2), {}};
      set_page_bit(block.page_bitmap, 9);
      const auto head = encode_fixed_array_block(block, widths, geometry, format);
      EXPECT_EQ(head.size(), geometry.head_size());
      EXPECT_EQ(head[6 + widths.offset + 1], std::byte{0x40});  // page 9: the second highest bit of byte 1
      const auto decode = [&](ByteView b) { return decode_fixed_array_block(b, widths, geometry, format); };
      EXPECT_EQ(decode(head), block);
      expect_damage_handled(head, head.size(), true, decode);
      for (const std::uint64_t number : {0U, 9U}) {
        const auto content = elements(geometry.elements_in_page(number), format.filtered);
        const auto page = encode_array_page(content, widths, format);
        EXPECT_EQ(page.size(), geometry.page_size(number));
        const auto decode_page = [&](ByteView b) {
          return decode_fixed_array_page(b, widths, geometry, format, number);
        };
        EXPECT_EQ(decode_page(page), content);
        expect_damage_handled(page, page.size(), true, decode_page);
      }
      EXPECT_THROW(decode_fixed_array_page(head, widths, geometry, format, 10), Error);
      block.page_bitmap.pop_back();
      EXPECT_THROW(encode_fixed_array_block(block, widths, geometry, format), Error);
    }
}

}  // namespace
}  // namespace fiver::format
