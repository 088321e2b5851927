#include "format/fill_value_message.hpp"

#include "format/message_testing.hpp"

namespace fiver::format {
namespace {

using namespace trials;
using Allocation = FillValue::AllocationTime;
using Write = FillValue::WriteTime;

TEST(FillValueMessage, RoundTripsInEveryVersion) {
  for (const auto allocation : {Allocation::by_default, Allocation::early, Allocation::late, Allocation::incremental})
    for (const auto write : {Write::on_allocation, Write::never, Write::if_set_by_user})
      for (const auto defined :
           {FillValue::Defined::undefined, FillValue::Defined::by_default, FillValue::Defined::by_user})
        for (std::uint8_t version = 1; version <= 3; ++version) {
          FillValue fill{defined, allocation, write, {}};
          if (defined == FillValue::Defined::by_user) fill.bytes = hex("0102030405");
          expect_round_trip(
              fill, {}, [&](Encoder& out, const FillValue& f) { encode_fill_value(out, f, version); },
              decode_fill_value);
        }
  FillValue old;
  old.defined = FillValue::Defined::by_user;
  old.bytes = hex("0A0B");
  expect_round_trip(old, {}, encode_old_fill_value, decode_old_fill_value);
  old = {};
  expect_round_trip(old, {}, encode_old_fill_value, decode_old_fill_value);
}

TEST(FillValueMessage, Version3FlagsByHand) {
  const auto with_value = hex("03 2B 02000000 0708");  // incremental, if set, value follows
  const FillValue expected{FillValue::Defined::by_user, Allocation::incremental, Write::if_set_by_user, hex("0708")};
  EXPECT_EQ(decode_fill_value(with_value, {}), expected);
  EXPECT_EQ(encoded({}, [&](Encoder& out) { encode_fill_value(out, expected, 3); }), with_value);
  EXPECT_EQ(decode_fill_value(hex("03 0A"), {}), FillValue{}) << "late, if set, zeros";
  EXPECT_EQ(decode_fill_value(hex("03 16"), {}).defined, FillValue::Defined::undefined);
  EXPECT_EQ(decode_fill_value(hex("03 2A 00000000"), {}), FillValue{}) << "a value of no bytes is the default";
}

TEST(FillValueMessage, Version2ByHand) {
  EXPECT_EQ(decode_fill_value(hex("02 02 02 01 00000000"), {}), FillValue{});
  EXPECT_EQ(encoded({}, [](Encoder& out) { encode_fill_value(out, FillValue{}, 2); }), hex("02 02 02 01 00000000"));
  EXPECT_EQ(decode_fill_value(hex("02 02 02 00"), {}).defined, FillValue::Defined::undefined);
  EXPECT_EQ(decode_fill_value(hex("02 02 02 01 FFFFFFFF"), {}).defined, FillValue::Defined::undefined);
}

TEST(FillValueMessage, Refuses) {
  const auto kind = [](std::string_view text) { return error_of([&] { decode_fill_value(hex(text), {}); }); };
  EXPECT_EQ(kind("03 3A 01000000 00"), ErrorKind::corrupt) << "undefined, and a value";
  EXPECT_EQ(kind("03 4A"), ErrorKind::corrupt) << "an unknown flag";
  EXPECT_EQ(kind("03 0E"), ErrorKind::corrupt) << "write time 3";
  EXPECT_EQ(kind("02 04 02 00"), ErrorKind::corrupt) << "allocation time 4";
  EXPECT_EQ(kind("02 02 02 02"), ErrorKind::corrupt) << "neither defined nor not";
  EXPECT_EQ(kind("02 02 02 01 FEFFFFFF 00"), ErrorKind::corrupt) << "a size beyond the message";
  EXPECT_EQ(kind("04 00"), ErrorKind::unsupported);
}

}  // namespace
}  // namespace fiver::format
