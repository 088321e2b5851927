// Writes the datatype message; its grammar stands in datatype_message.hpp.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "format/datatype_checks.hpp"
#include "format/datatype_classes.hpp"
#include "format/datatype_message.hpp"

namespace fiver::format {
namespace {

constexpr std::size_t max_members = 0xFFFF;
constexpr std::size_t max_tag = 0xF8;  // the padded length must fit in 8 bits and be a multiple of 8

[[noreturn]] void refuse(std::string_view reason) {
  throw Error(ErrorKind::invalid_argument, fmt::format("datatype: {}", reason));
}

// The lowest version that can express a type and all its parts.
struct RequiredVersion {
  template <class T>
  std::uint8_t operator()(const T&) const {
    return 1;
  }
  std::uint8_t operator()(const FloatType& t) const {
    return t.order == ByteOrder::vax ? first_with_vax : std::uint8_t{1};
  }
  std::uint8_t operator()(const ReferenceType& t) const {
    return t.kind >= ReferenceKind::object2 ? first_with_new_references : std::uint8_t{1};
  }
  std::uint8_t operator()(const CompoundType& t) const {
    std::uint8_t version = 1;
    for (const auto& member : t.members) version = std::max(version, of(*member.type));
    return version;
  }
  std::uint8_t operator()(const VariableLengthType& t) const { return of(*t.base); }
  std::uint8_t operator()(const ArrayType& t) const { return std::max(first_with_arrays, of(*t.base)); }
  std::uint8_t operator()(const ComplexType&) const { return first_with_complex; }
  static std::uint8_t of(const Datatype& type) { return std::visit(RequiredVersion{}, type.value()); }
};

// The version a type is written in where its outermost container is of `containers`.
std::uint8_t written_version(const Datatype& type, std::uint8_t containers) {
  if (type.is<CompoundType>() || type.is<ArrayType>() || type.is<EnumType>()) return containers;
  if (const auto* sequence = type.as<VariableLengthType>()) return written_version(*sequence->base, containers);
  return RequiredVersion::of(type);
}

void check_names(const std::vector<std::string_view>& names) {
  if (names.size() > max_members) refuse(fmt::format("{} members, the most are {}", names.size(), max_members));
  std::set<std::string_view> seen;
  for (const auto name : names) {
    if (name.empty() || name.find('\0') != std::string_view::npos) refuse("a member's name is empty or has a NUL");
    if (!seen.insert(name).second) refuse(fmt::format("two members are named {}", name));
  }
}

std::uint32_t padding_bits(BitPadding padding) {
  return (padding.low ? bits_pad_low : 0U) | (padding.high ? bits_pad_high : 0U);
}

class Writer {
 public:
  Writer(Encoder& out, std::uint8_t containers) : out_(out), containers_(containers) {}

  void write(const Datatype& type) {
    if (const auto problem = datatype_problem(type, out_.widths())) refuse(*problem);
    type_ = &type;
    std::visit(*this, type.value());
  }

