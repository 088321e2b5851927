// The cursors: what they read, what they refuse, and that the three wires of a description agree.
#include <gtest/gtest.h>

#include "base/checked.hpp"
#include "base/checksum.hpp"
#include "base/decoder.hpp"
#include "base/encoder.hpp"
#include "fiver/values/dataspace.hpp"

namespace fiver {
namespace {

TEST(Lookup3, KnownValues) {
  // From the algorithm's own driver: an empty key, and "Four score and seven years ago" with two initial values.
  EXPECT_EQ(lookup3({}), 0xDEADBEEFU);
  EXPECT_EQ(lookup3(bytes_of("Four score and seven years ago"), 0), 0x17770551U);
  EXPECT_EQ(lookup3(bytes_of("Four score and seven years ago"), 1), 0xCD628161U);
}

struct Sample {
  std::uint8_t kind = 0;
  std::uint32_t size = 0;
  std::optional<Address> root;
  Length total;
  friend bool operator==(const Sample&, const Sample&) = default;
};

template <class Wire, class T>
void describe(Wire& wire, T& s) {
  wire.signature("SMPL");
  wire.version(0);
  wire("kind", s.kind);
  wire.reserved(3);
  wire("size", s.size);
  wire("root address", s.root);
  wire("total", s.total);
  wire.checksum();
}

class Widths : public testing::TestWithParam<FieldWidths> {};

TEST_P(Widths, RoundTripSizeTruncationsAndFlips) {
  for (const auto root : {std::optional<Address>{}, std::optional<Address>{Address{0x1234}}}) {
    const Sample sample{7, 512, root, {99}};
    Encoder encoder(GetParam());
    describe(encoder, sample);
    const auto bytes = std::move(encoder).take();
    EXPECT_EQ(described_size(sample, GetParam()), bytes.size());
    Decoder decoder(bytes, GetParam(), "sample");
    Sample back;
    describe(decoder, back);
    EXPECT_EQ(back, sample);
    for (std::size_t n = 0; n < bytes.size(); ++n) {
      Decoder cut(ByteView(bytes).first(n), GetParam(), "sample");
      EXPECT_THROW(describe(cut, back), Error) << n;
    }
    for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
      auto damaged = bytes;
      damaged[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
      Decoder flipped(damaged, GetParam(), "sample");
      EXPECT_THROW(describe(flipped, back), Error) << bit;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Widths,
                         testing::Values(FieldWidths{8, 8}, FieldWidths{4, 8}, FieldWidths{8, 4}, FieldWidths{2, 2}));

TEST(Decoder, NamesStructureFieldAndByte) {
  const std::array<std::byte, 3> bytes{};
  Decoder decoder(bytes, {}, "thing");
  decoder.u16("first");
  try {
    decoder.u32("second");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::corrupt);
    EXPECT_EQ(error.reason(), "thing: second needs 4 bytes, 1 are left at byte 2");
  }
}

TEST(Decoder, ExtentIsUnlimitedInItsOwnWidth) {
  const std::array<std::byte, 4> ones{std::byte{255}, std::byte{255}, std::byte{255}, std::byte{255}};
  EXPECT_EQ(Decoder(ones, {4, 4}, "x").extent("max"), unlimited);
  EXPECT_FALSE(Decoder(ones, {4, 4}, "x").address("a"));
  EXPECT_EQ(Decoder(ones, {4, 4}, "x").length("n"), 0xFFFFFFFFU);
}

TEST(Encoder, RefusesWhatDoesNotFit) {
  EXPECT_THROW(Encoder({4, 4}).length(std::uint64_t{1} << 32), Error);
}

TEST(Checked, Edges) {
  EXPECT_FALSE(checked_add(~0ULL, 1));
  EXPECT_EQ(checked_product({}), 1U);
  const std::array<std::uint64_t, 2> wide{1ULL << 33, 1ULL << 31};
  EXPECT_FALSE(checked_product(wide));
  EXPECT_TRUE(lies_within(4, 0, 4));
  EXPECT_FALSE(lies_within(5, 0, 4));
  EXPECT_FALSE(lies_within(1, ~0ULL, 8));
  EXPECT_EQ(bytes_needed(255), 1U);
  EXPECT_EQ(bytes_needed(256), 2U);
}

}  // namespace
}  // namespace fiver
