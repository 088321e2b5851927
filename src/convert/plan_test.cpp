// Conversions of everything but plain numbers: enumerations, text, compounds, arrays, complex numbers, and what lives in the heap.
#include "convert/plan.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <map>

#include "fiver/values/error.hpp"
#include "fiver/values/variable.hpp"

namespace fiver::convert {
namespace {

Bytes text(std::string_view value) {
  const auto view = bytes_of(value);
  return {view.begin(), view.end()};
}
using namespace std::string_view_literals;

template <class... T>
Bytes joined(const T&... values) {
  Bytes bytes;
  const auto add = [&bytes](const auto& value) {
    std::byte raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    bytes.insert(bytes.end(), raw, raw + sizeof value);
  };
  (add(values), ...);
  return bytes;
}

Bytes run(const Datatype& source, const Datatype& target, const Bytes& elements, Bytes result = {}) {
  const auto plan = ConversionPlan::make(source, target, {});
  const auto count = elements.size() / source.size();
  result.resize(count * target.size(), std::byte{0x5A});
  plan.convert(elements, result, count);
  return result;
}

template <class Call>
Error error_of(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorKind::io, "nothing was thrown");
}

Datatype enumeration(const Datatype& base, const std::vector<std::pair<std::string, std::int64_t>>& members) {
  EnumType type{base, {}};
  for (const auto& [name, value] : members) {
    Bytes bytes(base.size());
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const auto at = base.as<IntegerType>()->order == ByteOrder::big ? bytes.size() - 1 - i : i;
      bytes[at] = static_cast<std::byte>(value >> (8 * i));
    }
    type.members.push_back({name, bytes});
  }
  return {base.size(), type};
}

