#include "format/free_space.hpp"

#include "format/damage_testing.hpp"

namespace fiver::format {
namespace {

using namespace damage;

FreeSpaceHeader header_for(FreeSpaceClient client) {
  FreeSpaceHeader header;
  header.client = static_cast<std::uint8_t>(client);
  header.total_space = {300};
  header.sections = {3};
  header.serialised_sections = {3};
  header.classes = 4;
  header.address_bits = 16;
  header.most_section = {4096};
  header.list = Address{900};
  return header;
}

FreeSectionList list_for(FreeSpaceClient client) {
  FreeSectionList list{Address{800}, {{1000, 50, 0, {}}, {2000, 50, 1, {}}, {3000, 200, 0, {}}}};
  if (client == FreeSpaceClient::fractal_heap) list.sections[1].class_data = raw({0, 1, 2, 0, 3, 0, 4, 0});
  return list;
}

TEST(FreeSpace, HeaderRoundTripAndDamage) {
  EXPECT_EQ(free_space_header_size({8, 8}), 82U);
  for (const auto widths : all_widths) {
    const auto header = header_for(FreeSpaceClient::file);
    const auto bytes = encode_free_space_header(header, widths);
    EXPECT_EQ(bytes.size(), free_space_header_size(widths));
    const auto decode = [&](ByteView b) { return decode_free_space_header(b, widths); };
    EXPECT_EQ(decode(bytes), header);
    expect_damage_handled(bytes, bytes.size(), true, decode);
  }
  auto wrong = header_for(FreeSpaceClient::file);
  wrong.address_bits = 65;
  EXPECT_THROW(decode_free_space_header(encode_free_space_header(wrong, {}), {}), Error);
}

TEST(FreeSpace, SectionListRoundTripAndDamage) {
  for (const auto widths : all_widths)
    for (const auto client : {FreeSpaceClient::file, FreeSpaceClient::fractal_heap}) {
      const unsigned heap_offset_width = client == FreeSpaceClient::fractal_heap ? 2 : 0;
      auto header = header_for(client);
      const auto list = list_for(client);
      header.list_used = {free_section_list_size(list, widths, header)};
      header.list_allocated = {header.list_used.value + 10};
      // Two groups: counts of one byte, sizes up to 4096 two, offsets two.
      EXPECT_EQ(header.list_used.value,
                5 + widths.offset + 2 * (1 + 2) + 3 * (2 + 1) + (heap_offset_width == 0 ? 0 : 8) + 4);
      const auto bytes = encode_free_section_list(list, widths, header);
      EXPECT_EQ(bytes.size(), header.list_allocated.value);
      const auto decode = [&](ByteView b) { return decode_free_section_list(b, widths, header, heap_offset_width); };
      EXPECT_EQ(decode(bytes), list);
      expect_damage_handled(bytes, bytes.size(), true, decode);
    }
}

TEST(FreeSpace, AListWithTheChecksumWhereTheUsedBytesEnd) {
  // A dense group's in file3.h5 of libhdf5's tests: one section of 319 bytes at 193, in 25 of 64 bytes.
  FreeSpaceHeader header;
  header.total_space = {319};
  header.sections = header.serialised_sections = {1};
  header.address_bits = 32;
  header.most_section = {65536};
  header.list_used = {25};
  header.list_allocated = {64};
  auto bytes =
      raw({'F', 'S', 'S', 'E', 0, 0x5E, 4, 0, 0, 0, 0, 0, 0, 1, 0x3F, 1, 0xC1, 0, 0, 0, 0, 0x2A, 0xAA, 0xD0, 0x73});
  ASSERT_EQ(bytes.size(), 25U);
  bytes.resize(64);
  EXPECT_EQ(decode_free_section_list(bytes, {}, header, 4), (FreeSectionList{Address{0x45E}, {{193, 319, 0, {}}}}));
  bytes[20] ^= std::byte{1};
  EXPECT_THROW(decode_free_section_list(bytes, {}, header, 4), Error);
}

TEST(FreeSpace, CountsThatDoNotFitAreCorrupt) {
  auto header = header_for(FreeSpaceClient::file);
  const auto list = list_for(FreeSpaceClient::file);
  header.list_used = {free_section_list_size(list, {}, header)};
  header.list_allocated = header.list_used;
  const auto bytes = encode_free_section_list(list, {}, header);
  for (const std::uint64_t sections : {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{4}}) {
    auto wrong = header;
    wrong.serialised_sections = {sections};
    if (sections != 2) {
      EXPECT_THROW(decode_free_section_list(bytes, {}, wrong, 0), Error) << sections;
    }
    EXPECT_THROW(encode_free_section_list(list, {}, wrong), Error);
  }
}

}  // namespace
}  // namespace fiver::format
