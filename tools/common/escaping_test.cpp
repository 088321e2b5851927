#include "common/escaping.hpp"

#include <gtest/gtest.h>

namespace fiver::tools {
namespace {

TEST(Escaping, NothingReachesATerminalThatMovesReversesOrHides) {
  EXPECT_EQ(escape_for_terminal("\x1b[31mred\x07"), "\\x1b[31mred\\x07");
  EXPECT_EQ(escape_for_terminal("a\r\nb\tc"), "a\\x0d\\nb\\tc");
  EXPECT_EQ(escape_for_terminal("txt\u202Eexe"), "txt\\u{202e}exe");
  EXPECT_EQ(escape_for_terminal("a\u200Bb\uFEFF\u2066"), "a\\u{200b}b\\u{feff}\\u{2066}");
  EXPECT_EQ(escape_for_terminal("\u009B31m"), "\\u{9b}31m");  // a control sequence of one character
  EXPECT_EQ(escape_for_terminal("\xE9 \x9B"), "\\xe9 \\x9b");
  EXPECT_EQ(escape_for_terminal("\U000E0041"), "\\u{e0041}");
}

TEST(Escaping, LeavesTextAlone) {
  EXPECT_EQ(escape_for_terminal("plain é 水 \U0001F4A7"), "plain é 水 \U0001F4A7");
  EXPECT_EQ(escape_for_terminal("two\nlines\t.", LineBreaks::kept), "two\nlines\t.");
}

TEST(Escaping, AsH5lsWritesNames) {
  EXPECT_EQ(escape_as_h5ls("na\tme\n x\\y\"z\x7f\x01"), "na\\tme\\n\\ x\\\\y\\\"z\\177\\001");
  EXPECT_EQ(escape_as_h5ls("é\xE9"), "\\303\\251\\351");
}

}  // namespace
}  // namespace fiver::tools
