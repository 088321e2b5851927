// Blosc 1, through its library.
#include <gtest/gtest.h>

#include "codecs/builtin_large.hpp"
#include "codecs/filter_trials.hpp"

namespace fiver::codecs {
using namespace trials;

namespace {

TEST(Blosc, RoundTripsEveryCodecShuffleAndSize) {
  const auto filter = make_blosc();
  for (const std::uint32_t codec : {0U, 1U, 2U, 3U, 4U, 5U})
    for (const std::uint32_t shuffle : {0U, 1U, 2U})
      for (const std::uint32_t size : {1U, 2U, 3U, 4U, 8U, 16U})
        for (const std::size_t count : {0U, 1U, 7U, 1000U, 40001U}) {
          SCOPED_TRACE(testing::Message()
                       << "codec " << codec << ", shuffle " << shuffle << ", size " << size << ", count " << count);
          expect_round_trip(*filter, {2, 2, size, 0, 5, shuffle, codec}, sample_counts(count, size));
        }
}

TEST(Blosc, SurvivesBrokenChunks) {
  const auto filter = make_blosc();
  for (const std::uint32_t codec : {0U, 1U, 3U, 4U, 5U}) {
    const Bytes original = sample_counts(300, 2);
    const Values values = {2, 2, 2, 600, 5, 1, codec};
    const Bytes stored = expect_round_trip(*filter, values, original);
    expect_truncations_refused(*filter, values, stored, original);
    expect_flips_survived(*filter, values, stored, original.size());
  }
}

TEST(Blosc, RefusesBombsAndBadValues) {
  const auto filter = make_blosc();
  const Bytes original = sample_counts(1000, 2);
  Bytes stored, out;
  ASSERT_TRUE(filter->encode(Values{2, 2, 2, 0, 5, 1, 1}, original, 4096, stored));
  EXPECT_LT(stored.size(), original.size() / 2);
  Bytes bomb = stored;
  store_little(std::uint32_t{0x7FFF0000}, MutableBytes(bomb).subspan(4));
  EXPECT_FALSE(filter->decode(Values{}, bomb, 0, std::size_t{1} << 40, out));
  EXPECT_EQ(out.capacity(), 0U);
  EXPECT_EQ(filter->encode(Values{2, 2, 2, 0, 5, 1, 1}, original, stored.size() - 1, out).code,
            FilterStatus::Code::no_room);
  EXPECT_EQ(filter->encode(Values{2, 2}, original, 4096, out).code, FilterStatus::Code::bad_parameters);
  EXPECT_EQ(filter->encode(Values{2, 2, 2, 0, 10}, original, 4096, out).code, FilterStatus::Code::bad_parameters);
  EXPECT_EQ(filter->encode(Values{2, 2, 2, 0, 5, 1, 9}, original, 4096, out).code, FilterStatus::Code::bad_parameters);
}

TEST(Blosc, CompletesItsParameters) {
  const auto filter = make_blosc();
  const auto type = integer_type(4, false);
  Values values = {0, 0, 0, 0, 9, 2, 5};
  ASSERT_TRUE(filter->complete_parameters({type, {10, 20}, {}}, values));
  EXPECT_EQ(values, (Values{2, 2, 4, 800, 9, 2, 5}));
  const Datatype array(24, ArrayType{integer_type(4, false), {6}});
  values = {};
  ASSERT_TRUE(filter->complete_parameters({array, {10}, {}}, values));
  EXPECT_EQ(values, (Values{2, 2, 4, 240}));
  EXPECT_FALSE(filter->complete_parameters({type, {1U << 31}, {}}, values));
}

}  // namespace
}  // namespace fiver::codecs
