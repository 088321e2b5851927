#include "fiver/values/datatype.hpp"

#include <bit>
#include <type_traits>

#include "fiver/values/error.hpp"

namespace fiver {

NestedType::NestedType(Datatype type) : type_(std::make_shared<const Datatype>(std::move(type))) {}

bool operator==(const NestedType& a, const NestedType& b) {
  return a.type_ == b.type_ || *a.type_ == *b.type_;
}

Datatype integer_type(std::uint32_t size, bool is_signed, ByteOrder order) {
  if (size == 0 || size > 0xFFFF / 8)
    throw Error(ErrorKind::invalid_argument, "an integer of " + std::to_string(size) + " bytes");
  IntegerType integer;
  integer.order = order;
  integer.is_signed = is_signed;
  integer.precision = static_cast<std::uint16_t>(8 * size);
  return {size, integer};
}

Datatype text_type() {
  return Datatype(16, VariableStringType{StringPadding::null_terminated, CharacterSet::utf8});
}

Datatype float_type(std::uint32_t size, ByteOrder order) {
  FloatType type;
  type.order = order;
  type.precision = static_cast<std::uint16_t>(8 * size);
  switch (size) {
    case 2:
      type.exponent_size = 5;
      break;
    case 4:
      type.exponent_size = 8;
      break;
    case 8:
      type.exponent_size = 11;
      break;
    default:
      throw Error(ErrorKind::invalid_argument, "no IEEE 754 float has " + std::to_string(size) + " bytes");
  }
  type.sign_position = static_cast<std::uint8_t>(type.precision - 1);
  type.mantissa_size = static_cast<std::uint8_t>(type.precision - 1 - type.exponent_size);
  type.exponent_position = type.mantissa_size;
  type.exponent_bias = (1U << (type.exponent_size - 1)) - 1;
  return {size, type};
}

template <class T>
Datatype native_type() {
  constexpr auto order = std::endian::native == std::endian::little ? ByteOrder::little : ByteOrder::big;
  if constexpr (std::is_same_v<T, bool>) {
    return {1, EnumType{integer_type(1, true), {{"FALSE", {std::byte{0}}}, {"TRUE", {std::byte{1}}}}}};
  } else if constexpr (std::is_floating_point_v<T>) {
    return float_type(sizeof(T), order);
  } else {
    return integer_type(sizeof(T), std::is_signed_v<T>, order);
  }
}

template Datatype native_type<bool>();
template Datatype native_type<char>();
template Datatype native_type<signed char>();
template Datatype native_type<unsigned char>();
template Datatype native_type<short>();
template Datatype native_type<unsigned short>();
template Datatype native_type<int>();
template Datatype native_type<unsigned>();
template Datatype native_type<long>();
template Datatype native_type<unsigned long>();
template Datatype native_type<long long>();
template Datatype native_type<unsigned long long>();
template Datatype native_type<float>();
template Datatype native_type<double>();

bool has_heap_parts(const Datatype& type) {
  if (type.is<VariableLengthType>() || type.is<VariableStringType>()) return true;
  // The references of 1.12 keep all but an object of the same file in the heap.
  if (const auto* reference = type.as<ReferenceType>()) return reference->kind != ReferenceKind::object;
  if (const auto* array = type.as<ArrayType>()) return has_heap_parts(*array->base);
  if (const auto* compound = type.as<CompoundType>())
    for (const auto& member : compound->members)
      if (has_heap_parts(*member.type)) return true;
  return false;
}

namespace {

std::string order_suffix(ByteOrder order, std::uint32_t size) {
  if (order == ByteOrder::vax) return " vax";
  return order == ByteOrder::big && size > 1 ? " big-endian" : "";
}

// "uint12 in 2 bytes at bit 4" where the value does not fill its bytes.
std::string bits_name(std::string_view kind, std::uint32_t size, std::uint16_t precision, std::uint16_t offset) {
  auto name = std::string(kind) + std::to_string(precision);
  if (precision != 8 * std::uint64_t{size}) name += " in " + std::to_string(size) + (size == 1 ? " byte" : " bytes");
  if (offset != 0) name += " at bit " + std::to_string(offset);
  return name;
}

std::string float_name(const FloatType& type, std::uint32_t size) {
  const auto is = [&](unsigned exponent, unsigned mantissa) {
    return type.exponent_size == exponent && type.mantissa_size == mantissa;
  };
  const bool whole = type.precision == 8 * std::uint64_t{size} && type.bit_offset == 0;
  if (whole && is(8, 7)) return "bfloat16";
  if (whole && (is(5, 10) || is(8, 23) || is(11, 52) || is(15, 112))) return "float" + std::to_string(type.precision);
  if (type.precision == 80 && is(15, 64)) return bits_name("float", size, type.precision, type.bit_offset);
  return bits_name("float", size, type.precision, type.bit_offset) + " e" + std::to_string(type.exponent_size) + "m" +
         std::to_string(type.mantissa_size);
}

std::string charset_suffix(CharacterSet charset) {
  return charset == CharacterSet::utf8 ? " utf-8" : "";
}

// The value of an enumeration's member in decimal, or its bytes in hexadecimal when it is no integer of up to
// 8 bytes.
std::string enum_value(const EnumMember& member, const Datatype& base) {
  const auto* type = base.as<IntegerType>();
  const auto count = member.value.size();
  if (!type || count == 0 || count > 8 || type->precision == 0 || type->bit_offset + type->precision > 8 * count) {
    std::string hex = "0x";
    for (const auto byte : member.value) {
      hex += "0123456789abcdef"[std::to_integer<unsigned>(byte >> 4)];
      hex += "0123456789abcdef"[std::to_integer<unsigned>(byte & std::byte{15})];
    }
    return hex;
  }
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < count; ++i)
    bits = bits << 8U | std::to_integer<std::uint64_t>(member.value[type->order == ByteOrder::big ? i : count - 1 - i]);
  const unsigned unused = 64U - type->precision;
  bits = bits >> type->bit_offset << unused;
  if (type->is_signed) return std::to_string(static_cast<std::int64_t>(bits) >> unused);
  return std::to_string(bits >> unused);
}

struct Printer {
  std::uint32_t size;
  std::string operator()(const IntegerType& t) const {
    return bits_name(t.is_signed ? "int" : "uint", size, t.precision, t.bit_offset) + order_suffix(t.order, size);
  }
  std::string operator()(const FloatType& t) const { return float_name(t, size) + order_suffix(t.order, size); }
  std::string operator()(const TimeType& t) const {
    return bits_name("time", size, t.precision, 0) + order_suffix(t.order, size);
  }
  std::string operator()(const StringType& t) const {
    return "string[" + std::to_string(size) + "]" + charset_suffix(t.charset);
  }
  std::string operator()(const BitFieldType& t) const {
    return bits_name("bits", size, t.precision, t.bit_offset) + order_suffix(t.order, size);
  }
  std::string operator()(const OpaqueType& t) const {
    return "opaque[" + std::to_string(size) + "]" + (t.tag.empty() ? "" : " \"" + t.tag + "\"");
  }
  std::string operator()(const CompoundType& t) const {
    std::string text = "{";
    for (const auto& member : t.members)
      text += (text.size() > 1 ? ", " : "") + member.name + ": " + to_string(*member.type);
    return text + "}";
  }
  std::string operator()(const ReferenceType& t) const {
    switch (t.kind) {
      case ReferenceKind::object:
        return "object reference";
      case ReferenceKind::region:
        return "region reference";
      case ReferenceKind::object2:
        return "object reference (1.12)";
      case ReferenceKind::region2:
        return "region reference (1.12)";
      case ReferenceKind::attribute:
        return "attribute reference (1.12)";
    }
    return "reference";
  }
  std::string operator()(const EnumType& t) const {
    std::string text = "enum " + to_string(*t.base) + " {";
    for (std::size_t i = 0; i < t.members.size(); ++i)
      text += (i > 0 ? ", " : "") + t.members[i].name + "=" + enum_value(t.members[i], *t.base);
    return text + "}";
  }
  std::string operator()(const VariableLengthType& t) const { return "sequence of " + to_string(*t.base); }
  std::string operator()(const VariableStringType& t) const { return "string" + charset_suffix(t.charset); }
  std::string operator()(const ArrayType& t) const {
    std::string text = to_string(*t.base) + "[";
    for (std::size_t i = 0; i < t.dims.size(); ++i) text += (i > 0 ? ", " : "") + std::to_string(t.dims[i]);
    return text + "]";
  }
  std::string operator()(const ComplexType& t) const { return "complex " + to_string(*t.base); }
};

}  // namespace

std::string to_string(const Datatype& type) {
  return std::visit(Printer{type.size()}, type.value());
}

}  // namespace fiver
