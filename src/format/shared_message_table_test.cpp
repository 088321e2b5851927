#include "format/shared_message_table.hpp"

#include "format/damage_testing.hpp"

namespace fiver::format {
namespace {

using namespace damage;

std::vector<SharedMessageIndex> table() {
  return {{SharedMessageIndex::Kind::list, 0x8, 50, 10, 5, 2, Address{600}, Address{700}},
          {SharedMessageIndex::Kind::tree, 0x1022, 0, 50, 40, 60, {}, {}}};
}

std::vector<SharedMessageRecord> records() {
  return {{0x12345678, SharedMessageInHeap{3, {std::byte{1}, std::byte{2}}}},
          {0x9ABCDEF0, SharedMessageInHeader{3, 7, Address{96}}}};
}

TEST(SharedMessageTable, RoundTripAndDamage) {
  EXPECT_EQ(shared_message_table_size(1, {8, 8}), 38U);
  for (const auto widths : all_widths) {
    const auto bytes = encode_shared_message_table(table(), widths);
    EXPECT_EQ(bytes.size(), shared_message_table_size(2, widths));
    const auto decode = [&](ByteView b) { return decode_shared_message_table(b, widths, 2); };
    EXPECT_EQ(decode(bytes), table());
    expect_damage_handled(bytes, bytes.size(), true, decode);
  }
  EXPECT_THROW(shared_message_table_size(9, {}), Error);
  EXPECT_THROW(encode_shared_message_table(std::vector<SharedMessageIndex>(9), {}), Error);
}

TEST(SharedMessageTable, ListRoundTripAndDamage) {
  EXPECT_EQ(shared_message_record_size({8, 8}), 17U);
  EXPECT_EQ(shared_message_record_size({2, 2}), 17U);
  for (const auto widths : all_widths) {
    const auto index = table()[0];
    const auto bytes = encode_shared_message_list(records(), widths, index);
    EXPECT_EQ(bytes.size(), shared_message_list_size(index, widths));
    EXPECT_EQ(bytes.size(), 4U + 10U * 17U + 4U);
    const auto decode = [&](ByteView b) { return decode_shared_message_list(b, widths, index); };
    EXPECT_EQ(decode(bytes), records());
    expect_damage_handled(bytes, 4 + 2 * 17 + 4, true, decode);
  }
  EXPECT_THROW(encode_shared_message_list({}, {}, table()[0]), Error);
}

TEST(SharedMessageTable, RecordsOfTrees) {
  for (const auto& record : records()) {
    Encoder encoder;
    encode_shared_message_record(encoder, record);
    EXPECT_EQ(encoder.size(), 17U);
    const auto decode = [&](ByteView b) { return decode_shared_message_record(b, {}); };
    EXPECT_EQ(decode(encoder.view()), record);
    expect_damage_handled(encoder.view(), encoder.size(), false, decode);
  }
  auto bytes = Bytes(17);
  bytes[0] = std::byte{2};
  EXPECT_NE(reason_of([&] { decode_shared_message_record(bytes, {}); }).find("unknown location 2"), std::string::npos);
}

TEST(SharedMessageTable, AListWithMoreMessagesThanRoomIsCorrupt) {
  auto wrong = table();
  wrong[0].messages = 11;
  const auto bytes = encode_shared_message_table(wrong, {});
  EXPECT_NE(reason_of([&] { decode_shared_message_table(bytes, {}, 2); }).find("11 messages in a list of at most 10"),
            std::string::npos);
}

}  // namespace
}  // namespace fiver::format
