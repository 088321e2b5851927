// Bitshuffle alone and with its two codecs.
#include <gtest/gtest.h>

#include "codecs/bit_transpose.hpp"
#include "codecs/builtin_large.hpp"
#include "codecs/filter_trials.hpp"

namespace fiver::codecs {
using namespace trials;

namespace {

std::uint32_t u32(std::size_t value) {
  return static_cast<std::uint32_t>(value);
}

TEST(Bitshuffle, RoundTripsEverySizeAndCodec) {
  const auto filter = make_bitshuffle();
  for (const std::uint32_t codec : {0U, 2U, 3U})
    for (const std::size_t size : {1U, 2U, 3U, 4U, 8U, 16U, 80U})
      for (const std::size_t count : {0U, 1U, 7U, 8U, 9U, 130U, 1000U, 4099U, 9001U}) {
        SCOPED_TRACE(testing::Message() << "codec " << codec << ", size " << size << ", count " << count);
        for (const std::uint32_t block : {0U, 64U}) {
          const Bytes original = sample_counts(count, size);
          const Values values = {0, 5, u32(size), block, codec, 3};
          const Bytes stored = expect_round_trip(*filter, values, original);
          expect_blocks_agree(*filter, values, stored, original);
        }
      }
}

TEST(Bitshuffle, WritesTheRegisteredBytes) {
  const auto filter = make_bitshuffle();
  const Bytes original = sample_counts(4096 + 8 + 3, 2);
  Bytes stored;
  ASSERT_TRUE(filter->encode(Values{0, 5, 2, 0, 2}, original, 1 << 20, stored));
  EXPECT_EQ(load_big<std::uint64_t>(stored), original.size());
  EXPECT_EQ(load_big<std::uint32_t>(ByteView(stored).subspan(8)), 8192U);
  EXPECT_TRUE(std::equal(original.end() - 6, original.end(), stored.end() - 6));
  const auto blocks = filter->blocks(Values{0, 5, 2, 0, 2}, stored, original.size());
  ASSERT_TRUE(blocks);
  ASSERT_EQ(blocks->size(), 3U);
  EXPECT_EQ((*blocks)[0].stored_offset, 16U);
  EXPECT_EQ((*blocks)[0].decoded_size, 8192U);
  EXPECT_EQ((*blocks)[0].codec, "bitshuffle+lz4");
  EXPECT_EQ((*blocks)[1].decoded_size, 16U);
  EXPECT_EQ((*blocks)[2], (ChunkBlock{stored.size() - 6, 6, 8208, 6, "stored"}));

  Bytes plain, rows(16);
  ASSERT_TRUE(filter->encode(Values{0, 5, 2}, ByteView(original).first(18), 100, plain));
  transpose_bits_plain(2, ByteView(original).first(16), rows);
  rows.insert(rows.end(), original.begin() + 16, original.begin() + 18);
  EXPECT_EQ(plain, rows);
}

TEST(Bitshuffle, TakesTheBlockSizeFromTheChunk) {
  const auto filter = make_bitshuffle();
  const Bytes original = sample_counts(5000, 4);
  Bytes stored, back;
  ASSERT_TRUE(filter->encode(Values{0, 5, 4, 256, 2}, original, 1 << 20, stored));
  ASSERT_TRUE(filter->decode(Values{0, 5, 4, 0, 2}, stored, original.size(), original.size(), back));
  EXPECT_EQ(back, original);
}

TEST(Bitshuffle, SurvivesBrokenChunks) {
  const auto filter = make_bitshuffle();
  for (const std::uint32_t codec : {0U, 2U, 3U}) {
    const Bytes original = sample_counts(203, 2);
    const Values values = {0, 5, 2, 64, codec};
    const Bytes stored = expect_round_trip(*filter, values, original);
    if (codec != 0) expect_truncations_refused(*filter, values, stored, original);
    expect_flips_survived(*filter, values, stored, original.size());
  }
}

TEST(Bitshuffle, RefusesBombsAndBadValues) {
  const auto filter = make_bitshuffle();
  Bytes bomb(20), out;
  store_big(std::uint64_t{1} << 40, bomb);
  store_big(std::uint32_t{1} << 30, MutableBytes(bomb).subspan(8));
  store_big(std::uint32_t{4}, MutableBytes(bomb).subspan(12));
  EXPECT_EQ(filter->decode(Values{0, 5, 2, 0, 2}, bomb, 10, 1000, out).code, FilterStatus::Code::no_room);
  store_big(std::uint64_t{1} << 30, bomb);
  for (const std::uint32_t codec : {2U, 3U}) {
    EXPECT_EQ(filter->decode(Values{0, 5, 2, 0, codec}, bomb, 10, std::size_t{1} << 32, out).code,
              FilterStatus::Code::bad_data);
    EXPECT_EQ(out.capacity(), 0U);
  }
  EXPECT_EQ(filter->decode(Values{0, 5}, bomb, 10, 1000, out).code, FilterStatus::Code::bad_parameters);
  EXPECT_EQ(filter->decode(Values{0, 5, 0}, bomb, 10, 1000, out).code, FilterStatus::Code::bad_parameters);
  EXPECT_EQ(filter->decode(Values{0, 5, 2, 4}, bomb, 10, 1000, out).code, FilterStatus::Code::bad_parameters);
  EXPECT_EQ(filter->decode(Values{0, 5, 2, 0, 7}, bomb, 10, 1000, out).code, FilterStatus::Code::bad_parameters);
}

TEST(Bitshuffle, RefusesToGrowPastTheRoom) {
  const auto filter = make_bitshuffle();
  const Bytes original = sample_counts(5000, 2);
  for (const std::uint32_t codec : {0U, 2U, 3U}) {
    const Values values = {0, 5, 2, 0, codec};
    Bytes stored, again;
    ASSERT_TRUE(filter->encode(values, original, 1 << 20, stored));
    ASSERT_TRUE(filter->encode(values, original, stored.size(), again));
    for (const std::size_t room :
         {std::size_t{0}, std::size_t{5}, std::size_t{13}, stored.size() / 2, stored.size() - 1})
      EXPECT_EQ(filter->encode(values, original, room, again).code, FilterStatus::Code::no_room) << room;
  }
}

TEST(Bitshuffle, CompletesItsParameters) {
  const auto filter = make_bitshuffle();
  const auto type = integer_type(2, false);
  const FilterContext context{type, {}, {}};
  Values values = {0, 2};
  ASSERT_TRUE(filter->complete_parameters(context, values));
  EXPECT_EQ(values, (Values{0, 4, 2, 0, 2}));
  ASSERT_TRUE(filter->complete_parameters(context, values));
  EXPECT_EQ(values, (Values{0, 4, 2, 0, 2}));
  values = {12, 2};
  EXPECT_FALSE(filter->complete_parameters(context, values));
}

}  // namespace
}  // namespace fiver::codecs
