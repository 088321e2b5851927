#include "format/attribute_message.hpp"

#include "format/message_testing.hpp"

namespace fiver::format {
namespace {

using namespace trials;

bool same(ByteView a, ByteView b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

TEST(AttributeMessage, RoundTripsInEveryVersion) {
  const auto type = hex("10 080000 01000000 0000 0800"), space = hex("02 00 00 00"), data = hex("01020304");
  for (std::uint8_t version = 1; version <= 3; ++version)
    for (const bool shared : {false, true}) {
      AttributeMessage attribute{"units", CharacterSet::ascii, type, space, shared, false, data};
      if (version == 3) {
        attribute.name = "größe";
        attribute.charset = CharacterSet::utf8;
        attribute.space_shared = shared;
      }
      if (attribute_version(attribute, version) > version) continue;
      const auto bytes = encoded({}, [&](Encoder& out) { encode_attribute(out, attribute, version); });
      const auto back = decode_attribute(bytes, {});
      EXPECT_EQ(back.name, attribute.name);
      EXPECT_EQ(back.charset, attribute.charset);
      EXPECT_EQ(back.type_shared, attribute.type_shared);
      EXPECT_EQ(back.space_shared, attribute.space_shared);
      EXPECT_TRUE(same(back.type, type) && same(back.space, space) && same(back.data, data));
      // The data end where the body does, so only what is before them can be missed.
      const auto head = bytes.size() - data.size();
      for (std::size_t n = 0; n < head; ++n)
        EXPECT_FALSE(decodes(ByteView(bytes).first(n), [](ByteView v) { decode_attribute(v, {}); })) << n;
      expect_robust(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(head)),
                    [](ByteView view) { decode_attribute(view, {}); });
    }
}

TEST(AttributeMessage, Version1ByHand) {
  const auto bytes =
      hex("01 00 0600 0C00 0800  'units' 000000  10080000010000000000080000000000"
          "0100000000000000  2A");
  const auto attribute = decode_attribute(bytes, {});
  EXPECT_EQ(attribute.name, "units");
  EXPECT_EQ(attribute.type.size(), 12U);
  EXPECT_EQ(attribute.space.size(), 8U);
  EXPECT_TRUE(same(attribute.data, hex("2A")));
  EXPECT_EQ(encoded({}, [&](Encoder& out) { encode_attribute(out, attribute, 1); }), bytes);
}

TEST(AttributeMessage, VersionsAndRefusals) {
  AttributeMessage attribute;
  attribute.name = "a";
  EXPECT_EQ(attribute_version(attribute, 1), 1);
  attribute.space_shared = true;
  EXPECT_EQ(attribute_version(attribute, 1), 2);
  attribute.charset = CharacterSet::utf8;
  EXPECT_EQ(attribute_version(attribute, 1), 3);
  const auto refused = [&](std::uint8_t version) {
    return error_of([&] { encoded({}, [&](Encoder& out) { encode_attribute(out, attribute, version); }); });
  };
  EXPECT_EQ(refused(2), ErrorKind::invalid_argument);
  attribute.name = "";
  EXPECT_EQ(refused(3), ErrorKind::invalid_argument);
  const auto kind = [](std::string_view text) { return error_of([&] { decode_attribute(hex(text), {}); }); };
  EXPECT_EQ(kind("03 04 0200 0000 0000 00 'a' 00"), ErrorKind::corrupt) << "an unknown flag";
  EXPECT_EQ(kind("03 00 0200 0000 0000 02 'a' 00"), ErrorKind::unsupported) << "an unknown character set";
  EXPECT_EQ(kind("03 00 0100 0000 0000 00 00"), ErrorKind::corrupt) << "no name";
  EXPECT_EQ(kind("04 00 0200 0000 0000 00 'a' 00"), ErrorKind::unsupported);
}

}  // namespace
}  // namespace fiver::format
