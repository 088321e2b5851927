// Blosc 2 against chunks that hdf5plugin 7.1.0 wrote with C-Blosc2: element i of the 5 by 7 by 3 array is 37 * i mod 1000, 16 bits.
#include <gtest/gtest.h>

#include "codecs/blosc2_frame.hpp"
#include "codecs/blosc2_library.hpp"
#include "codecs/builtin_large.hpp"
#include "codecs/filter_trials.hpp"

namespace fiver::codecs {
using namespace trials;

namespace {

// Blocks of 2 by 4 by 3 elements, LZ4, bytes shuffled: padded in two dimensions.
constexpr std::string_view padded_array =
    "9ea862326672616d6500d2000000b8cf0000000000000243a412005103d30000000000000120d30000000000000140d20000"
    "0002d200000030d200000120d10000d10001c2d8060000000000010100000000000000000093cd0011de0001a462326e64d2"
    "0000006bdc0001c60000004897000393d30000000000000005d30000000000000007d3000000000000000393d200000005d2"
    "00000007d20000000393d200000002d200000004d20000000300db000000037c563205013702200100003000000040010000"
    "00000000000101000000000000000000000025004a006f009400b900de00030128014d017201970109032e03530378039d03"
    "c203e703240049006e009300b800bc01e10106022b02500275029a02bf02e402000000000000dd00020127014c0171019601"
    "bb01e00105020000000000002a024f0274029902be02e30208032d03520377039c03c1034b0170019501ba01df0104022902"
    "4e0273029802bd02e202e603230048006d009200b700dc000101260100000000000007032c03510376039b03c003e5032200"
    "47000000000000006c009100b600db00000125014a016f019401b901de010302000000000000000000000000000000000000"
    "00000000000028024d0272029702bc02e10206032b0350030000000000000000000000000000000000000000000000000000"
    "0000000005010708080000000800000028000000000000000001000000000000000000000000000000000000940193cd0006"
    "de0000dc0000ce00000023d80000000000000000000000000000000000";
// One dimension, zstd, bits shuffled: no array.
constexpr std::string_view plain_frame =
    "9ea862326672616d6500d200000061cf000000000000014ba412005503d300000000000000d2d3000000000000009fd20000"
    "0002d2000000d2d2000000d2d10000d10001c2d8060000000000020500000000000000000093cd0007de0000dc0000050195"
    "02d2000000d20000009f00000000000000000205000000000000000000240000007700000028b52ffd20d27503002406aaaa"
    "cc5a6c936c63936c13936c93906c93701c8f83e3701c1c8fe3e0701c2ab55a59a9d5ca4aa556562ab54c26936d32996c93c9"
    "649b4c2670381c8ec3e1701c0e87e37038803fe00ffc017fe00ff8037fc000c0ff0f00fe7f00f0ff0380ff0050030410009c"
    "a2c1312e0c2c05010708080000000800000028000000000000000001000000000000000000000000000000000000940193cd"
    "0006de0000dc0000ce00000023d80000000000000000000000000000000000";

Bytes from_hex(std::string_view text) {
  const auto digit = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); };
  Bytes bytes;
  for (std::size_t i = 0; i < text.size(); i += 2)
    bytes.push_back(static_cast<std::byte>(digit(text[i]) << 4U | digit(text[i + 1])));
  return bytes;
}

Bytes expected_elements() {
  Bytes bytes;
  for (unsigned i = 0; i < 105; ++i) {
    bytes.push_back(static_cast<std::byte>(37 * i % 1000));
    bytes.push_back(static_cast<std::byte>(37 * i % 1000 >> 8));
  }
  return bytes;
}

TEST(Blosc2Frame, ReadsTheHeader) {
  Blosc2Frame frame;
  const auto status = decode_blosc2_frame(from_hex(padded_array), frame);
  ASSERT_TRUE(status) << status.reason;
  EXPECT_EQ(frame.size, 288U);
  EXPECT_EQ(frame.array_size, 210U);
  EXPECT_EQ(frame.element_size, 2U);
  ASSERT_TRUE(frame.array);
  EXPECT_EQ(frame.array->shape, (std::vector<std::uint64_t>{5, 7, 3}));
  EXPECT_EQ(frame.array->block, (std::vector<std::uint64_t>{2, 4, 3}));
  ASSERT_TRUE(decode_blosc2_frame(from_hex(plain_frame), frame));
  EXPECT_FALSE(frame.array);
  EXPECT_EQ(frame.array_size, 210U);
}

TEST(Blosc2Frame, OrdersBlocksOfEveryShape) {
  for (const std::vector<std::uint64_t>& block :
       {std::vector<std::uint64_t>{1, 1, 1}, {2, 4, 3}, {5, 7, 3}, {3, 2, 2}}) {
    Blosc2Frame frame;
    frame.element_size = 2;
    frame.array = Blosc2Array{{5, 7, 3}, block};
    std::vector<std::uint64_t> grid;
    for (std::size_t i = 0; i < 3; ++i) grid.push_back((frame.array->shape[i] + block[i] - 1) / block[i]);
    const auto element_count = grid[0] * grid[1] * grid[2] * block[0] * block[1] * block[2];
    Bytes blocks(2 * element_count, std::byte{0xEE}), out(210), expected(210);
    for (std::uint64_t i = 0; i < 5; ++i)
      for (std::uint64_t j = 0; j < 7; ++j)
        for (std::uint64_t k = 0; k < 3; ++k) {
          const auto which = (i / block[0] * grid[1] + j / block[1]) * grid[2] + k / block[2];
          const auto inside = (i % block[0] * block[1] + j % block[1]) * block[2] + k % block[2];
          const auto from = which * block[0] * block[1] * block[2] + inside, to = (i * 7 + j) * 3 + k;
          store_little(static_cast<std::uint16_t>(to), MutableBytes(blocks).subspan(2 * from));
          store_little(static_cast<std::uint16_t>(to), MutableBytes(expected).subspan(2 * to));
        }
    order_blosc2_blocks(frame, blocks, out);
    EXPECT_EQ(out, expected);
  }
}

