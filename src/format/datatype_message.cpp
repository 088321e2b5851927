#include "format/datatype_message.hpp"

#include <fmt/format.h>

#include "base/checked.hpp"
#include "fiver/values/dataspace.hpp"
#include "format/datatype_checks.hpp"
#include "format/datatype_classes.hpp"

namespace fiver::format {
namespace {

constexpr unsigned v1_member_dims = 4;

class Reader {
 public:
  Reader(Decoder& in, const Limits& limits, DatatypeRemarks* remarks) : in_(in), limits_(limits), remarks_(remarks) {}

  Datatype read(unsigned depth) {
    if (depth > limits_.datatype_nesting)
      throw Error(ErrorKind::limit, fmt::format("datatypes nest deeper than {}", limits_.datatype_nesting));
    count_part();
    const unsigned head = in_.u8("class and version");
    const auto version = static_cast<std::uint8_t>(head >> 4U);
    if (version < 1 || version > last_datatype_version) in_.unsupported(fmt::format("unknown version {}", version));
    const auto bits = static_cast<std::uint32_t>(in_.uint(3, "class bits"));
    const auto size = in_.u32("size");
    if (size == 0) in_.fail("an element of 0 bytes");
    Datatype type(size, read_class(head & 15U, version, bits, size, depth));
    if (const auto problem = datatype_problem(type, in_.widths())) in_.fail(*problem);
    if (remarks_ && depth == 1) remarks_->version = version;
    if (remarks_)
      if (auto oddity = datatype_oddity(type)) remarks_->odd.push_back(std::move(*oddity));
    return type;
  }

 private:
  void count_part() {
    if (++parts_ > limits_.datatype_parts)
      throw Error(ErrorKind::limit, fmt::format("a datatype of more than {} parts", limits_.datatype_parts));
  }

  Datatype::Class read_class(unsigned number, std::uint8_t version, std::uint32_t bits, std::uint32_t size,
                             unsigned depth) {
    switch (static_cast<DatatypeClass>(number)) {
      case DatatypeClass::integer:
        return read_integer(bits);
      case DatatypeClass::floating:
        return read_float(version, bits);
      case DatatypeClass::time:
        return TimeType{order(bits), in_.u16("precision")};
      case DatatypeClass::string:
        return StringType{padding(bits & 15U), charset(bits >> string_charset_shift & 15U)};
      case DatatypeClass::bit_field: {
        const auto integer = read_integer(bits);
        return BitFieldType{integer.order, integer.bit_offset, integer.precision, integer.padding};
      }
      case DatatypeClass::opaque: {
        const auto tag = text_of(in_.bytes(bits & 0xFFU, "tag"));
        return OpaqueType{std::string(tag.substr(0, tag.find('\0')))};
      }
      case DatatypeClass::compound:
        return read_compound(version, bits & 0xFFFFU, size, depth);
      case DatatypeClass::reference:
        return read_reference(bits);
      case DatatypeClass::enumeration:
        return read_enum(version, bits & 0xFFFFU, depth);
      case DatatypeClass::variable_length:
        return read_variable_length(bits, depth);
      case DatatypeClass::array:
        return read_array(version, depth);
      case DatatypeClass::complex:
        return read_complex(version, bits, depth);
    }
    in_.unsupported(fmt::format("unknown datatype class {}", number));
  }

  static ByteOrder order(std::uint32_t bits) {
    return (bits & bits_big_endian) != 0 ? ByteOrder::big : ByteOrder::little;
  }
  static BitPadding bit_padding(std::uint32_t bits) {
    return {(bits & bits_pad_low) != 0, (bits & bits_pad_high) != 0};
  }

  StringPadding padding(std::uint32_t value) const {
    if (value > 2) in_.unsupported(fmt::format("unknown string padding {}", value));
    return static_cast<StringPadding>(value);
  }
  CharacterSet charset(std::uint32_t value) const {
    if (value > 1) in_.unsupported(fmt::format("unknown character set {}", value));
    return static_cast<CharacterSet>(value);
  }

  IntegerType read_integer(std::uint32_t bits) {
    IntegerType integer;
    integer.order = order(bits);
    integer.is_signed = (bits & bits_signed) != 0;
    integer.padding = bit_padding(bits);
    integer.bit_offset = in_.u16("bit offset");
    integer.precision = in_.u16("precision");
    return integer;
  }

  FloatType read_float(std::uint8_t version, std::uint32_t bits) {
    FloatType type;
    type.order = order(bits);
    if (version >= first_with_vax && (bits & float_vax) != 0) {
      if (type.order != ByteOrder::big) in_.fail("an unknown byte order of a float");
      type.order = ByteOrder::vax;
    }
    const auto normalization = bits >> float_normalization_shift & 3U;
    if (normalization > 2) in_.unsupported(fmt::format("unknown normalisation {} of a float", normalization));
    type.normalization = static_cast<MantissaNormalization>(normalization);
    type.padding = bit_padding(bits);
    type.internal_padding = (bits & float_pad_internal) != 0;
    type.sign_position = static_cast<std::uint8_t>(bits >> float_sign_shift & 0xFFU);
    type.bit_offset = in_.u16("bit offset");
    type.precision = in_.u16("precision");
    type.exponent_position = in_.u8("exponent's position");
    type.exponent_size = in_.u8("exponent's size");
    type.mantissa_position = in_.u8("mantissa's position");
    type.mantissa_size = in_.u8("mantissa's size");
    type.exponent_bias = in_.u32("exponent's bias");
    return type;
  }

