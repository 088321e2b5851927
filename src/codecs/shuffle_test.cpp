#include "codecs/builtin.hpp"
#include "codecs/codec_checks.hpp"

namespace fiver::codecs {
namespace {

TEST(Shuffle, TransposesAndLeavesTheRest) {
  Bytes out;
  ASSERT_TRUE(make_shuffle()->encode(Values{2}, from_text("aAbBcC!"), 7, out));
  EXPECT_EQ(out, from_text("abcABC!"));
  ASSERT_TRUE(make_shuffle()->encode(Values{3}, from_text("abcABC12"), 8, out));
  EXPECT_EQ(out, from_text("aAbBcC12"));
  // As the C library stored it.
  expect_decodes(*make_shuffle(), {2}, from_hex("070a0d101316191c1f2225282b2e3100102030405060708090a0b0c0d0e0"),
                 from_hex("07000a100d2010301340165019601c701f80229025a028b02bc02ed031e0"));
}

TEST(Shuffle, RoundTripsEverySize) {
  for (const auto element : std::initializer_list<std::uint32_t>{1, 2, 3, 4, 5, 7, 8, 12, 16, 100, 5000, 70000})
    for (const auto size :
         std::initializer_list<std::size_t>{0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 63, 64, 65, 1000, 1001, 40007})
      expect_round_trip(*make_shuffle(), {element}, sample(size, Texture::noise));
}

TEST(Shuffle, NeedsTheElementSize) {
  Bytes out;
  EXPECT_EQ(make_shuffle()->decode({}, from_text("abcd"), 4, 4, out).code, FilterStatus::Code::bad_parameters);
  EXPECT_EQ(make_shuffle()->decode(Values{0}, from_text("abcd"), 4, 4, out).code, FilterStatus::Code::bad_parameters);
  Values values{99};
  const Datatype type(6, OpaqueType{});
  const Shape chunk{4};
  const FillValue fill;
  EXPECT_TRUE(make_shuffle()->complete_parameters({type, chunk, fill}, values));
  EXPECT_EQ(values, Values{6});
}

}  // namespace
}  // namespace fiver::codecs
