#include "digest/type_json.hpp"

#include <algorithm>
#include <numeric>

#include "common/numbers.hpp"

namespace fiver::tools {
namespace {

const char* order_name(ByteOrder order) {
  switch (order) {
    case ByteOrder::little:
      return "le";
    case ByteOrder::big:
      return "be";
    case ByteOrder::vax:
      return "vax";
  }
  return "le";
}

const char* padding_name(StringPadding padding) {
  switch (padding) {
    case StringPadding::null_terminated:
      return "term";
    case StringPadding::null_padded:
      return "null";
    case StringPadding::space_padded:
      return "space";
  }
  return "term";
}

const char* charset_name(CharacterSet charset) {
  return charset == CharacterSet::utf8 ? "utf8" : "ascii";
}

bool is_newer(ReferenceKind kind) {
  return kind != ReferenceKind::object && kind != ReferenceKind::region;
}

struct CompoundSizes {
  std::uint64_t size = 0;
  std::vector<std::uint64_t> offsets;  ///< in the order of the members
};

/// Members keep their order and the gaps between them; those behind a part that is larger or smaller in memory move with it.
CompoundSizes compound_in_memory(const CompoundType& compound, std::uint64_t stored_size) {
  CompoundSizes sizes;
  sizes.offsets.resize(compound.members.size());
  std::vector<std::size_t> by_offset(compound.members.size());
  std::iota(by_offset.begin(), by_offset.end(), std::size_t{0});
  std::stable_sort(by_offset.begin(), by_offset.end(), [&](std::size_t a, std::size_t b) {
    return compound.members[a].offset < compound.members[b].offset;
  });
  std::uint64_t shift = 0;  // modulo 2^64: a part may shrink
  for (const std::size_t i : by_offset) {
    const CompoundMember& member = compound.members[i];
    sizes.offsets[i] = member.offset + shift;
    shift += size_in_memory(*member.type) - member.type->size();
  }
  sizes.size = stored_size + shift;
  return sizes;
}

/// Writes the members of one TYPE object in the order of their keys.
struct TypeWriter {
  JsonWriter& json;
  std::uint64_t size;  ///< stored

  void bits(std::uint16_t bit_offset, std::uint16_t precision, ByteOrder order) const {
    if (bit_offset != 0) json.key("off").number(bit_offset);
    json.key("order").string(order_name(order));
    if (precision != 8 * size) json.key("prec").number(precision);
  }
  void operator()(const IntegerType& t) const {
    json.key("c").string("int");
    bits(t.bit_offset, t.precision, t.order);
    json.key("signed").boolean(t.is_signed).key("size").number(size);
  }
  void operator()(const FloatType& t) const {
    json.key("bias").number(t.exponent_bias).key("c").string("float").key("fields");
    json.numbers(std::vector<unsigned>{t.sign_position, t.exponent_position, t.exponent_size, t.mantissa_position,
                                       t.mantissa_size});
    json.key("norm").string(t.normalization == MantissaNormalization::implied   ? "implied"
                            : t.normalization == MantissaNormalization::msb_set ? "msbset"
                                                                                : "none");
    bits(t.bit_offset, t.precision, t.order);
    json.key("size").number(size);
  }
  void operator()(const TimeType& t) const {
    json.key("c").string("time").key("order").string(order_name(t.order)).key("size").number(size);
  }
  void operator()(const StringType& t) const {
    json.key("c").string("string").key("cset").string(charset_name(t.charset));
    json.key("pad").string(padding_name(t.padding)).key("size").number(size);
  }
  void operator()(const BitFieldType& t) const {
    json.key("c").string("bitfield");
    bits(t.bit_offset, t.precision, t.order);
    json.key("size").number(size);
  }
  void operator()(const OpaqueType& t) const {
    json.key("c").string("opaque").key("size").number(size).key("tag").string(t.tag);
  }
  void operator()(const CompoundType& t) const {
    const CompoundSizes sizes = compound_in_memory(t, size);
    json.key("c").string("compound").key("members").begin_array();
    for (std::size_t i = 0; i < t.members.size(); ++i) {
      json.begin_array().string(t.members[i].name).number(sizes.offsets[i]);
      write_type(json, *t.members[i].type);
      json.end_array();
    }
    json.end_array().key("size").number(sizes.size);
  }
  void operator()(const ReferenceType& t) const {
    json.key("c").string("ref").key("kind");
    json.string(is_newer(t.kind) ? "std" : t.kind == ReferenceKind::object ? "object" : "region");
  }
  void operator()(const EnumType& t) const {
    json.key("base");
    write_type(json, *t.base);
    json.key("c").string("enum").key("members").begin_array();
    const auto* base = t.base->as<IntegerType>();
    for (const EnumMember& member : t.members) {
      json.begin_array().string(member.name);
      if (base != nullptr) {
        json.raw(integer_text(member.value, base->order, base->bit_offset, base->precision, base->is_signed));
      } else {
        json.null();
      }
      json.end_array();
    }
    json.end_array();
  }
  void operator()(const VariableLengthType& t) const {
    json.key("base");
    write_type(json, *t.base);
    json.key("c").string("vlen");
  }
  void operator()(const VariableStringType& t) const {
    json.key("c")
        .string("vlstring")
        .key("cset")
        .string(charset_name(t.charset))
        .key("pad")
        .string(padding_name(t.padding));
  }
  void operator()(const ArrayType& t) const {
    json.key("base");
    write_type(json, *t.base);
    json.key("c").string("array").key("dims").numbers(t.dims);
  }
  void operator()(const ComplexType& t) const {
    json.key("base");
    write_type(json, *t.base);
    json.key("c").string("complex");
  }
};

/// Calls `test` on each part that `type` has directly.
template <class Test>
bool any_part(const Datatype& type, const Test& test) {
  if (const auto* compound = type.as<CompoundType>()) {
    return std::any_of(compound->members.begin(), compound->members.end(),
                       [&](const CompoundMember& member) { return test(*member.type); });
  }
  if (const auto* sequence = type.as<VariableLengthType>()) return test(*sequence->base);
  if (const auto* array = type.as<ArrayType>()) return test(*array->base);
  return false;
}

}  // namespace

void write_type(JsonWriter& json, const Datatype& type) {
  json.begin_object();
  std::visit(TypeWriter{json, type.size()}, type.value());
  json.end_object();
}

std::uint64_t size_in_memory(const Datatype& type) {
  if (type.is<VariableStringType>()) return 8;
  if (type.is<VariableLengthType>()) return 16;
  if (const auto* reference = type.as<ReferenceType>()) {
    return is_newer(reference->kind) ? 64 : reference->kind == ReferenceKind::object ? 8 : 12;
  }
  if (const auto* array = type.as<ArrayType>()) {
    const std::uint64_t stored = array->base->size();
    return stored == 0 ? type.size() : type.size() / stored * size_in_memory(*array->base);
  }
  if (const auto* compound = type.as<CompoundType>()) return compound_in_memory(*compound, type.size()).size;
  return type.size();
}

bool has_newer_references(const Datatype& type) {
  if (const auto* reference = type.as<ReferenceType>()) return is_newer(reference->kind);
  return any_part(type, [](const Datatype& part) { return has_newer_references(part); });
}

}  // namespace fiver::tools
