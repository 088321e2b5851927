// JSON, written as it comes: compact, ASCII only. Names in HDF5 files are bytes; those that are not UTF-8 become lone surrogates
// (U+DC00 + byte), which Python's json reads back as "surrogateescape" text.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace fiver::tools {

class JsonWriter {
 public:
  /// Without a sink the text is kept for take().
  explicit JsonWriter(std::function<void(std::string_view)> sink = {}) : sink_(std::move(sink)) {}

  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);
  JsonWriter& string(std::string_view bytes);
  JsonWriter& boolean(bool value);
  JsonWriter& null();
  /// Shortest text that reads back as the same double; null for what JSON can't say.
  JsonWriter& real(double value);
  template <std::integral T>
  JsonWriter& number(T value) {
    return raw(std::to_string(value));
  }
  template <std::integral T>
  JsonWriter& numbers(const std::vector<T>& values) {
    begin_array();
    for (const T value : values) number(value);
    return end_array();
  }
  /// JSON text made elsewhere, as one value.
  JsonWriter& raw(std::string_view json);

  /// A line end after a finished value, and everything handed to the sink.
  void end_line();
  std::string take();

 private:
  void before_value();
  void append_string(std::string_view bytes);
  void pass_on();

  std::function<void(std::string_view)> sink_;
  std::string text_;
  std::vector<bool> has_members_;  ///< of each open object or array
  bool after_key_ = false;
};

}  // namespace fiver::tools