TEST(Blosc2Frame, SurvivesBrokenHeaders) {
  const Bytes stored = from_hex(padded_array);
  Blosc2Frame frame;
  for (std::size_t size = 0; size < stored.size(); ++size) {
    const Bytes part(stored.begin(), stored.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(decode_blosc2_frame(part, frame)) << size;
  }
  Bytes flipped = stored;
  for (std::size_t bit = 0; bit < 8 * 190; ++bit) {
    flipped[bit / 8] ^= std::byte{1} << bit % 8;
    if (decode_blosc2_frame(flipped, frame) && frame.array) {
      EXPECT_LE(frame.array_size, frame.size);
    }
    flipped[bit / 8] = stored[bit / 8];
  }
}

TEST(Blosc2, SaysWhatIsMissing) {
  const auto filter = make_blosc2();
  EXPECT_EQ(filter->can_encode(), Blosc2Library::get().encodes());
  Bytes out;
  const auto status = filter->decode(Values{}, from_hex(plain_frame), 210, 210, out);
  if (Blosc2Library::get().missing.empty()) {
    EXPECT_TRUE(status) << status.reason;
  } else {
    EXPECT_EQ(status.code, FilterStatus::Code::unavailable);
    EXPECT_FALSE(status.reason.empty());
  }
}

TEST(Blosc2, DecodesChunksOfOthers) {
  if (!Blosc2Library::get().missing.empty()) GTEST_SKIP() << Blosc2Library::get().missing;
  const auto filter = make_blosc2();
  for (const auto text : {padded_array, plain_frame}) {
    const Bytes stored = from_hex(text);
    Bytes out, into(210);
    auto status = filter->decode(Values{}, stored, 210, 210, out);
    ASSERT_TRUE(status) << status.reason;
    EXPECT_EQ(out, expected_elements());
    status = filter->decode_into(Values{}, stored, into);
    ASSERT_TRUE(status) << status.reason;
    EXPECT_EQ(into, expected_elements());
    EXPECT_EQ(filter->decode(Values{}, stored, 210, 209, out).code, FilterStatus::Code::no_room);
    expect_truncations_refused(*filter, {}, stored, expected_elements());
    expect_flips_survived(*filter, {}, stored, 210);
  }
}

TEST(Blosc2, RoundTripsWithEveryCodecAndShuffle) {
  if (!Blosc2Library::get().encodes()) GTEST_SKIP() << Blosc2Library::get().missing;
  const auto filter = make_blosc2();
  Bytes data(80000);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::byte>(i % 8 == 0 ? i / 800 : 0);
  for (const std::uint32_t codec : {0U, 1U, 2U, 4U, 5U})
    for (const std::uint32_t shuffle : {0U, 1U, 2U}) {
      const Values values = {1, 0, 8, 80000, 5, shuffle, codec};
      Bytes stored, again, out;
      const auto status = filter->encode(values, data, data.size(), stored);
      ASSERT_TRUE(status) << status.reason;
      EXPECT_LT(stored.size(), data.size() / 4);
      EXPECT_TRUE(filter->decode(values, stored, data.size(), data.size(), out));
      EXPECT_EQ(out, data) << "codec " << codec << ", shuffle " << shuffle;
      EXPECT_TRUE(filter->encode(values, data, stored.size(), again)) << "in just enough room";
      EXPECT_EQ(again, stored) << "the same call gives the same bytes";
      EXPECT_EQ(filter->encode(values, data, stored.size() - 1, again).code, FilterStatus::Code::no_room);
      EXPECT_TRUE(again.empty());
    }
}

TEST(Blosc2, CompletesParametersAsHdf5pluginDoes) {
  if (!Blosc2Library::get().encodes()) GTEST_SKIP() << Blosc2Library::get().missing;
  const auto filter = make_blosc2();
  const Datatype type(4, IntegerType{ByteOrder::little, true, 0, 32, {}});
  const FillValue fill;
  const Shape row = {1024}, box = {4, 8, 8};
  Values values = {0, 0, 0, 0, 5, 1, 0};
  ASSERT_TRUE(filter->complete_parameters({type, row, fill}, values));
  EXPECT_EQ(values, (Values{1, 0, 4, 4096, 5, 1, 0}));
  values = {0, 0, 0, 0, 3, 2, 5};
  ASSERT_TRUE(filter->complete_parameters({type, box, fill}, values));
  EXPECT_EQ(values, (Values{1, 0, 4, 1024, 3, 2, 5, 3, 4, 8, 8}));
  for (const auto& bad : {Values{0, 0, 0, 0, 10, 1, 0}, Values{0, 0, 0, 0, 5, 3, 0}, Values{0, 0, 0, 0, 5, 1, 3}}) {
    values = bad;
    EXPECT_EQ(filter->complete_parameters({type, row, fill}, values).code, FilterStatus::Code::bad_parameters);
  }
}

}  // namespace
}  // namespace fiver::codecs
