#include "convert/soft_number.hpp"

#include <algorithm>

namespace fiver::convert {

namespace {

std::uint64_t mask(unsigned bits) {
  return bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
}

/// What eight bytes hold in one of the two usual orders: most odd integers, such as 12 bits in 16.
bool fits_register(const IntegerFormat& format) {
  return format.size <= 8 && format.order != ByteOrder::vax && format.bit_offset + format.precision <= 8 * format.size;
}

int bit_length(Wide value) {
  const auto high = static_cast<std::uint64_t>(value >> 64U), low = static_cast<std::uint64_t>(value);
  return high != 0 ? 128 - __builtin_clzll(high) : low != 0 ? 64 - __builtin_clzll(low) : 0;
}

/// value / 2^shift, to the nearest, ties to even.
Wide shifted_right(Wide value, std::int64_t shift) {
  if (shift > 128) return 0;
  const auto half = Wide{1} << (shift - 1);
  if (shift == 128) return value > half ? 1 : 0;  // exactly half is a tie with the even 0
  const auto quotient = value >> shift, rest = value & ((Wide{1} << shift) - 1);
  return quotient + (rest > half || (rest == half && (quotient & 1U) != 0) ? 1 : 0);
}

/// Bits of the significand, the leading one included.
int significand_bits(const FloatType& type) {
  return type.mantissa_size + (type.normalization == MantissaNormalization::implied ? 1 : 0);
}

std::int64_t all_ones(const FloatType& type) {
  return (std::int64_t{1} << type.exponent_size) - 1;
}

}  // namespace

std::uint64_t load_integer(const IntegerFormat& format, const std::byte* element) {
  std::uint64_t value = 0;
  if (fits_register(format)) {
    for (std::size_t i = 0; i < format.size; ++i)
      value = value << 8U |
              std::to_integer<std::uint64_t>(element[format.order == ByteOrder::big ? i : format.size - 1 - i]);
    value = value >> format.bit_offset & mask(format.precision);
  } else {
    const ElementBits bits(element, format.size, format.order);
    value = static_cast<std::uint64_t>(bits.get(format.bit_offset, format.precision));
  }
  if (format.is_signed && format.precision != 0 && (value >> (format.precision - 1U) & 1U) != 0)
    value |= ~mask(format.precision);
  return value;
}

void store_integer(const IntegerFormat& format, std::uint64_t value, std::byte* element) {
  if (fits_register(format)) {
    auto whole = (value & mask(format.precision)) << format.bit_offset;
    const auto end = format.bit_offset + format.precision;
    if (format.padding.low) whole |= mask(format.bit_offset);
    if (format.padding.high) whole |= ~mask(end);
    for (std::size_t i = 0; i < format.size; ++i, whole >>= 8U)
      element[format.order == ByteOrder::big ? format.size - 1 - i : i] = static_cast<std::byte>(whole);
    return;
  }
  ElementBits bits(format.size);
  if (format.padding.low) bits.fill(0, format.bit_offset);
  if (format.padding.high) bits.fill(format.bit_offset + format.precision, static_cast<unsigned>(8 * format.size));
  bits.put(format.bit_offset, format.precision, value & mask(format.precision));
  bits.store(element, format.order);
}

SoftNumber soft_from_integer(std::uint64_t value, bool is_signed) {
  const bool negative = is_signed && value >> 63U != 0;
  return {SoftNumber::Kind::finite, negative, negative ? ~value + 1 : value, 0};
}

std::uint64_t soft_to_integer(const SoftNumber& number, const IntegerFormat& format) {
  if (number.kind == SoftNumber::Kind::nan) return 0;
  const auto largest = mask(format.is_signed ? format.precision - 1U : format.precision);
  const auto most_negative = format.is_signed ? largest + 1 : 0;  // its magnitude
  const auto limit = number.negative ? most_negative : largest;
  bool clip = number.kind == SoftNumber::Kind::infinite;
  Wide magnitude = number.mantissa;
  if (!clip && number.exponent >= 0) {
    clip = magnitude != 0 && bit_length(magnitude) + number.exponent > 64;
    if (!clip && magnitude != 0) magnitude <<= number.exponent;
  } else if (!clip) {
    magnitude = number.exponent <= -128 ? 0 : magnitude >> -number.exponent;
  }
  const auto value = clip || magnitude > limit ? limit : static_cast<std::uint64_t>(magnitude);
  return number.negative ? ~value + 1 : value;
}

bool is_soft_float(const FloatType& type, std::size_t size) {
  return size != 0 && size <= widest_number && type.exponent_size <= 32 && type.mantissa_size <= 120 &&
         (type.order != ByteOrder::vax || size % 2 == 0);
}

SoftNumber soft_from_float(const FloatType& type, const ElementBits& element) {
  SoftNumber number;
  number.negative = element.get(type.sign_position, 1) != 0;
  number.mantissa = element.get(type.mantissa_position, type.mantissa_size);
  const auto exponent = static_cast<std::int64_t>(element.get(type.exponent_position, type.exponent_size));
  const bool implied = type.normalization == MantissaNormalization::implied;
  if (exponent == all_ones(type)) {
    const unsigned integer_bit = implied || type.mantissa_size == 0 ? 0 : 1;
    const auto fraction = number.mantissa & ((Wide{1} << (type.mantissa_size - integer_bit)) - 1);
    number.kind = fraction != 0 ? SoftNumber::Kind::nan : SoftNumber::Kind::infinite;
    return number;
  }
  if (implied && exponent != 0) number.mantissa |= Wide{1} << type.mantissa_size;
  number.exponent =
      std::max<std::int64_t>(exponent, 1) - std::int64_t{type.exponent_bias} - (significand_bits(type) - 1);
  return number;
}

ElementBits soft_to_float(const SoftNumber& number, const FloatType& type, std::size_t size) {
  const auto bits = significand_bits(type);
  const bool implied = type.normalization == MantissaNormalization::implied;
  auto kind = number.kind;
  Wide mantissa = 0;
  std::int64_t exponent = 0;
  if (kind == SoftNumber::Kind::finite && number.mantissa != 0) {
    const std::int64_t smallest = 1 - std::int64_t{type.exponent_bias} - (bits - 1);  // the unit of subnormals
    auto unit = std::max(smallest, number.exponent + bit_length(number.mantissa) - bits);
    const auto shift = unit - number.exponent;
    mantissa = shift > 0 ? shifted_right(number.mantissa, shift) : number.mantissa << -shift;
    if (mantissa >> bits != 0) {  // rounded up to the next power of two
      mantissa >>= 1U;
      ++unit;
    }
    const bool subnormal = bits == 0 || mantissa >> (bits - 1) == 0;
    exponent = subnormal ? 0 : unit + std::int64_t{type.exponent_bias} + (bits - 1);
    if (exponent >= all_ones(type)) kind = SoftNumber::Kind::infinite;
  }
  if (kind != SoftNumber::Kind::finite) {
    exponent = all_ones(type);
    mantissa = 0;
    if (!implied && bits > 0) mantissa = Wide{1} << (bits - 1);  // as x87 sets it
    if (kind == SoftNumber::Kind::nan && bits > 1) mantissa |= Wide{1} << (bits - 2);
  }
  ElementBits element(size);
  if (type.padding.low) element.fill(0, type.bit_offset);
  if (type.padding.high) element.fill(type.bit_offset + type.precision, static_cast<unsigned>(8 * size));
  if (type.internal_padding) element.fill(type.bit_offset, type.bit_offset + type.precision);
  element.put(type.mantissa_position, type.mantissa_size, mantissa);
  element.put(type.exponent_position, type.exponent_size, static_cast<Wide>(exponent));
  element.put(type.sign_position, 1, number.negative ? 1 : 0);
  return element;
}

}  // namespace fiver::convert
