#include "common/numbers.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace fiver::tools {
namespace {

std::vector<std::byte> bytes(std::initializer_list<unsigned> values) {
  std::vector<std::byte> out;
  for (const unsigned v : values) out.push_back(static_cast<std::byte>(v));
  return out;
}

FloatType ieee(std::uint16_t precision, std::uint8_t sign, std::uint8_t exponent, std::uint8_t exponent_size,
               std::uint8_t mantissa_size, std::uint32_t bias) {
  FloatType type;
  type.precision = precision;
  type.sign_position = sign;
  type.exponent_position = exponent;
  type.exponent_size = exponent_size;
  type.mantissa_size = mantissa_size;
  type.exponent_bias = bias;
  return type;
}

TEST(Numbers, IntegersOfAnyLayout) {
  EXPECT_EQ(integer_text(bytes({0xFE, 0xFF}), ByteOrder::little, 0, 16, true), "-2");
  EXPECT_EQ(integer_text(bytes({0xFF, 0xFE}), ByteOrder::big, 0, 16, false), "65534");
  EXPECT_EQ(integer_text(bytes({0xF8, 0x07}), ByteOrder::little, 3, 8, true), "-1");
  EXPECT_EQ(integer_text(bytes({0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}), ByteOrder::little, 0, 64, false),
            "18446744073709551615");
  EXPECT_EQ(bit_field("\x05", 0, 3, true, 2), std::string("\xFD\xFF", 2));
}

TEST(Numbers, HalfPrecision) {
  const FloatType half = ieee(16, 15, 10, 5, 10, 15);
  EXPECT_TRUE(is_ieee(half, 2));
  EXPECT_EQ(float_value(half, bytes({0x00, 0x3C})), 1.0);
  EXPECT_EQ(float_value(half, bytes({0x01, 0x00})), std::ldexp(1.0, -24));  // the smallest subnormal
  EXPECT_EQ(float_value(half, bytes({0x00, 0xFC})), -INFINITY);
  EXPECT_TRUE(std::isnan(float_value(half, bytes({0x01, 0x7C}))));
}

TEST(Numbers, ExtendedPrecisionOfThex87) {
  FloatType extended = ieee(80, 79, 64, 15, 64, 16383);
  extended.normalization = MantissaNormalization::none;
  EXPECT_EQ(float_value(extended, bytes({0, 0, 0, 0, 0, 0, 0, 0x80, 0xFF, 0x3F, 0, 0, 0, 0, 0, 0})), 1.0);
  EXPECT_EQ(float_value(extended, bytes({0, 0, 0, 0, 0, 0, 0, 0xC0, 0x00, 0xC0, 0, 0, 0, 0, 0, 0})), -3.0);
  EXPECT_EQ(float_value(extended, bytes({0, 0, 0, 0, 0, 0, 0, 0x80, 0xFF, 0x7F, 0, 0, 0, 0, 0, 0})), INFINITY);
  // 1 + 2^-53 + 2^-63: just above the middle of two doubles, so up.
  EXPECT_EQ(float_value(extended, bytes({0x01, 0x04, 0, 0, 0, 0, 0, 0x80, 0xFF, 0x3F, 0, 0, 0, 0, 0, 0})),
            1.0 + std::ldexp(1.0, -52));
  EXPECT_EQ(float_value(extended, bytes({0x00, 0x04, 0, 0, 0, 0, 0, 0x80, 0xFF, 0x3F, 0, 0, 0, 0, 0, 0})), 1.0);
}

TEST(Numbers, VaxOrder) {
  // VAX F floating 1.0: exponent 129 of bias 129 with an implied bit before the point's right; words most significant first.
  FloatType vax = ieee(32, 31, 23, 8, 23, 129);
  vax.order = ByteOrder::vax;
  EXPECT_EQ(float_value(vax, bytes({0x80, 0x40, 0x00, 0x00})), 1.0);
}

TEST(Numbers, TextIsTheShortestThatReadsBack) {
  EXPECT_EQ(float_text(ieee(32, 31, 23, 8, 23, 127), bytes({0xCD, 0xCC, 0xCC, 0x3D})), "0.1");
  EXPECT_EQ(float_text(ieee(64, 63, 52, 11, 52, 1023), bytes({0x9A, 0x99, 0x99, 0x99, 0x99, 0x99, 0xB9, 0x3F})), "0.1");
}

}  // namespace
}  // namespace fiver::tools
