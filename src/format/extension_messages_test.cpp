#include "format/extension_messages.hpp"

#include "format/message_testing.hpp"

namespace fiver::format {
namespace {

using namespace trials;

std::vector<FileSpaceInfo> file_spaces() {
  std::vector<FileSpaceInfo> infos(5);
  infos[1].strategy = FileSpaceStrategy::paged;
  infos[1].persist = true;
  infos[1].page_size = 8192;
  infos[1].page_end_threshold = 3;
  infos[1].end_before_managers = Address{5000};
  infos[1].managers.assign(12, std::nullopt);
  infos[1].managers[3] = Address{600};
  infos[2].version = 0;
  infos[2].threshold = 9;
  infos[3].version = 0;
  infos[3].persist = true;
  infos[3].managers.assign(6, Address{44});
  infos[4].version = 0;
  infos[4].strategy = FileSpaceStrategy::none;
  return infos;
}

TEST(ExtensionMessages, RoundTripInEveryWidth) {
  for (const auto widths : all_widths) {
    expect_round_trip(BTreeK{64, 20, 8}, widths, encode_btree_k, decode_btree_k);
    for (const auto& info : file_spaces())
      expect_round_trip(info, widths, encode_file_space_info, decode_file_space_info);
    expect_round_trip(CacheImageMessage{Address{70}, 800}, widths, encode_cache_image_message,
                      decode_cache_image_message);
    expect_round_trip(CacheImageMessage{}, widths, encode_cache_image_message, decode_cache_image_message);
    expect_round_trip(SharedMessageTableMessage{Address{70}, 3}, widths, encode_shared_message_table_message,
                      decode_shared_message_table_message);
  }
  // The page size takes "size of lengths" bytes, not the four of the specification.
  EXPECT_EQ(encoded({}, [](Encoder& out) { encode_file_space_info(out, {}); }).size(), 29U);
}

TEST(ExtensionMessages, Refuse) {
  const FieldWidths two{2, 2};
  EXPECT_EQ(error_of([&] { decode_btree_k(hex("00 2000 0000 0400"), two); }), ErrorKind::corrupt);
  EXPECT_EQ(error_of([&] { decode_btree_k(hex("01 2000 1000 0400"), two); }), ErrorKind::unsupported);
  EXPECT_EQ(error_of([&] { decode_file_space_info(hex("00 05 0100"), two); }), ErrorKind::corrupt) << "strategy 5";
  EXPECT_EQ(error_of([&] { decode_file_space_info(hex("01 01 02 0100 0010 0000 FFFF"), two); }), ErrorKind::corrupt);
  EXPECT_EQ(error_of([&] { decode_file_space_info(hex("01 01 00 0100 0001 0000 FFFF"), two); }), ErrorKind::corrupt)
      << "pages of 256 bytes";
  EXPECT_EQ(error_of([&] { decode_shared_message_table_message(hex("00 0010 09"), two); }), ErrorKind::corrupt);
  FileSpaceInfo info;
  info.persist = true;
  EXPECT_EQ(error_of([&] { encoded({}, [&](Encoder& out) { encode_file_space_info(out, info); }); }),
            ErrorKind::invalid_argument)
      << "persistent without managers";
}

}  // namespace
}  // namespace fiver::format
