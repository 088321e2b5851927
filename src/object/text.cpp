#include "object/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/bytes.hpp"
#include "convert/plan.hpp"
#include "fiver/values/error.hpp"
#include "fiver/values/variable.hpp"

namespace fiver::object {
namespace {

VariablePart variable_part(ByteView element) {
  VariablePart part;
  std::memcpy(&part, element.data(), sizeof part);
  return part;
}

/// Null-terminated: up to the first NUL. Null-padded: without trailing NULs. Space-padded: without trailing spaces.
std::string fixed_text(ByteView bytes, StringPadding padding) {
  auto text = text_of(bytes);
  if (padding == StringPadding::null_terminated) return std::string(text.substr(0, text.find('\0')));
  const char pad = padding == StringPadding::null_padded ? '\0' : ' ';
  const auto last = text.find_last_not_of(pad);
  return std::string(last == std::string_view::npos ? std::string_view{} : text.substr(0, last + 1));
}

/// Some writers store the C string's NUL too.
std::string variable_text(const VariablePart& part) {
  const auto text = text_of({part.data, static_cast<std::size_t>(part.size)});
  return std::string(text.substr(0, text.find('\0')));
}

template <class T>
T converted(const Elements& elements, std::uint64_t index) {
  T value{};
  convert::ConversionPlan::make(elements.type, native_type<T>(), {})
      .convert(elements.element(index), std::as_writable_bytes(std::span(&value, 1)), 1);
  return value;
}

}  // namespace

std::vector<std::string> strings_of(const Elements& elements) {
  const auto* fixed = elements.type.as<StringType>();
  if (fixed == nullptr && !elements.type.is<VariableStringType>())
    throw Error(ErrorKind::invalid_argument, to_string(elements.type) + " is not a string");
  std::vector<std::string> strings;
  strings.reserve(static_cast<std::size_t>(elements.count));
  for (std::uint64_t i = 0; i < elements.count; ++i)
    strings.push_back(fixed ? fixed_text(elements.element(i), fixed->padding)
                            : variable_text(variable_part(elements.element(i))));
  return strings;
}

std::string text_of_element(const Elements& elements, std::uint64_t index) {
  if (const auto* fixed = elements.type.as<StringType>()) return fixed_text(elements.element(index), fixed->padding);
  if (elements.type.is<VariableStringType>()) return variable_text(variable_part(elements.element(index)));
  if (elements.type.is<FloatType>()) return fmt::format("{}", converted<double>(elements, index));
  if (const auto* integer = elements.type.as<IntegerType>(); integer && integer->is_signed)
    return std::to_string(converted<std::int64_t>(elements, index));
  if (convert::converts(elements.type, native_type<std::uint64_t>()))
    return std::to_string(converted<std::uint64_t>(elements, index));
  throw Error(ErrorKind::invalid_argument, to_string(elements.type) + " has no text");
}

}  // namespace fiver::object
