#include "format/datatype_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>

#include "base/checked.hpp"
#include "fiver/values/dataspace.hpp"
#include "format/datatype_message.hpp"

namespace fiver::format {
namespace {

using Problem = std::optional<std::string>;

Problem bits_problem(std::uint32_t size, std::uint32_t offset, std::uint32_t precision) {
  if (precision == 0) return "a precision of 0 bits";
  if (offset + precision > 8 * std::uint64_t{size})
    return fmt::format("{} bits from bit {} do not fit in {} bytes", precision, offset, size);
  return std::nullopt;
}

Problem size_problem(std::string_view what, std::uint32_t size, std::uint64_t right) {
  if (size == right) return std::nullopt;
  return fmt::format("{} of {} bytes, {} are right", what, size, right);
}

struct Checker {
  std::uint32_t size;
  FieldWidths widths;

  Problem operator()(const IntegerType& t) const { return bits_problem(size, t.bit_offset, t.precision); }
  Problem operator()(const BitFieldType& t) const { return bits_problem(size, t.bit_offset, t.precision); }
  Problem operator()(const TimeType& t) const { return bits_problem(size, 0, t.precision); }
  Problem operator()(const StringType&) const { return std::nullopt; }

  Problem operator()(const FloatType& t) const {
    if (auto problem = bits_problem(size, t.bit_offset, t.precision)) return problem;
    struct Field {
      std::string_view name;
      unsigned start, bits;
    };
    std::array fields{Field{"sign", t.sign_position, 1}, Field{"exponent", t.exponent_position, t.exponent_size},
                      Field{"mantissa", t.mantissa_position, t.mantissa_size}};
    const unsigned end = unsigned{t.bit_offset} + t.precision;
    for (const auto& field : fields)
      if (field.bits == 0 || field.start + field.bits > end)
        return fmt::format("a float's {} of {} bits from bit {}, its precision ends at bit {}", field.name, field.bits,
                           field.start, end);
    std::sort(fields.begin(), fields.end(), [](const Field& a, const Field& b) { return a.start < b.start; });
    for (std::size_t i = 1; i < fields.size(); ++i)
      if (fields[i - 1].start + fields[i - 1].bits > fields[i].start)
        return fmt::format("a float's {} and {} overlap", fields[i - 1].name, fields[i].name);
    return std::nullopt;
  }

  Problem operator()(const OpaqueType& t) const {
    if (t.tag.size() > 255) return fmt::format("an opaque type's tag of {} bytes", t.tag.size());
    return std::nullopt;
  }

  Problem operator()(const CompoundType& t) const {
    if (t.members.empty()) return "a compound without members";
    std::vector<const CompoundMember*> by_offset;
    for (const auto& member : t.members) {
      if (!lies_within(member.offset, member.type->size(), size))
        return fmt::format("member {} of {} bytes at byte {} of a compound of {} bytes", member.name,
                           member.type->size(), member.offset, size);
      by_offset.push_back(&member);
    }
    std::sort(by_offset.begin(), by_offset.end(), [](const auto* a, const auto* b) { return a->offset < b->offset; });
    for (std::size_t i = 1; i < by_offset.size(); ++i)
      if (by_offset[i]->offset - by_offset[i - 1]->offset < by_offset[i - 1]->type->size())
        return fmt::format("members {} and {} overlap", by_offset[i - 1]->name, by_offset[i]->name);
    return std::nullopt;
  }

  Problem operator()(const ReferenceType& t) const {
    const auto right = reference_size(t.kind, widths);
    // Some files give the kinds of HDF5 1.12 the size that they have in the C library's memory.
    if (t.kind >= ReferenceKind::object2 && size > right) return std::nullopt;
    return size_problem("a reference", size, right);
  }

  Problem operator()(const EnumType& t) const {
    if (!t.base->is<IntegerType>()) return "an enumeration whose base is not an integer";
    for (const auto& member : t.members)
      if (member.value.size() != t.base->size())
        return fmt::format("value {} of an enumeration has {} bytes, its base has {}", member.name, member.value.size(),
                           t.base->size());
    return size_problem("an enumeration", size, t.base->size());
  }

  Problem operator()(const VariableLengthType&) const {
    return size_problem("a sequence of variable length", size, variable_length_size(widths));
  }
  Problem operator()(const VariableStringType&) const {
    return size_problem("a string of variable length", size, variable_length_size(widths));
  }

  Problem operator()(const ArrayType& t) const {
    if (t.dims.empty() || t.dims.size() > max_rank) return fmt::format("an array of {} dimensions", t.dims.size());
    std::optional<std::uint64_t> bytes = t.base->size();
    for (const auto dim : t.dims) {
      if (dim == 0) return "an array with a dimension of 0";
      if (bytes) bytes = checked_multiply(*bytes, dim);
    }
    if (!bytes) return "an array of more than 2^64 bytes";
    return size_problem("an array", size, *bytes);
  }

  Problem operator()(const ComplexType& t) const {
    if (!t.base->is<FloatType>()) return "a complex number whose parts are not floats";
    return size_problem("a complex number", size, 2 * std::uint64_t{t.base->size()});
  }
};

}  // namespace

Problem datatype_problem(const Datatype& type, FieldWidths widths) {
  if (type.size() == 0) return "an element of 0 bytes";
  return std::visit(Checker{type.size(), widths}, type.value());
}

Problem datatype_oddity(const Datatype& type) {
  std::uint32_t precision = 0;
  if (const auto* integer = type.as<IntegerType>()) precision = integer->precision;
  if (const auto* number = type.as<FloatType>()) precision = number->precision;
  if (const auto* bits = type.as<BitFieldType>()) precision = bits->precision;
  if (precision == 0 || type.size() == 1 || std::bit_ceil(precision) >= 8 * std::uint64_t{type.size()})
    return std::nullopt;
  return fmt::format("a number of {} bits in {} bytes", precision, type.size());
}

}  // namespace fiver::format
