// ZFP through its library.
#include <gtest/gtest.h>

#include <cmath>

#include "codecs/builtin_large.hpp"
#include "codecs/filter_trials.hpp"

namespace fiver::codecs {
using namespace trials;

namespace {

template <class T>
Bytes smooth(std::size_t count) {
  std::vector<T> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<T>(1000 * std::sin(static_cast<double>(i) * 0.01));
  const auto bytes = std::as_bytes(std::span(values));
  return {bytes.begin(), bytes.end()};
}

Values with_double(std::uint32_t mode, double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  return {mode, 0, static_cast<std::uint32_t>(bits), static_cast<std::uint32_t>(bits >> 32)};
}

TEST(Zfp, ReversibleRoundTripsEveryTypeAndRank) {
  const auto filter = make_zfp();
  for (const Shape& chunk : {Shape{100}, Shape{7, 9}, Shape{3, 1, 5, 6}, Shape{2, 3, 4, 5}}) {
    const std::size_t count = chunk == Shape{100} ? 100 : chunk.size() == 2 ? 63 : chunk[1] == 1 ? 90 : 120;
    const auto run = [&](const Datatype& type, const Bytes& original) {
      Values values = {5};
      const auto status = filter->complete_parameters({type, chunk, {}}, values);
      ASSERT_TRUE(status) << status.reason;
      EXPECT_GE(values.size(), 4U);
      expect_round_trip(*filter, values, original);
    };
    run(float_type(4), smooth<float>(count));
    run(float_type(8), smooth<double>(count));
    run(integer_type(4, true), smooth<std::int32_t>(count));
    run(integer_type(8, true), smooth<std::int64_t>(count));
  }
}

TEST(Zfp, LossyModesKeepTheirPromises) {
  const auto filter = make_zfp();
  const Bytes original = smooth<float>(64 * 64);
  for (Values values :
       {with_double(1, 8), Values{2, 0, 20}, with_double(3, 0.5), Values{4, 0, 1, 16658, 64, 0xFFFFFC00}, Values{}}) {
    SCOPED_TRACE(values.empty() ? 0U : values[0]);
    const bool rate = !values.empty() && values[0] == 1;
    const auto completed = filter->complete_parameters({float_type(4), {64, 64}, {}}, values);
    ASSERT_TRUE(completed) << completed.reason;
    Bytes stored, back;
    ASSERT_TRUE(filter->encode(values, original, 1 << 20, stored));
    if (rate) {
      EXPECT_EQ(stored.size(), 64U * 64U);
    }
    const auto decoded = filter->decode(values, stored, original.size(), original.size(), back);
    ASSERT_TRUE(decoded) << decoded.reason;
    for (std::size_t i = 0; i < back.size(); i += 4) {
      const float a = std::bit_cast<float>(load_little<std::uint32_t>(ByteView(original).subspan(i, 4)));
      const float b = std::bit_cast<float>(load_little<std::uint32_t>(ByteView(back).subspan(i, 4)));
      ASSERT_NEAR(a, b, 50);
    }
  }
}

TEST(Zfp, SwappedHeaderMeansSwappedElements) {
  const auto filter = make_zfp();
  Values values = {5};
  ASSERT_TRUE(filter->complete_parameters({float_type(4), {50}, {}}, values));
  const Bytes original = smooth<float>(50);
  Bytes stored, back;
  ASSERT_TRUE(filter->encode(values, original, 1 << 20, stored));
  for (std::size_t i = 1; i < values.size(); ++i) values[i] = __builtin_bswap32(values[i]);
  ASSERT_TRUE(filter->decode(values, stored, 200, 200, back));
  for (std::size_t i = 0; i < back.size(); ++i) ASSERT_EQ(back[i], original[i ^ 3U]);
}

TEST(Zfp, SurvivesBrokenChunksAndHeaders) {
  const auto filter = make_zfp();
  const Bytes original = smooth<float>(15 * 10);
  for (Values values : {Values{5}, with_double(1, 12), with_double(3, 0.001)}) {
    ASSERT_TRUE(filter->complete_parameters({float_type(4), {15, 10}, {}}, values));
    Bytes stored, whole;
    ASSERT_TRUE(filter->encode(values, original, 1 << 20, stored));
    ASSERT_TRUE(filter->decode(values, stored, original.size(), original.size(), whole));
    // The library counts what it used in words of 8 bytes: a cut inside the last one passes.
    for (std::size_t size = 0; size + 8 <= stored.size(); ++size) {
      Bytes out;
      ASSERT_FALSE(filter->decode(values, ByteView(stored).first(size), whole.size(), whole.size(), out)) << size;
    }
    expect_flips_survived(*filter, values, stored, original.size());
    for (std::size_t bit = 0; bit < 32 * (values.size() - 1); ++bit) {
      Values broken = values;
      broken[1 + bit / 32] ^= 1U << bit % 32;
      Bytes out;
      (void)filter->decode(broken, stored, original.size(), 1 << 20, out);
      EXPECT_LE(out.size(), std::size_t{1} << 20);
    }
  }
}

TEST(Zfp, RefusesWhatItCannotTake) {
  const auto filter = make_zfp();
  const auto refused = [&](const Datatype& type, const Shape& chunk, Values values) {
    return filter->complete_parameters({type, chunk, {}}, values).code == FilterStatus::Code::bad_parameters;
  };
  EXPECT_TRUE(refused(integer_type(2, true), {10}, {5}));
  EXPECT_TRUE(refused(float_type(4, ByteOrder::big), {10}, {5}));
  EXPECT_TRUE(refused(float_type(4), {1, 1}, {5}));
  EXPECT_TRUE(refused(float_type(4), {2, 2, 2, 2, 2}, {5}));
  EXPECT_TRUE(refused(float_type(4), {10}, {1}));
  EXPECT_TRUE(refused(float_type(4), {10}, {0}));
  EXPECT_FALSE(refused(float_type(4), {10}, {5}));
  Bytes out;
  Values values = {5};
  ASSERT_TRUE(filter->complete_parameters({float_type(4), {10}, {}}, values));
  values[0] += 1U << 12U;
  EXPECT_EQ(filter->decode(values, Bytes(10), 40, 40, out).code, FilterStatus::Code::unavailable);
  EXPECT_EQ(filter->decode(Values{1, 2, 3}, Bytes(10), 0, 100, out).code, FilterStatus::Code::bad_parameters);
}

}  // namespace
}  // namespace fiver::codecs
