#include "format/group_messages.hpp"

#include "format/message_testing.hpp"

namespace fiver::format {
namespace {

using namespace trials;

TEST(GroupMessages, RoundTripInEveryWidth) {
  const Address heap{100}, names{200}, order{300};
  for (const auto widths : all_widths) {
    for (const auto& info :
         {LinkInfo{}, LinkInfo{true, false, 9, {}, {}, {}}, LinkInfo{false, false, 0, heap, names, {}},
          LinkInfo{true, true, 1LL << 40, heap, names, order}})
      expect_round_trip(info, widths, encode_link_info, decode_link_info);
    for (const auto& info : {AttributeInfo{}, AttributeInfo{true, false, 9, {}, {}, {}},
                             AttributeInfo{true, true, 65'535, heap, names, order}})
      expect_round_trip(info, widths, encode_attribute_info, decode_attribute_info);
    for (const auto& info : {GroupInfo{}, GroupInfo{20, 10, 4, 8}, GroupInfo{8, 6, 100, 30}, GroupInfo{0, 0, 1, 1}})
      expect_round_trip(info, widths, encode_group_info, decode_group_info);
    expect_round_trip(SymbolTableMessage{heap, names}, widths, encode_symbol_table_message,
                      decode_symbol_table_message);
  }
}

TEST(GroupMessages, ByHand) {
  const auto tracked = hex("00 03 0500000000000000 FFFFFFFF FFFFFFFF FFFFFFFF");
  const LinkInfo expected{true, true, 5, {}, {}, {}};
  EXPECT_EQ(decode_link_info(tracked, {4, 4}), expected);
  EXPECT_EQ(encoded({4, 4}, [&](Encoder& out) { encode_link_info(out, expected); }), tracked);
  EXPECT_EQ(decode_attribute_info(hex("00 01 0500 FFFF FFFF"), {2, 2}), (AttributeInfo{true, false, 5, {}, {}, {}}));
  EXPECT_EQ(encoded({}, [](Encoder& out) { encode_group_info(out, {}); }), hex("00 00"));
  EXPECT_EQ(decode_group_info(hex("00 02 0900 0A00"), {}), (GroupInfo{8, 6, 9, 10}));
}

TEST(GroupMessages, Refuse) {
  const FieldWidths two{2, 2};
  EXPECT_EQ(error_of([&] { decode_link_info(hex("00 04 FFFF FFFF"), two); }), ErrorKind::corrupt) << "an unknown flag";
  EXPECT_EQ(error_of([&] { decode_link_info(hex("00 01 FFFFFFFFFFFFFFFF FFFF FFFF"), two); }), ErrorKind::corrupt);
  EXPECT_EQ(error_of([&] { decode_link_info(hex("00 00 0010 FFFF"), two); }), ErrorKind::corrupt)
      << "a heap without names";
  EXPECT_EQ(error_of([&] { decode_link_info(hex("01 00 FFFF FFFF"), two); }), ErrorKind::unsupported);
  EXPECT_EQ(error_of([&] { decode_group_info(hex("00 01 0500 0600"), two); }), ErrorKind::corrupt);
  EXPECT_EQ(error_of([&] { decode_symbol_table_message(hex("FFFF 0010"), two); }), ErrorKind::corrupt);
}

}  // namespace
}  // namespace fiver::format
