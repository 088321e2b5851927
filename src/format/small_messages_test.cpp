#include "format/small_messages.hpp"

#include "format/message_testing.hpp"

namespace fiver::format {
namespace {

using namespace trials;

TEST(SmallMessages, RoundTripInEveryWidth) {
  for (const auto widths : all_widths) {
    expect_round_trip(Continuation{Address{500}, 120}, widths, encode_continuation, decode_continuation);
    expect_round_trip(std::uint32_t{0xFFFFFFFF}, widths, encode_modification_time, decode_modification_time);
    expect_round_trip(std::uint32_t{17}, widths, encode_reference_count, decode_reference_count);
    expect_round_trip(std::string("a comment"), widths, encode_comment, decode_comment);
    expect_round_trip(std::string(), widths, encode_comment, decode_comment);
  }
  for (const std::int64_t seconds : {0LL, -1LL, 951'782'399LL, 951'868'800LL, -62'167'219'200LL, 253'402'300'799LL})
    expect_round_trip(seconds, {}, encode_old_modification_time, decode_old_modification_time);
}

TEST(SmallMessages, ByHand) {
  const auto old = hex("'20000229120501' 0000");
  EXPECT_EQ(decode_old_modification_time(old, {}), 951'825'901);
  EXPECT_EQ(encoded({}, [](Encoder& out) { encode_old_modification_time(out, 951'825'901); }), old);
  EXPECT_EQ(decode_modification_time(hex("01 000000 01020304"), {}), 0x04030201U);
}

TEST(SmallMessages, Refuse) {
  EXPECT_EQ(error_of([] {
              decode_continuation(hex("0010 0000"), {2, 2});
            }),
            ErrorKind::corrupt)
      << "a block of 0 bytes";
  EXPECT_EQ(error_of([] { decode_continuation(hex("FFFF 1000"), {2, 2}); }), ErrorKind::corrupt);
  EXPECT_EQ(error_of([] { decode_old_modification_time(hex("'20010229120501' 0000"), {}); }), ErrorKind::corrupt);
  EXPECT_EQ(error_of([] { decode_old_modification_time(hex("'2001022912050x' 0000"), {}); }), ErrorKind::corrupt);
  EXPECT_EQ(error_of([] { decode_comment(hex("'no end'"), {}); }), ErrorKind::corrupt);
  EXPECT_EQ(error_of([] { decode_reference_count(hex("01 01000000"), {}); }), ErrorKind::unsupported);
  EXPECT_EQ(error_of([] { encoded({}, [](Encoder& out) { encode_old_modification_time(out, 253'402'300'800); }); }),
            ErrorKind::invalid_argument);
}

}  // namespace
}  // namespace fiver::format
