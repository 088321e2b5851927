#include "format/superblock.hpp"

#include "base/checksum.hpp"
#include "format/driver_info.hpp"
#include "format/message_testing.hpp"

namespace fiver::format {
namespace {

using namespace trials;

Bytes bytes_of_superblock(const Superblock& s) {
  return encoded(s.widths, [&](Encoder& out) { encode_superblock(out, s); });
}

TEST(Superblock, RoundTripsInEveryVersionAndWidth) {
  for (const auto widths : all_widths) {
    for (std::uint8_t version = 0; version <= 3; ++version) {
      Superblock s;
      s.version = version;
      s.widths = widths;
      s.flags = superblock_open_for_write;
      s.base_address = 512;
      s.end_of_file = 0x4321;
      s.root_header = Address{96};
      for (const bool extra : {false, true}) {
        if (extra && version >= 2) s.extension = Address{800};
        if (extra && version < 2) {
          s.driver_info = Address{200};
          s.root_cache = CachedSymbolTable{Address{136}, Address{680}};
          s.group_leaf_k = 7;
          s.group_internal_k = 99;
          if (version == 1) s.chunk_k = 64;
        }
        const auto bytes = bytes_of_superblock(s);
        EXPECT_EQ(bytes.size(), superblock_size(version, widths));
        EXPECT_EQ(decode_superblock(bytes), s);
        expect_robust(bytes, [](ByteView view) { decode_superblock(view); });
      }
    }
  }
  EXPECT_EQ(superblock_size(0, {}), 96U);
  EXPECT_EQ(superblock_size(1, {}), 100U);
  EXPECT_EQ(superblock_size(2, {}), 48U);
}

TEST(Superblock, AnEmptyOldFileByHand) {
  const auto bytes =
      hex("89 'HDF' 0D0A1A0A  00 00 00 00 00  08 08 00  0400 1000  00000000"
          "0000000000000000 FFFFFFFFFFFFFFFF 2003000000000000 FFFFFFFFFFFFFFFF"
          "0000000000000000 6000000000000000 01000000 00000000 8800000000000000 A802000000000000");
  const auto s = decode_superblock(bytes);
  EXPECT_EQ(s.version, 0);
  EXPECT_EQ(s.end_of_file, 800U);
  EXPECT_EQ(s.root_header, Address{96});
  EXPECT_EQ(s.root_cache, (CachedSymbolTable{Address{136}, Address{680}}));
  EXPECT_FALSE(s.driver_info);
  EXPECT_EQ(bytes_of_superblock(s), bytes);
}

TEST(Superblock, RefusesWhatItCannotMean) {
  Superblock s;
  s.end_of_file = 1000;
  const auto good = bytes_of_superblock(s);
  const auto kind_with = [&](std::size_t at, unsigned value, bool resum = true) {
    auto bytes = good;
    bytes[at] = static_cast<std::byte>(value);
    if (resum) {
      Encoder sum;
      sum.u32(lookup3(ByteView(bytes).first(bytes.size() - 4)));
      std::copy(sum.view().begin(), sum.view().end(), bytes.end() - 4);
    }
    return error_of([&] { decode_superblock(bytes); });
  };
  EXPECT_EQ(kind_with(0, 0), ErrorKind::corrupt);
  EXPECT_EQ(kind_with(8, 4), ErrorKind::unsupported);
  EXPECT_EQ(kind_with(9, 3), ErrorKind::corrupt);
  EXPECT_EQ(kind_with(9, 16), ErrorKind::unsupported);
  EXPECT_EQ(kind_with(11, 8), ErrorKind::corrupt) << "an unknown consistency flag";
  EXPECT_EQ(kind_with(20, 1, false), ErrorKind::corrupt) << "the checksum";

  s.version = 0;
  s.group_leaf_k = 0;
  EXPECT_EQ(error_of([&] { decode_superblock(bytes_of_superblock(s)); }), ErrorKind::corrupt);
}

TEST(Superblock, TheEndOfAMultiFileIsBeyondAnySingleFile) {
  Superblock s;
  s.end_of_file = 0x8000000000000FFF;
  s.root_header = Address{48};
  Encoder out;
  encode_superblock(out, s);
  EXPECT_EQ(decode_superblock(out.view()), s);
}

TEST(Superblock, EveryFlippedBitOfAChecksummedOneIsSeen) {
  Superblock s;
  s.end_of_file = 1000;
  const auto good = bytes_of_superblock(s);
  for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
    auto bytes = good;
    bytes[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    EXPECT_THROW(decode_superblock(bytes), Error) << bit;
  }
}

TEST(Superblock, SignatureIsLookedForAtDoublingPositions) {
  std::uint64_t position = 0;
  for (const std::uint64_t expected : {512U, 1024U, 2048U, 4096U}) {
    position = next_signature_position(position);
    EXPECT_EQ(position, expected);
  }
  EXPECT_TRUE(has_superblock_signature(superblock_signature));
  EXPECT_FALSE(has_superblock_signature(ByteView(superblock_signature).first(7)));
}

TEST(DriverInfo, RoundTrips) {
  const auto family = encode_family_driver({1ULL << 31});
  MultiDriver multi{{1, 2, 2, 1, 1, 6},
                    {{0, 4096, "%s-s.h5"}, {1ULL << 40, 1ULL << 41, "%s-b.h5"}, {7, 9, "longer than eight"}}};
  for (const auto& info : {family, encode_multi_driver(multi)}) {
    const auto block = encoded({}, [&](Encoder& out) { encode_driver_info_block(out, info); });
    EXPECT_EQ(driver_info_block_size(ByteView(block).first(driver_info_block_prefix)), block.size());
    EXPECT_EQ(decode_driver_info_block(block), info);
    expect_robust(block, [](ByteView view) { decode_driver_info_block(view); });
    expect_round_trip(info, {}, encode_driver_info_message, decode_driver_info_message);
    expect_robust(info.data, [&](ByteView view) {
      const DriverInfo cut{info.id, {view.begin(), view.end()}};
      decode_family_driver(cut);
      decode_multi_driver(cut);
    });
  }
  EXPECT_EQ(decode_family_driver(family)->member_size, 1ULL << 31);
  EXPECT_EQ(decode_multi_driver(family), std::nullopt);
  EXPECT_EQ(decode_multi_driver(encode_multi_driver(multi)), multi);
}

}  // namespace
}  // namespace fiver::format
