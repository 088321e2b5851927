// UTF-8 as Python reads it: surrogates, overlong forms and values above U+10FFFF are not UTF-8.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fiver::tools {

struct CodePoint {
  char32_t value = 0;
  unsigned length = 0;  ///< bytes
};

/// The code point that starts at byte `at`, or nothing where those bytes are not UTF-8.
std::optional<CodePoint> decode_utf8(std::string_view bytes, std::size_t at);

void append_utf8(std::string& out, char32_t value);

/// The code points of a name. A byte that is not part of valid UTF-8 becomes the lone surrogate U+DC00 + byte, so that any bytes have a
/// text, and different bytes different texts.
std::u32string code_points(std::string_view bytes);
/// The bytes of such a text.
std::string bytes_of(std::u32string_view points);

}  // namespace fiver::tools