TEST(Enums, ByNameAndByValue) {
  const auto source =
      enumeration(integer_type(2, true, ByteOrder::big), {{"red", -1}, {"green", 2}, {"blue", 300}, {"rust", 7}});
  const auto target = enumeration(integer_type(4, false), {{"blue", 1}, {"red", 70'000}, {"green", 3}});
  const Bytes elements{std::byte{0xFF}, std::byte{0xFF}, std::byte{1}, std::byte{44},  // red, blue,
                       std::byte{0},    std::byte{2},    std::byte{0}, std::byte{99},  // green, no member,
                       std::byte{0},    std::byte{7}};                                 // not in the target
  EXPECT_EQ(run(source, target, elements), joined(70'000, 1, 3, -1, -1));
  EXPECT_EQ(run(source, integer_type(4, true), elements), joined(-1, 300, 2, 99, 7));
  EXPECT_EQ(run(source, integer_type(1, false), elements),
            (Bytes{std::byte{0}, std::byte{255}, std::byte{2}, std::byte{99}, std::byte{7}}));
  EXPECT_EQ(run(source, float_type(4), elements), joined(-1.0F, 300.0F, 2.0F, 99.0F, 7.0F));
  EXPECT_FALSE(converts(integer_type(4, true), target));
}

TEST(Enums, Bool) {
  const auto bools = native_type<bool>();
  EXPECT_TRUE(ConversionPlan::make(bools, bools, {}).is_copy());
  const auto other = enumeration(integer_type(4, true), {{"off", 0}, {"on", 1}});
  EXPECT_EQ(run(other, bools, joined(0, 1, 7)), (Bytes{std::byte{0}, std::byte{1}, std::byte{1}}));
  const auto reversed = enumeration(integer_type(1, false), {{"TRUE", 0}, {"FALSE", 1}});
  EXPECT_EQ(run(reversed, bools, {std::byte{0}, std::byte{1}, std::byte{9}}),
            (Bytes{std::byte{1}, std::byte{0}, std::byte{1}}));
}

Datatype fixed(std::uint32_t size, StringPadding padding, CharacterSet charset = CharacterSet::ascii) {
  return {size, StringType{padding, charset}};
}

TEST(Strings, PaddingRules) {
  using enum StringPadding;
  EXPECT_EQ(run(fixed(4, null_terminated), fixed(6, space_padded), text("ab\0xabcd"sv)), text("ab    abcd  "));
  EXPECT_EQ(run(fixed(4, space_padded), fixed(6, null_padded), text(" b  ab\0 "sv)), text(" b\0\0\0\0ab\0\0\0\0"sv));
  EXPECT_EQ(run(fixed(4, null_padded), fixed(3, null_terminated), text("abcda\0\0\0"sv)), text("ab\0a\0\0"sv));
  EXPECT_EQ(run(fixed(4, null_padded), fixed(3, null_padded), text("abcd"sv)), text("abc"));
  EXPECT_EQ(run(fixed(4, null_padded), fixed(4, null_padded, CharacterSet::utf8), text("abcd"sv)), text("abcd"));
  EXPECT_FALSE(converts(fixed(4, null_padded, CharacterSet::utf8), fixed(4, null_padded)));
  EXPECT_FALSE(converts(fixed(4, null_padded), integer_type(4, true)));
}

Datatype compound(std::uint32_t size, std::vector<CompoundMember> members) {
  return {size, CompoundType{std::move(members)}};
}

TEST(Compounds, SubsetReorderNestedAndBackground) {
  const auto inner = compound(6, {{"u", 0, integer_type(2, false)}, {"v", 2, float_type(4)}});
  const auto source =
      compound(20, {{"a", 0, integer_type(4, true, ByteOrder::big)}, {"in", 5, inner}, {"b", 12, float_type(8)}});
  const auto inner_target = compound(12, {{"v", 0, float_type(8)}, {"w", 8, integer_type(4, true)}});
  const auto target =
      compound(24, {{"in", 0, inner_target}, {"new", 12, integer_type(4, true)}, {"a", 16, integer_type(8, true)}});
  Bytes elements;
  for (int i = 0; i < 3000; ++i) {  // more than one block
    auto element = joined(__builtin_bswap32(static_cast<std::uint32_t>(i - 5)), std::uint8_t{9},
                          static_cast<std::uint16_t>(i), static_cast<float>(i) / 4, std::uint8_t{9}, 1.5);
    ASSERT_EQ(element.size(), 20U);
    elements.insert(elements.end(), element.begin(), element.end());
  }
  const auto result = run(source, target, elements, Bytes(3000 * 24, std::byte{0x77}));
  for (int i = 0; i < 3000; ++i)
    ASSERT_EQ(Bytes(result.begin() + 24 * i, result.begin() + 24 * (i + 1)),
              joined(static_cast<double>(i) / 4, 0x77777777, 0x77777777, static_cast<std::int64_t>(i - 5)))
        << i;
  const auto error = error_of([&] {
    ConversionPlan::make(source,
                         compound(4, {{"in", 0, compound(4, {{"v", 0, fixed(4, StringPadding::null_padded)}})}}), {});
  });
  EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
  EXPECT_NE(error.reason().find("member 'in': member 'v': no conversion from float32 to string[4]"), std::string::npos)
      << error.reason();
  EXPECT_FALSE(converts(source, compound(4, {{"other", 0, integer_type(4, true)}})));
  EXPECT_FALSE(converts(source, compound(4, {{"b", 0, float_type(8)}})));  // b does not fit in 4 bytes
}

TEST(Compounds, NeighboursAreCopiedTogether) {
  const auto three = compound(12, {{"x", 0, float_type(4)}, {"y", 4, float_type(4)}, {"z", 8, float_type(4)}});
  const auto other_order = compound(12, {{"z", 8, float_type(4)}, {"x", 0, float_type(4)}, {"y", 4, float_type(4)}});
  EXPECT_TRUE(ConversionPlan::make(three, other_order, {}).is_copy());
  EXPECT_FALSE(
      ConversionPlan::make(three, compound(8, {{"x", 0, float_type(4)}, {"y", 4, float_type(4)}}), {}).is_copy());
}

TEST(ArraysAndComplex, PartByPart) {
  const Datatype source{12, ArrayType{integer_type(2, true), {2, 3}}},
      target{24, ArrayType{integer_type(4, true), {2, 3}}};
  const std::int16_t values[] = {1, -2, 3, -4, 5, -6};
  EXPECT_EQ(run(source, target, joined(values)), joined(1, -2, 3, -4, 5, -6));
  EXPECT_FALSE(converts(source, {24, ArrayType{integer_type(4, true), {3, 2}}}));
  EXPECT_FALSE(converts(source, {20, ArrayType{integer_type(4, true), {2, 3}}}));  // a size that lies
  // Inside a compound, where the arrays are apart.
  Bytes elements;
  for (int i = 0; i < 2; ++i) {
    elements.push_back(std::byte{9});
    const auto array = joined(values);
    elements.insert(elements.end(), array.begin(), array.end());
  }
  const auto apart =
      run(compound(13, {{"m", 1, source}}), compound(28, {{"m", 4, target}}), elements, Bytes(56, std::byte{0}));
  EXPECT_EQ(apart, joined(0, 1, -2, 3, -4, 5, -6, 0, 1, -2, 3, -4, 5, -6));
  const Datatype complex{8, ComplexType{float_type(4)}}, wide{16, ComplexType{float_type(8)}};
  const auto pair = compound(12, {{"r", 0, float_type(4)}, {"i", 4, float_type(8)}});
  EXPECT_EQ(run(complex, wide, joined(1.5F, -2.0F)), joined(1.5, -2.0));
  EXPECT_EQ(run(complex, pair, joined(1.5F, -2.0F)), joined(1.5F, -2.0));
  EXPECT_EQ(run(pair, wide, joined(1.5F, -2.0)), joined(1.5, -2.0));
  EXPECT_TRUE(ConversionPlan::make(complex, {8, ArrayType{float_type(4), {2}}}, {}).is_copy());
  EXPECT_FALSE(converts(complex, {12, ArrayType{float_type(4), {3}}}));
  EXPECT_FALSE(converts(complex, float_type(4)));
}

TEST(Carried, OnlyWhenNothingDiffers) {
  const Datatype opaque{5, OpaqueType{"NUMPY:datetime64[us]"}}, other{5, OpaqueType{"x"}},
      reference{8, ReferenceType{}};
  EXPECT_TRUE(ConversionPlan::make(opaque, opaque, {}).is_copy());
  EXPECT_FALSE(converts(opaque, other));
  EXPECT_TRUE(converts(reference, reference));
  EXPECT_FALSE(converts(reference, integer_type(8, false)));
  const Datatype time{4, TimeType{ByteOrder::little, 32}}, swapped{4, TimeType{ByteOrder::big, 32}};
  EXPECT_TRUE(converts(time, time));
  EXPECT_FALSE(converts(time, swapped));
  EXPECT_FALSE(converts(time, integer_type(4, true)));
}

/// Objects of one collection at 4096, numbered from 1.
class Heap : public HeapReader, public HeapWriter {
 public:
  SharedBytes read(HeapId id) const override {
    const auto found = objects.find(id);
    if (found == objects.end()) throw Error(ErrorKind::corrupt, "global heap: no such object");
    return {nullptr, found->second};
  }
  HeapId put(ByteView object) override {
    const HeapId id{{4096}, static_cast<std::uint32_t>(objects.size() + 1)};
    objects[id] = {object.begin(), object.end()};
    return id;
  }
  std::map<HeapId, Bytes> objects;
};

class Variable : public testing::TestWithParam<unsigned> {
 protected:
  FieldWidths widths() const { return {GetParam(), GetParam()}; }
  Datatype strings(CharacterSet charset = CharacterSet::utf8) const {
    return {8 + GetParam(), VariableStringType{StringPadding::null_terminated, charset}};
  }
  Datatype sequences(const Datatype& base) const { return {8 + GetParam(), VariableLengthType{base}}; }
  Bytes element(std::uint32_t count, std::uint64_t address, std::uint32_t index) const {
    Bytes bytes = joined(count);
    for (unsigned i = 0; i < GetParam(); ++i) bytes.push_back(static_cast<std::byte>(address >> (8 * i)));
    const auto tail = joined(index);
    bytes.insert(bytes.end(), tail.begin(), tail.end());
    return bytes;
  }
  Bytes read(const Datatype& stored, const Datatype& memory, const Bytes& elements) {
    const auto plan = ConversionPlan::make(stored, memory, widths());
    const auto count = elements.size() / stored.size();
    Bytes result(count * memory.size(), std::byte{0x5A});
    plan.convert(elements, result, count, &heap, &arena);
    return result;
  }
  static std::vector<VariablePart> parts(const Bytes& elements) {
    std::vector<VariablePart> result(elements.size() / sizeof(VariablePart));
    std::memcpy(result.data(), elements.data(), elements.size());
    return result;
  }
  static Bytes held(const VariablePart& part, std::size_t unit) { return {part.data, part.data + part.size * unit}; }

  Heap heap;
  Arena arena;
};

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST_P(Variable, Strings) {
  heap.put(text("caf\xC3\xA9"));
  heap.put(text("with\0NUL and more"sv));
  const auto undefined = ~std::uint64_t{0};
  const auto elements =
      element(5, 4096, 1) + element(8, 4096, 2) + element(0, 4096, 1) + element(3, 0, 0) + element(3, undefined, 1);
  const auto result = parts(read(strings(), memory_form(strings()), elements));
  EXPECT_EQ(held(result[0], 1), text("caf\xC3\xA9"));
  EXPECT_EQ(held(result[1], 1), text("with\0NUL"sv));  // whole as its count says, and no more
  for (int i = 2; i < 5; ++i) EXPECT_EQ(result[static_cast<std::size_t>(i)], VariablePart{});
  const auto cut = read(strings(), fixed(4, StringPadding::null_terminated, CharacterSet::utf8), elements);
  EXPECT_EQ(cut, text("caf\0wit\0\0\0\0\0\0\0\0\0\0\0\0\0"sv));
  EXPECT_FALSE(converts(strings(), memory_form(strings(CharacterSet::ascii)), widths()));
  EXPECT_TRUE(converts(strings(CharacterSet::ascii), memory_form(strings()), widths()));
  const auto made =
      parts(read(fixed(5, StringPadding::null_padded), memory_form(strings()), text("a\0b\0\0hello\0\0\0\0\0"sv)));
  EXPECT_EQ(held(made[0], 1), text("a\0b"sv));
  EXPECT_EQ(held(made[1], 1), text("hello"));
  EXPECT_EQ(made[2], VariablePart{});
}

TEST_P(Variable, SequencesOfSequencesInCompounds) {
  const auto stored_base =
      compound(10 + GetParam(), {{"n", 0, integer_type(2, false, ByteOrder::big)}, {"names", 2, strings()}});
  const auto stored =
      compound(GetParam() + 12, {{"id", 0, integer_type(4, true)}, {"list", 4, sequences(stored_base)}});
  const auto memory = memory_form(stored);
  EXPECT_EQ(memory.size(), 20U);
  EXPECT_EQ(memory.as<CompoundType>()->members[1].offset, 4U);
  heap.put(text("one"));
  heap.put(text("twenty"));
  const Bytes list =
      Bytes{std::byte{0}, std::byte{1}} + element(3, 4096, 1) + Bytes{std::byte{1}, std::byte{0}} + element(6, 4096, 2);
  heap.put(list);
  const auto elements = joined(5) + element(2, 4096, 3) + joined(6) + element(0, 0, 0);
  const auto result = read(stored, memory, elements);
  VariablePart found, none;
  std::memcpy(&found, result.data() + 4, 16);
  std::memcpy(&none, result.data() + 24, 16);
  EXPECT_EQ(none, VariablePart{});
  ASSERT_EQ(found.size, 2U);
  VariablePart names[2];
  std::memcpy(&names[0], found.data + 2, 16);
  std::memcpy(&names[1], found.data + 20, 16);
  EXPECT_EQ(held(names[0], 1), text("one"));
  EXPECT_EQ(held(names[1], 1), text("twenty"));
  EXPECT_EQ(found.data[18], std::byte{1});  // bytes in stored order
  // Back into a heap: the same elements, at new places.
  const auto plan = ConversionPlan::make_for_writing(memory, stored, widths());
  EXPECT_TRUE(plan.needs_heap());
  Heap fresh;
  Bytes written(elements.size());
  plan.convert_for_writing(result, written, 2, &fresh);
  EXPECT_EQ(fresh.objects.size(), 3U);
  heap = fresh;
  const auto again = read(stored, memory, written);
  std::memcpy(&found, again.data() + 4, 16);
  std::memcpy(&names[1], found.data + 20, 16);
  EXPECT_EQ(held(names[1], 1), text("twenty"));
}

TEST_P(Variable, SequenceElementsConvert) {
  heap.put(joined(std::uint16_t{1}, std::uint16_t{65535}, std::uint16_t{3}));
  const auto memory = memory_form(sequences(float_type(8)));
  const auto result = parts(read(sequences(integer_type(2, false)), memory, element(3, 4096, 1)));
  EXPECT_EQ(held(result[0], 8), joined(1.0, 65535.0, 3.0));
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(result[0].data) % 16, 0U);
  EXPECT_FALSE(converts(sequences(integer_type(2, false)), memory_form(strings()), widths()));
}

TEST_P(Variable, HostileCounts) {
  heap.put(text("short"));
  const auto memory = memory_form(sequences(float_type(8)));
  const auto error = error_of([&] { read(sequences(float_type(8)), memory, element(0xFFFFFFFF, 4096, 1)); });
  EXPECT_EQ(error.kind(), ErrorKind::corrupt);
  EXPECT_NE(error.reason().find("4294967295 elements of 8 bytes in object 1"), std::string::npos) << error.reason();
  EXPECT_NE(error.reason().find("has 5 bytes"), std::string::npos) << error.reason();
  EXPECT_EQ(error.address(), Address{4096});
  EXPECT_EQ(arena.used(), 0U);
  EXPECT_EQ(error_of([&] { read(strings(), memory_form(strings()), element(6, 4096, 1)); }).kind(), ErrorKind::corrupt);
  EXPECT_EQ(error_of([&] { read(strings(), memory_form(strings()), element(1, 4096, 9)); }).kind(), ErrorKind::corrupt);
  // One object, named by many elements, multiplies: the budget ends it.
  arena = Arena(std::make_shared<std::atomic<std::uint64_t>>(12));
  const auto many = element(5, 4096, 1) + element(5, 4096, 1) + element(5, 4096, 1);
  EXPECT_EQ(error_of([&] { read(strings(), memory_form(strings()), many); }).kind(), ErrorKind::limit);
}

TEST_P(Variable, MemoryFormMovesOnlyWhatFollows) {
  const auto stored =
      compound(40 + GetParam(),
               {{"last", 20 + GetParam(), float_type(8)}, {"first", 0, integer_type(4, true)}, {"text", 6, strings()}});
  const auto memory = memory_form(stored);
  const auto& members = memory.as<CompoundType>()->members;
  EXPECT_EQ(memory.size(), 48U);
  EXPECT_EQ(members[0].offset, 28U);
  EXPECT_EQ(members[1].offset, 0U);
  EXPECT_EQ(members[2].offset, 6U);
  EXPECT_EQ(memory_form(fixed(3, StringPadding::null_padded)), fixed(3, StringPadding::null_padded));
  const Datatype array{3 * (8 + GetParam()), ArrayType{strings(), {3}}};
  EXPECT_EQ(memory_form(array).size(), 48U);
}

INSTANTIATE_TEST_SUITE_P(OffsetWidths, Variable, testing::Values(2U, 4U, 8U));

TEST(Plans, ViewsAndHeapsAreChecked) {
  const auto plan = ConversionPlan::make(integer_type(2, true), integer_type(4, true), {});
  Bytes two(2), four(4);
  EXPECT_NO_THROW(plan.convert(two, four, 1));
  EXPECT_THROW(plan.convert(two, four, 2), Error);
  EXPECT_THROW(plan.convert(four, four, 2), Error);
  EXPECT_THROW(plan.convert(two, four, SIZE_MAX / 2 + 2), Error);
  EXPECT_THROW(plan.convert_for_writing(two, four, 1, nullptr), Error);
  const Datatype strings{16, VariableStringType{}};
  Bytes element(16);
  const auto heaped = ConversionPlan::make(strings, strings, {});
  EXPECT_FALSE(heaped.is_copy());
  EXPECT_TRUE(heaped.needs_heap() && heaped.needs_arena());
  Bytes target(16);
  EXPECT_THROW(heaped.convert(element, target, 1), Error);
  EXPECT_THROW(ConversionPlan::make({12, VariableStringType{}}, strings, {}), Error);
}

TEST(Arenas, KeepWhatTheyGave) {
  Arena arena;
  std::vector<MutableBytes> given;
  for (std::size_t i = 0; i < 2000; ++i) {
    given.push_back(arena.allocate(i * 37 % 40'000));
    std::fill(given.back().begin(), given.back().end(), static_cast<std::byte>(i));
  }
  Arena moved = std::move(arena);
  for (std::size_t i = 0; i < given.size(); ++i) {
    ASSERT_EQ(given[i].size(), i * 37 % 40'000);
    for (const auto byte : given[i]) ASSERT_EQ(byte, static_cast<std::byte>(i));
  }
}

}  // namespace
}  // namespace fiver::convert
