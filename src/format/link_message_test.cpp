#include "format/link_message.hpp"

#include "format/message_testing.hpp"

namespace fiver::format {
namespace {

using namespace trials;

TEST(LinkMessage, RoundTripsInEveryWidth) {
  std::vector<Link> links;
  const std::vector<std::variant<HardLink, SoftLink, ExternalLink, UserLink>> targets = {
      HardLink{Address{0x1234}}, SoftLink{"/entry/data"}, ExternalLink{"data_000001.h5", "/entry/data/data"},
      UserLink{65, hex("00FF00")}, UserLink{255, {}}};
  for (const auto& target : targets) {
    links.push_back({"data", CharacterSet::ascii, std::nullopt, target});
    links.push_back({"größe", CharacterSet::utf8, 7, target});
    links.push_back({"x", CharacterSet::ascii, -1, target});
  }
  for (const auto widths : all_widths)
    for (const auto& link : links) expect_round_trip(link, widths, encode_link, decode_link);
  for (const std::size_t length : {255U, 256U, 65'535U, 65'536U}) {
    const Link link{std::string(length, 'n'), CharacterSet::ascii, {}, HardLink{Address{8}}};
    const auto bytes = encoded({}, [&](Encoder& out) { encode_link(out, link); });
    EXPECT_EQ(decode_link(bytes, {}), link);
    EXPECT_EQ(bytes.size(), 2 + (length < 256 ? 1U : length < 65'536 ? 2U : 4U) + length + 8);
  }
}

TEST(LinkMessage, ByHand) {
  const auto hard = hex("01 04 0300000000000000 04 'data' 34120000");
  const Link expected_hard{"data", CharacterSet::ascii, 3, HardLink{Address{0x1234}}};
  EXPECT_EQ(decode_link(hard, {4, 4}), expected_hard);
  EXPECT_EQ(encoded({4, 4}, [&](Encoder& out) { encode_link(out, expected_hard); }), hard);
  const auto external = hex("01 18 40 01 01 'e' 0700 00 'f.h5' 00 'p' 00");
  EXPECT_EQ(error_of([&] { decode_link(external, {}); }), ErrorKind::corrupt) << "its data are one byte longer";
  const auto whole = hex("01 18 40 01 01 'e' 0800 00 'f.h5' 00 'p' 00");
  const Link expected{"e", CharacterSet::utf8, {}, ExternalLink{"f.h5", "p"}};
  EXPECT_EQ(decode_link(whole, {}), expected);
  EXPECT_EQ(encoded({}, [&](Encoder& out) { encode_link(out, expected); }), whole);
}

TEST(LinkMessage, Refuses) {
  const auto kind = [](std::string_view text) { return error_of([&] { decode_link(hex(text), {}); }); };
  EXPECT_EQ(kind("01 20 01 'a' 0000000000000000"), ErrorKind::corrupt) << "an unknown flag";
  EXPECT_EQ(kind("01 00 00 0000000000000000"), ErrorKind::corrupt) << "no name";
  EXPECT_EQ(kind("01 00 01 'a' FFFFFFFFFFFFFFFF"), ErrorKind::corrupt) << "to nowhere";
  EXPECT_EQ(kind("01 08 02 01 'a' 0000"), ErrorKind::unsupported) << "class 2";
  EXPECT_EQ(kind("01 08 01 01 'a' 0000"), ErrorKind::corrupt) << "a soft link without a path";
  EXPECT_EQ(kind("01 10 02 01 'a' 0000000000000000"), ErrorKind::unsupported) << "an unknown character set";
  EXPECT_EQ(kind("01 08 40 01 'a' 0500 10 'f' 00 'p' 00"), ErrorKind::unsupported) << "external version 1";
  EXPECT_EQ(kind("02 00 01 'a' 0000000000000000"), ErrorKind::unsupported) << "version 2";
  EXPECT_EQ(kind("01 03 FFFFFFFFFFFFFFFF 'a' 0000000000000000"), ErrorKind::corrupt) << "a name of 2^64 bytes";
  const auto refused = [](const Link& link) {
    EXPECT_EQ(error_of([&] { encoded({}, [&](Encoder& out) { encode_link(out, link); }); }),
              ErrorKind::invalid_argument);
  };
  refused({"", CharacterSet::ascii, {}, HardLink{}});
  refused({"a/b", CharacterSet::ascii, {}, HardLink{}});
  refused({"a", CharacterSet::ascii, {}, SoftLink{}});
  refused({"a", CharacterSet::ascii, {}, SoftLink{std::string(65'536, 'p')}});
  refused({"a", CharacterSet::ascii, {}, UserLink{64, {}}});
  refused({"a", CharacterSet::ascii, {}, ExternalLink{"", "p"}});
}

}  // namespace
}  // namespace fiver::format
