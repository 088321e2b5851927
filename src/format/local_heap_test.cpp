#include "format/local_heap.hpp"

#include "format/damage_testing.hpp"

namespace fiver::format {
namespace {

using namespace damage;

TEST(LocalHeap, HeaderRoundTripAndDamage) {
  EXPECT_EQ(local_heap_header_size({8, 8}), 32U);
  for (const auto widths : all_widths) {
    const LocalHeapHeader header{{88}, {no_free_block}, Address{680}};
    const auto bytes = encode_local_heap_header(header, widths);
    EXPECT_EQ(bytes.size(), local_heap_header_size(widths));
    const auto decode = [&](ByteView b) { return decode_local_heap_header(b, widths); };
    EXPECT_EQ(decode(bytes), header);
    expect_damage_handled(bytes, bytes.size(), false, decode);
  }
}

TEST(LocalHeap, BuiltTextsAreFound) {
  for (const auto widths : all_widths) {
    LocalHeapBuilder builder;
    EXPECT_EQ(builder.add(""), 0U);
    const auto short_name = builder.add("data"), seven = builder.add("1234567"), eight = builder.add("12345678");
    EXPECT_EQ(short_name, 8U);
    EXPECT_EQ(seven, 16U);
    EXPECT_EQ(eight, 24U);
    EXPECT_EQ(builder.size(), 40U);
    const auto built = builder.build(88, widths);
    EXPECT_EQ(built.data.size(), 88U);
    EXPECT_EQ(built.free_list, 40U);
    EXPECT_EQ(local_heap_text(built.data, 0), "");
    EXPECT_EQ(local_heap_text(built.data, short_name), "data");
    EXPECT_EQ(local_heap_text(built.data, eight), "12345678");
    EXPECT_EQ(decode_local_heap_free_list(built.data, widths, built.free_list),
              (std::vector<LocalHeapFreeBlock>{{40, 48}}));
    const auto full = builder.build(0, widths);
    EXPECT_EQ(full.data.size(), 40U);
    EXPECT_EQ(full.free_list, no_free_block);
  }
}

TEST(LocalHeap, TextsThatLeaveTheDataAreCorrupt) {
  const auto data = raw({'a', 'b', 0, 'c', 'd'});
  EXPECT_EQ(local_heap_text(data, 1), "b");
  EXPECT_THROW(local_heap_text(data, 3), Error);
  EXPECT_THROW(local_heap_text(data, 5), Error);
  EXPECT_THROW(local_heap_text(data, ~0ULL), Error);
}

TEST(LocalHeap, FreeListsThatLoopOverlapOrLeaveAreCorrupt) {
  const FieldWidths widths{4, 4};
  const auto list = [](unsigned next0, unsigned size0, unsigned next16, unsigned size16) {
    return raw({next0, 0, 0, 0, size0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, next16, 0, 0, 0, size16, 0, 0, 0});
  };
  EXPECT_EQ(decode_local_heap_free_list(list(16, 8, 1, 8), widths, 0).size(), 2U);
  EXPECT_THROW(decode_local_heap_free_list(list(16, 8, 0, 8), widths, 0), Error);   // returns to its start
  EXPECT_THROW(decode_local_heap_free_list(list(16, 20, 1, 8), widths, 0), Error);  // overlap
  EXPECT_THROW(decode_local_heap_free_list(list(16, 8, 1, 16), widths, 0), Error);  // beyond the end
  EXPECT_THROW(decode_local_heap_free_list(list(20, 8, 1, 8), widths, 0), Error);   // no room for a block
  EXPECT_THROW(decode_local_heap_free_list(list(16, 4, 1, 8), widths, 0), Error);   // smaller than its header
  EXPECT_TRUE(decode_local_heap_free_list(list(0, 0, 0, 0), widths, no_free_block).empty());
}

}  // namespace
}  // namespace fiver::format
