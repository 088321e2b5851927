#include "codecs/builtin.hpp"
#include "codecs/codec_checks.hpp"
#include "codecs/known_chunks.hpp"

namespace fiver::codecs {
namespace {

TEST(Nbit, DecodesAndWritesWhatTheCLibraryWrote) {
  for (const auto& known : known_nbit()) {
    SCOPED_TRACE(known.name);
    const auto stored = from_hex(known.stored), decoded = from_hex(known.decoded);
    expect_decodes(*make_nbit(), known.values, stored, decoded);
    Bytes ours;
    ASSERT_TRUE(make_nbit()->encode(known.values, decoded, 1000, ours));
    // The C library may add a byte.
    ASSERT_TRUE(ours.size() == stored.size() || ours.size() + 1 == stored.size());
    EXPECT_TRUE(std::equal(ours.begin(), ours.end(), stored.begin()));
  }
}

TEST(Nbit, SurvivesDamage) {
  for (const auto& known : known_nbit())
    expect_survives_damage(*make_nbit(), known.values, from_hex(known.stored), known.decoded.size() / 2, false);
  // One element of 13 bits in two bytes: nothing to spare.
  Bytes stored;
  const Values values{8, 0, 1, 1, 2, 0, 13, 2};
  ASSERT_TRUE(make_nbit()->encode(values, from_hex("fc7f"), 100, stored));
  EXPECT_EQ(stored, from_hex("fff8"));
  expect_survives_damage(*make_nbit(), values, stored, 2, true);
}

TEST(Nbit, RoundTripsNumbersOfEveryPlace) {
  for (const auto size : std::initializer_list<std::uint32_t>{1, 2, 3, 8, 10, 16})
    for (const std::uint32_t order : {0U, 1U})
      for (std::uint32_t offset = 0; offset < 8 * size; offset += 3)
        for (std::uint32_t precision = 1; precision <= 8 * size - offset; precision += 5) {
          auto data = sample(7 * size, Texture::noise);
          for (std::size_t i = 0; i < data.size(); ++i) {  // only the bits of the number are kept
            const auto byte = order == 0 ? i % size : size - 1 - i % size;
            for (std::size_t bit = 0; bit < 8; ++bit)
              if (8 * byte + bit < offset || 8 * byte + bit >= offset + precision)
                data[i] &= ~static_cast<std::byte>(1U << bit);
          }
          SCOPED_TRACE(testing::Message() << size << " " << order << " " << precision << " " << offset);
          const auto stored = expect_round_trip(*make_nbit(), {8, 0, 7, 1, size, order, precision, offset}, data);
          EXPECT_EQ(stored.size(), (7 * precision + 7) / 8);
        }
}

TEST(Nbit, RefusesTreesThatDoNotHold) {
  Bytes out;
  const auto stored = sample(400, Texture::noise);
  const auto refuses = [&](const Values& values) {
    const auto status = make_nbit()->decode(values, stored, 40, 4000, out);
    EXPECT_EQ(status.code, FilterStatus::Code::bad_parameters) << testing::PrintToString(values) << status.reason;
    EXPECT_TRUE(out.empty());
  };
  refuses({});
  refuses({3, 0, 10});
  refuses({8, 0, 10, 1, 4, 0, 11});     // cut off
  refuses({8, 0, 10, 1, 4, 2, 11, 3});  // byte order
  refuses({8, 0, 10, 1, 4, 0, 0, 3});   // no bits
  refuses({8, 0, 10, 1, 4, 0, 30, 3});  // past the end
  refuses({8, 0, 10, 1, 4, 0, 3, 4294967295U});
  refuses({8, 0, 10, 1, 0, 0, 1, 0});  // no bytes
  refuses({5, 0, 10, 5, 4});           // kind
  refuses({7, 0, 10, 2, 7, 4, 2});     // array of parts of elements
  refuses({6, 0, 10, 3, 8, 0});        // compound without members
  refuses({6, 0, 10, 3, 8, 4294967295U});
  refuses({9, 0, 10, 3, 8, 1, 6, 4, 3});  // member past the end
  Values deep{0, 0, 1};
  for (int i = 0; i < 100000; ++i) deep.insert(deep.end(), {2, 8});
  deep.insert(deep.end(), {4, 8});
  refuses(deep);
}

TEST(Nbit, LargeClaimsFromFewBytesFailCheaply) {
  Bytes out;
  const auto room = std::size_t{1} << 60U;
  EXPECT_EQ(make_nbit()->decode(Values{5, 0, 1000000000U, 4, 100000000U}, sample(9, Texture::noise), 9, room, out).code,
            FilterStatus::Code::bad_data);
  EXPECT_LT(out.capacity(), 1000U);
}

TEST(Nbit, CompletesItsParametersAsTheCLibraryDoes) {
  const Datatype packed(4, IntegerType{ByteOrder::big, true, 7, 19, {}});
  const Datatype twelve(2, IntegerType{ByteOrder::little, false, 0, 12, {}});
  const Datatype three(6, ArrayType{twelve, {3}});
  const Datatype record(
      24, CompoundType{{{"a", 1, twelve}, {"b", 4, packed}, {"c", 9, three}, {"s", 17, Datatype(3, StringType{})}}});
  const FillValue fill;
  const Shape chunk{10};
  const auto completed = [&](const Datatype& type) {
    Values values;
    EXPECT_TRUE(make_nbit()->complete_parameters({type, chunk, fill}, values));
    return values;
  };
  EXPECT_EQ(completed(record), known_nbit()[2].values);
  EXPECT_EQ(completed(packed), known_nbit()[1].values);
  EXPECT_EQ(completed(Datatype(4, IntegerType{ByteOrder::little, true, 0, 32, {}})), known_nbit()[3].values);
}

}  // namespace
}  // namespace fiver::codecs
