#include "common/value_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "common/escaping.hpp"
#include "common/numbers.hpp"
#include "fiver/attribute.hpp"
#include "fiver/values/error.hpp"
#include "fiver/values/variable.hpp"

namespace fiver::tools {
namespace {

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

VariablePart variable_part(std::span<const std::byte> element) {
  VariablePart part;
  std::copy_n(element.data(), sizeof part, reinterpret_cast<std::byte*>(&part));
  return part;
}

std::string hexadecimal(std::span<const std::byte> bytes) {
  std::string text = "0x";
  for (const std::byte b : bytes) fmt::format_to(std::back_inserter(text), "{:02x}", static_cast<unsigned>(b));
  return text;
}

class ValueText {
 public:
  ValueText(const File& file, ValueStyle style) : file_(file), style_(style) {}

  void append(std::string& out, const Datatype& type, std::span<const std::byte> element, bool nested) const {
    if (const auto* integer = type.as<IntegerType>()) {
      out += integer_text(element, integer->order, integer->bit_offset, integer->precision, integer->is_signed);
    } else if (const auto* bits = type.as<BitFieldType>()) {
      out += hexadecimal_bits(element, bits->order);
    } else if (const auto* time = type.as<TimeType>()) {
      out += integer_text(element, time->order, 0, time->precision, false);
    } else if (const auto* real = type.as<FloatType>()) {
      out += float_text(*real, element);
    } else if (is_string(type)) {
      append_string(out, string_bytes(type, element), nested);
    } else if (type.is<OpaqueType>()) {
      out += hexadecimal(element);
    } else if (const auto* enumeration = type.as<EnumType>()) {
      append_member_name(out, *enumeration, element);
    } else if (const auto* compound = type.as<CompoundType>()) {
      out += '(';
      for (std::size_t i = 0; i < compound->members.size(); ++i) {
        const CompoundMember& member = compound->members[i];
        if (i > 0) out += ", ";
        append(out, *member.type, element.subspan(member.offset, member.type->size()), true);
      }
      out += ')';
    } else if (const auto* array = type.as<ArrayType>()) {
      append_list(out, *array->base, element);
    } else if (const auto* sequence = type.as<VariableLengthType>()) {
      const VariablePart part = variable_part(element);
      append_list(out, *sequence->base, {part.data, static_cast<std::size_t>(part.size) * sequence->base->size()});
    } else if (const auto* complex = type.as<ComplexType>()) {
      out += '(';
      append(out, *complex->base, element.first(element.size() / 2), true);
      out += ", ";
      append(out, *complex->base, element.last(element.size() / 2), true);
      out += "i)";
    } else {
      append_reference(out, type, element);
    }
  }

 private:
  static std::string hexadecimal_bits(std::span<const std::byte> element, ByteOrder order) {
    std::string bytes = little_endian(element, order);
    std::reverse(bytes.begin(), bytes.end());
    return hexadecimal(std::as_bytes(std::span(bytes)));
  }

  void append_string(std::string& out, std::string_view bytes, bool nested) const {
    const bool quote = nested || style_.quote_strings;
    if (quote) out += '"';
    if (style_.escape || nested) {
      out += escape_for_terminal(bytes);
    } else {
      out += bytes;
    }
    if (quote) out += '"';
  }

  void append_list(std::string& out, const Datatype& base, std::span<const std::byte> elements) const {
    const std::size_t size = base.size();
    out += '[';
    for (std::size_t at = 0; size != 0 && at + size <= elements.size(); at += size) {
      if (at > 0) out += ", ";
      append(out, base, elements.subspan(at, size), true);
    }
    out += ']';
  }

  void append_member_name(std::string& out, const EnumType& type, std::span<const std::byte> element) const {
    for (const EnumMember& member : type.members) {
      if (std::equal(member.value.begin(), member.value.end(), element.begin(), element.end())) {
        out += escape_for_terminal(member.name);
        return;
      }
    }
    append(out, *type.base, element, true);
  }

  void append_reference(std::string& out, const Datatype& type, std::span<const std::byte> element) const {
    try {
      const Reference reference = file_.decode_reference(element, type);
      if (reference.is_null()) {
        out += "null";
        return;
      }
      out += "-> ";
      if (reference.file) out += escape_for_terminal(*reference.file) + ":";
      const auto object = file_.dereference(reference);
      out += object && object->path() != "?" ? escape_for_terminal(object->path())
                                             : fmt::format("object at {}", reference.object->value);
      if (reference.attribute) out += "@" + escape_for_terminal(*reference.attribute);
      if (reference.region) out += "[region]";
    } catch (const Error& error) {
      out += fmt::format("?({})", error.reason());
    }
  }

  const File& file_;
  ValueStyle style_;
};

}  // namespace

bool is_string(const Datatype& type) {
  return type.is<StringType>() || type.is<VariableStringType>();
}

std::string_view string_bytes(const Datatype& type, std::span<const std::byte> element) {
  if (type.is<VariableStringType>()) {
    const VariablePart part = variable_part(element);
    const auto text =
        part.data == nullptr ? std::string_view() : text_of({part.data, static_cast<std::size_t>(part.size)});
    return text.substr(0, text.find('\0'));
  }
  const std::string_view text = text_of(element);
  switch (type.as<StringType>()->padding) {
    case StringPadding::null_terminated:
      return text.substr(0, text.find('\0'));
    case StringPadding::null_padded:
      return text.substr(0, text.find_last_not_of('\0') + 1);
    case StringPadding::space_padded:
      return text.substr(0, text.find_last_not_of(' ') + 1);
  }
  return text;
}

std::string value_text(const File& file, const Datatype& type, std::span<const std::byte> element, ValueStyle style) {
  std::string out;
  ValueText(file, style).append(out, type, element, false);
  return out;
}

std::string short_value(const Attribute& attribute, const File& file, std::size_t most) {
  if (attribute.space().kind == Dataspace::Kind::null) return "(empty)";
  try {
    const Elements elements = attribute.read_elements();
    const bool list = attribute.space().kind == Dataspace::Kind::simple;
    std::string out = list ? "[" : "";
    for (std::uint64_t i = 0; i < elements.count && out.size() <= most; ++i) {
      if (i > 0) out += ", ";
      out += value_text(file, elements.type, elements.element(i), {.quote_strings = true});
    }
    if (list) out += ']';
    if (out.size() <= most) return out;
    std::size_t end = most;
    while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0U) == 0x80) --end;  // never inside a code point
    return out.substr(0, end) + "…";
  } catch (const Error& error) {
    return fmt::format("? ({})", escape_for_terminal(error.reason()));
  }
}

}  // namespace fiver::tools
