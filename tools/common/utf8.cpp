#include "common/utf8.hpp"

namespace fiver::tools {

std::optional<CodePoint> decode_utf8(std::string_view bytes, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char lead = byte(at);
  if (lead < 0x80) return CodePoint{lead, 1};
  unsigned length = 0;
  char32_t value = 0, least = 0;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2, value = lead & 0x1FU, least = 0x80;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3, value = lead & 0x0FU, least = 0x800;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4, value = lead & 0x07U, least = 0x10000;
  } else {
    return {};
  }
  if (bytes.size() - at < length) return {};
  for (unsigned i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0U) != 0x80) return {};
    value = (value << 6U) | (byte(at + i) & 0x3FU);
  }
  if (value < least || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {};
  return CodePoint{value, length};
}

void append_utf8(std::string& out, char32_t value) {
  const auto put = [&](char32_t byte) { out.push_back(static_cast<char>(static_cast<unsigned char>(byte))); };
  if (value < 0x80) {
    put(value);
  } else if (value < 0x800) {
    put(0xC0U | (value >> 6U)), put(0x80U | (value & 0x3FU));
  } else if (value < 0x10000) {
    put(0xE0U | (value >> 12U)), put(0x80U | ((value >> 6U) & 0x3FU)), put(0x80U | (value & 0x3FU));
  } else {
    put(0xF0U | (value >> 18U)), put(0x80U | ((value >> 12U) & 0x3FU)), put(0x80U | ((value >> 6U) & 0x3FU)),
        put(0x80U | (value & 0x3FU));
  }
}

std::u32string code_points(std::string_view bytes) {
  std::u32string points;
  points.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size();) {
    if (const auto point = decode_utf8(bytes, at)) {
      points.push_back(point->value);
      at += point->length;
    } else {
      points.push_back(0xDC00U + static_cast<unsigned char>(bytes[at++]));
    }
  }
  return points;
}

std::string bytes_of(std::u32string_view points) {
  std::string bytes;
  for (const char32_t point : points) {
    if (point >= 0xDC80 && point <= 0xDCFF) {
      bytes.push_back(static_cast<char>(static_cast<unsigned char>(point - 0xDC00U)));
    } else {
      append_utf8(bytes, point);
    }
  }
  return bytes;
}

}  // namespace fiver::tools
