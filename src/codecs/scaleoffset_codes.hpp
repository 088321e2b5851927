// Scale-offset's values, the elements of its chunks, and the codes that stand for them; the bytes are in scaleoffset.cpp.
#pragma once

#include <cmath>

#include "base/bytes.hpp"
#include "fiver/spi/filter.hpp"

namespace fiver::codecs::scaleoffset {

inline constexpr std::size_t value_count = 20;
inline constexpr std::uint32_t decimal_float = 0, integer = 2;

/// What the values say.
struct Plan {
  bool unchanged = false, is_float = false, is_signed = false, big = false, has_fill = false;
  std::uint32_t factor_bits = 0;  ///< an integer's width of codes chosen by the user; 0: the smallest that does
  int decimals = 0;
  std::size_t size = 0;  ///< of an element
  std::uint64_t count = 0;
  std::uint64_t fill = 0;
  unsigned full() const { return static_cast<unsigned>(8 * size); }
  std::uint64_t bytes() const { return count * size; }
  std::uint64_t mask() const { return ones(full()); }
  static std::uint64_t ones(unsigned bits) { return bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1; }
};

FilterStatus plan_of(std::span<const std::uint32_t> values, Plan& plan);

/// Element i, as its bits.
inline std::uint64_t load_element(ByteView bytes, std::size_t i, const Plan& plan) {
  std::uint64_t value = 0;
  const auto element = bytes.subspan(i * plan.size, plan.size);
  for (std::size_t b = 0; b < plan.size; ++b)
    value = value << 8U | std::to_integer<std::uint64_t>(element[plan.big ? b : plan.size - 1 - b]);
  return value;
}

inline void store_element(std::uint64_t value, MutableBytes bytes, std::size_t i, const Plan& plan) {
  const auto element = bytes.subspan(i * plan.size, plan.size);
  for (std::size_t b = 0; b < plan.size; ++b)
    element[plan.big ? plan.size - 1 - b : b] = static_cast<std::byte>(value >> (8 * b));
}

/// The C library's functions of the element's own type: files hold what they rounded.
inline float power_of_ten(float, int decimals) {
  return powf(10.0F, static_cast<float>(decimals));
}
inline double power_of_ten(double, int decimals) {
  return pow(10.0, static_cast<double>(decimals));
}
template <class Real>
using BitsOf = std::conditional_t<sizeof(Real) == 4, std::uint32_t, std::uint64_t>;
template <class Real>
Real real_of(std::uint64_t bits) {
  return std::bit_cast<Real>(static_cast<BitsOf<Real>>(bits));
}
template <class Real>
std::uint64_t bits_of(Real value) {
  return std::bit_cast<BitsOf<Real>>(value);
}

/// The codes of a chunk to write. `bits` is the full width where elements are to be stored as they are.
struct Codes {
  unsigned bits = 0;
  std::uint64_t minimum = 0;
  std::vector<std::uint64_t> values;
};

Codes integer_codes(const Plan& plan, ByteView in);
Codes float_codes(const Plan& plan, ByteView in);

}  // namespace fiver::codecs::scaleoffset
