#include "format/btree2_records.hpp"

#include "base/encoder.hpp"
#include "format/damage_testing.hpp"

namespace fiver::format {
namespace {

using namespace damage;

const Bytes seven = raw({0, 1, 2, 3, 4, 5, 6}), eight = raw({0, 1, 2, 3, 4, 5, 6, 7});

template <class Encode>
Bytes encoded(FieldWidths widths, const Encode& encode) {
  Encoder encoder(widths);
  encode(encoder);
  return std::move(encoder).take();
}

TEST(BTree2Records, HugeObjects) {
  for (const auto widths : all_widths)
    for (const auto type : {BTree2Type::huge_indirect, BTree2Type::huge_indirect_filtered, BTree2Type::huge_direct,
                            BTree2Type::huge_direct_filtered}) {
      const bool filtered = type == BTree2Type::huge_indirect_filtered || type == BTree2Type::huge_direct_filtered;
      const bool indirect = type == BTree2Type::huge_indirect || type == BTree2Type::huge_indirect_filtered;
      const HugeObjectRecord record{Address{4096}, 5000, filtered ? 1U : 0U, filtered ? 9000U : 0U,
                                    indirect ? 12U : 0U};
      const auto bytes = encoded(widths, [&](Encoder& e) { encode_huge_object_record(e, record, type); });
      EXPECT_EQ(bytes.size(), huge_object_record_size(type, widths));
      const auto decode = [&](ByteView b) { return decode_huge_object_record(b, widths, type); };
      EXPECT_EQ(decode(bytes), record);
      expect_damage_handled(bytes, bytes.size(), false, decode);
    }
  EXPECT_EQ(huge_object_record_size(BTree2Type::huge_indirect, {}), 24U);
  EXPECT_EQ(huge_object_record_size(BTree2Type::huge_direct_filtered, {}), 28U);
}

TEST(BTree2Records, LinksAndAttributesHaveTheSizesOfTheLibrary) {
  const LinkNameRecord link{0x12345678, PackedHeapId(seven)};
  auto bytes = encoded({}, [&](Encoder& e) { encode_link_name_record(e, link); });
  EXPECT_EQ(bytes.size(), 11U);
  EXPECT_EQ(decode_link_name_record(bytes), link);
  EXPECT_EQ(bytes[0], std::byte{0x78});

  const LinkOrderRecord order{1ULL << 40, PackedHeapId(seven)};
  bytes = encoded({}, [&](Encoder& e) { encode_link_order_record(e, order); });
  EXPECT_EQ(bytes.size(), 15U);
  EXPECT_EQ(decode_link_order_record(bytes), order);

  const AttributeNameRecord attribute{PackedHeapId(eight), 2, 77, 0x9ABCDEF0};
  bytes = encoded({}, [&](Encoder& e) { encode_attribute_name_record(e, attribute); });
  EXPECT_EQ(bytes.size(), 17U);
  EXPECT_EQ(decode_attribute_name_record(bytes), attribute);

  const AttributeOrderRecord by_order{PackedHeapId(eight), 0, 78};
  bytes = encoded({}, [&](Encoder& e) { encode_attribute_order_record(e, by_order); });
  EXPECT_EQ(bytes.size(), 13U);
  EXPECT_EQ(decode_attribute_order_record(bytes), by_order);
}

TEST(BTree2Records, RecordsWithoutRoomForAnIdAreCorrupt) {
  const Bytes zeros(40);
  const auto first = [&](std::size_t n) { return ByteView(zeros).first(n); };
  for (std::size_t n = 0; n <= 4; ++n) EXPECT_THROW(decode_link_name_record(first(n)), Error);
  for (std::size_t n = 0; n <= 8; ++n) EXPECT_THROW(decode_link_order_record(first(n)), Error);
  for (std::size_t n = 0; n <= 9; ++n) EXPECT_THROW(decode_attribute_name_record(first(n)), Error);
  for (std::size_t n = 0; n <= 5; ++n) EXPECT_THROW(decode_attribute_order_record(first(n)), Error);
  EXPECT_THROW(decode_link_name_record(zeros), Error);  // an id longer than any known
}

TEST(BTree2Records, Chunks) {
  for (const auto widths : all_widths)
    for (const auto& format :
         {ChunkElementFormat::plain(), ChunkElementFormat::with_filters(1U << 20, false, widths)}) {
      const std::array<std::uint64_t, 3> scaled{1, 1ULL << 33, 3};
      const ChunkElement element{Address{512}, format.filtered ? 77U : 0U, format.filtered ? 1U : 0U};
      const auto bytes = encoded(widths, [&](Encoder& e) { encode_chunk_record(e, element, format, scaled); });
      EXPECT_EQ(bytes.size(), chunk_record_size(format, 3, widths));
      std::array<std::uint64_t, 3> back{};
      EXPECT_EQ(decode_chunk_record(bytes, widths, format, back), element);
      EXPECT_EQ(back, scaled);
      expect_damage_handled(bytes, bytes.size(), false,
                            [&](ByteView b) { return decode_chunk_record(b, widths, format, back); });
    }
}

TEST(ChunkElement, WidthOfStoredSizes) {
  // 1 + (log2(bytes) + 8) / 8: a chunk of 255 bytes may grow to 16 bits, one of 256 to 24.
  EXPECT_EQ(stored_size_width(1), 2U);
  EXPECT_EQ(stored_size_width(255), 2U);
  EXPECT_EQ(stored_size_width(256), 3U);
  EXPECT_EQ(stored_size_width(65535), 3U);
  EXPECT_EQ(stored_size_width(65536), 4U);
  EXPECT_EQ(stored_size_width(0xFFFFFFFF), 5U);
  EXPECT_EQ(stored_size_width(1ULL << 56), 8U);
  EXPECT_EQ(ChunkElementFormat::with_filters(256, true, {8, 4}).size_width, 4U);
  Encoder encoder;
  EXPECT_THROW(
      encode_chunk_element(encoder, {Address{1}, 1U << 16, 0}, ChunkElementFormat::with_filters(255, false, {})),
      Error);
  EXPECT_THROW(encode_chunk_element(encoder, {Address{1}, ~0ULL, 0}, ChunkElementFormat::with_filters(255, false, {})),
               Error);
}

TEST(ChunkElement, PageBitsCountFromTheMostSignificant) {
  Bytes bitmap(3);
  set_page_bit(bitmap, 0);
  set_page_bit(bitmap, 18);
  EXPECT_EQ(bitmap, raw({0x80, 0, 0x20}));
  EXPECT_TRUE(page_bit(bitmap, 18));
  EXPECT_FALSE(page_bit(bitmap, 17));
  EXPECT_THROW(page_bit(bitmap, 24), Error);
  EXPECT_THROW(set_page_bit(bitmap, 24), Error);
}

}  // namespace
}  // namespace fiver::format
