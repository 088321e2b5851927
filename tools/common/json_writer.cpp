#include "common/json_writer.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "common/utf8.hpp"

namespace fiver::tools {

void JsonWriter::before_value() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (has_members_.empty()) return;
  if (has_members_.back()) text_.push_back(',');
  has_members_.back() = true;
}

void JsonWriter::pass_on() {
  if (!sink_ || text_.size() < (64U << 10)) return;
  sink_(text_);
  text_.clear();
}

JsonWriter& JsonWriter::begin_object() {
  before_value();
  text_.push_back('{');
  has_members_.push_back(false);
  return *this;
}

JsonWriter& JsonWriter::end_object() {
  has_members_.pop_back();
  text_.push_back('}');
  pass_on();
  return *this;
}

JsonWriter& JsonWriter::begin_array() {
  before_value();
  text_.push_back('[');
  has_members_.push_back(false);
  return *this;
}

JsonWriter& JsonWriter::end_array() {
  has_members_.pop_back();
  text_.push_back(']');
  pass_on();
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  before_value();
  append_string(name);
  text_.push_back(':');
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view bytes) {
  before_value();
  append_string(bytes);
  return *this;
}

JsonWriter& JsonWriter::boolean(bool value) {
  return raw(value ? "true" : "false");
}

JsonWriter& JsonWriter::null() {
  return raw("null");
}

JsonWriter& JsonWriter::real(double value) {
  return std::isfinite(value) ? raw(fmt::format("{}", value)) : null();
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  before_value();
  text_.append(json);
  return *this;
}

void JsonWriter::end_line() {
  text_.push_back('\n');
  if (!sink_) return;
  sink_(text_);
  text_.clear();
}

std::string JsonWriter::take() {
  return std::move(text_);
}

void JsonWriter::append_string(std::string_view bytes) {
  const auto unit = [this](unsigned value) { fmt::format_to(std::back_inserter(text_), "\\u{:04x}", value); };
  text_.push_back('"');
  for (std::size_t at = 0; at < bytes.size();) {
    const auto point = decode_utf8(bytes, at);
    if (!point) {
      unit(0xDC00U + static_cast<unsigned char>(bytes[at++]));
      continue;
    }
    at += point->length;
    const char32_t c = point->value;
    switch (c) {
      case '"':
        text_ += "\\\"";
        break;
      case '\\':
        text_ += "\\\\";
        break;
      case '\n':
        text_ += "\\n";
        break;
      case '\r':
        text_ += "\\r";
        break;
      case '\t':
        text_ += "\\t";
        break;
      case '\f':
        text_ += "\\f";
        break;
      case '\b':
        text_ += "\\b";
        break;
      default:
        if (c >= 0x20 && c < 0x7F) {
          text_.push_back(static_cast<char>(c));
        } else if (c < 0x10000) {
          unit(static_cast<unsigned>(c));
        } else {
          unit(0xD800U + static_cast<unsigned>((c - 0x10000U) >> 10U));
          unit(0xDC00U + static_cast<unsigned>((c - 0x10000U) & 0x3FFU));
        }
    }
  }
  text_.push_back('"');
}

}  // namespace fiver::tools
