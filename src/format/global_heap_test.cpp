#include "format/global_heap.hpp"

#include "format/damage_testing.hpp"

namespace fiver::format {
namespace {

using namespace damage;

struct Sample {
  Bytes first = raw({1, 2, 3, 4, 5}), second = Bytes(24, std::byte{7});
  std::vector<NewGlobalHeapObject> objects{{1, 0, first}, {3, 1, second}};
};

TEST(GlobalHeap, RoundTripAndDamage) {
  const Sample sample;
  for (const auto widths : all_widths) {
    // Headers are padded to 8 bytes: 16 each in any width.
    EXPECT_EQ(global_heap_header_size(widths), 16U);
    EXPECT_EQ(global_heap_object_header_size(widths), 16U);
    const auto bytes = encode_global_heap(sample.objects, 128, widths);
    ASSERT_EQ(bytes.size(), 128U);
    EXPECT_EQ(decode_global_heap_size(ByteView(bytes).first(16), widths), 128U);
    const auto decode = [&](ByteView b) { return decode_global_heap(b, widths); };
    const auto collection = decode(bytes);
    ASSERT_NE(collection.find(1), nullptr);
    EXPECT_EQ(*collection.find(1), (GlobalHeapObject{1, 0, 32, 5}));
    EXPECT_EQ(*collection.find(3), (GlobalHeapObject{3, 1, 56, 24}));
    EXPECT_EQ(collection.find(2), nullptr);
    EXPECT_EQ(collection.find(0), nullptr);
    EXPECT_EQ(collection.find(65536 + 1), nullptr);
    EXPECT_EQ(collection.free_offset, 80U);
    EXPECT_EQ(collection.free_size, 48U);
    expect_damage_handled(bytes, bytes.size(), false, decode);
  }
}

TEST(GlobalHeap, SizesOfCollections) {
  const std::array<std::uint64_t, 2> small{5, 24}, large{5000, 1};
  EXPECT_EQ(global_heap_size_for(small, {}), 4096U);
  EXPECT_EQ(global_heap_size_for(large, {}), 16U + 16U + 5000U + 16U + 8U);
  const std::array<std::uint64_t, 1> huge{~0ULL - 3};
  EXPECT_THROW(global_heap_size_for(huge, {}), Error);
  const Sample sample;
  EXPECT_EQ(encode_global_heap(sample.objects, 80, {}).size(), 80U);
  EXPECT_THROW(encode_global_heap(sample.objects, 79, {}), Error);
  // Less than an object header left: no object 0.
  EXPECT_EQ(decode_global_heap(encode_global_heap(sample.objects, 88, {}), {}).free_size, 0U);
}

TEST(GlobalHeap, AnObjectWhoseSizeWrapsIsCorrupt) {
  const Sample sample;
  auto bytes = encode_global_heap(sample.objects, 128, {});
  // The size of object 1: with its padding it would be 0 and the next object itself again.
  for (std::size_t i = 24; i < 32; ++i) bytes[i] = std::byte{0xFF};
  EXPECT_NE(reason_of([&] { decode_global_heap(bytes, {}); }).find("object data needs 18446744073709551615 bytes"),
            std::string::npos);
  bytes[24] = std::byte{0xF1};
  EXPECT_THROW(decode_global_heap(bytes, {}), Error);
}

TEST(GlobalHeap, FreeSpaceWithoutSizeEndsTheCollection) {
  const Sample sample;
  auto bytes = encode_global_heap(sample.objects, 128, {});
  bytes[88] = std::byte{0};  // the size of object 0
  const auto collection = decode_global_heap(bytes, {});
  EXPECT_EQ(collection.objects.size(), 2U);
  EXPECT_EQ(collection.free_size, 48U);
  bytes[88] = std::byte{49};
  EXPECT_THROW(decode_global_heap(bytes, {}), Error);
}

TEST(GlobalHeap, AnIndexMayStandOnlyOnce) {
  const Bytes data(8);
  const std::vector<NewGlobalHeapObject> twice{{1, 0, data}, {1, 0, data}};
  EXPECT_NE(
      reason_of([&] { decode_global_heap(encode_global_heap(twice, 128, {}), {}); }).find("object 1 is there twice"),
      std::string::npos);
}

}  // namespace
}  // namespace fiver::format
