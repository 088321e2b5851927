#include "format/virtual_mapping.hpp"

#include "base/encoder.hpp"
#include "format/damage_testing.hpp"

namespace fiver::format {
namespace {

using namespace damage;

std::vector<VirtualMapping> sample() {
  const Selection everything = AllSelection{};
  const auto frame = [](std::uint64_t i) { return Selection(RegularHyperslab{{i}, {1}, {1}, {1}}); };
  return {{"frames_a_000001.h5", "/entry/data/data", everything, frame(0)},
          {"frames_a_000001.h5", "/entry/data/other", everything, frame(1)},
          {".", "/entry/data/data", everything, frame(2)},
          {"frames_b.h5", "/entry/data/data", everything, frame(3)},
          {"frames_a_000001.h5", "/entry/data/data", everything, frame(4)}};
}

TEST(VirtualMapping, RoundTripAndDamage) {
  for (const auto widths : all_widths)
    for (const bool shared : {false, true}) {
      const auto bytes = encode_virtual_mappings(sample(), widths, SelectionStyle::v112, shared);
      EXPECT_EQ(bytes[0], std::byte{shared});
      const auto decode = [&](ByteView b) { return decode_virtual_mappings(b, widths); };
      EXPECT_EQ(decode(bytes), sample());
      expect_truncations_refused(bytes, bytes.size(), decode);
      if (widths == FieldWidths{4, 4}) expect_flips_survived(bytes, bytes.size(), true, decode);
    }
}

TEST(VirtualMapping, NothingToShareStaysVersionZero) {
  const std::vector<VirtualMapping> one{{"a.h5", "/d", AllSelection{}, AllSelection{}}};
  EXPECT_EQ(encode_virtual_mappings(one, {}, SelectionStyle::v112, true)[0], std::byte{0});
  EXPECT_EQ(encode_virtual_mappings({}, {}, SelectionStyle::v18).size(), 1U + 8U + 4U);
}

TEST(VirtualMapping, BytesOfVersionOne) {
  // libhdf5 2.0 has the flags first, then the file, then the dataset.
  const auto bytes = encode_virtual_mappings(sample(), {2, 2}, SelectionStyle::v112, true);
  EXPECT_EQ(bytes[3], std::byte{0});
  EXPECT_EQ(bytes[4], std::byte{'f'});
  // The second mapping: the file of mapping 0, its own dataset.
  const std::size_t second = 3 + 1 + 19 + 17 + 16 + (8 + 1 + 1 + 4 + 8);
  EXPECT_EQ(bytes[second], std::byte{1});
  EXPECT_EQ(bytes[second + 1], std::byte{0});
  EXPECT_EQ(bytes[second + 3], std::byte{'/'});
}

TEST(VirtualMapping, AMappingMayOnlyReferToEarlierOnes) {
  Encoder encoder({4, 4});
  encoder.version(1);
  encoder.length(1);
  encoder.u8(1);
  encoder.length(0);  // itself
  encoder.text("/d");
  for (int i = 0; i < 2; ++i) encode_selection(encoder, AllSelection{}, SelectionStyle::v18);
  encoder.checksum();
  EXPECT_NE(reason_of([&] {
              decode_virtual_mappings(encoder.view(), {4, 4});
            }).find("mapping 0 refers to mapping 0"),
            std::string::npos);
}

TEST(VirtualMapping, SharedNamesDoNotFillMemory) {
  std::vector<VirtualMapping> many(100, {std::string(1000, 'x'), "/d", AllSelection{}, AllSelection{}});
  const auto bytes = encode_virtual_mappings(many, {}, SelectionStyle::v18, true);
  EXPECT_LT(bytes.size(), 6000U);
  EXPECT_EQ(decode_virtual_mappings(bytes, {}).size(), 100U);
  try {
    decode_virtual_mappings(bytes, {}, 50'000);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::limit);
  }
}

TEST(VirtualMapping, NamesWithNulAreRefused) {
  const std::vector<VirtualMapping> one{{std::string("a\0b", 3), "/d", AllSelection{}, AllSelection{}}};
  EXPECT_THROW(encode_virtual_mappings(one, {}, SelectionStyle::v18), Error);
}

}  // namespace
}  // namespace fiver::format
