// VBZ in both versions.
#include <gtest/gtest.h>

#include "codecs/builtin_large.hpp"
#include "codecs/filter_trials.hpp"

namespace fiver::codecs {
using namespace trials;

namespace {

TEST(Vbz, RoundTripsBothVersions) {
  const auto filter = make_vbz();
  for (const std::uint32_t version : {0U, 1U})
    for (const std::uint32_t size : {0U, 1U, 2U, 4U})
      for (const std::uint32_t differences : {0U, 1U})
        for (const std::uint32_t level : {0U, 1U, 9U})
          for (const std::size_t count : {0U, 1U, 3U, 4U, 5U, 1001U}) {
            SCOPED_TRACE(testing::Message() << "version " << version << ", size " << size << ", differences "
                                            << differences << ", level " << level << ", count " << count);
            expect_round_trip(*filter, {version, size, differences, level}, sample_counts(count, size == 0 ? 1 : size));
          }
}

TEST(Vbz, DecodesBytesWrittenByHand) {
  const auto filter = make_vbz();
  // 5, 3, -1 and 300 as differences 5, -2, -4, 301: 10, 3, 7, 602 with the sign in the lowest bit.
  const std::vector<std::int16_t> expected = {5, 3, -1, 300};
  const auto bytes = std::as_bytes(std::span(expected));
  Bytes out;
  const Bytes version0 = {std::byte{8},  std::byte{0}, std::byte{0}, std::byte{0},    std::byte{0x40},
                          std::byte{10}, std::byte{3}, std::byte{7}, std::byte{0x5A}, std::byte{2}};
  ASSERT_TRUE(filter->decode(Values{0, 2, 1, 0}, version0, 8, 8, out));
  EXPECT_TRUE(std::equal(out.begin(), out.end(), bytes.begin(), bytes.end()));
  ASSERT_TRUE(filter->decode(Values{1, 2, 1, 0}, version0, 8, 8, out));
  EXPECT_TRUE(std::equal(out.begin(), out.end(), bytes.begin(), bytes.end()));

  // 5, 5, 3, -120 and 127 as differences: 10, 0, 3, 245, 494. Half bytes A, 3, 5 F, E E 1 0 with keys 1, 0, 1, 2, 3.
  const Bytes version1 = {std::byte{5},    std::byte{0},    std::byte{0},    std::byte{0},    std::byte{0x91},
                          std::byte{0x03}, std::byte{0x3A}, std::byte{0xF5}, std::byte{0xEE}, std::byte{0x01}};
  ASSERT_TRUE(filter->decode(Values{1, 1, 1, 0}, version1, 5, 5, out));
  EXPECT_EQ(out, (Bytes{std::byte{5}, std::byte{5}, std::byte{3}, std::byte{0x88}, std::byte{127}}));
}

TEST(Vbz, SurvivesBrokenChunks) {
  const auto filter = make_vbz();
  for (const std::uint32_t level : {0U, 1U})
    for (const std::uint32_t version : {0U, 1U}) {
      const Bytes original = sample_counts(203, 2);
      const Values values = {version, 2 - version, 1, level};
      const Bytes stored = expect_round_trip(*filter, values, original);
      expect_truncations_refused(*filter, values, stored, original);
      expect_flips_survived(*filter, values, stored, original.size());
    }
}

TEST(Vbz, KeepsTheLargestDifferences) {
  const auto filter = make_vbz();
  const std::vector<std::int32_t> far = {2147483647, -2147483647 - 1, 0x00FF7F80, -1, 127, -128, 255};
  const auto view = std::as_bytes(std::span(far));
  for (const std::uint32_t version : {0U, 1U})
    for (const std::uint32_t size : {1U, 2U, 4U})
      for (const std::uint32_t differences : {0U, 1U})
        expect_round_trip(*filter, {version, size, differences, 1}, Bytes(view.begin(), view.end()));
}

TEST(Vbz, RefusesBadValues) {
  const auto filter = make_vbz();
  Bytes out;
  for (const Values& values : {Values{0, 2}, Values{2, 2, 1}, Values{0, 3, 1}, Values{0, 8, 1}})
    EXPECT_EQ(filter->decode(values, Bytes(8), 0, 100, out).code, FilterStatus::Code::bad_parameters);
}

}  // namespace
}  // namespace fiver::codecs