  void operator()(const IntegerType& t) {
    head(DatatypeClass::integer, order_bit(t.order) | padding_bits(t.padding) | (t.is_signed ? bits_signed : 0U));
    out_.u16(t.bit_offset);
    out_.u16(t.precision);
  }
  void operator()(const BitFieldType& t) {
    head(DatatypeClass::bit_field, order_bit(t.order) | padding_bits(t.padding));
    out_.u16(t.bit_offset);
    out_.u16(t.precision);
  }
  void operator()(const TimeType& t) {
    head(DatatypeClass::time, order_bit(t.order));
    out_.u16(t.precision);
  }
  void operator()(const FloatType& t) {
    head(DatatypeClass::floating, (t.order == ByteOrder::vax ? bits_big_endian | float_vax : order_bit(t.order)) |
                                      padding_bits(t.padding) | (t.internal_padding ? float_pad_internal : 0U) |
                                      static_cast<std::uint32_t>(t.normalization) << float_normalization_shift |
                                      std::uint32_t{t.sign_position} << float_sign_shift);
    out_.u16(t.bit_offset);
    out_.u16(t.precision);
    out_.u8(t.exponent_position);
    out_.u8(t.exponent_size);
    out_.u8(t.mantissa_position);
    out_.u8(t.mantissa_size);
    out_.u32(t.exponent_bias);
  }
  void operator()(const StringType& t) {
    head(DatatypeClass::string, static_cast<std::uint32_t>(t.padding) | static_cast<std::uint32_t>(t.charset)
                                                                            << string_charset_shift);
  }
  void operator()(const OpaqueType& t) {
    if (t.tag.size() > max_tag || t.tag.find('\0') != std::string::npos)
      refuse(fmt::format("an opaque type's tag has at most {} bytes and no NUL", max_tag));
    const auto padded = (t.tag.size() + 7) / 8 * 8;
    head(DatatypeClass::opaque, static_cast<std::uint32_t>(padded));
    out_.bytes(bytes_of(t.tag));
    out_.zeros(padded - t.tag.size());
  }
  void operator()(const ReferenceType& t) {
    const auto kind = static_cast<std::uint32_t>(t.kind);
    head(DatatypeClass::reference,
         kind | (t.kind >= ReferenceKind::object2 ? reference_version << reference_version_shift : 0U));
  }
  void operator()(const CompoundType& t) {
    std::vector<std::string_view> names;
    for (const auto& member : t.members) names.push_back(member.name);
    check_names(names);
    const auto size = type_->size();
    head(DatatypeClass::compound, static_cast<std::uint32_t>(t.members.size()));
    for (const auto& member : t.members) {
      name(member.name);
      out_.uint(member.offset, containers_ < first_packed ? 4 : bytes_needed(size));
      // Rank 0, permutation and four dimensions: an array member makes the compound version 2.
      if (containers_ == 1) out_.zeros(1 + 3 + 4 + 4 + 4 * 4);
      write(*member.type);
    }
  }
  void operator()(const EnumType& t) {
    std::vector<std::string_view> names;
    for (const auto& member : t.members) names.push_back(member.name);
    check_names(names);
    head(DatatypeClass::enumeration, static_cast<std::uint32_t>(t.members.size()));
    write(*t.base);
    for (const auto& member : t.members) name(member.name);
    for (const auto& member : t.members) out_.bytes(member.value);
  }
  void operator()(const VariableLengthType& t) {
    head(DatatypeClass::variable_length, 0);
    write(*t.base);
  }
  void operator()(const VariableStringType& t) {
    head(DatatypeClass::variable_length, variable_is_string |
                                             static_cast<std::uint32_t>(t.padding) << variable_padding_shift |
                                             static_cast<std::uint32_t>(t.charset) << variable_charset_shift);
    write(integer_type(1, false));
  }
  void operator()(const ArrayType& t) {
    head(DatatypeClass::array, 0);
    out_.u8(static_cast<std::uint8_t>(t.dims.size()));
    if (containers_ < first_packed) out_.zeros(3);
    for (const auto dim : t.dims) out_.u32(dim);
    if (containers_ < first_packed)
      for (std::uint32_t i = 0; i < t.dims.size(); ++i) out_.u32(i);
    write(*t.base);
  }
  void operator()(const ComplexType& t) {
    head(DatatypeClass::complex, complex_homogeneous);
    write(*t.base);
  }

 private:
  static std::uint32_t order_bit(ByteOrder order) {
    if (order == ByteOrder::vax) refuse("only floats have the VAX byte order");
    return order == ByteOrder::big ? bits_big_endian : 0U;
  }

  void head(DatatypeClass number, std::uint32_t bits) {
    out_.u8(static_cast<std::uint8_t>(static_cast<unsigned>(number) | unsigned{written_version(*type_, containers_)}
                                                                          << 4U));
    out_.uint(bits, 3);
    out_.u32(type_->size());
  }

  void name(std::string_view value) {
    out_.text(value);
    if (containers_ < first_packed) out_.zeros((8 - (value.size() + 1) % 8) % 8);
  }

  Encoder& out_;
  std::uint8_t containers_;
  const Datatype* type_ = nullptr;  // the one whose head is next
};

std::uint8_t container_version(const Datatype& type, std::uint8_t lowest) {
  if (lowest < 1 || lowest > last_datatype_version) refuse(fmt::format("there is no version {}", lowest));
  return std::max(lowest, RequiredVersion::of(type));
}

}  // namespace

void encode_datatype(Encoder& out, const Datatype& type, std::uint8_t lowest) {
  Writer(out, container_version(type, lowest)).write(type);
}

std::uint8_t datatype_version(const Datatype& type, std::uint8_t lowest) {
  return written_version(type, container_version(type, lowest));
}

}  // namespace fiver::format
