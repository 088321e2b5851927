// The parameters of the named filters. Those of hdf5plugin 7.1.0 are listed as its `filter_options` gave them. h5py's own filters show only
// completed parameters in their property lists: what goes in is listed here, what comes out is compared in pipeline/encode_chain_test.cpp.
#include "fiver/filters.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "fiver/values/error.hpp"

namespace fiver {
namespace {

using Values = std::vector<std::uint32_t>;

FilterSpec optional(std::uint16_t id, Values values) {
  return {id, 1, {}, std::move(values)};
}

TEST(Filters, HaveTheParametersThatH5pyGives) {
  EXPECT_EQ(filters::deflate(), optional(1, {4}));
  EXPECT_EQ(filters::deflate(9), optional(1, {9}));
  EXPECT_EQ(filters::shuffle(), optional(2, {}));
  EXPECT_EQ(filters::fletcher32(), (FilterSpec{3, 0, {}, {}}));
  EXPECT_EQ(filters::szip(), optional(4, {32, 8}));
  EXPECT_EQ(filters::szip(filters::SzipCoding::entropy, 16), optional(4, {4, 16}));
  EXPECT_EQ(filters::nbit(), optional(5, {}));
  EXPECT_EQ(filters::scale_offset_integer(), optional(6, {2, 0}));
  EXPECT_EQ(filters::scale_offset_integer(5), optional(6, {2, 5}));
  EXPECT_EQ(filters::scale_offset_decimal(3), optional(6, {0, 3}));
  EXPECT_EQ(filters::scale_offset_decimal(-2), optional(6, {0, 4294967294}));
  EXPECT_EQ(filters::lzf(), optional(32000, {}));
}

TEST(Filters, HaveTheParametersThatHdf5pluginGives) {
  EXPECT_EQ(filters::bitshuffle(), optional(32008, {0, 0}));
  EXPECT_EQ(filters::bitshuffle_lz4(), optional(32008, {0, 2}));
  EXPECT_EQ(filters::bitshuffle_lz4(1024), optional(32008, {1024, 2}));
  EXPECT_EQ(filters::bitshuffle_zstd(), optional(32008, {0, 3, 3}));
  EXPECT_EQ(filters::bitshuffle_zstd(9, 64), optional(32008, {64, 3, 9}));
  EXPECT_EQ(filters::blosc(), optional(32001, {0, 0, 0, 0, 5, 1, 1}));
  EXPECT_EQ(filters::blosc("zstd", 9, filters::BloscShuffle::bits), optional(32001, {0, 0, 0, 0, 9, 2, 5}));
  EXPECT_EQ(filters::blosc2(), optional(32026, {0, 0, 0, 0, 5, 1, 0}));
  EXPECT_EQ(filters::blosc2("zstd", 3, filters::BloscShuffle::bits), optional(32026, {0, 0, 0, 0, 3, 2, 5}));
  EXPECT_EQ(filters::bzip2(), optional(307, {9}));
  EXPECT_EQ(filters::fcidecomp(), optional(32018, {}));
  EXPECT_EQ(filters::lz4(), optional(32004, {0}));
  EXPECT_EQ(filters::lz4(2048), optional(32004, {2048}));
  EXPECT_EQ(filters::zstd(), optional(32015, {3}));
  EXPECT_EQ(filters::zstd(-10), optional(32015, {4294967286}));
  EXPECT_EQ(filters::zfp(), optional(32013, {}));
  EXPECT_EQ(filters::zfp_rate(10.5), optional(32013, {1, 0, 0, 1076166656, 0, 0}));
  EXPECT_EQ(filters::zfp_precision(10), optional(32013, {2, 0, 10, 0, 0, 0}));
  EXPECT_EQ(filters::zfp_accuracy(0.25), optional(32013, {3, 0, 0, 1070596096, 0, 0}));
  EXPECT_EQ(filters::zfp_reversible(), optional(32013, {5, 0, 0, 0, 0, 0}));
  EXPECT_EQ(filters::zfp_expert(1, 100, 20, -30), optional(32013, {4, 0, 1, 100, 20, 4294967266}));
}

TEST(Filters, HaveTheParametersOfTheirOwnersDocumentation) {
  EXPECT_EQ(filters::jpegls(), optional(32012, {}));
  EXPECT_EQ(filters::vbz(), optional(32020, {1, 2, 1, 1}));
  EXPECT_EQ(filters::vbz(4, false, 5, 0), optional(32020, {0, 4, 0, 5}));
}

template <class Call>
std::string refusal(Call call) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
    return error.reason();
  }
  return "not refused";
}

