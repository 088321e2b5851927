// The two filters of JPEG-LS streams.
#include <gtest/gtest.h>

#include "codecs/builtin_large.hpp"
#include "codecs/filter_trials.hpp"

namespace fiver::codecs {
using namespace trials;

namespace {

TEST(JpegLs, RoundTripsImages) {
  for (const auto& filter : {make_jpegls(), make_fcidecomp()})
    for (const std::uint32_t size : {1U, 2U})
      for (const Shape& chunk : {Shape{40, 30}, Shape{1, 1, 50}, Shape{3, 20, 20}, Shape{128, 128}}) {
        const std::size_t count = chunk.size() == 3 ? chunk[0] * chunk[1] * chunk[2] : chunk[0] * chunk[1];
        Values values;
        const auto completed = filter->complete_parameters({integer_type(size, false), chunk, {}}, values);
        ASSERT_TRUE(completed) << completed.reason;
        SCOPED_TRACE(testing::Message() << filter->name() << " size " << size << " count " << count);
        expect_round_trip(*filter, values, sample_counts(count, size));
        Bytes noise(count * size);
        std::mt19937 random(3);
        for (auto& byte : noise) byte = static_cast<std::byte>(random());
        expect_round_trip(*filter, values, noise);
      }
}

TEST(JpegLs, DecodesStripsOfTheOlderWriters) {
  const auto filter = make_jpegls();
  // 50 rows in 24 strips: two of three rows, the others of two.
  const Bytes original = sample_counts(50 * 16, 2);
  Bytes header, streams;
  for (std::size_t strip = 0, row = 0; strip < 24; ++strip) {
    const std::uint32_t rows = strip < 2 ? 3 : 2;
    Bytes stored;
    ASSERT_TRUE(
        filter->encode(Values{16, rows, 16, 1}, ByteView(original).subspan(row * 32, rows * 32), 10000, stored));
    header.resize(header.size() + 4);
    store_little(static_cast<std::uint32_t>(stored.size()), MutableBytes(header).last(4));
    streams.insert(streams.end(), stored.begin(), stored.end());
    row += rows;
  }
  Bytes chunk = header, back;
  chunk.insert(chunk.end(), streams.begin(), streams.end());
  const Values values = {16, 50, 2, 0};
  const auto status = filter->decode(values, chunk, original.size(), original.size(), back);
  ASSERT_TRUE(status) << status.reason;
  EXPECT_EQ(back, original);
  EXPECT_EQ(filter->decode(values, chunk, 0, original.size() - 1, back).code, FilterStatus::Code::no_room);
  expect_truncations_refused(*filter, values, chunk, original);
}

TEST(JpegLs, SurvivesBrokenChunks) {
  for (const auto& filter : {make_jpegls(), make_fcidecomp()}) {
    const Bytes original = sample_counts(12 * 10, 2);
    Values values;
    ASSERT_TRUE(filter->complete_parameters({integer_type(2, false), {12, 10}, {}}, values));
    const Bytes stored = expect_round_trip(*filter, values, original);
    expect_flips_survived(*filter, values, stored, original.size());
    for (std::size_t size = 0; size < stored.size(); ++size) {
      Bytes out;
      (void)filter->decode(values, ByteView(stored).first(size), original.size(), original.size(), out);
      EXPECT_LE(out.size(), original.size());
    }
  }
}

TEST(JpegLs, RefusesWhatItCannotTake) {
  for (const auto& filter : {make_jpegls(), make_fcidecomp()}) {
    Values values;
    EXPECT_FALSE(filter->complete_parameters({integer_type(4, false), {10, 10}, {}}, values));
    EXPECT_FALSE(filter->complete_parameters({float_type(2), {10, 10}, {}}, values));
    Bytes out;
    EXPECT_FALSE(filter->encode(Values{1}, Bytes(10), 100, out));
    EXPECT_FALSE(filter->decode(Values{}, Bytes(10), 100, 100, out));
  }
}

}  // namespace
}  // namespace fiver::codecs
