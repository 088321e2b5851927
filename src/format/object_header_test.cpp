#include "format/object_header.hpp"

#include "base/checksum.hpp"
#include "format/message_testing.hpp"

namespace fiver::format {
namespace {

using namespace trials;

RawMessage message(MessageType type, ByteView body, std::uint8_t flags = 0, std::optional<std::uint16_t> index = {}) {
  return {static_cast<std::uint16_t>(type), flags, index, body, 0};
}

ObjectHeaderPrefix prefix_of(ByteView block) {
  Decoder in(block, {}, "object header");
  return decode_object_header_prefix(in);
}

std::vector<RawMessage> decode_whole(ByteView block) {
  return decode_first_block(block, prefix_of(block));
}

void expect_same(const std::vector<RawMessage>& found, std::span<const RawMessage> expected, bool padded) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].type, expected[i].type);
    EXPECT_EQ(found[i].flags, expected[i].flags);
    EXPECT_EQ(found[i].creation_index, expected[i].creation_index);
    const auto size = expected[i].body.size();
    EXPECT_EQ(found[i].body.size(), padded ? (size + 7) / 8 * 8 : size);
    EXPECT_TRUE(std::equal(expected[i].body.begin(), expected[i].body.end(), found[i].body.begin()));
  }
}

struct HeaderShape {
  std::string name;
  ObjectHeaderPrefix prefix;
};

std::vector<HeaderShape> header_shapes() {
  std::vector<HeaderShape> shapes(4);
  shapes[0] = {"v1", {}};
  shapes[0].prefix.version = 1;
  shapes[0].prefix.reference_count = 3;
  shapes[1] = {"v2", {}};
  shapes[2] = {"v2 all", {}};
  shapes[2].prefix.flags = header_attribute_order_tracked | header_attribute_order_indexed;
  shapes[2].prefix.times = ObjectTimes{1, 2, 3, 4};
  shapes[2].prefix.phase_change = AttributePhaseChange{20, 10};
  shapes[3] = {"v2 wide", {}};
  shapes[3].prefix.flags = 3;
  return shapes;
}

TEST(ObjectHeader, BlocksRoundTrip) {
  const auto a = hex("0102030405"), b = hex("AABBCCDDEEFF0011");
  for (const auto& shape : header_shapes()) {
    const auto& prefix = shape.prefix;
    SCOPED_TRACE(shape.name);
    const auto index = prefix.tracks_attribute_order() ? std::optional<std::uint16_t>(7) : std::nullopt;
    const std::vector messages = {message(MessageType::dataspace, a, message_constant, index),
                                  message(MessageType::attribute, b, 0, index),
                                  message(MessageType::comment, {}, 0, index)};
    const auto block = encode_first_block(prefix, messages, 0, 2);
    const auto back = prefix_of(block);
    EXPECT_EQ(back.block_bytes, block.size());
    EXPECT_EQ(back.prefix_bytes, object_header_prefix_size(prefix, back.message_bytes));
    EXPECT_LE(back.prefix_bytes, object_header_prefix_room);
    EXPECT_EQ(back.times, prefix.times);
    EXPECT_EQ(back.phase_change, prefix.phase_change);
    EXPECT_EQ(back.reference_count, prefix.reference_count);
    EXPECT_EQ(back.message_count, prefix.version == 1 ? 5 : 0);
    const auto found = decode_first_block(block, back);
    expect_same(found, messages, prefix.version == 1);
    EXPECT_EQ(found[0].offset, back.prefix_bytes);
    EXPECT_EQ(found[1].offset, back.prefix_bytes + message_size(prefix, a.size()));
    expect_robust(block, [](ByteView view) { decode_whole(view); });

    const auto more = encode_continuation_block(prefix, messages);
    EXPECT_EQ(more.size(), back.message_bytes + continuation_overhead(prefix));
    expect_same(decode_continuation_block(more, prefix), messages, prefix.version == 1);
    for (std::size_t n = 0; n < more.size(); ++n)
      decodes(ByteView(more).first(n), [&](ByteView v) { decode_continuation_block(v, prefix); });
  }
}

TEST(ObjectHeader, RoomIsFilledWithNilOrAGapButNeverBoth) {
  const auto body = hex("0102030405060708");
  for (const auto& shape : header_shapes()) {
    const auto& prefix = shape.prefix;
    SCOPED_TRACE(shape.name);
    for (const bool with_nil : {false, true}) {
      std::vector<RawMessage> messages = {message(MessageType::comment, body)};
      if (prefix.tracks_attribute_order()) messages[0].creation_index = 0;
      if (with_nil) messages.push_back(message(MessageType::nil, body));
      std::uint64_t needed = 0;
      for (const auto& m : messages) needed += message_size(prefix, m.body.size());
      for (const std::uint64_t extra : {0U, 1U, 3U, 4U, 5U, 6U, 7U, 8U, 9U, 200U, 70'000U, 131'085U}) {
        const auto block = encode_first_block(prefix, messages, needed + extra);
        const auto back = prefix_of(block);
        EXPECT_EQ(back.message_bytes, prefix.version == 1 ? (needed + extra + 7) / 8 * 8 : needed + extra);
        const auto found = decode_first_block(block, back);
        EXPECT_TRUE(found[0].is(MessageType::comment));
        std::uint64_t used = 0;
        bool nil = false;
        for (const auto& m : found) {
          used += message_size(prefix, m.body.size());
          nil = nil || m.is(MessageType::nil);
        }
        EXPECT_TRUE(!nil || used == back.message_bytes) << "a gap beside a nil message, " << extra;
        EXPECT_EQ(back.message_count, prefix.version == 1 ? found.size() : 0);
      }
    }
  }
}