  // A name and its NUL; before version 3 padded to a multiple of 8 bytes.
  std::string read_name(std::uint8_t version) {
    const auto start = in_.position();
    auto name = in_.text("name of a member");
    if (version < first_packed) in_.skip((8 - (in_.position() - start) % 8) % 8, "padding of a name");
    return name;
  }

  CompoundType read_compound(std::uint8_t version, std::uint32_t count, std::uint32_t size, unsigned depth) {
    CompoundType compound;
    for (std::uint32_t i = 0; i < count; ++i) {
      count_part();
      auto name = read_name(version);
      const auto offset =
          static_cast<std::uint32_t>(in_.uint(version < first_packed ? 4 : bytes_needed(size), "offset of a member"));
      std::vector<std::uint32_t> dims;
      if (version == 1) dims = read_v1_member_dims();
      auto type = read(depth + 1);
      if (!dims.empty()) type = array_of(std::move(type), std::move(dims));
      compound.members.push_back({std::move(name), offset, std::move(type)});
    }
    return compound;
  }

  // Before there were array types, a member could be an array.
  std::vector<std::uint32_t> read_v1_member_dims() {
    const unsigned rank = in_.u8("rank of a member");
    if (rank > v1_member_dims)
      in_.fail(fmt::format("a member of {} dimensions, the most are {}", rank, v1_member_dims));
    in_.reserved(3 + 4 + 4);
    std::vector<std::uint32_t> dims;
    for (unsigned i = 0; i < v1_member_dims; ++i) {
      const auto dim = in_.u32("dimension of a member");
      if (i < rank) dims.push_back(dim);
    }
    return dims;
  }

  Datatype array_of(Datatype base, std::vector<std::uint32_t> dims) {
    std::uint64_t size = base.size();
    for (const auto dim : dims) {
      const auto product = checked_multiply(size, dim);
      if (!product || *product == 0 || *product > 0xFFFFFFFFU)
        in_.fail("a member that is an array of no possible size");
      size = *product;
    }
    return {static_cast<std::uint32_t>(size), ArrayType{std::move(base), std::move(dims)}};
  }

  ReferenceType read_reference(std::uint32_t bits) {
    const auto kind = bits & 15U;
    if (kind > 4) in_.unsupported(fmt::format("unknown kind of reference {}", kind));
    const ReferenceType reference{static_cast<ReferenceKind>(kind)};
    if (reference.kind >= ReferenceKind::object2) {
      // HDF5 1.12 wrote these kinds in version 1, and with an encoding number of 0.
      if (const auto encoding = bits >> reference_version_shift & 15U; encoding > reference_version)
        in_.unsupported(fmt::format("unknown encoding {} of a reference", encoding));
    }
    return reference;
  }

  EnumType read_enum(std::uint8_t version, std::uint32_t count, unsigned depth) {
    EnumType type{read(depth + 1), {}};
    for (std::uint32_t i = 0; i < count; ++i) {
      count_part();
      type.members.push_back({read_name(version), {}});
    }
    for (auto& member : type.members) {
      const auto value = in_.bytes(type.base->size(), "value of an enumeration");
      member.value.assign(value.begin(), value.end());
    }
    return type;
  }

  Datatype::Class read_variable_length(std::uint32_t bits, unsigned depth) {
    const auto kind = bits & 15U;
    if (kind > variable_is_string) in_.unsupported(fmt::format("unknown kind {} of a variable length type", kind));
    auto base = read(depth + 1);
    if (kind != variable_is_string) return VariableLengthType{std::move(base)};
    if (base.size() != 1) in_.fail(fmt::format("a string of characters of {} bytes", base.size()));
    return VariableStringType{padding(bits >> variable_padding_shift & 15U),
                              charset(bits >> variable_charset_shift & 15U)};
  }

  ArrayType read_array(std::uint8_t version, unsigned depth) {
    // Version 1 has none by the specification; writers before HDF5 1.4 put them there in the form of version 2.
    const unsigned rank = in_.u8("rank of an array");
    if (rank == 0 || rank > max_rank) in_.fail(fmt::format("an array of {} dimensions", rank));
    if (version < first_packed) in_.reserved(3);
    std::vector<std::uint32_t> dims(rank);
    for (auto& dim : dims) dim = in_.u32("dimension of an array");
    if (version < first_packed) in_.skip(4 * std::uint64_t{rank}, "permutation of an array");
    return {read(depth + 1), std::move(dims)};
  }

  ComplexType read_complex(std::uint8_t version, std::uint32_t bits, unsigned depth) {
    if (version < first_with_complex) in_.fail(fmt::format("a complex number in version {}", version));
    if ((bits & complex_homogeneous) == 0 || (bits >> complex_form_shift & 3U) != 0)
      in_.unsupported(fmt::format("a complex number of an unknown form (class bits {:#x})", bits));
    return {read(depth + 1)};
  }

  Decoder& in_;
  const Limits& limits_;
  DatatypeRemarks* remarks_;
  std::uint32_t parts_ = 0;
};

}  // namespace

Datatype decode_datatype(Decoder& in, const Limits& limits, DatatypeRemarks* remarks) {
  return Reader(in, limits, remarks).read(1);
}

Datatype decode_datatype(ByteView body, FieldWidths widths, const Limits& limits, DatatypeRemarks* remarks) {
  Decoder in(body, widths, "datatype message");
  return decode_datatype(in, limits, remarks);
}

}  // namespace fiver::format
