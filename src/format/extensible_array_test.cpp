#include "format/extensible_array.hpp"

#include <numeric>

#include "format/damage_testing.hpp"
#include "format/fixed_array.hpp"

namespace fiver::format {
namespace {

using namespace damage;

const auto formats = [](FieldWidths widths) {
  return std::array{ChunkElementFormat::plain(), ChunkElementFormat::with_filters(1000, false, widths)};
};

/// libhdf5's parameters.
ExtensibleArrayHeader header_for(const ChunkElementFormat& format, FieldWidths widths) {
  ExtensibleArrayHeader header;
  header.client = static_cast<std::uint8_t>(format.client());
  header.element_size = static_cast<std::uint8_t>(format.element_size(widths));
  header.index_block = Address{500};
  return header;
}

/// Few bits and small pages, so that every kind of block is small.
ExtensibleArrayHeader small_header_for(const ChunkElementFormat& format, FieldWidths widths) {
  auto header = header_for(format, widths);
  header.max_bits = 8;
  header.index_block_elements = 2;
  header.min_data_block_elements = 2;
  header.min_super_block_pointers = 2;
  header.page_bits = 2;
  header.used_elements = {9};
  return header;
}

std::vector<ChunkElement> elements(std::size_t count, bool filtered) {
  std::vector<ChunkElement> all(count);
  for (std::size_t i = 0; i < count; ++i)
    if (i % 3 != 1) all[i] = {Address{100 + i}, filtered ? 10 + i : 0, filtered ? 1U : 0U};
  return all;
}

TEST(ExtensibleArray, HeaderRoundTripAndDamage) {
  EXPECT_EQ(extensible_array_header_size({8, 8}), 72U);
  for (const auto widths : all_widths)
    for (const auto& format : formats(widths)) {
      const auto header = small_header_for(format, widths);
      const auto bytes = encode_extensible_array_header(header, widths);
      EXPECT_EQ(bytes.size(), extensible_array_header_size(widths));
      const auto decode = [&](ByteView b) { return decode_extensible_array_header(b, widths, format); };
      EXPECT_EQ(decode(bytes), header);
      expect_damage_handled(bytes, bytes.size(), true, decode);
      EXPECT_THROW(decode_extensible_array_header(bytes, widths, {!format.filtered, format.filtered ? 0U : 3U}), Error);
    }
}

TEST(ExtensibleArray, HeaderHasDataBlockElementsBeforeSuperBlockPointers) {
  const auto bytes = encode_extensible_array_header(header_for(ChunkElementFormat::plain(), {}), {});
  // signature 0-3, version 4, client 5, element size 6, then max bits, index elements, data block elements, pointers, page bits
  const auto parameters = raw({8, 32, 4, 16, 4, 10});
  EXPECT_EQ(Bytes(bytes.begin() + 6, bytes.begin() + 12), parameters);
}

TEST(ExtensibleArray, GeometryOfTheDefaults) {
  const ExtensibleArrayGeometry geometry(header_for(ChunkElementFormat::plain(), {}), {});
  EXPECT_EQ(geometry.super_blocks(), 29U);
  EXPECT_EQ(geometry.first_super_block(), 4U);
  EXPECT_EQ(geometry.direct_data_blocks(), 6U);
  EXPECT_EQ(geometry.super_block_addresses(), 25U);
  EXPECT_EQ(geometry.index_block_size(), 298U);
  EXPECT_EQ(geometry.offset_width(), 4U);
  EXPECT_EQ(geometry.data_blocks(4), 4U);
  EXPECT_EQ(geometry.elements_per_data_block(4), 64U);
  EXPECT_EQ(geometry.elements_per_data_block(13), 2048U);
  EXPECT_EQ(geometry.data_blocks(13), 64U);
  EXPECT_EQ(geometry.pages_per_data_block(12), 0U);
  EXPECT_EQ(geometry.pages_per_data_block(13), 2U);
  EXPECT_EQ(geometry.bitmap_size(13), 64U);  // one byte a block, though the bits stand without gaps
  EXPECT_EQ(geometry.super_block_size(13), 18U + 64U + 64U * 8U + 4U);
  EXPECT_EQ(geometry.data_block_head_size(12), 18U + 1024U * 8U + 4U);
  EXPECT_EQ(geometry.data_block_size(13), 22U + 2U * (8192U + 4U));
  EXPECT_EQ(geometry.page_offset(1), 22U + 8196U);
}

TEST(ExtensibleArray, PageBitOfAMeasuredFile) {
  // Data block 9 of super block 13, page 0: bit 18 in the files of libhdf5.
  const ExtensibleArrayGeometry geometry(header_for(ChunkElementFormat::plain(), {}), {});
  const auto index = geometry.first_element(13) + 9 * 2048;
  const auto place = std::get<ExtensibleArrayGeometry::InDataBlock>(geometry.place(index));
  EXPECT_EQ(place.super_block, 13U);
  EXPECT_EQ(place.super_block_slot, 9U);
  EXPECT_EQ(place.data_block, 9U);
  EXPECT_EQ(place.page, 0U);
  EXPECT_EQ(place.bitmap_bit, 18U);
  EXPECT_EQ(std::get<ExtensibleArrayGeometry::InDataBlock>(geometry.place(index + 1024)).bitmap_bit, 19U);
}

TEST(ExtensibleArray, PlacesAgreeWithBlocksCounted) {
  for (const auto& header :
       {header_for(ChunkElementFormat::plain(), {}), small_header_for(ChunkElementFormat::plain(), {})}) {
    const ExtensibleArrayGeometry geometry(header, {});
    const auto most = std::min<std::uint64_t>(geometry.most_elements(), 200'000);
    std::uint64_t index = 0;
    for (; index < geometry.index_block_elements(); ++index)
      EXPECT_EQ(geometry.place(index), ExtensibleArrayGeometry::Place(ExtensibleArrayGeometry::InIndexBlock{index}));
    unsigned direct_slot = 0;
    for (unsigned u = 0; index < most; ++u) {
      EXPECT_EQ(geometry.first_element(u), index);
      // Blocks double in number and in elements by turns.
      const std::uint64_t blocks = 1ULL << (u / 2), each = header.min_data_block_elements * (1ULL << ((u + 1) / 2));
      for (std::uint64_t block = 0; block < blocks && index < most; ++block) {
        const auto place = std::get<ExtensibleArrayGeometry::InDataBlock>(geometry.place(index));
        ASSERT_EQ(place.super_block, u) << index;
        ASSERT_EQ(place.data_block, block);
        ASSERT_EQ(place.element, 0U);
        if (u < geometry.first_super_block()) {
          ASSERT_EQ(place.direct_slot, direct_slot++);
          ASSERT_FALSE(place.super_block_slot);
        } else {
          ASSERT_EQ(place.super_block_slot, u - geometry.first_super_block());
          ASSERT_FALSE(place.direct_slot);
        }
        if (index + each - 1 >= geometry.most_elements()) break;
        const auto last = std::get<ExtensibleArrayGeometry::InDataBlock>(geometry.place(index + each - 1));
        ASSERT_EQ(last.data_block, block);
        ASSERT_EQ(last.element, each - 1);
        if (const auto pages = geometry.pages_per_data_block(u); pages != 0) {
          ASSERT_EQ(last.bitmap_bit, block * pages + pages - 1);
        }
        index += each;
      }
    }
    EXPECT_EQ(direct_slot, geometry.direct_data_blocks());
    EXPECT_THROW(geometry.place(geometry.most_elements()), Error);
  }
}

TEST(ExtensibleArray, ParametersThatCannotBeAreCorrupt) {
  const auto refused = [](auto change) {
    auto header = header_for(ChunkElementFormat::plain(), {});
    change(header);
    EXPECT_THROW(ExtensibleArrayGeometry(header, {}), Error);
  };
  refused([](auto& h) { h.element_size = 0; });
  refused([](auto& h) { h.min_data_block_elements = 0; });
  refused([](auto& h) { h.min_data_block_elements = 12; });
  refused([](auto& h) { h.min_super_block_pointers = 1; });
  refused([](auto& h) { h.min_super_block_pointers = 3; });
  refused([](auto& h) { h.max_bits = 64; });
  refused([](auto& h) { h.max_bits = 3; });
  refused([](auto& h) { h.max_bits = 6; });  // fewer super blocks than the index block holds
  refused([](auto& h) { h.page_bits = 33; });
  refused([](auto& h) { h.page_bits = 5; });  // pages smaller than the index block's data blocks
}

TEST(ExtensibleArray, BlocksRoundTripAndDamage) {
  for (const auto widths : all_widths)
    for (const auto& format : formats(widths)) {
      const ExtensibleArrayGeometry geometry(small_header_for(format, widths), widths);
      ASSERT_EQ(geometry.direct_data_blocks(), 2U);
      ASSERT_EQ(geometry.super_block_addresses(), 6U);
      ExtensibleArrayIndexBlock index{
          Address{60}, elements(2, format.filtered), {Address{70}, {}}, {{}, {}, Address{80}, {}, {}, {}}};
      const auto index_bytes = encode_extensible_array_index_block(index, widths, geometry, format);
      EXPECT_EQ(index_bytes.size(), geometry.index_block_size());
      const auto decode_index = [&](ByteView b) {
        return decode_extensible_array_index_block(b, widths, geometry, format);
      };
      EXPECT_EQ(decode_index(index_bytes), index);
      expect_damage_handled(index_bytes, index_bytes.size(), true, decode_index);

      constexpr unsigned paged = 5, plain = 1;  // super blocks: four blocks of 16 elements in 4 pages; one block of 4
      ASSERT_EQ(geometry.pages_per_data_block(paged), 4U);
      ExtensibleArraySuperBlock super{Address{60}, 64, Bytes(geometry.bitmap_size(paged)), {Address{90}, {}, {}, {}}};
      set_page_bit(super.page_bitmap, 3);
      const auto super_bytes = encode_extensible_array_super_block(super, widths, geometry, format, paged);
      EXPECT_EQ(super_bytes.size(), geometry.super_block_size(paged));
      const auto decode_super = [&](ByteView b) {
        return decode_extensible_array_super_block(b, widths, geometry, format, paged);
      };
      EXPECT_EQ(decode_super(super_bytes), super);
      expect_damage_handled(super_bytes, super_bytes.size(), true, decode_super);

      for (const unsigned u : {plain, paged}) {
        const ExtensibleArrayDataBlock data{Address{60}, 2, elements(u == plain ? 4 : 0, format.filtered)};
        const auto bytes = encode_extensible_array_data_block(data, widths, geometry, format, u);
        EXPECT_EQ(bytes.size(), geometry.data_block_head_size(u));
        const auto decode = [&](ByteView b) {
          return decode_extensible_array_data_block(b, widths, geometry, format, u);
        };
        EXPECT_EQ(decode(bytes), data);
        expect_damage_handled(bytes, bytes.size(), true, decode);
      }
      const auto content = elements(4, format.filtered);
      const auto page = encode_array_page(content, widths, format);
      EXPECT_EQ(page.size(), geometry.page_size());
      const auto decode_page = [&](ByteView b) { return decode_extensible_array_page(b, widths, geometry, format); };
      EXPECT_EQ(decode_page(page), content);
      expect_damage_handled(page, page.size(), true, decode_page);

      index.elements.pop_back();
      EXPECT_THROW(encode_extensible_array_index_block(index, widths, geometry, format), Error);
    }
}

}  // namespace
}  // namespace fiver::format
