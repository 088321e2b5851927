// The content of fixed strings, and content put into them.
#pragma once

#include <algorithm>

#include "base/bytes.hpp"
#include "fiver/values/datatype.hpp"

namespace fiver::convert {

inline ByteView up_to_nul(ByteView text) {
  return text.first(static_cast<std::size_t>(std::find(text.begin(), text.end(), std::byte{0}) - text.begin()));
}

inline ByteView without_trailing(ByteView text, std::byte padding) {
  while (!text.empty() && text.back() == padding) text = text.first(text.size() - 1);
  return text;
}

/// What a fixed string says, whole: NULs inside a null-padded one belong to it.
inline ByteView content_of(ByteView text, StringPadding padding) {
  switch (padding) {
    case StringPadding::null_terminated:
      return up_to_nul(text);
    case StringPadding::null_padded:
      return without_trailing(text, std::byte{0});
    case StringPadding::space_padded:
      return without_trailing(text, std::byte{' '});
  }
  return text;
}

inline void put_text(ByteView content, StringPadding padding, MutableBytes target) {
  const std::size_t kept = padding == StringPadding::null_terminated && !target.empty() ? 1 : 0;
  const auto length = std::min(content.size(), target.size() - kept);
  std::copy_n(content.begin(), length, target.begin());
  std::fill(target.begin() + static_cast<std::ptrdiff_t>(length), target.end(),
            padding == StringPadding::space_padded ? std::byte{' '} : std::byte{0});
}

inline bool charset_fits(CharacterSet source, CharacterSet target) {
  return source == target || source == CharacterSet::ascii;
}

}  // namespace fiver::convert
