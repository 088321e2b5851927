#include "format/dataspace_message.hpp"

#include "format/message_testing.hpp"

namespace fiver::format {
namespace {

using namespace trials;

TEST(DataspaceMessage, RoundTripsInEveryVersionAndWidth) {
  const std::vector<Dataspace> spaces = {Dataspace::null(),
                                         Dataspace::scalar(),
                                         Dataspace::simple({5}),
                                         Dataspace::simple({0, 3}),
                                         Dataspace::simple({4, 6}, Shape{unlimited, 6}),
                                         Dataspace::simple(Shape(32, 1), Shape(32, unlimited))};
  for (const auto widths : all_widths)
    for (const auto& space : spaces)
      for (std::uint8_t version = 1; version <= 2; ++version) {
        if (dataspace_version(space, version) != version) continue;
        expect_round_trip(
            space, widths, [&](Encoder& out, const Dataspace& s) { encode_dataspace(out, s, version); },
            decode_dataspace);
      }
  EXPECT_EQ(dataspace_version(Dataspace::null(), 1), 2);
}

TEST(DataspaceMessage, ByHand) {
  EXPECT_EQ(decode_dataspace(hex("01 01 01 0000000000 0A000000 FFFFFFFF"), {4, 4}),
            Dataspace::simple({10}, Shape{unlimited}));
  EXPECT_EQ(decode_dataspace(hex("01 01 03 0000000000 0A00 0B00 0000"), {2, 2}), Dataspace::simple({10}, Shape{11}))
      << "a permutation is passed by";
  EXPECT_EQ(decode_dataspace(hex("02 00 00 02"), {}), Dataspace::null());
  EXPECT_EQ(decode_dataspace(hex("02 00 00 00"), {}), Dataspace::scalar());
  EXPECT_EQ(encoded({}, [](Encoder& out) { encode_dataspace(out, Dataspace::simple({3}, Shape{unlimited})); }),
            hex("02 01 01 01 0300000000000000 FFFFFFFFFFFFFFFF"));
}

TEST(DataspaceMessage, Refuses) {
  const auto kind = [](std::string_view text) { return error_of([&] { decode_dataspace(hex(text), {2, 2}); }); };
  EXPECT_EQ(kind("02 21 00 01"), ErrorKind::corrupt) << "33 dimensions";
  EXPECT_EQ(kind("02 01 01 01 0500 0400"), ErrorKind::corrupt) << "more than its maximum";
  EXPECT_EQ(kind("02 01 00 00 0500"), ErrorKind::corrupt) << "a scalar with a dimension";
  EXPECT_EQ(kind("02 01 00 01 FFFF"), ErrorKind::corrupt) << "a size without end";
  EXPECT_EQ(kind("02 01 02 01 0500"), ErrorKind::corrupt) << "an unknown flag";
  EXPECT_EQ(kind("02 00 00 03"), ErrorKind::unsupported) << "an unknown class";
  EXPECT_EQ(kind("03 00 00 00"), ErrorKind::unsupported) << "an unknown version";
  const auto refused = [](const Dataspace& space, std::uint8_t version) {
    return error_of([&] { encoded({2, 2}, [&](Encoder& out) { encode_dataspace(out, space, version); }); });
  };
  EXPECT_EQ(refused(Dataspace::null(), 1), ErrorKind::invalid_argument);
  EXPECT_EQ(refused(Dataspace::simple({0xFFFF}), 2), ErrorKind::invalid_argument) << "would read as unlimited";
  EXPECT_EQ(refused(Dataspace::simple({1}), 3), ErrorKind::invalid_argument);
}

}  // namespace
}  // namespace fiver::format