TEST(Filters, RefuseWhatIsOutOfRange) {
  EXPECT_EQ(refusal([] { filters::deflate(10); }), "deflate: level 10 is not from 0 to 9");
  EXPECT_EQ(refusal([] { filters::deflate(-1); }), "deflate: level -1 is not from 0 to 9");
  EXPECT_EQ(refusal([] { filters::szip(filters::SzipCoding::entropy, 34); }),
            "szip: pixels of a block 34 is not from 2 to 32");
  EXPECT_EQ(refusal([] { filters::szip(filters::SzipCoding::entropy, 7); }), "szip: 7 pixels of a block are not even");
  EXPECT_EQ(refusal([] { filters::scale_offset_integer(65); }), "scale-offset: bits 65 is not from 0 to 64");
  EXPECT_EQ(refusal([] { filters::zstd(23); }), "zstd: level 23 is not from -131072 to 22");
  EXPECT_EQ(refusal([] { filters::bzip2(0); }), "bzip2: block 0 is not from 1 to 9");
  EXPECT_EQ(refusal([] { filters::lz4(0x80000000U); }), "lz4: bytes of a block 2147483648 is not from 0 to 2113929216");
  EXPECT_EQ(refusal([] { filters::bitshuffle_lz4(12); }), "bitshuffle: a block of 12 elements is no multiple of 8");
  EXPECT_EQ(refusal([] { filters::blosc("lzma"); }), "blosc: there is no codec \"lzma\"");
  EXPECT_EQ(refusal([] { filters::blosc2("snappy"); }), "blosc2: there is no codec \"snappy\"");
  EXPECT_EQ(refusal([] { filters::zfp_rate(0); }), "zfp: a rate of 0 bits is not above 0");
  EXPECT_EQ(refusal([] { filters::zfp_accuracy(-1); }), "zfp: a tolerance of -1 is not 0 or above");
  EXPECT_EQ(refusal([] { filters::vbz(3); }), "vbz: there are no integers of 3 bytes");
}

TEST(FilterText, IsNamesWithArguments) {
  EXPECT_TRUE(parse_filters("").empty());
  EXPECT_TRUE(parse_filters("  ").empty());
  EXPECT_EQ(parse_filters("shuffle,gzip=6"), (FilterPipeline{filters::shuffle(), filters::deflate(6)}));
  EXPECT_EQ(parse_filters(" shuffle , gzip = 6 , fletcher32 "),
            (FilterPipeline{filters::shuffle(), filters::deflate(6), filters::fletcher32()}));
  EXPECT_EQ(parse_filters("bitshuffle-lz4"), FilterPipeline{filters::bitshuffle_lz4()});
  EXPECT_EQ(parse_filters("bitshuffle-zstd=5:64"), FilterPipeline{filters::bitshuffle_zstd(5, 64)});
  EXPECT_EQ(parse_filters("zstd=-5"), FilterPipeline{filters::zstd(-5)});
  EXPECT_EQ(parse_filters("blosc=zstd:9:bits"), FilterPipeline{filters::blosc("zstd", 9, filters::BloscShuffle::bits)});
  EXPECT_EQ(parse_filters("blosc=zstd,9"), FilterPipeline{filters::blosc("zstd", 9)});
  EXPECT_EQ(parse_filters("szip=ec:16"), FilterPipeline{filters::szip(filters::SzipCoding::entropy, 16)});
  EXPECT_EQ(parse_filters("zfp-rate=10.5"), FilterPipeline{filters::zfp_rate(10.5)});
  EXPECT_EQ(parse_filters("zfp-expert=1:100:20:-30"), FilterPipeline{filters::zfp_expert(1, 100, 20, -30)});
  EXPECT_EQ(parse_filters("vbz=4:0"), FilterPipeline{filters::vbz(4, false)});
}

