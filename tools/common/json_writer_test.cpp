#include "common/json_writer.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "common/utf8.hpp"

namespace fiver::tools {
namespace {

std::string as_json(std::string_view bytes) {
  JsonWriter json;
  json.string(bytes);
  return json.take();
}

TEST(JsonWriter, PutsCommasAndColonsWhereTheyBelong) {
  JsonWriter json;
  json.begin_object().key("a").begin_array().number(1).begin_object().end_object().null().end_array();
  json.key("b").numbers(std::vector<unsigned>{}).key("c").boolean(true).end_object();
  EXPECT_EQ(json.take(), R"({"a":[1,{},null],"b":[],"c":true})");
}

TEST(JsonWriter, IsAsciiWhateverTheBytes) {
  EXPECT_EQ(as_json("a\"\\\n\t\x01\x7f"), R"("a\"\\\n\t\u0001\u007f")");
  EXPECT_EQ(as_json("é"), R"("\u00e9")");
  EXPECT_EQ(as_json("\xF0\x9F\x92\xA7"), R"("\ud83d\udca7")");
}

TEST(JsonWriter, BytesThatAreNotUtf8BecomeLoneSurrogates) {
  EXPECT_EQ(as_json("a\xE9z"), R"("a\udce9z")");
  EXPECT_EQ(as_json("\xE2\x82"), R"("\udce2\udc82")");                      // cut short
  EXPECT_EQ(as_json("\xED\xA0\x80"), R"("\udced\udca0\udc80")");            // a surrogate in UTF-8
  EXPECT_EQ(as_json("\xC0\xAF"), R"("\udcc0\udcaf")");                      // overlong
  EXPECT_EQ(as_json("\xF4\x90\x80\x80"), R"("\udcf4\udc90\udc80\udc80")");  // above U+10FFFF
}

TEST(JsonWriter, RealsReadBackAsThemselves) {
  JsonWriter json;
  json.begin_array().real(0.1).real(1e300).real(std::nan("")).real(std::numeric_limits<double>::infinity()).end_array();
  EXPECT_EQ(json.take(), "[0.1,1e+300,null,null]");
}

TEST(JsonWriter, HandsFinishedLinesToItsSink) {
  std::string got;
  JsonWriter json([&](std::string_view text) { got += text; });
  json.begin_array();
  for (int i = 0; i < 100000; ++i) json.begin_array().number(i).end_array();
  json.end_array();
  json.end_line();
  EXPECT_TRUE(got.ends_with("[99999]]\n"));
  EXPECT_TRUE(got.starts_with("[[0],[1]"));
  EXPECT_TRUE(json.take().empty());
}

TEST(Utf8, TextsOfAnyBytesLeadBackToThem) {
  for (const std::string bytes : {"plain", "\xE9", "a\xE2\x82", "\xF0\x9F\x92\xA7\xFF", "é\xC3"})
    EXPECT_EQ(bytes_of(code_points(bytes)), bytes);
}

}  // namespace
}  // namespace fiver::tools
