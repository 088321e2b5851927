// Bytes in memory, and integers read from and written to them in either byte order.
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace fiver {

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;
using MutableBytes = std::span<std::byte>;

/// The first sizeof(T) bytes of `from` as a little-endian integer. The caller has checked that they are there.
template <std::unsigned_integral T>
T load_little(ByteView from) {
  T value;
  std::memcpy(&value, from.data(), sizeof value);
  if constexpr (std::endian::native == std::endian::big && sizeof(T) > 1) {
    T swapped = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) swapped = static_cast<T>(swapped << 8U | (value >> (8 * i) & 0xFFU));
    value = swapped;
  }
  return value;
}

/// As load_little, big-endian.
template <std::unsigned_integral T>
T load_big(ByteView from) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value = static_cast<T>(value << 8U | std::to_integer<T>(from[i]));
  return value;
}

template <std::unsigned_integral T>
void store_little(T value, MutableBytes to) {
  for (std::size_t i = 0; i < sizeof(T); ++i) to[i] = static_cast<std::byte>(value >> (8 * i));
}

template <std::unsigned_integral T>
void store_big(T value, MutableBytes to) {
  for (std::size_t i = 0; i < sizeof(T); ++i) to[i] = static_cast<std::byte>(value >> (8 * (sizeof(T) - 1 - i)));
}

/// The bytes of a string, for comparison and appending.
inline ByteView bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

/// Bytes as text, unchecked: names in files are bytes.
inline std::string_view text_of(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The number of whole bytes that hold `value`: 1 for 0.
constexpr unsigned bytes_needed(std::uint64_t value) {
  return value == 0 ? 1U : static_cast<unsigned>((std::bit_width(value) + 7) / 8);
}

}  // namespace fiver
