#include "format/filter_pipeline_message.hpp"

#include "format/message_testing.hpp"

namespace fiver::format {
namespace {

using namespace trials;

TEST(FilterPipelineMessage, RoundTripsInBothVersions) {
  const FilterPipeline named = {
      {2, 1, "shuffle", {4}}, {1, 1, "deflate", {6}}, {32008, 0, "eight888", {0, 4, 4, 0, 2}}};
  const FilterPipeline bare = {{1, 0, "", {9}}, {32015, 1, "Zstandard", {}}, {300, 0, "", {1, 2}}};
  for (const auto& pipeline : {named, bare, FilterPipeline{}, FilterPipeline(32, FilterSpec{3, 0, "", {}})})
    expect_round_trip(
        pipeline, {}, [](Encoder& out, const FilterPipeline& p) { encode_filter_pipeline(out, p, 1); },
        decode_filter_pipeline);
  expect_round_trip(
      bare, {}, [](Encoder& out, const FilterPipeline& p) { encode_filter_pipeline(out, p, 2); },
      decode_filter_pipeline);
}

TEST(FilterPipelineMessage, Version1ByHand) {
  const auto bytes = hex("01 01 000000000000  0100 0800 0100 0100 'deflate' 00 06000000 00000000");
  const FilterPipeline expected = {{1, 1, "deflate", {6}}};
  EXPECT_EQ(decode_filter_pipeline(bytes, {}), expected);
  EXPECT_EQ(encoded({}, [&](Encoder& out) { encode_filter_pipeline(out, expected, 1); }), bytes);
}

TEST(FilterPipelineMessage, Version2NamesOnlyRegisteredFilters) {
  const auto bytes = hex("02 02  0200 0100 0100 04000000  007D 0400 0000 0200 'lzf' 00 04000000 05010000");
  EXPECT_EQ(decode_filter_pipeline(bytes, {}), (FilterPipeline{{2, 1, "", {4}}, {32000, 0, "lzf", {4, 0x105}}}));
  const FilterPipeline named = {{2, 1, "shuffle", {4}}, {32000, 0, "lzf", {4, 0x105}}};
  EXPECT_EQ(encoded({}, [&](Encoder& out) { encode_filter_pipeline(out, named, 2); }), bytes);
}

TEST(FilterPipelineMessage, Refuses) {
  const auto kind = [](std::string_view text) { return error_of([&] { decode_filter_pipeline(hex(text), {}); }); };
  EXPECT_EQ(kind("02 21"), ErrorKind::corrupt) << "33 filters";
  EXPECT_EQ(kind("02 01 0200 0100 FFFF 04000000"), ErrorKind::corrupt) << "values beyond the message";
  EXPECT_EQ(kind("01 01 000000000000  0100 0300 0100 0000 'lz' 00"), ErrorKind::corrupt) << "a name without padding";
  EXPECT_EQ(kind("03 00"), ErrorKind::unsupported) << "the unpublished version";
  EXPECT_EQ(error_of([] { encoded({}, [](Encoder& out) { encode_filter_pipeline(out, FilterPipeline(33), 2); }); }),
            ErrorKind::invalid_argument);
}

}  // namespace
}  // namespace fiver::format
