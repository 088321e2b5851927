// Arithmetic on sizes from files: a result that does not fit is an answer, never a wrap.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace fiver {

inline std::optional<std::uint64_t> checked_add(std::uint64_t a, std::uint64_t b) {
  std::uint64_t sum;
  if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return sum;
}

inline std::optional<std::uint64_t> checked_multiply(std::uint64_t a, std::uint64_t b) {
  std::uint64_t product;
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}

/// The product of all values, 1 for none.
inline std::optional<std::uint64_t> checked_product(std::span<const std::uint64_t> values) {
  std::uint64_t product = 1;
  for (const auto value : values)
    if (__builtin_mul_overflow(product, value, &product)) return std::nullopt;
  return product;
}

/// True when [start, start + length) lies inside [0, end).
inline bool lies_within(std::uint64_t start, std::uint64_t length, std::uint64_t end) {
  return start <= end && length <= end - start;
}

inline std::uint64_t divide_up(std::uint64_t value, std::uint64_t by) {
  return value / by + (value % by != 0);
}

}  // namespace fiver
