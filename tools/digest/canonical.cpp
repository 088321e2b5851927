#include "digest/canonical.hpp"

#include <bit>
#include <cmath>

#include "common/numbers.hpp"
#include "fiver/values/error.hpp"
#include "fiver/values/variable.hpp"

namespace fiver::tools {
namespace {

void append_u32(std::string& out, std::uint64_t value) {
  for (unsigned shift = 0; shift < 32; shift += 8) out.push_back(static_cast<char>((value >> shift) & 0xFFU));
}

void append_text(std::string& out, std::string_view text) {
  append_u32(out, text.size());
  out.append(text);
}

void append_double(std::string& out, double value) {
  const std::uint64_t bits = std::isnan(value) ? 0x7FF8000000000000U : std::bit_cast<std::uint64_t>(value);
  for (unsigned shift = 0; shift < 64; shift += 8) out.push_back(static_cast<char>((bits >> shift) & 0xFFU));
}

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string_view without_padding(std::string_view text, StringPadding padding) {
  if (padding == StringPadding::null_terminated) return text.substr(0, text.find('\0'));
  const char pad = padding == StringPadding::null_padded ? '\0' : ' ';
  return text.substr(0, text.find_last_not_of(pad) + 1);
}

VariablePart variable_part(std::span<const std::byte> element) {
  VariablePart part;
  std::copy_n(element.data(), sizeof part, reinterpret_cast<std::byte*>(&part));
  return part;
}

std::string_view sequence_text(const VariablePart& part) {
  return part.data == nullptr ? std::string_view() : text_of({part.data, static_cast<std::size_t>(part.size)});
}

}  // namespace

bool Canonical::is_verbatim(const Datatype& type) {
  const auto plain = [&](ByteOrder order, unsigned bit_offset, unsigned precision) {
    return (order == ByteOrder::little || type.size() == 1) && bit_offset == 0 && precision == 8 * type.size() &&
           value_width(type.size()) == type.size();
  };
  if (type.is<OpaqueType>()) return true;
  if (const auto* t = type.as<IntegerType>()) return plain(t->order, t->bit_offset, t->precision);
  if (const auto* t = type.as<BitFieldType>()) return plain(t->order, t->bit_offset, t->precision);
  if (const auto* t = type.as<FloatType>()) return t->order == ByteOrder::little && is_ieee(*t, type.size());
  if (const auto* t = type.as<EnumType>()) return is_verbatim(*t->base);
  if (const auto* t = type.as<ArrayType>()) return is_verbatim(*t->base);
  if (const auto* t = type.as<ComplexType>()) return is_verbatim(*t->base);
  return false;
}

void Canonical::append_number(std::string& out, std::span<const std::byte> element, ByteOrder order,
                              unsigned bit_offset, unsigned precision, bool is_signed) const {
  const std::string bytes = little_endian(element, order);
  const std::size_t width = value_width(element.size());
  if (bit_offset == 0 && precision == 8 * element.size() && width == element.size()) {
    out += bytes;
  } else {
    out += bit_field(bytes, bit_offset, precision, is_signed, width);
  }
}

void Canonical::append(std::string& out, const Datatype& type, std::span<const std::byte> element) const {
  if (is_verbatim(type)) {
    out += text_of(element);
  } else if (const auto* integer = type.as<IntegerType>()) {
    append_number(out, element, integer->order, integer->bit_offset, integer->precision, integer->is_signed);
  } else if (const auto* bits = type.as<BitFieldType>()) {
    append_number(out, element, bits->order, bits->bit_offset, bits->precision, false);
  } else if (const auto* time = type.as<TimeType>()) {
    append_number(out, element, time->order, 0, time->precision, false);
  } else if (const auto* real = type.as<FloatType>()) {
    if (is_ieee(*real, element.size())) {
      out += little_endian(element, real->order);
    } else {
      append_double(out, float_value(*real, element));
    }
  } else if (const auto* enumeration = type.as<EnumType>()) {
    append(out, *enumeration->base, element);
  } else if (const auto* string = type.as<StringType>()) {
    append_text(out, without_padding(text_of(element), string->padding));
  } else if (type.is<VariableStringType>()) {
    append_text(out, without_padding(sequence_text(variable_part(element)), StringPadding::null_terminated));
  } else if (const auto* sequence = type.as<VariableLengthType>()) {
    const VariablePart part = variable_part(element);
    const std::size_t size = sequence->base->size();
    append_u32(out, part.size);
    for (std::size_t i = 0; i < part.size; ++i) append(out, *sequence->base, {part.data + i * size, size});
  } else if (const auto* compound = type.as<CompoundType>()) {
    for (const CompoundMember& member : compound->members) {
      append(out, *member.type, element.subspan(member.offset, member.type->size()));
    }
  } else if (const auto* array = type.as<ArrayType>()) {
    const std::size_t size = array->base->size();
    for (std::size_t at = 0; size != 0 && at + size <= element.size(); at += size) {
      append(out, *array->base, element.subspan(at, size));
    }
  } else if (const auto* complex = type.as<ComplexType>()) {
    append(out, *complex->base, element.first(element.size() / 2));
    append(out, *complex->base, element.last(element.size() / 2));
  } else {
    append_reference(out, type, element);
  }
}

void Canonical::append_reference(std::string& out, const Datatype& type, std::span<const std::byte> element) const {
  const Reference reference = file_.decode_reference(element, type);
  std::string text = target(reference);
  if (!reference.is_null() && type.as<ReferenceType>()->kind == ReferenceKind::region) {
    text += '#';
    text += reference.region ? region_text(*reference.region) : "all";
  }
  append_text(out, text);
}

std::string Canonical::target(const Reference& reference) const {
  if (reference.is_null()) return {};
  const auto found = paths_.find(reference.object->value);
  return found == paths_.end() ? "?" : found->second;
}

}  // namespace fiver::tools
