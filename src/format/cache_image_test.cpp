#include "format/cache_image.hpp"

#include "base/encoder.hpp"
#include "format/damage_testing.hpp"

namespace fiver::format {
namespace {

using namespace damage;

CacheImage sample() {
  CacheImage image;
  image.entries.push_back({5, 1, 3, 0, 2, 1, -1, Address{96}, {}, raw({1, 2, 3})});
  image.entries.push_back({6, 0, 3, 1, 0, 0, 7, Address{196}, {Address{96}, Address{48}}, raw({4, 5, 6, 7})});
  return image;
}

TEST(CacheImage, RoundTripAndDamage) {
  for (const auto widths : all_widths) {
    const auto bytes = encode_cache_image(sample(), widths);
    EXPECT_EQ(bytes.size(), 10U + widths.length + 2 * (14 + widths.offset + widths.length) + 2 * widths.offset + 7 + 4);
    const auto decode = [&](ByteView b) { return decode_cache_image(b, widths); };
    EXPECT_EQ(decode(bytes), sample());
    expect_damage_handled(bytes, bytes.size(), true, decode);
  }
}

TEST(CacheImage, CountsAreCappedByTheBytesThere) {
  auto bytes = encode_cache_image(sample(), {});
  for (std::size_t i = 14; i < 18; ++i) bytes[i] = std::byte{0xFF};
  EXPECT_NE(reason_of([&] { decode_cache_image(bytes, {}); }).find("4294967295 entries"), std::string::npos);
}

}  // namespace
}  // namespace fiver::format
