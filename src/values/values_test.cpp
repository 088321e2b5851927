// Datatypes and dataspaces as values: their makers, what they refuse, and how they read.
#include <gtest/gtest.h>

#include "fiver/values/dataspace.hpp"
#include "fiver/values/datatype.hpp"
#include "fiver/values/error.hpp"

namespace fiver {
namespace {

template <class F>
ErrorKind kind_of(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::cancelled;
}

TEST(Dataspace, CountsElements) {
  EXPECT_EQ(Dataspace::null().element_count(), 0U);
  EXPECT_EQ(Dataspace::scalar().element_count(), 1U);
  EXPECT_EQ(Dataspace::simple({3, 4, 5}).element_count(), 60U);
  EXPECT_EQ(Dataspace::simple({1ULL << 40, 1ULL << 40, 0}).element_count(), 0U);
  EXPECT_EQ(kind_of([] { Dataspace::simple({1ULL << 40, 1ULL << 40}).element_count(); }), ErrorKind::limit);
}

TEST(Dataspace, SimpleRefusesWhatNoFileCanHold) {
  EXPECT_EQ(Dataspace::simple({}).kind, Dataspace::Kind::scalar);
  EXPECT_EQ(Dataspace::simple({2}, Shape{unlimited}).max_dims, Shape{unlimited});
  EXPECT_EQ(kind_of([] { Dataspace::simple(Shape(33, 1)); }), ErrorKind::invalid_argument);
  EXPECT_EQ(kind_of([] { Dataspace::simple({2, 2}, Shape{2}); }), ErrorKind::invalid_argument);
  EXPECT_EQ(kind_of([] { Dataspace::simple({3}, Shape{2}); }), ErrorKind::invalid_argument);
  EXPECT_EQ(kind_of([] { Dataspace::simple({unlimited}); }), ErrorKind::invalid_argument);
}

TEST(Datatype, NestedTypesCompareByValue) {
  const Datatype a(8, ArrayType{integer_type(4, true), {2}}), b(8, ArrayType{integer_type(4, true), {2}});
  EXPECT_EQ(a, b);
  EXPECT_NE(a, Datatype(8, ArrayType{integer_type(4, false), {2}}));
}

TEST(Datatype, FloatsAreIeee) {
  const auto type = *float_type(8).as<FloatType>();
  EXPECT_EQ(type.sign_position, 63);
  EXPECT_EQ(type.exponent_position, 52);
  EXPECT_EQ(type.exponent_size, 11);
  EXPECT_EQ(type.mantissa_size, 52);
  EXPECT_EQ(type.exponent_bias, 1023U);
  EXPECT_EQ(float_type(2).as<FloatType>()->exponent_bias, 15U);
  EXPECT_EQ(float_type(4).as<FloatType>()->exponent_bias, 127U);
  EXPECT_EQ(kind_of([] { float_type(3); }), ErrorKind::invalid_argument);
  EXPECT_EQ(kind_of([] { integer_type(0, true); }), ErrorKind::invalid_argument);
}

TEST(Datatype, NativeTypes) {
  EXPECT_EQ(to_string(native_type<unsigned short>()), "uint16");
  EXPECT_EQ(to_string(native_type<long long>()), "int64");
  EXPECT_EQ(to_string(native_type<double>()), "float64");
  EXPECT_EQ(to_string(native_type<bool>()), "enum int8 {FALSE=0, TRUE=1}");
  EXPECT_EQ(native_type<long>(), native_type<long long>());
}

TEST(Datatype, HeapParts) {
  const Datatype text(16, VariableStringType{});
  EXPECT_TRUE(has_heap_parts(text));
  EXPECT_TRUE(has_heap_parts(Datatype(12, ReferenceType{ReferenceKind::region})));
  EXPECT_FALSE(has_heap_parts(Datatype(8, ReferenceType{ReferenceKind::object})));
  EXPECT_TRUE(has_heap_parts(Datatype(20, CompoundType{{{"n", 0, integer_type(4, true)}, {"t", 4, text}}})));
  EXPECT_TRUE(has_heap_parts(Datatype(32, ArrayType{text, {2}})));
  EXPECT_FALSE(has_heap_parts(float_type(4)));
}

TEST(Datatype, ReadsAsOneLine) {
  EXPECT_EQ(to_string(float_type(4, ByteOrder::big)), "float32 big-endian");
  EXPECT_EQ(to_string(integer_type(1, false, ByteOrder::big)), "uint8");
  EXPECT_EQ(to_string(Datatype(2, IntegerType{ByteOrder::little, false, 4, 12, {}})), "uint12 in 2 bytes at bit 4");
  EXPECT_EQ(to_string(Datatype(12, StringType{})), "string[12]");
  EXPECT_EQ(to_string(Datatype(12, StringType{StringPadding::null_padded, CharacterSet::utf8})), "string[12] utf-8");
  EXPECT_EQ(to_string(Datatype(16, CompoundType{{{"x", 0, float_type(8)}, {"y", 8, float_type(8)}}})),
            "{x: float64, y: float64}");
  EXPECT_EQ(to_string(Datatype(24, ArrayType{integer_type(4, true), {2, 3}})), "int32[2, 3]");
  EXPECT_EQ(to_string(Datatype(16, VariableLengthType{float_type(4)})), "sequence of float32");
  EXPECT_EQ(to_string(Datatype(16, ComplexType{float_type(8)})), "complex float64");
  EXPECT_EQ(to_string(Datatype(5, OpaqueType{"NUMPY:M8[s]"})), "opaque[5] \"NUMPY:M8[s]\"");
  const EnumMember minus_two{"m", {std::byte{0xFF}, std::byte{0xFE}}};
  EXPECT_EQ(to_string(Datatype(2, EnumType{integer_type(2, true, ByteOrder::big), {minus_two}})),
            "enum int16 big-endian {m=-2}");
  EXPECT_EQ(to_string(Datatype(2, EnumType{integer_type(2, false, ByteOrder::big), {minus_two}})),
            "enum uint16 big-endian {m=65534}");
}

}  // namespace
}  // namespace fiver
