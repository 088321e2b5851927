// szip, against chunks that the C library, version 1.10.8, wrote.
#include "codecs/builtin.hpp"
#include "codecs/codec_checks.hpp"

namespace fiver::codecs {
namespace {

template <class T, class Function>
Bytes elements(Function at) {
  std::vector<T> values(200);
  for (int i = 0; i < 200; ++i) values[static_cast<std::size_t>(i)] = at(i);
  return bytes_of_elements(values);
}
std::int16_t short_at(int i) {
  return static_cast<std::int16_t>(i * 3 + i % 7 - 100);
}
std::int32_t int_at(int i) {
  return 100000 + i * 3;
}
Bytes swapped(Bytes bytes) {
  for (std::size_t i = 0; i < bytes.size(); i += 2) std::swap(bytes[i], bytes[i + 1]);
  return bytes;
}

struct Known {
  std::string_view name;
  Values values;
  Bytes decoded;
  std::string_view stored;
};

// 4 x 50 elements, "narrow" 40 x 5: scanlines of 50 or 200 pixels, which do not fill up their blocks.
std::vector<Known> known_chunks() {
  return {
      {"sz_i16_nn",
       {169, 8, 16, 50},
       elements<std::int16_t>(short_at),
       "900100003ff9c249250004c9249480021924949001032494920081a0003ffffc01002001402002002002116aa81400008041"
       "fcc00cc924a40043249292002064929240100c929248080192924904003292492200020807f300ca249490040c9252480201"
       "92524901003252492080065249244000d2492540012087f003016124a490100c929248080192924904003292492200069249"
       "2a000992492900042087f000"},
      {"sz_i16be_ec",
       {149, 16, 16, 50},
       swapped(elements<std::int16_t>(short_at)),
       "90010000fff9cffa0ffa4ffa8ffacffb0ffb4ffb1ffb5ffb9ffbdffc1ffc5ffc9ffc6ffcafffceffd2ffd6ffdaffdeffdbff"
       "dfffe3ffe7ffebffeffff3fff0fff4fff8fffc5fd5549241216745676b89ab8c002003fffd80000003faaaaaae7bf7f86388"
       "418828c38cbb0baaaaa49249969b71bb2dbaf821831cb3d38555555552e6cc1c409142c60b58b572f60c550008007fff2600"
       "000000000000855555555953a956b55eddfc79f5efd9c3a788492492492493f0004021448d2254c963479126550492492492"
       "492b95af66dddbf87022489942a58aac00400ffff9e8000000000000000012aaaaaaaac2cad2dad4dce4ecf4fd04ff070f17"
       "1f2aaaaaaab272f29313941495159535b636b737b832aaaaaaab7d858d959da5ada7afb7bfc7cfd7d1d8e0203fffe1a00000"
       "000000000000000000"},
      {"sz_i32",
       {169, 8, 32, 50},
       elements<std::int32_t>(int_at),
       "20030000740aaad554d5556aaa9aaaad55535555aaaaa0003ffcd99999a7fedb6db10207f66caaad554d5556aaa9aaaad555"
       "35555aaaa6aaab5554d5556aaa88103fbcc5556aaa6aaab555570001fb36ab3334ffdb6db69ffb6db6d3ff6db6d88103fb62"
       "5556aaa6aaab5554d5556aaa9aaaad55535555aaaa6aaab55544081fc2184478210e10874638084404004200210010800840"
       "0020001000080004"},
      {"sz_f64",
       {169, 10, 64, 50},
       elements<double>([](int i) { return i * 0.5; }),
       "4006000000008000400020001000080004000200010000800040002000100008000400020001000080004000200010003c00"
       "000203fe03fe03fe03ffc07fc07fc07fc07fc070080ff80ff80ff80ff80fff01ff01fe810101fe81e0203fd020203fd02020"
       "3ffa040407fa040407fa078080ff408080ff408080e00810101fe810101fe81e0203fd020203fd020203ffa040407fa04040"
       "7f907404040404040ff204040e80808081fe4080808081f0103fc81010101010103ff902020202020207f907404040404040"
       "ff204040e80808081fe4080808081d0103fc810101010101030000b01f8010f9108411aaabc000a9fff55554493333266666"
       "4e666662223118c623188c63149c62318c46311e31c71528f11e23c638e31ec000007ff0800010400820041002"},
      {"sz_20",
       {169, 8, 20, 50},
       elements<std::int32_t>(int_at),
       "2003000018c3502aab5550d5556aaa86aaab555435555aaaa1aaaad5550d5556aaa82040fe3187365556aaa1aaaad5550d55"
       "56aaa86aaab555435555aaaa1aaaad55504081fc630f98aaad55435555aaaa1aaaad5550d5556aaa86aaab555435555aaaa0"
       "8103f8c62189555aaa86aaab555435555aaaa1aaaad5550d5556aaa86aaab555410207f0"},
      {"sz_narrow",
       {169, 8, 16, 200},
       elements<std::int16_t>(short_at),
       "900100003ff9c249250004c9249480021924949001032494920081a0003ffffc01002001402002002002116aa81400023555"
       "1400004aaae800015155680001422ab5000140455aa0014008ad5401400116aa814000235551400004aaae80001515568000"
       "1422ab5000140455aa0014008ad5401400116aa814000235551400004aaae800015155680001422ab5000140455aa0014000"},
      {"sz_u8",
       {169, 8, 8, 50},
       elements<std::uint8_t>([](int i) { return static_cast<std::uint8_t>(i / 3); }),
       "c80000001009899ce4e73939ccce72739c4791039c9ce7273999ce4e73939cc41e48673939ccce72739c9ce667390932ce66"
       "73939ce4e73339c9ce711e"},
  };
}

TEST(Szip, DecodesWhatTheCLibraryWrote) {
  for (const auto& known : known_chunks()) {
    SCOPED_TRACE(known.name);
    expect_decodes(*make_szip(), known.values, from_hex(known.stored), known.decoded);
  }
}

TEST(Szip, RoundTripsEveryKindOfPixel) {
  const auto filter = make_szip();
  for (const auto options : std::initializer_list<std::uint32_t>{133U, 161U, 141U, 177U, 149U})
    for (const auto block : std::initializer_list<std::uint32_t>{2U, 8U, 10U, 32U})
      for (const auto scanline : std::initializer_list<std::uint32_t>{1U, 7U, 16U, 50U, 64U, 256U})
        for (const auto bits : std::initializer_list<std::uint32_t>{1U, 8U, 16U, 24U, 32U, 64U})
          for (const auto size : std::initializer_list<std::size_t>{0, 8, 24, 800, 4096}) {
            if (scanline > block * 128) continue;
            SCOPED_TRACE(testing::Message()
                         << options << " " << block << " " << scanline << " " << bits << " " << size);
            auto data = sample(size, size == 800 ? Texture::noise : Texture::words);
            // Bits above the pixel's are not kept.
            for (std::size_t i = 0; i < size; ++i) {
              if (bits == 1) data[i] &= std::byte{1};
              if (bits == 24 && i % 4 == ((options & 16U) != 0 ? 0 : 3)) data[i] = std::byte{0};
            }
            expect_round_trip(*filter, {options, block, bits, scanline}, data);
          }
}

TEST(Szip, SurvivesDamage) {
  for (const auto& known : known_chunks())
    expect_survives_damage(*make_szip(), known.values, from_hex(known.stored), known.decoded.size(), false);
}

TEST(Szip, RefusesImpossibleParameters) {
  const auto known = known_chunks().front();
  const auto stored = from_hex(known.stored);
  Bytes out;
  for (const Values& values :
       {Values{}, Values{169, 8, 16}, Values{169, 0, 16, 50}, Values{169, 7, 16, 50}, Values{169, 34, 16, 50},
        Values{169, 8, 0, 50}, Values{169, 8, 25, 50}, Values{169, 8, 65, 50}, Values{169, 8, 16, 0},
        Values{169, 8, 16, 1025}, Values{169, 8, 16, 0xFFFFFFFFU}})
    EXPECT_EQ(make_szip()->decode(values, stored, 400, 400, out).code, FilterStatus::Code::bad_parameters);
  EXPECT_EQ(make_szip()->decode(Values{169, 8, 16, 50}, from_hex("ffffff7f00"), 400, std::size_t{1} << 40U, out).code,
            FilterStatus::Code::bad_data);
}

Values completed(const Datatype& type, const Shape& chunk, Values values) {
  const FillValue fill;
  const auto status = make_szip()->complete_parameters({type, chunk, fill}, values);
  return status ? values : Values{};
}

TEST(Szip, CompletesItsParametersAsTheCLibraryDoes) {
  const auto number = [](std::uint32_t size, ByteOrder order, std::uint16_t precision) {
    return Datatype(size, IntegerType{order, true, 0, precision, {}});
  };
  EXPECT_EQ(completed(number(2, ByteOrder::little, 16), {4, 50}, {32, 8}), (Values{169, 8, 16, 50}));
  EXPECT_EQ(completed(number(2, ByteOrder::big, 16), {4, 50}, {4, 16}), (Values{149, 16, 16, 50}));
  EXPECT_EQ(completed(number(4, ByteOrder::little, 20), {4, 50}, {32, 8}), (Values{169, 8, 20, 50}));
  EXPECT_EQ(completed(number(4, ByteOrder::little, 27), {4, 50}, {32, 8}), (Values{169, 8, 32, 50}));
  EXPECT_EQ(completed(number(2, ByteOrder::little, 16), {40, 5}, {32, 8}), (Values{169, 8, 16, 200}));
  EXPECT_EQ(completed(number(2, ByteOrder::little, 16), {2, 5000}, {32, 8}), (Values{169, 8, 16, 1024}));
  EXPECT_EQ(completed(number(2, ByteOrder::little, 16), {2, 3}, {32, 8}), Values{});
}

}  // namespace
}  // namespace fiver::codecs
