// The filters that compress any bytes: deflate, LZF, LZ4, Zstandard, bzip2 and LZO.
#include "codecs/builtin.hpp"
#include "codecs/codec_checks.hpp"

namespace fiver::codecs {
namespace {

constexpr std::string_view text =
    "the cat sat on the mat, the cat sat on the hat, the cat ate the rat. "
    "abcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabc and the end of it";

// Made by Python's zlib and bz2, the program zstd (from a file and from a pipe) and liblzo2.
constexpr std::string_view zlib_text =
    "78da2bc94855484e2c512806e2fc3c8512203737b14407cc4013cf40164f2c4905b38b124bf414129392c9430a89792960635281747e9a4266"
    "090035ed32ee";
constexpr std::string_view bzip2_text =
    "425a683131415926535998678b7d000045118040053f639c00200050a1a698001222132193d48bd651a7a9219d13b2d65810647433de55f690"
    "712085d984"
    "b534e12641e752268196615f8bb9229c28484c33c5be80";
constexpr std::string_view zstd_text =
    "28b52ffd20901d020004037468652063617420736174206f6e20746865206d61742c686174657261742e2061626320616e64656e64206f6620"
    "697406004a"
    "10c874871f250ce06e67876c4b13";
constexpr std::string_view zstd_text_of_unknown_size =
    "28b52ffd00581d020004037468652063617420736174206f6e20746865206d61742c686174657261742e2061626320616e64656e64206f6620"
    "697406004a"
    "10c874871f250ce06e67876c4b13";
constexpr std::string_view lzo_text =
    "0c7468652063617420736174206f6e207801016d61742c8101632c5d00682a5f006174658c04057261742e2061626320130800000262632061"
    "6e64207468"
    "6520656e64206f66206974110000";

struct Case {
  std::unique_ptr<Filter> filter;
  Values values;
  bool detects;  ///< every truncation
};

std::vector<Case> encoders() {
  std::vector<Case> cases;
  for (std::uint32_t level = 0; level <= 9; level += 3) cases.push_back({make_deflate(), {level}, true});
  cases.push_back({make_lzf(), {4, 0x0105, 1000}, true});
  cases.push_back({make_lz4(), {}, true});
  cases.push_back({make_lz4(), {100}, true});
  cases.push_back({make_zstd(), {3}, true});
  cases.push_back({make_zstd(), {0xFFFFFFFBU}, true});
  cases.push_back({make_bzip2(), {9}, true});
  return cases;
}

TEST(ByteCodecs, RoundTrip) {
  for (const auto& [filter, values, detects] : encoders())
    for (const auto size :
         std::initializer_list<std::size_t>{0, 1, 2, 3, 7, 31, 32, 33, 64, 255, 1000, 8191, 8192, 8193, 70000})
      for (const auto texture : {Texture::zeros, Texture::noise, Texture::runs, Texture::words})
        expect_round_trip(*filter, values, sample(size, texture));
}

TEST(ByteCodecs, ShrinkWhatRepeats) {
  for (const auto& [filter, values, detects] : encoders()) {
    if (filter->id() == 1 && values[0] == 0) continue;
    const auto stored = expect_round_trip(*filter, values, sample(10000, Texture::words));
    EXPECT_LT(stored.size(), 7500U) << filter->name();
  }
}

TEST(ByteCodecs, SurviveDamage) {
  for (const auto& [filter, values, detects] : encoders())
    for (const auto texture : {Texture::runs, Texture::words}) {
      const auto data = sample(301, texture);
      expect_survives_damage(*filter, values, expect_round_trip(*filter, values, data), data.size(), detects);
    }
  const auto size = text.size();
  expect_survives_damage(*make_lzo(), {}, from_hex(lzo_text), size, true);
  expect_survives_damage(*make_zstd(), {}, from_hex(zstd_text_of_unknown_size), size, true);
}

TEST(ByteCodecs, DecodeWhatOthersMade) {
  const auto data = from_text(text);
  expect_decodes(*make_deflate(), {9}, from_hex(zlib_text), data);
  expect_decodes(*make_bzip2(), {1}, from_hex(bzip2_text), data);
  expect_decodes(*make_zstd(), {3}, from_hex(zstd_text), data);
  expect_decodes(*make_zstd(), {3}, from_hex(zstd_text_of_unknown_size), data);
  expect_decodes(*make_lzo(), {1}, from_hex(lzo_text), data);
  expect_decodes(*make_lzo(), {1}, from_hex("14616263110000"), from_text("abc"));
  expect_decodes(*make_lzo(), {1}, from_hex("110000"), {});
}

TEST(ByteCodecs, IgnoreBytesAfterTheStream) {
  const auto data = from_text(text);
  for (const auto& [filter, stored] : {std::pair(&make_deflate, zlib_text), std::pair(&make_bzip2, bzip2_text)}) {
    auto longer = from_hex(stored);
    longer.resize(longer.size() + 9, std::byte{0x5A});
    expect_decodes(*filter(), {}, longer, data);
  }
}

TEST(ByteCodecs, LargeClaimsFromFewBytesFailCheaply) {
  // Each of these asks for the largest result there is, from a chunk that cannot hold it.
  constexpr std::size_t most = std::numeric_limits<std::size_t>::max() / 2;
  Bytes out;
  EXPECT_FALSE(make_deflate()->decode({}, from_hex("78da2bc9"), most, most, out));
  EXPECT_FALSE(make_bzip2()->decode({}, from_hex("425a6831"), most, most, out));
  EXPECT_FALSE(make_lzo()->decode({}, from_hex("1461"), most, most, out));
  EXPECT_FALSE(make_lzf()->decode({}, from_hex("0461"), most, most, out));
  EXPECT_FALSE(make_zstd()->decode({}, from_hex("28b52ffdc000000000000000ff"), most, most, out));
  EXPECT_FALSE(make_lz4()->decode({}, from_hex("0fffffffffffffff7fffffff"), most, most, out));
  EXPECT_FALSE(make_lz4()->decode({}, from_hex("000000000000000100000000"), most, most, out));
  EXPECT_EQ(out.capacity() < 10000000, true);
}

TEST(Deflate, RefusesOtherLevels) {
  Bytes out;
  EXPECT_EQ(make_deflate()->encode(Values{10}, {}, 100, out).code, FilterStatus::Code::bad_parameters);
  EXPECT_EQ(make_deflate()->encode({}, {}, 100, out).code, FilterStatus::Code::bad_parameters);
}

TEST(Lzf, DecodesHandMadeSteps) {
  const auto filter = make_lzf();
  expect_decodes(*filter, {}, from_hex("0061e00000"),
                 from_text("aaaaaaaaaa"));  // overlapping, nine bytes: the long form
  expect_decodes(*filter, {}, from_hex("026162638002"), from_text("abcabcabc"));  // six bytes from three back
  expect_decodes(*filter, {}, from_hex("02616263200201787a"), from_text("abcabcxz"));
  Bytes out;
  const auto status = filter->decode({}, from_hex("0061e00001"), 10, 10, out);
  EXPECT_EQ(status.code, FilterStatus::Code::bad_data);
  EXPECT_NE(status.reason.find("byte 2"), std::string::npos) << status.reason;
}

TEST(Lzf, WritesWhatADecoderReads) {
  Bytes out;
  EXPECT_TRUE(make_lzf()->encode({}, from_text("aaaaaaaaaa"), 100, out));
  EXPECT_EQ(out, from_hex("0061e00000"));
}

TEST(Lzf, CompletesItsParameters) {
  const Datatype type(2, IntegerType{ByteOrder::little, false, 0, 16, {}});
  const FillValue fill;
  Values values;
  const Shape chunk{10, 20};
  EXPECT_TRUE(make_lzf()->complete_parameters({type, chunk, fill}, values));
  EXPECT_EQ(values, (Values{4, 0x0105, 400}));
  const Shape huge{1U << 20U, 1U << 20U};
  EXPECT_FALSE(make_lzf()->complete_parameters({type, huge, fill}, values));
}

// 20 times "a" as one LZ4 block: a literal, 14 copies, five literals. Then four bytes stored as they are.
constexpr std::string_view lz4_two_blocks =
    "0000000000000018"
    "00000014"
    "0000000a"
    "1a610100506161616161"
    "00000004"
    "01020304";

TEST(Lz4, DecodesHandMadeBlocks) {
  auto data = from_text("aaaaaaaaaaaaaaaaaaaa");
  for (int i = 1; i <= 4; ++i) data.push_back(static_cast<std::byte>(i));
  expect_decodes(*make_lz4(), {}, from_hex(lz4_two_blocks), data);
}

TEST(Lz4, ListsItsBlocks) {
  const auto filter = make_lz4();
  const auto stored = from_hex(lz4_two_blocks);
  const auto blocks = filter->blocks({}, stored, 24);
  ASSERT_TRUE(blocks);
  EXPECT_EQ(*blocks, (std::vector<ChunkBlock>{{16, 10, 0, 20, "lz4"}, {30, 4, 20, 4, "stored"}}));
  EXPECT_FALSE(filter->blocks({}, stored, 25));
  EXPECT_FALSE(filter->blocks({}, ByteView(stored).first(33), 24));
}

TEST(Lz4, DecodesEachBlockAlone) {
  const auto filter = make_lz4();
  const auto data = sample(1234, Texture::runs);
  Bytes stored;
  ASSERT_TRUE(filter->encode(Values{100}, data, 5000, stored));
  const auto blocks = filter->blocks({}, stored, data.size());
  ASSERT_TRUE(blocks);
  EXPECT_EQ(blocks->size(), 13U);
  Bytes out(data.size());
  for (const auto& block : *blocks)
    ASSERT_TRUE(filter->decode_block({}, block, ByteView(stored).subspan(block.stored_offset, block.stored_size),
                                     MutableBytes(out).subspan(block.decoded_offset, block.decoded_size)));
  EXPECT_TRUE(out == data);
}

TEST(Lz4, SaysWhereItIsWrong) {
  auto stored = from_hex(lz4_two_blocks);
  stored[18] = std::byte{9};  // copies from nine bytes back where one is there
  Bytes out;
  const auto status = make_lz4()->decode({}, stored, 24, 24, out);
  EXPECT_EQ(status.code, FilterStatus::Code::bad_data);
  EXPECT_NE(status.reason.find("block at byte 16"), std::string::npos) << status.reason;
}

TEST(Quantisers, LeaveNothingToUndo) {
  for (auto* make : {make_bitgroom, make_granular_bitround, make_bitround}) {
    const auto filter = make();
    expect_decodes(*filter, {3}, sample(33, Texture::noise), sample(33, Texture::noise));
    Bytes out;
    EXPECT_FALSE(filter->can_encode());
    EXPECT_EQ(filter->encode({}, {}, 10, out).code, FilterStatus::Code::unavailable);
  }
}

}  // namespace
}  // namespace fiver::codecs
