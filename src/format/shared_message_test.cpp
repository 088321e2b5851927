#include "format/shared_message.hpp"

#include "fiver/values/dataspace.hpp"
#include "format/external_files_message.hpp"
#include "format/message_testing.hpp"

namespace fiver::format {
namespace {

using namespace trials;

constexpr SharedHeapId heap_id = {std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4},
                                  std::byte{5}, std::byte{6}, std::byte{7}, std::byte{8}};

TEST(SharedMessage, RoundTripsInEveryWidth) {
  for (const auto widths : all_widths) {
    expect_round_trip(SharedMessageRef{Address{77}}, widths, encode_shared_message_ref, decode_shared_message_ref);
    expect_round_trip(SharedMessageRef{heap_id}, widths, encode_shared_message_ref, decode_shared_message_ref);
  }
}

TEST(SharedMessage, EveryVersionByHand) {
  const SharedMessageRef committed{Address{0x20}};
  EXPECT_EQ(decode_shared_message_ref(hex("01 00 000000000000 00000000 2000"), {2, 4}), committed);
  EXPECT_EQ(decode_shared_message_ref(hex("02 00 2000000000000000"), {}), committed);
  EXPECT_EQ(decode_shared_message_ref(hex("03 02 2000"), {2, 2}), committed);
  EXPECT_EQ(decode_shared_message_ref(hex("03 01 0102030405060708"), {2, 2}), SharedMessageRef{heap_id});
  EXPECT_EQ(encoded({}, [&](Encoder& out) { encode_shared_message_ref(out, committed); }),
            hex("02 02 2000000000000000"));
  EXPECT_EQ(error_of([] { decode_shared_message_ref(hex("03 03 0102030405060708"), {}); }), ErrorKind::unsupported);
  EXPECT_EQ(error_of([] { decode_shared_message_ref(hex("02 00 FFFF"), {2, 2}); }), ErrorKind::corrupt);
  EXPECT_EQ(error_of([] { decode_shared_message_ref(hex("04 02 2000"), {2, 2}); }), ErrorKind::unsupported);
}

TEST(ExternalFilesMessage, RoundTripsInEveryWidth) {
  const ExternalFilesMessage files{Address{99}, 2, {{8, 0, 100}, {16, 5, unlimited}}};
  const ExternalFilesMessage roomy{Address{99}, 4, {{8, 0, 100}}};
  for (const auto widths : all_widths) {
    expect_round_trip(files, widths, encode_external_files, decode_external_files);
    const auto bytes = encoded(widths, [&](Encoder& out) { encode_external_files(out, roomy); });
    EXPECT_EQ(bytes.size(), 8 + widths.offset + 4 * 3 * widths.length);
    EXPECT_EQ(decode_external_files(bytes, widths), roomy);
  }
}

TEST(ExternalFilesMessage, Refuses) {
  const auto kind = [](std::string_view text) { return error_of([&] { decode_external_files(hex(text), {2, 2}); }); };
  EXPECT_EQ(kind("01 000000 0100 0200 0010"), ErrorKind::corrupt) << "more used than there are";
  EXPECT_EQ(kind("01 000000 FFFF FFFF 0010"), ErrorKind::corrupt) << "more than the message has";
  EXPECT_EQ(kind("01 000000 0200 0200 0010 0800 0000 FFFF 0800 0000 0100"), ErrorKind::corrupt)
      << "no end but not last";
  EXPECT_EQ(kind("02 000000 0000 0000 0010"), ErrorKind::unsupported);
}

}  // namespace
}  // namespace fiver::format
