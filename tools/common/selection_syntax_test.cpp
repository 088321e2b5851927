#include "common/selection_syntax.hpp"

#include <gtest/gtest.h>

#include "common/usage_error.hpp"
#include "fiver/values/error.hpp"

namespace fiver::tools {
namespace {

std::vector<AxisRange> select(std::string_view text, const Shape& shape) {
  return resolve_selection(parse_selection(text), shape);
}

using Ranges = std::vector<AxisRange>;

TEST(SelectionSyntax, MeansWhatNumPyMeans) {
  EXPECT_EQ(select("10:20,:,5", {100, 30, 8}), (Ranges{{10, 10, 1, false}, {0, 30, 1, false}, {5, 1, 1, true}}));
  EXPECT_EQ(select("-1", {100, 30}), (Ranges{{99, 1, 1, true}, {0, 30, 1, false}}));
  EXPECT_EQ(select("-20:-10", {100}), (Ranges{{80, 10, 1, false}}));
  EXPECT_EQ(select("::3", {10}), (Ranges{{0, 4, 3, false}}));
  EXPECT_EQ(select("1:8:7", {10}), (Ranges{{1, 1, 7, false}}));
  EXPECT_EQ(select("...,2", {4, 5, 6}), (Ranges{{0, 4, 1, false}, {0, 5, 1, false}, {2, 1, 1, true}}));
  EXPECT_EQ(select("2,...", {4, 5}), (Ranges{{2, 1, 1, true}, {0, 5, 1, false}}));
  EXPECT_EQ(select(" 1 : 3 , 2 ", {4, 5}), (Ranges{{1, 2, 1, false}, {2, 1, 1, true}}));
  EXPECT_EQ(select("3,", {4}), (Ranges{{3, 1, 1, true}}));
}

TEST(SelectionSyntax, SlicesStopAtTheEndsAndIndicesDoNot) {
  EXPECT_EQ(select("90:200", {100}), (Ranges{{90, 10, 1, false}}));
  EXPECT_EQ(select("-500:2", {100}), (Ranges{{0, 2, 1, false}}));
  EXPECT_EQ(select("7:3", {100})[0].count, 0U);
  EXPECT_EQ(select(":", {0})[0].count, 0U);
  EXPECT_THROW(select("100", {100}), Error);
  EXPECT_THROW(select("-101", {100}), Error);
  EXPECT_THROW(select("0", {0}), Error);
  EXPECT_THROW(select("-9223372036854775808", {100}), Error);
}

TEST(SelectionSyntax, ScalarsTakeEmptySelections) {
  EXPECT_TRUE(select("()", {}).empty());
  EXPECT_TRUE(select("", {}).empty());
  EXPECT_TRUE(select("...", {}).empty());
  EXPECT_THROW(select("0", {}), Error);
  EXPECT_THROW(select("1,2", {5}), Error);
}

TEST(SelectionSyntax, RefusesWhatItCanNotMean) {
  for (const char* text : {"a", "1,,2", ",", "1 2", "::-1", "::0", "1:2:3:4", "...,...", "99999999999999999999", "1;2",
                           "[1]", "--1", "+1"}) {
    EXPECT_THROW(parse_selection(text), UsageError) << text;
  }
}

TEST(SelectionSyntax, ResultShapesDropIndices) {
  const auto ranges = select("3,1:3,::2", {5, 6, 7});
  EXPECT_EQ(result_shape(ranges), (Shape{2, 4}));
  EXPECT_EQ(element_count(ranges), 8U);
}

TEST(SelectionSyntax, TakesNamesApartAtTheLastBracket) {
  EXPECT_EQ(split_selection("a/b[1:2]").name, "a/b");
  EXPECT_EQ(split_selection("a/b[1:2]").selection, "1:2");
  EXPECT_EQ(split_selection("Edges [u8][0]").name, "Edges [u8]");
  EXPECT_FALSE(split_selection("a/b").selection.has_value());
  EXPECT_FALSE(split_selection("a[0]/b").selection.has_value());
}

}  // namespace
}  // namespace fiver::tools
