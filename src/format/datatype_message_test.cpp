#include "format/datatype_message.hpp"

#include "base/decoder.hpp"
#include "format/datatype_checks.hpp"
#include "format/message_testing.hpp"

namespace fiver::format {
namespace {

using namespace trials;

Datatype decode(ByteView bytes, FieldWidths widths = {}) {
  return decode_datatype(bytes, widths, {});
}
Datatype decode_hex(std::string_view text) {
  return decode(hex(text));
}
ErrorKind error_of_hex(std::string_view text) {
  return error_of([&] { decode_hex(text); });
}
Bytes encode(const Datatype& type, std::uint8_t lowest, FieldWidths widths = {}) {
  return encoded(widths, [&](Encoder& out) { encode_datatype(out, type, lowest); });
}

Datatype vax_float() {
  auto type = *float_type(4).as<FloatType>();
  type.order = ByteOrder::vax;
  return {4, type};
}

Datatype x87_float() {
  return {16, FloatType{ByteOrder::little, 0, 80, 79, 64, 15, 0, 64, 16383, MantissaNormalization::none, {}, false}};
}

std::vector<Datatype> samples(FieldWidths widths) {
  const auto heap_size = variable_length_size(widths);
  const auto i16 = integer_type(2, true, ByteOrder::big);
  const Datatype enumeration(
      2, EnumType{i16, {{"ON", {std::byte{0}, std::byte{1}}}, {"eight888", {std::byte{2}, std::byte{0}}}}});
  const Datatype text(heap_size, VariableStringType{StringPadding::space_padded, CharacterSet::utf8});
  const Datatype array(24, ArrayType{i16, {3, 4}});
  const Datatype pair(12, CompoundType{{{"real", 4, float_type(8)}, {"imag", 0, float_type(4)}}});
  std::vector<Datatype> types = {
      integer_type(1, false),
      integer_type(3, true, ByteOrder::big),
      {4, IntegerType{ByteOrder::little, true, 5, 12, {true, true}}},
      float_type(2),
      float_type(8, ByteOrder::big),
      vax_float(),
      x87_float(),
      {2,
       FloatType{ByteOrder::little, 0, 16, 15, 7, 8, 0, 7, 127, MantissaNormalization::implied, {true, false}, true}},
      {4, TimeType{ByteOrder::big, 32}},
      {9, StringType{StringPadding::null_padded, CharacterSet::utf8}},
      {2, BitFieldType{ByteOrder::big, 3, 9, {false, true}}},
      {5, OpaqueType{"eight888"}},
      {5, OpaqueType{"NUMPY:datetime64[us]"}},
      {1, OpaqueType{""}},
      enumeration,
      {2, EnumType{i16, {}}},
      text,
      {heap_size, VariableLengthType{Datatype(heap_size, VariableLengthType{float_type(4)})}},
      array,
      pair,
      {300, CompoundType{{{"a", 0, pair}, {"longer name", 256, enumeration}, {"t", 280, text}}}},
      {60, ArrayType{pair, {5}}},
      {16, ComplexType{float_type(8)}},
      {heap_size + 24,
       CompoundType{{{"arrays", heap_size, array}, {"seq", 0, Datatype(heap_size, VariableLengthType{enumeration})}}}},
  };
  for (const auto kind : {ReferenceKind::object, ReferenceKind::region, ReferenceKind::object2, ReferenceKind::region2,
                          ReferenceKind::attribute})
    types.emplace_back(reference_size(kind, widths), ReferenceType{kind});
  return types;
}

TEST(DatatypeMessage, RoundTripsInEveryVersionAndWidth) {
  for (const auto widths : all_widths) {
    for (const auto& type : samples(widths)) {
      for (std::uint8_t lowest = 1; lowest <= 5; ++lowest) {
        SCOPED_TRACE(to_string(type) + " from version " + std::to_string(lowest));
        const auto bytes = encode(type, lowest, widths);
        DatatypeRemarks remarks;
        Decoder in(bytes, widths, "datatype");
        EXPECT_EQ(decode_datatype(in, {}, &remarks), type);
        EXPECT_TRUE(in.at_end());
        EXPECT_EQ(remarks.version, datatype_version(type, lowest));
        if (widths == all_widths[0]) expect_robust(bytes, [](ByteView view) { decode(view); });
      }
    }
  }
}

TEST(DatatypeMessage, VersionsFollowTheParts) {
  const Datatype plain(4, CompoundType{{{"x", 0, float_type(4)}}});
  const Datatype with_array(4, CompoundType{{{"x", 0, Datatype(4, ArrayType{integer_type(2, true), {2}})}}});
  const Datatype with_complex(8, CompoundType{{{"z", 0, Datatype(8, ComplexType{float_type(4)})}}});
  EXPECT_EQ(datatype_version(plain, 1), 1);
  EXPECT_EQ(datatype_version(plain, 3), 3);
  EXPECT_EQ(datatype_version(with_array, 1), 2);
  EXPECT_EQ(datatype_version(with_complex, 1), 5);
  EXPECT_EQ(datatype_version(float_type(4), 5), 1);
  EXPECT_EQ(datatype_version(vax_float(), 1), 3);
  EXPECT_EQ(datatype_version({16, VariableLengthType{plain}}, 4), 4);
  EXPECT_EQ(datatype_version({16, VariableStringType{}}, 4), 1);
  EXPECT_EQ(datatype_version({18, ReferenceType{ReferenceKind::attribute}}, 1), 4);
  // The float inside a complex number stays at version 1.
  EXPECT_EQ(encode({8, ComplexType{float_type(4)}}, 5)[8], std::byte{0x11});
}

TEST(DatatypeMessage, Float32ByHand) {
  const auto bytes = hex("11 201F00 04000000 0000 2000 17 08 00 17 7F000000");
  EXPECT_EQ(decode(bytes), float_type(4));
  EXPECT_EQ(encode(float_type(4), 1), bytes);
}

TEST(DatatypeMessage, VaxOrderNeedsBothBitsAndVersion3) {
  EXPECT_EQ(decode_hex("31 611F00 04000000 0000 2000 17 08 00 17 7F000000"), vax_float());
  EXPECT_EQ(error_of_hex("31 601F00 04000000 0000 2000 17 08 00 17 7F000000"), ErrorKind::corrupt);
  EXPECT_EQ(decode_hex("11 611F00 04000000 0000 2000 17 08 00 17 7F000000"), float_type(4, ByteOrder::big));
}

TEST(DatatypeMessage, OpaqueTagOfEightHasNoNul) {
  const auto bytes = hex("15 080000 02000000 'ABCDEFGH'");
  EXPECT_EQ(decode(bytes), Datatype(2, OpaqueType{"ABCDEFGH"}));
  EXPECT_EQ(encode(decode(bytes), 1), bytes);
  EXPECT_EQ(decode_hex("15 080000 02000000 'ABC' 0000000000"), Datatype(2, OpaqueType{"ABC"}));
}

TEST(DatatypeMessage, PackedCompoundOffsetsTakeThreeBytes) {
  const auto bytes = hex("36 010000 00000100  'x' 00 34 12 00  10 080000 01000000 0000 0800");
  const Datatype type(65'536, CompoundType{{{"x", 0x1234, integer_type(1, true)}}});
  EXPECT_EQ(decode(bytes), type);
  EXPECT_EQ(encode(type, 3), bytes);
}

TEST(DatatypeMessage, Version1MembersMayBeArrays) {
  const Datatype expected(13, CompoundType{{{"seven77", 1, Datatype(12, ArrayType{integer_type(2, false), {2, 3}})}}});
  EXPECT_EQ(decode_hex("16 010000 0D000000  'seven77' 00  01000000 02 000000 00000000 00000000"
                       "02000000 03000000 00000000 00000000  10 000000 02000000 0000 1000"),
            expected);
  EXPECT_EQ(error_of_hex("16 010000 0D000000  'seven77' 00  01000000 05 000000 00000000 00000000"
                         "02000000 03000000 00000000 00000000  10 000000 02000000 0000 1000"),
            ErrorKind::corrupt);
}

TEST(DatatypeMessage, BooleansByHand) {
  const auto bytes = hex("38 020000 01000000  10 080000 01000000 0000 0800  'FALSE' 00 'TRUE' 00  00 01");
  EXPECT_EQ(decode(bytes), native_type<bool>());
  EXPECT_EQ(encode(native_type<bool>(), 3), bytes);
  const auto old = hex("18 020000 01000000  10 080000 01000000 0000 0800  'FALSE' 000000 'TRUE' 00000000  00 01");
  EXPECT_EQ(decode(old), native_type<bool>());
  EXPECT_EQ(encode(native_type<bool>(), 1), old);
}

TEST(DatatypeMessage, VariableStringByHand) {
  // The class bits say: string, NUL-terminated, UTF-8. Its parent is a byte.
  const auto bytes = hex("19 010100 10000000  10 000000 01000000 0000 0800");
  EXPECT_EQ(decode(bytes), Datatype(16, VariableStringType{StringPadding::null_terminated, CharacterSet::utf8}));
  EXPECT_EQ(encode(decode(bytes), 3), bytes);
  EXPECT_EQ(decode_hex("19 010000 10000000  13 000000 01000000"), Datatype(16, VariableStringType{}));
}

TEST(DatatypeMessage, RefusesWhatNoElementCanBe) {
  const auto corrupt = [](std::string_view why, std::string_view text) {
    EXPECT_EQ(error_of_hex(text), ErrorKind::corrupt) << why;
  };
  const auto unsupported = [](std::string_view why, std::string_view text) {
    EXPECT_EQ(error_of_hex(text), ErrorKind::unsupported) << why;
  };
  corrupt("no bytes", "10 000000 00000000 0000 0800");
  corrupt("no bits", "10 000000 01000000 0000 0000");
  corrupt("precision past the size", "10 000000 01000000 0100 0800");
  corrupt("sign outside", "11 202000 04000000 0000 2000 17 08 00 17 7F000000");
  corrupt("exponent outside", "11 201F00 04000000 0000 2000 19 08 00 17 7F000000");
  corrupt("mantissa over exponent", "11 201F00 04000000 0000 2000 17 08 01 17 7F000000");
  corrupt("no mantissa", "11 201F00 04000000 0000 2000 17 08 00 00 7F000000");
  corrupt("no members", "36 000000 04000000");
  corrupt("member outside", "36 010000 01000000 'x' 00 01 10 080000 01000000 0000 0800");
  corrupt("overlap",
          "36 020000 04000000 'x' 00 00 10 080000 02000000 0000 1000 'y' 00 01 10 080000 02000000 0000 1000");
  corrupt("enumeration of floats", "38 000000 04000000 11 201F00 04000000 0000 2000 17 08 00 17 7F000000");
  corrupt("enumeration larger than its base", "38 000000 02000000 10 080000 01000000 0000 0800");
  corrupt("array product", "3A 000000 05000000 01 02000000 10 080000 02000000 0000 1000");
  corrupt("array of none", "3A 000000 04000000 01 00000000 10 080000 02000000 0000 1000");
  corrupt("array without rank", "3A 000000 02000000 00 10 080000 02000000 0000 1000");
  corrupt("array of 33 dimensions", "3A 000000 02000000 21 10 080000 02000000 0000 1000");
  corrupt("sequence of 12 bytes", "19 000000 0C000000 10 080000 01000000 0000 0800");
  corrupt("string of wide characters", "19 010000 10000000 10 080000 02000000 0000 1000");
  corrupt("object reference of 4 bytes", "17 000000 04000000");
  corrupt("complex of integers", "5B 010000 02000000 10 080000 01000000 0000 0800");
  corrupt("complex in version 4", "4B 010000 08000000 11 201F00 04000000 0000 2000 17 08 00 17 7F000000");
  unsupported("polar complex", "5B 030000 08000000 11 201F00 04000000 0000 2000 17 08 00 17 7F000000");
  unsupported("class 12", "1C 000000 04000000 0000 2000");
  unsupported("version 6", "60 000000 04000000 0000 2000");
  unsupported("version 0", "00 000000 04000000 0000 2000");
  unsupported("string padding 3", "13 030000 04000000");
  unsupported("character set 2", "13 200000 04000000");
  unsupported("reference kind 5", "47 150000 08000000");
}

TEST(DatatypeMessage, ReadsWhatOldWritersMade) {
  EXPECT_EQ(decode_hex("1A 000000 04000000 01 000000 02000000 00000000 10 080000 02000000 0000 1000"),
            Datatype(4, ArrayType{integer_type(2, true), {2}}));  // arrays in version 1, in the form of version 2
  EXPECT_EQ(decode_hex("17 120000 12000000"), Datatype(18, ReferenceType{ReferenceKind::object2}));
  EXPECT_EQ(decode_hex("17 020000 40000000"), Datatype(64, ReferenceType{ReferenceKind::object2}));
}

TEST(DatatypeMessage, NestingAndPartsAreBounded) {
  auto type = integer_type(1, true);
  for (int i = 0; i < 10; ++i) type = Datatype(16, VariableLengthType{type});
  const auto deep = encode(type, 3);
  Limits limits;
  limits.datatype_nesting = 11;
  EXPECT_EQ(decode_datatype(deep, {}, limits), type);
  limits.datatype_nesting = 10;
  EXPECT_EQ(error_of([&] { decode_datatype(deep, {}, limits); }), ErrorKind::limit);

  const auto wide = encode(native_type<bool>(), 3);
  limits.datatype_parts = 4;
  EXPECT_EQ(decode_datatype(wide, {}, limits), native_type<bool>());
  limits.datatype_parts = 3;
  EXPECT_EQ(error_of([&] { decode_datatype(wide, {}, limits); }), ErrorKind::limit);

  Bytes endless;
  for (int i = 0; i < 8000; ++i) {
    const auto level = hex("19 000000 10000000");
    endless.insert(endless.end(), level.begin(), level.end());
  }
  EXPECT_EQ(error_of([&] { decode(endless); }), ErrorKind::limit);
}

TEST(DatatypeMessage, OddPrecisionIsARemark) {
  DatatypeRemarks remarks;
  decode_datatype(hex("10 000000 04000000 0000 0700"), {}, {}, &remarks);
  ASSERT_EQ(remarks.odd.size(), 1U);
  EXPECT_EQ(remarks.odd[0], "a number of 7 bits in 4 bytes");
  EXPECT_FALSE(datatype_oddity(x87_float()));
  EXPECT_FALSE(datatype_oddity(integer_type(3, true)));
  EXPECT_FALSE(datatype_oddity({2, IntegerType{ByteOrder::little, false, 0, 12, {}}}));
}

TEST(DatatypeMessage, EncoderRefusesWhatNoFileMayHold) {
  const auto refused = [](const Datatype& type) {
    EXPECT_EQ(error_of([&] { encode(type, 3); }), ErrorKind::invalid_argument) << to_string(type);
  };
  const auto byte = integer_type(1, true);
  refused({2, CompoundType{{{"x", 0, byte}, {"x", 1, byte}}}});
  refused({1, CompoundType{{{"", 0, byte}}}});
  refused({1, CompoundType{{{"x", 1, byte}}}});
  refused({1, EnumType{byte, {{"a", {}}}}});
  refused({1, OpaqueType{std::string(249, 'x')}});
  refused({4, IntegerType{ByteOrder::vax, true, 0, 32, {}}});
  refused({8, VariableLengthType{byte}});
  refused({3, ArrayType{byte, {2}}});
}

}  // namespace
}  // namespace fiver::format
