#include "codecs/builtin.hpp"
#include "codecs/codec_checks.hpp"

namespace fiver::codecs {
namespace {

std::string stored_sum(std::string_view data_hex) {
  Bytes out;
  EXPECT_TRUE(make_fletcher32()->encode({}, from_hex(data_hex), 1000, out));
  std::string text;
  for (const auto byte : ByteView(out).last(4)) {
    constexpr std::string_view digits = "0123456789abcdef";
    text += digits[std::to_integer<std::size_t>(byte >> 4U)];
    text += digits[std::to_integer<std::size_t>(byte & std::byte{15})];
  }
  return text;
}

TEST(Fletcher32, SumsByHand) {
  EXPECT_EQ(stored_sum(""), "00000000");
  EXPECT_EQ(stored_sum("0000"), "00000000");
  EXPECT_EQ(stored_sum("01"), "00010001");        // an odd byte is the high half: both sums 0x0100
  EXPECT_EQ(stored_sum("00010002"), "03000400");  // 1, 3; 1 + 3
  EXPECT_EQ(stored_sum("ffff"), "ffffffff");      // 65535 stays 65535: it is not zero
  EXPECT_EQ(stored_sum("ffff0001"), "01000100");  // the carry goes round
}

TEST(Fletcher32, SumsAsTheCLibrary) {
  EXPECT_EQ(stored_sum("010203fafbfcfd"), "f9fdf104");
  EXPECT_EQ(stored_sum("07000a100d2010301340165019601c701f80229025a028b02bc02ed031e0"), "91aa09fb");
}

TEST(Fletcher32, LongDataDoesNotOverflowTheSums) {
  // Words of 1: the first sum is their number, the second the triangle number, both modulo 65535.
  constexpr std::uint64_t words = 3'000'001;
  Bytes data(2 * words);
  for (std::size_t i = 1; i < data.size(); i += 2) data[i] = std::byte{1};
  Bytes out;
  ASSERT_TRUE(make_fletcher32()->encode({}, data, data.size() + 4, out));
  const auto sum = load_little<std::uint32_t>(ByteView(out).last(4));
  EXPECT_EQ(sum & 0xFFFFU, words % 65535);
  EXPECT_EQ(sum >> 16U, words * (words + 1) / 2 % 65535);
}

TEST(Fletcher32, AcceptsTheExchangedSumOfOldLibraries) {
  const auto data = from_hex("010203fafbfcfd");
  expect_decodes(*make_fletcher32(), {}, from_hex("010203fafbfcfdf9fdf104"), data);
  expect_decodes(*make_fletcher32(), {}, from_hex("010203fafbfcfdfdf904f1"), data);
  Bytes out;
  const auto status = make_fletcher32()->decode({}, from_hex("010203fafbfcfdf104f9fd"), 7, 7, out);
  EXPECT_EQ(status.code, FilterStatus::Code::bad_data);
}

TEST(Fletcher32, RoundTripsAndFindsEveryFlippedBit) {
  for (const auto size : std::initializer_list<std::size_t>{0, 1, 2, 3, 4, 5, 100, 719, 720, 721, 5001})
    for (const auto texture : {Texture::zeros, Texture::noise})
      expect_round_trip(*make_fletcher32(), {}, sample(size, texture));
  const auto data = sample(33, Texture::noise);
  const auto stored = expect_round_trip(*make_fletcher32(), {}, data);
  expect_survives_damage(*make_fletcher32(), {}, stored, data.size(), true);
  for (std::size_t bit = 0; bit < 8 * stored.size(); ++bit) {
    auto flipped = stored;
    flipped[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
    Bytes out;
    EXPECT_FALSE(make_fletcher32()->decode({}, flipped, data.size(), data.size(), out)) << bit;
  }
}

}  // namespace
}  // namespace fiver::codecs
