#include "common/escaping.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "common/utf8.hpp"

namespace fiver::tools {
namespace {

struct Range {
  char32_t first, last;
};

/// Characters that a reader of a terminal can't see, or that change where others stand.
constexpr std::array hidden = {
    Range{0x80, 0x9F},                                                      // control characters of ISO 6429
    Range{0xAD, 0xAD},                                                      // soft hyphen
    Range{0x34F, 0x34F},                                                    // combining grapheme joiner
    Range{0x61C, 0x61C},                                                    // Arabic letter mark
    Range{0x115F, 0x1160},                                                  // Hangul fillers
    Range{0x17B4, 0x17B5}, Range{0x180B, 0x180F},   Range{0x200B, 0x200F},  // zero width, left-to-right and right-to-left marks
    Range{0x2028, 0x202E},                                                  // line separators, embeddings and overrides
    Range{0x2060, 0x206F},                                                  // joiners, isolates
    Range{0x3164, 0x3164}, Range{0xFE00, 0xFE0F},   Range{0xFEFF, 0xFEFF},   Range{0xFFA0, 0xFFA0},
    Range{0xFFF0, 0xFFFB}, Range{0x1D173, 0x1D17A}, Range{0xE0000, 0xE0FFF},  // tags and more variation selectors
};

bool is_hidden(char32_t c) {
  return std::any_of(hidden.begin(), hidden.end(), [c](Range r) { return c >= r.first && c <= r.last; });
}

}  // namespace

std::string escape_for_terminal(std::string_view bytes, LineBreaks breaks) {
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size();) {
    const auto point = decode_utf8(bytes, at);
    if (!point) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(bytes[at++]));
      continue;
    }
    const char32_t c = point->value;
    if (c == '\n' || c == '\t') {
      if (breaks == LineBreaks::kept) {
        out.push_back(static_cast<char>(c));
      } else {
        out += c == '\n' ? "\\n" : "\\t";
      }
    } else if (c < 0x20 || c == 0x7F) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned>(c));
    } else if (is_hidden(c)) {
      fmt::format_to(std::back_inserter(out), "\\u{{{:x}}}", static_cast<unsigned>(c));
    } else {
      out.append(bytes.substr(at, point->length));
    }
    at += point->length;
  }
  return out;
}

std::string escape_as_h5ls(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case ' ':
        out += "\\ ";
        break;
      default:
        if (c > 0x20 && c < 0x7F) {
          out.push_back(c);
        } else {
          fmt::format_to(std::back_inserter(out), "\\{:03o}", static_cast<unsigned char>(c));
        }
    }
  }
  return out;
}

}  // namespace fiver::tools
