// Structures that have one describe(wire, value) for all directions: the functions that run it, and the concept that lets each
// describe() of this folder take one type, const or not.
#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>

#include "base/bytes.hpp"
#include "base/decoder.hpp"
#include "base/encoder.hpp"

namespace fiver::format {

/// `T` or `const T`: a described value is const when it is written.
template <class Given, class T>
concept maybe_const = std::same_as<std::remove_const_t<Given>, T>;

/// Decodes the structure that starts the bytes; what follows it is not looked at.
template <class T>
T decode_described(ByteView bytes, FieldWidths widths, std::string_view what) {
  T value;
  Decoder decoder(bytes, widths, what);
  describe(decoder, value);
  return value;
}

template <class T>
Bytes encode_described(const T& value, FieldWidths widths) {
  Encoder encoder(widths);
  describe(encoder, value);
  return std::move(encoder).take();
}

}  // namespace fiver::format
