#include "property/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "fiver/values/variable.hpp"

namespace fiver::property {
namespace {

const Datatype text_in_memory(16, VariableStringType{StringPadding::null_terminated, CharacterSet::utf8});

std::vector<ElementType> make_types() {
  std::vector<ElementType> types;
  for (const auto order : {ByteOrder::little, ByteOrder::big})
    for (const std::uint32_t size : {1U, 2U, 4U, 8U}) types.push_back({integer_type(size, size != 2, order)});
  types.push_back({float_type(4)});
  types.push_back({float_type(8, ByteOrder::big)});
  types.push_back({Datatype(7, StringType{StringPadding::null_padded, CharacterSet::ascii})});
  types.push_back({Datatype(5, OpaqueType{"tag of bytes"})});
  types.push_back({Datatype(6, ArrayType{integer_type(2, true), {3}})});
  types.push_back({Datatype(13, CompoundType{{{"a", 0, integer_type(1, false)},
                                              {"b", 1, float_type(8, ByteOrder::big)},
                                              {"c", 9, integer_type(4, true)}}})});
  types.push_back({Datatype(1, EnumType{integer_type(1, true), {{"no", {std::byte{0}}}, {"yes", {std::byte{1}}}}})});
  types.push_back({Datatype(16, VariableStringType{StringPadding::null_terminated, CharacterSet::utf8}), 1});
  types.push_back({Datatype(16, VariableLengthType{integer_type(4, true)}), 4});
  return types;
}

}  // namespace

const std::vector<ElementType>& element_types() {
  static const std::vector<ElementType> types = make_types();
  return types;
}

std::string ElementType::make(Random& random) const {
  if (stored.is<EnumType>()) return std::string(1, one_in(random, 2) ? '\1' : '\0');
  std::string value;
  if (is_variable()) {
    auto length = below(random, 4) == 0 ? 0 : below(random, 20);
    if (one_in(random, 300)) length = 5000;  // more than a collection of the global heap usually has
    for (auto n = length * sequence_base; n-- > 0;)
      value.push_back(static_cast<char>(sequence_base == 1 ? 'a' + below(random, 26) : random()));
    return value;
  }
  for (std::uint32_t i = 0; i < stored.size(); ++i)
    value.push_back(static_cast<char>(random() % 7 == 0 ? random() : 3));
  return value;
}

MemoryForm memory_form(const ElementType& type, const Values& values) {
  if (!type.is_variable()) {
    MemoryForm form{type.stored, {}};
    for (const auto& value : values) {
      const auto bytes = std::as_bytes(std::span(value));
      form.bytes.insert(form.bytes.end(), bytes.begin(), bytes.end());
    }
    return form;
  }
  MemoryForm form{type.stored.is<VariableStringType>() ? text_in_memory : Datatype(16, type.stored.value()), {}};
  for (const auto& value : values) {
    const VariablePart part{value.size() / type.sequence_base,
                            value.empty() ? nullptr : std::as_bytes(std::span(value)).data()};
    const auto bytes = std::as_bytes(std::span(&part, 1));
    form.bytes.insert(form.bytes.end(), bytes.begin(), bytes.end());
  }
  return form;
}

std::optional<MemoryForm> as_int64(const ElementType& type, const Values& values) {
  const auto* integer = type.stored.as<IntegerType>();
  if (integer == nullptr || (!integer->is_signed && type.stored.size() == 8)) return std::nullopt;
  MemoryForm form{native_type<std::int64_t>(), {}};
  for (auto value : values) {
    if (integer->order == ByteOrder::big) std::reverse(value.begin(), value.end());
    const bool negative = integer->is_signed && (static_cast<unsigned char>(value.back()) & 0x80) != 0;
    value.resize(8, negative ? '\xff' : '\0');
    const auto bytes = std::as_bytes(std::span(value));
    form.bytes.insert(form.bytes.end(), bytes.begin(), bytes.end());
  }
  return form;
}

Values values_of(const ElementType& type, const Elements& elements) {
  Values values;
  for (std::uint64_t i = 0; i < elements.count; ++i) {
    const auto element = elements.element(i);
    if (!type.is_variable()) {
      values.emplace_back(reinterpret_cast<const char*>(element.data()), element.size());
      continue;
    }
    VariablePart part;
    std::memcpy(&part, element.data(), sizeof part);
    values.emplace_back(reinterpret_cast<const char*>(part.data),
                        static_cast<std::size_t>(part.size) * type.sequence_base);
  }
  return values;
}

ModelAttribute* Node::find_attribute(const std::string& name) {
  const auto found = std::find_if(attributes.begin(), attributes.end(), [&](const auto& a) { return a.name == name; });
  return found == attributes.end() ? nullptr : &*found;
}

ModelLink* Node::find_link(const std::string& name) {
  const auto found = std::find_if(links.begin(), links.end(), [&](const auto& link) { return link.name == name; });
  return found == links.end() ? nullptr : &*found;
}

}  // namespace fiver::property