TEST(FilterText, TakesNumbersWithRawParameters) {
  EXPECT_EQ(parse_filters("32008=0,2"), FilterPipeline{filters::bitshuffle_lz4()});
  EXPECT_EQ(parse_filters("32008=0:2"), FilterPipeline{filters::bitshuffle_lz4()});
  EXPECT_EQ(parse_filters("32008=0,2,shuffle"), (FilterPipeline{filters::bitshuffle_lz4(), filters::shuffle()}));
  EXPECT_EQ(parse_filters("shuffle,32000"), (FilterPipeline{filters::shuffle(), filters::lzf()}));
  EXPECT_EQ(parse_filters("gzip=6,3="), (FilterPipeline{filters::deflate(6), filters::fletcher32()}));
  EXPECT_EQ(parse_filters("32015=-1"), FilterPipeline{filters::zstd(-1)});
  EXPECT_EQ(parse_filters("500=4294967295"), FilterPipeline{optional(500, {4294967295})});
}

TEST(FilterText, NamesThePartThatIsWrong) {
  const auto wrong = [](std::string_view text) { return refusal([text] { parse_filters(text); }); };
  EXPECT_EQ(wrong("shuffle,gizp=6"), "filters: \"gizp=6\": no filter has that name");
  EXPECT_EQ(wrong("gzip=six"), "filters: \"gzip=six\": \"six\" is no number for its level");
  EXPECT_EQ(wrong("gzip=99"), "filters: \"gzip=99\": deflate: level 99 is not from 0 to 9");
  EXPECT_EQ(wrong("gzip=6,7"), "filters: \"gzip=6,7\": does not take \"7\"");
  EXPECT_EQ(wrong("shuffle=4"), "filters: \"shuffle=4\": does not take \"4\"");
  EXPECT_EQ(wrong("shuffle,,gzip"), "filters: \"shuffle,,gzip\" has an empty part");
  EXPECT_EQ(wrong("zfp-rate"), "filters: \"zfp-rate\": needs its bits, as in zfp-rate=3");
  EXPECT_EQ(wrong("blosc=lz4:5:both"), "filters: \"blosc=lz4:5:both\": \"both\" is not none, bytes or bits");
  EXPECT_EQ(wrong("70000"), "filters: \"70000\": filters have numbers from 1 to 65535");
  EXPECT_EQ(wrong("0=1"), "filters: \"0=1\": filters have numbers from 1 to 65535");
  EXPECT_EQ(wrong("32008=0,99999999999"),
            "filters: \"32008=0,99999999999\": \"99999999999\" is no parameter of 32 bits");
}

TEST(FilterText, HelpNamesWhatIsParsed) {
  for (const auto& entry : filter_help()) {
    if (entry.name == "NUMBER") continue;
    const bool needs = entry.arguments.starts_with('=');
    const auto text = std::string(entry.name) + (needs ? entry.name == "zfp-expert" ? "=1:9:3:-4" : "=3" : "");
    EXPECT_EQ(parse_filters(text).size(), 1U) << text;
    EXPECT_FALSE(entry.meaning.empty());
    if (!needs) continue;
    EXPECT_NE(refusal([&] { parse_filters(entry.name); }), "not refused") << entry.name;
  }
}

}  // namespace
}  // namespace fiver
