#include <cmath>

#include "codecs/builtin.hpp"
#include "codecs/codec_checks.hpp"
#include "codecs/known_chunks.hpp"

namespace fiver::codecs {
namespace {

TEST(ScaleOffset, DecodesAndWritesWhatTheCLibraryWrote) {
  for (const auto& known : known_scaleoffset()) {
    SCOPED_TRACE(known.name);
    const auto stored = from_hex(known.stored), decoded = from_hex(known.decoded);
    expect_decodes(*make_scaleoffset(), known.values, stored, decoded);
    // Integers cut to 5 bits are another chunk once decoded.
    if (known.name == "so_5bits") continue;
    Bytes ours;
    ASSERT_TRUE(make_scaleoffset()->encode(known.values, decoded, 1000, ours));
    EXPECT_EQ(ours, stored);
  }
}

TEST(ScaleOffset, SurvivesDamage) {
  for (const auto& known : known_scaleoffset())
    expect_survives_damage(*make_scaleoffset(), known.values, from_hex(known.stored), known.decoded.size() / 2, false);
}

Values values_of(std::uint32_t kind, std::uint32_t factor, std::size_t count, std::uint32_t size, bool is_signed,
                 bool big, bool has_fill, std::uint64_t fill = 0) {
  Values values(20);
  values[0] = kind;
  values[1] = factor;
  values[2] = static_cast<std::uint32_t>(count);
  values[3] = kind == 0 ? 1 : 0;
  values[4] = size;
  values[5] = is_signed ? 1 : 0;
  values[6] = big ? 1 : 0;
  values[7] = has_fill ? 1 : 0;
  values[8] = static_cast<std::uint32_t>(fill);
  values[9] = static_cast<std::uint32_t>(fill >> 32U);
  return values;
}

TEST(ScaleOffset, RoundTripsIntegersOfEveryKind) {
  for (const auto size : std::initializer_list<std::uint32_t>{1U, 2U, 4U, 8U})
    for (const bool is_signed : {false, true})
      for (const bool big : {false, true})
        for (const bool has_fill : {false, true})
          for (const auto count : std::initializer_list<std::size_t>{1, 2, 9, 100})
            for (const auto texture : {Texture::zeros, Texture::noise, Texture::runs, Texture::words}) {
              const auto values = values_of(2, 0, count, size, is_signed, big, has_fill, has_fill ? 7 : 0);
              expect_round_trip(*make_scaleoffset(), values, sample(count * size, texture));
            }
  expect_round_trip(*make_scaleoffset(), values_of(2, 0, 0, 4, true, false, true), {});
}

TEST(ScaleOffset, AFactorOfTheFullWidthStoresTheChunkAsItIs) {
  const auto data = sample(40, Texture::noise);
  EXPECT_EQ(expect_round_trip(*make_scaleoffset(), values_of(2, 32, 10, 4, true, false, true), data), data);
}

TEST(ScaleOffset, KeepsDecimalsOfFloats) {
  std::vector<double> elements;
  for (int i = 0; i < 500; ++i) elements.push_back(std::sin(i) * 1000);
  const auto values = values_of(0, 3, elements.size(), 8, false, false, true);
  Bytes stored, decoded(8 * elements.size());
  ASSERT_TRUE(make_scaleoffset()->encode(values, bytes_of_elements(elements), 100000, stored));
  EXPECT_LT(stored.size(), 1500U);
  ASSERT_TRUE(make_scaleoffset()->decode_into(values, stored, decoded));
  for (std::size_t i = 0; i < elements.size(); ++i)
    EXPECT_NEAR(std::bit_cast<double>(load_little<std::uint64_t>(ByteView(decoded).subspan(8 * i))), elements[i],
                0.00051);
}

TEST(ScaleOffset, StoresFloatsWithoutACodeAsTheyAre) {
  for (const float odd : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                          std::numeric_limits<float>::max()})
    expect_round_trip(*make_scaleoffset(), values_of(0, 4, 3, 4, false, false, false),
                      bytes_of_elements(std::vector<float>{1.5F, odd, -2.25F}));
}

TEST(ScaleOffset, RefusesImpossibleParameters) {
  const auto known = known_scaleoffset().front();
  Bytes out;
  const auto code = [&](Values values) {
    return make_scaleoffset()->decode(values, from_hex(known.stored), 40, 40, out).code;
  };
  EXPECT_EQ(code({}), FilterStatus::Code::bad_parameters);
  EXPECT_EQ(code(values_of(2, 33, 10, 4, true, false, true)), FilterStatus::Code::bad_parameters);
  EXPECT_EQ(code(values_of(2, 0xFFFFFFFFU, 10, 4, true, false, true)), FilterStatus::Code::bad_parameters);
  EXPECT_EQ(code(values_of(2, 0, 10, 3, true, false, true)), FilterStatus::Code::bad_parameters);
  EXPECT_EQ(code(values_of(0, 0, 10, 2, true, false, true)), FilterStatus::Code::bad_parameters);
  EXPECT_EQ(code(values_of(0, 0x80000000U, 10, 4, true, false, true)), FilterStatus::Code::bad_parameters);
  EXPECT_EQ(code(values_of(1, 0, 10, 4, true, false, true)), FilterStatus::Code::bad_parameters);
  EXPECT_EQ(code(values_of(2, 0, 0xFFFFFFFFU, 8, true, false, true)), FilterStatus::Code::no_room);
}

TEST(ScaleOffset, CompletesItsParameters) {
  const Datatype type(4, IntegerType{ByteOrder::big, true, 0, 32, {}});
  FillValue fill;
  const Shape chunk{10};
  Values values{2, 0};
  ASSERT_TRUE(make_scaleoffset()->complete_parameters({type, chunk, fill}, values));
  EXPECT_EQ(values, known_scaleoffset()[1].values);
  fill.defined = FillValue::Defined::by_user;
  fill.bytes = from_hex("ffffff9d");
  values = {2, 5};
  ASSERT_TRUE(make_scaleoffset()->complete_parameters({type, chunk, fill}, values));
  EXPECT_EQ(values, values_of(2, 5, 10, 4, true, true, true, 0xFFFFFF9DU));
  fill.defined = FillValue::Defined::undefined;
  values = {2, 0};
  ASSERT_TRUE(make_scaleoffset()->complete_parameters({type, chunk, fill}, values));
  EXPECT_EQ(values, values_of(2, 0, 10, 4, true, true, false));
  const Datatype text(4, StringType{});
  EXPECT_FALSE(make_scaleoffset()->complete_parameters({text, chunk, fill}, values));
}

}  // namespace
}  // namespace fiver::codecs
