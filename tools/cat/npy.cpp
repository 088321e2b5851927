// NumPy's file format, version 1 and 2: magic, version, header length, a Python dictionary, and the elements.
#include <fmt/format.h>

#include <array>
#include <bit>
#include <optional>

#include "cat/formats.hpp"
#include "common/numbers.hpp"
#include "common/value_text.hpp"
#include "fiver/values/error.hpp"

namespace fiver::tools {
namespace {

char order_sign(ByteOrder order, std::uint32_t size) {
  return size == 1 ? '|' : order == ByteOrder::big ? '>' : '<';
}

bool is_power_of_two(std::uint32_t size) {
  return size == 1 || size == 2 || size == 4 || size == 8;
}

/// A Python string in quotes; bytes that are not ASCII by their Latin-1 escapes would be another name, so UTF-8 stays as it is.
std::string python_string(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') quoted += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(quoted), "\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

/// Of integers and floats: true for the layouts that NumPy has.
bool has_numpy_type(const Datatype& type) {
  if (const auto* integer = type.as<IntegerType>()) {
    return is_power_of_two(type.size()) && integer->bit_offset == 0 && integer->precision == 8 * type.size();
  }
  const auto* real = type.as<FloatType>();
  return real != nullptr && is_ieee(*real, type.size());
}

[[noreturn]] void refuse(const Datatype& type) {
  throw Error(ErrorKind::invalid_argument, "NumPy has no fixed-size type for " + to_string(type) + "; try --json");
}

/// How the type stands in the header, in Python's notation, or what part of it NumPy can't hold.
std::string description(const Datatype& type) {
  const std::uint32_t size = type.size();
  if (const auto* integer = type.as<IntegerType>()) {
    if (!has_numpy_type(type)) refuse(type);
    return fmt::format("'{}{}{}'", order_sign(integer->order, size), integer->is_signed ? 'i' : 'u', size);
  }
  if (const auto* bits = type.as<BitFieldType>()) {
    if (!is_power_of_two(size)) refuse(type);
    return fmt::format("'{}u{}'", order_sign(bits->order, size), size);
  }
  if (const auto* real = type.as<FloatType>()) {
    if (!has_numpy_type(type)) refuse(type);
    return fmt::format("'{}f{}'", order_sign(real->order, size), size);
  }
  if (type.is<StringType>()) return fmt::format("'|S{}'", size);
  if (type.is<OpaqueType>()) return fmt::format("'|V{}'", size);
  if (const auto* enumeration = type.as<EnumType>()) {
    const auto& members = enumeration->members;
    const bool is_bool = size == 1 && members.size() == 2 && members[0].name == "FALSE" && members[1].name == "TRUE";
    return is_bool ? "'|b1'" : description(*enumeration->base);
  }
  if (const auto* complex = type.as<ComplexType>()) {
    const auto* part = complex->base->as<FloatType>();
    if (part == nullptr || size < 8) refuse(type);
    return fmt::format("'{}c{}'", order_sign(part->order, size), size);
  }
  refuse(type);
}

std::string member_description(const Datatype& type, std::string& dimensions);

std::string compound_description(const CompoundType& compound, std::uint32_t size) {
  std::string text = "[";
  std::uint64_t at = 0;
  const auto gap = [&](std::uint64_t end) {
    if (end > at) text += fmt::format("('', '|V{}'), ", end - at);
  };
  for (const CompoundMember& member : compound.members) {
    if (member.offset < at) {
      throw Error(ErrorKind::invalid_argument,
                  "members out of the order of their offsets have no NumPy header; try --csv");
    }
    gap(member.offset);
    std::string dimensions;
    const std::string of_member = member_description(*member.type, dimensions);
    text += fmt::format("({}, {}{}), ", python_string(member.name), of_member, dimensions);
    at = std::uint64_t{member.offset} + member.type->size();
  }
  gap(size);
  return text + "]";
}

std::string member_description(const Datatype& type, std::string& dimensions) {
  if (const auto* array = type.as<ArrayType>()) {
    std::string inner;
    const std::string base = member_description(*array->base, inner);
    if (!inner.empty()) refuse(type);
    dimensions = ", (";
    for (const std::uint32_t n : array->dims) dimensions += fmt::format("{}, ", n);
    dimensions += ")";
    return base;
  }
  if (const auto* compound = type.as<CompoundType>()) return compound_description(*compound, type.size());
  return description(type);
}

/// h5py's complex numbers: a compound of r and i.
std::optional<std::string> complex_of(const Datatype& type) {
  const auto* compound = type.as<CompoundType>();
  if (compound == nullptr || compound->members.size() != 2) return {};
  const auto& r = compound->members[0];
  const auto& i = compound->members[1];
  const auto* real = r.type->as<FloatType>();
  if (r.name != "r" || i.name != "i" || real == nullptr || *r.type != *i.type || r.offset != 0 ||
      i.offset != r.type->size())
    return {};
  if (type.size() != 2 * r.type->size() || (r.type->size() != 4 && r.type->size() != 8)) return {};
  return fmt::format("'{}c{}'", order_sign(real->order, type.size()), type.size());
}

/// Integers and floats of layouts that NumPy lacks, as the next larger ones it has; nothing for other types.
std::optional<std::string> widened(const Datatype& type) {
  const std::size_t size = type.size();
  if (const auto* integer = type.as<IntegerType>(); integer != nullptr && size <= 8) {
    return fmt::format("'{}{}{}'", value_width(size) == 1 ? '|' : '<', integer->is_signed ? 'i' : 'u',
                       value_width(size));
  }
  return type.is<FloatType>() ? std::optional<std::string>("'<f8'") : std::nullopt;
}

void print_widened(Console& console, const Part& part) {
  for_each_piece(console, part, piece_bytes, [&](const Elements& elements) {
    for (std::uint64_t i = 0; i < elements.count; ++i) {
      const auto element = elements.element(i);
      if (const auto* integer = elements.type.as<IntegerType>()) {
        const std::string bytes = little_endian(element, integer->order);
        console.write(
            bit_field(bytes, integer->bit_offset, integer->precision, integer->is_signed, value_width(bytes.size())));
      } else {
        const auto bits = std::bit_cast<std::array<char, 8>>(float_value(*elements.type.as<FloatType>(), element));
        console.write({bits.data(), bits.size()});
      }
    }
    return true;
  });
}

void write_header(Console& console, const std::string& type, const Shape& shape) {
  std::string dimensions;
  for (const std::uint64_t n : shape) dimensions += fmt::format("{}, ", n);
  if (shape.size() > 1) dimensions.resize(dimensions.size() - 2);
  if (shape.size() == 1) dimensions.pop_back();
  std::string text = fmt::format("{{'descr': {}, 'fortran_order': False, 'shape': ({}), }}", type, dimensions);
  const bool ascii = std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  const unsigned version = !ascii ? 3 : text.size() > 60000 ? 2 : 1;
  const std::size_t before = version == 1 ? 10 : 12;
  while ((before + text.size() + 1) % 64 != 0) text += ' ';
  text += '\n';
  std::string head = "\x93NUMPY";
  head += static_cast<char>(version);
  head += '\0';
  for (unsigned shift = 0; shift < (version == 1 ? 16U : 32U); shift += 8)
    head += static_cast<char>((text.size() >> shift) & 0xFFU);
  console.write(head + text);
}

/// Strings of any length become strings of the longest one's.
void print_strings(Console& console, const Part& part, const Shape& shape) {
  std::size_t longest = 1;
  for_each_piece(console, part, piece_bytes, [&](const Elements& elements) {
    for (std::uint64_t i = 0; i < elements.count; ++i) {
      longest = std::max(longest, string_bytes(elements.type, elements.element(i)).size());
    }
    return true;
  });
  write_header(console, fmt::format("'|S{}'", longest), shape);
  for_each_piece(console, part, piece_bytes, [&](const Elements& elements) {
    for (std::uint64_t i = 0; i < elements.count; ++i) {
      const std::string_view text = string_bytes(elements.type, elements.element(i));
      console.write(text);
      console.write(std::string(longest - text.size(), '\0'));
    }
    return true;
  });
}

}  // namespace

void print_npy(Console& console, const Part& part) {
  Shape shape = result_shape(part.ranges);
  const Datatype& type = part.dataset.type();
  if (type.is<VariableStringType>()) return print_strings(console, part, shape);
  std::string described;
  bool widen = false;
  try {
    const Datatype* element = &type;
    while (const auto* array = element->as<ArrayType>()) {
      shape.insert(shape.end(), array->dims.begin(), array->dims.end());
      element = &*array->base;
    }
    std::string none;
    const auto complex = complex_of(*element);
    widen = &type == element && !has_numpy_type(type) && widened(type).has_value();
    described = complex ? *complex : widen ? *widened(type) : member_description(*element, none);
  } catch (Error& error) {
    error.in_object(part.dataset.path()).in_file(part.target.file);
    throw;
  }
  write_header(console, described, shape);
  widen ? print_widened(console, part) : print_raw(console, part);
}

}  // namespace fiver::tools
