// How h5 behaves whatever the verb: exit statuses, messages, help, closed pipes, terminals.
#include <algorithm>
#include <fstream>
#include <iterator>

#include "cli/command.hpp"

namespace fiver::cli {
namespace {

const std::vector<std::string> verbs = {"info", "ls", "cat", "chunks", "explain", "check", "digest"};

bool one_line_of_trouble(const std::string& text) {
  return text.starts_with("h5: ") && std::count(text.begin(), text.end(), '\n') == 1 && text.ends_with('\n');
}

TEST(Manners, WrongUsageIsStatus2WithOneLine) {
  const std::vector<std::vector<std::string>> wrong = {
      {}, {"frobnicate", "x.h5"}, {"ls"}, {"ls", "--no-such-option", "x.h5"}, {"cat", "--csv", "--npy", "x.h5/a"}};
  for (const auto& arguments : wrong) {
    const Outcome outcome = h5(arguments);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_TRUE(one_line_of_trouble(outcome.error)) << outcome.error;
    EXPECT_EQ(outcome.out, "");
  }
}

TEST(Manners, EveryVerbHasHelpWithExamples) {
  EXPECT_EQ(h5({"--help"}).status, 0);
  for (const std::string& verb : verbs) {
    const Outcome outcome = h5({verb, "--help"});
    EXPECT_EQ(outcome.status, 0) << verb;
    EXPECT_NE(outcome.out.find("Examples:\n  "), std::string::npos) << verb;
    EXPECT_NE(outcome.out.find("--json"), std::string::npos) << verb;
    EXPECT_EQ(outcome.error, "") << verb;
  }
}

TEST(Manners, AMissingFileIsStatus1AndOneLineThatNamesIt) {
  for (const std::string& verb : verbs) {
    const Outcome outcome = h5({verb, "no/such/file.h5"});
    EXPECT_EQ(outcome.status, 1) << verb;
    EXPECT_TRUE(one_line_of_trouble(outcome.error)) << outcome.error;
    EXPECT_NE(outcome.error.find("no/such/file.h5"), std::string::npos) << outcome.error;
  }
}

TEST(Manners, WhatIsNotHdf5IsStatus1AndTheOthersHaveTheirTurn) {
  write_file_of_links("fine.h5", {{"a", "/b"}});
  std::ofstream("not_hdf5.h5") << "some text that is long enough to hold no signature anywhere";
  const Outcome outcome = h5({"ls", "not_hdf5.h5", "fine.h5"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(one_line_of_trouble(outcome.error)) << outcome.error;
  EXPECT_EQ(outcome.out, "a                        Soft Link {/b}\n");
}

TEST(Manners, AFileCutAnywhereEndsWithOneOrNoMessage) {
  write_file_of_links("whole.h5", {{"a", "/b"}, {"c", "/d"}});
  std::ifstream in("whole.h5", std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  for (std::size_t size = 0; size < bytes.size(); size += 7) {
    std::ofstream("cut.h5", std::ios::binary | std::ios::trunc) << bytes.substr(0, size);
    const Outcome outcome = h5({"digest", "cut.h5"});
    EXPECT_EQ(outcome.status, 1) << size << outcome.out;
    EXPECT_TRUE(one_line_of_trouble(outcome.error)) << size << ": " << outcome.error;
  }
}

TEST(Manners, AClosedPipeEndsQuietly) {
  write_file_of_links("closed.h5", {{"a", "/b"}});
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{"ls", "-r", "closed.h5"}, {"digest", "closed.h5"}, {"ls", "--help"}}) {
    const Outcome outcome = h5(arguments, Stdout::closed_pipe);
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.error, "");
  }
}

TEST(Manners, AFullDiskIsTrouble) {
  write_file_of_links("full.h5", {{"a", "/b"}});
  const Outcome outcome = h5({"ls", "full.h5"}, Stdout::full_disk);
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(one_line_of_trouble(outcome.error)) << outcome.error;
}

TEST(Manners, NamesAreEscapedOnATerminalAndRawInAPipe) {
  const std::string nasty = "a\x1b[2Jb\u202Ec";
  write_file_of_links("nasty.h5", {{nasty, nasty}});
  const Outcome piped = h5({"ls", "--tree", "nasty.h5"});
  EXPECT_NE(piped.out.find(nasty), std::string::npos) << piped.out;
  const Outcome shown = h5({"ls", "--tree", "nasty.h5"}, Stdout::terminal);
  EXPECT_EQ(shown.out.find("\x1b[2J"), std::string::npos);
  EXPECT_NE(shown.out.find("a\\x1b[2Jb\\u{202e}c"), std::string::npos) << shown.out;
  const Outcome plain = h5({"ls", "nasty.h5"}, Stdout::terminal);
  EXPECT_NE(plain.out.find("Soft Link {a\\x1b[2Jb\\u{202e}c}"), std::string::npos) << plain.out;
}

TEST(Manners, MessagesAreEscapedEvenInAPipe) {
  const Outcome outcome = h5({"ls", "no\nsuch\x1b.h5"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_TRUE(one_line_of_trouble(outcome.error)) << outcome.error;
  EXPECT_EQ(outcome.error.find('\x1b'), std::string::npos);
}

TEST(Manners, ColourOnlyOnATerminalThatWantsIt) {
  write_file_of_links("colour.h5", {{"a", "/b"}});
  const auto coloured = [](const Outcome& outcome) { return outcome.out.find("\x1b[") != std::string::npos; };
  EXPECT_FALSE(coloured(h5({"ls", "--tree", "colour.h5"})));
  EXPECT_TRUE(coloured(h5({"ls", "--tree", "colour.h5"}, Stdout::terminal)));
  EXPECT_FALSE(coloured(h5({"ls", "--tree", "colour.h5"}, Stdout::terminal, {"NO_COLOR=1"})));
}

TEST(Manners, AnObjectThatIsMissingIsNamed) {
  write_file_of_links("object.h5", {{"a", "/b"}});
  for (const std::string verb : {"cat", "info", "chunks", "explain"}) {
    const Outcome outcome = h5({verb, "object.h5/x/y"});
    EXPECT_EQ(outcome.status, 1) << verb;
    EXPECT_TRUE(one_line_of_trouble(outcome.error)) << outcome.error;
    EXPECT_NE(outcome.error.find("object.h5"), std::string::npos) << outcome.error;
    EXPECT_NE(outcome.error.find('x'), std::string::npos) << outcome.error;
  }
}

}  // namespace
}  // namespace fiver::cli