TEST(ObjectHeader, SizeFieldGrowsWithTheBlock) {
  const Bytes body(300);
  const std::vector messages = {message(MessageType::comment, body)};
  const auto block = encode_first_block({}, messages);
  EXPECT_EQ(prefix_of(block).flags & header_size_width_mask, 1);
  EXPECT_EQ(encode_first_block({}, {})[5], std::byte{0});
}

TEST(ObjectHeader, Version1ByHand) {
  // The count says 9, there are 2 messages and 4 bytes that no message fits in.
  const auto block =
      hex("01 00 0900 01000000 24000000 00000000"
          "1200 0800 00 000000 01000000 78563412"
          "0000 0800 00 000000 DEADBEEFDEADBEEF 00000000");
  const auto prefix = prefix_of(block);
  EXPECT_EQ(prefix.block_bytes, block.size());
  const auto found = decode_first_block(block, prefix);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_TRUE(found[0].is(MessageType::modification_time));
  EXPECT_TRUE(found[1].is(MessageType::nil));
  EXPECT_EQ(found[1].offset, 32U);
}

TEST(ObjectHeader, Version2ByHand) {
  auto block = hex("'OHDR' 02 04 0B  16 0500 00 0300 00 02000000");
  const auto sum = encoded({}, [&](Encoder& out) { out.u32(lookup3(block)); });
  block.insert(block.end(), sum.begin(), sum.end());
  const auto found = decode_whole(block);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].is(MessageType::reference_count));
  EXPECT_EQ(found[0].creation_index, 3);
  EXPECT_EQ(encode_first_block(prefix_of(block), found), block);
}

TEST(ObjectHeader, EveryFlippedBitOfVersion2IsSeen) {
  const auto body = hex("010203");
  const std::vector messages = {message(MessageType::comment, body)};
  const auto check = [&](const Bytes& good, auto decode) {
    for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
      auto bytes = good;
      bytes[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
      EXPECT_THROW(decode(bytes), Error) << bit;
    }
  };
  check(encode_first_block({}, messages), [](const Bytes& b) { decode_whole(b); });
  check(encode_continuation_block({}, messages), [](const Bytes& b) { decode_continuation_block(b, {}); });
}

TEST(ObjectHeader, RefusesBrokenBlocks) {
  EXPECT_EQ(error_of([] { prefix_of(hex("00 00 0000 00000000 00000000 00000000")); }), ErrorKind::corrupt);
  EXPECT_EQ(error_of([] { prefix_of(hex("'OHDR' 03 00 00 00000000")); }), ErrorKind::unsupported);
  EXPECT_EQ(error_of([] { prefix_of(hex("'OHDR' 02 40 00 00000000")); }), ErrorKind::unsupported);
  EXPECT_EQ(error_of([] { prefix_of(hex("'OHDR' 02 10 0500 0600 00 00000000")); }), ErrorKind::corrupt);
  EXPECT_EQ(error_of([] { prefix_of(hex("'OHDR' 02 03 FFFFFFFFFFFFFFFF 00000000")); }), ErrorKind::corrupt);
  const auto v1 = [](std::string_view text) {
    ObjectHeaderPrefix prefix;
    prefix.version = 1;
    return error_of([&] { decode_continuation_block(hex(text), prefix); });
  };
  EXPECT_EQ(v1("1200 1000 00 000000 0100000000000000"), ErrorKind::corrupt) << "longer than its block";
  EXPECT_EQ(v1("1200 0400 00 000000 0100000000000000"), ErrorKind::corrupt) << "not a multiple of 8";
  EXPECT_EQ(v1("0300 0800 06 000000 0100000000000000"), ErrorKind::corrupt) << "shared and not to be shared";
  EXPECT_EQ(error_of([] {
              const Bytes body(65'536);
              const std::vector messages = {message(MessageType::comment, body)};
              encode_first_block({}, messages);
            }),
            ErrorKind::limit);
}

TEST(MessageFlags, IllegalCombinations) {
  const auto problem = [](MessageType type, unsigned flags) {
    return message_flags_problem(static_cast<std::uint16_t>(type), static_cast<std::uint8_t>(flags)).has_value();
  };
  EXPECT_FALSE(problem(MessageType::datatype, message_shared | message_constant));
  EXPECT_TRUE(problem(MessageType::datatype, message_shared | message_dont_share));
  EXPECT_TRUE(problem(MessageType::link, message_shared));
  EXPECT_TRUE(problem(MessageType::layout, message_shareable));
  EXPECT_TRUE(problem(MessageType::comment, message_was_unknown));
  EXPECT_FALSE(problem(MessageType::comment, message_was_unknown | message_mark_if_unknown));
  EXPECT_TRUE(
      problem(MessageType::comment, message_was_unknown | message_mark_if_unknown | message_fail_if_unknown_for_write));
  EXPECT_FALSE(message_flags_problem(0x77, message_shareable).has_value()) << "nobody knows an unknown class";
  EXPECT_EQ(message_name(0x18), "cache image");
  EXPECT_EQ(message_name(0x0B), "filter pipeline");
  EXPECT_EQ(message_name(0x19), "unknown");
}

}  // namespace
}  // namespace fiver::format
