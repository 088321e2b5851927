#include "common/numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace fiver::tools {
namespace {

/// Wide enough for the mantissa of binary128 and of every float libhdf5 knows.
__extension__ typedef unsigned __int128 Wide;
constexpr unsigned wide_bits = 128;

bool bit(std::string_view bytes, std::size_t position) {
  return position / 8 < bytes.size() && ((static_cast<unsigned char>(bytes[position / 8]) >> (position % 8)) & 1U) != 0;
}

Wide bits_at(std::string_view bytes, unsigned position, unsigned width) {
  Wide value = 0;
  for (unsigned i = std::min(width, wide_bits); i-- > 0;) value = (value << 1U) | (bit(bytes, position + i) ? 1U : 0U);
  return value;
}

int bit_length(Wide value) {
  const auto high = static_cast<std::uint64_t>(value >> 64U), low = static_cast<std::uint64_t>(value);
  return static_cast<int>(high != 0 ? 64 + std::bit_width(high) : std::bit_width(low));
}

std::uint64_t load(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = std::min<std::size_t>(bytes.size(), 8); i-- > 0;) {
    value = (value << 8U) | static_cast<unsigned char>(bytes[i]);
  }
  return value;
}

/// mantissa * 2^exponent, rounded once, to the precision that binary64 has at that size.
double scaled(Wide mantissa, std::int64_t exponent) {
  if (mantissa == 0) return 0.0;
  const int length = bit_length(mantissa);
  const std::int64_t top = length + exponent;  // the value is in [2^(top-1), 2^top)
  if (top > 1100) return std::numeric_limits<double>::infinity();
  if (top < -1100) return 0.0;
  const std::int64_t keep = std::clamp<std::int64_t>(top + 1074, 0, 53);
  const std::int64_t drop = length - keep;
  if (drop > 0) {
    const auto shift = static_cast<unsigned>(drop);
    const Wide rest = shift >= wide_bits ? mantissa : mantissa & ((Wide{1} << shift) - 1);
    const Wide half = Wide{1} << (shift - 1);
    mantissa = shift >= wide_bits ? 0 : mantissa >> shift;
    if (rest > half || (rest == half && (mantissa & 1U) != 0)) mantissa += 1;
    exponent += drop;
  }
  return std::ldexp(static_cast<double>(static_cast<std::uint64_t>(mantissa)), static_cast<int>(exponent));
}

}  // namespace

std::string little_endian(std::span<const std::byte> element, ByteOrder order) {
  std::string bytes(reinterpret_cast<const char*>(element.data()), element.size());
  if (order == ByteOrder::little) return bytes;
  std::reverse(bytes.begin(), bytes.end());
  if (order == ByteOrder::vax) {
    for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) std::swap(bytes[i], bytes[i + 1]);
  }
  return bytes;
}

std::string bit_field(std::string_view bytes, unsigned position, unsigned width, bool is_signed, std::size_t size) {
  std::string out(size, '\0');
  const bool extend = is_signed && width > 0 && bit(bytes, position + width - 1);
  for (std::size_t i = 0; i < size * 8; ++i) {
    if (i < width ? bit(bytes, position + i) : extend) {
      out[i / 8] = static_cast<char>(static_cast<unsigned char>(out[i / 8]) | (1U << (i % 8)));
    }
  }
  return out;
}

std::size_t value_width(std::size_t size) {
  return size <= 8 ? std::bit_ceil(std::max<std::size_t>(size, 1)) : size;
}

bool is_ieee(const FloatType& type, std::size_t size) {
  if (type.order == ByteOrder::vax || type.normalization != MantissaNormalization::implied || type.bit_offset != 0 ||
      type.precision != 8 * size || type.mantissa_position != 0) {
    return false;
  }
  const auto has = [&](unsigned sign, unsigned exponent, unsigned exponent_bits, unsigned mantissa_bits,
                       unsigned bias) {
    return type.sign_position == sign && type.exponent_position == exponent && type.exponent_size == exponent_bits &&
           type.mantissa_size == mantissa_bits && type.exponent_bias == bias;
  };
  return (size == 2 && has(15, 10, 5, 10, 15)) || (size == 4 && has(31, 23, 8, 23, 127)) ||
         (size == 8 && has(63, 52, 11, 52, 1023));
}

double float_value(const FloatType& type, std::span<const std::byte> element) {
  const std::string bytes = little_endian(element, type.order);
  if (is_ieee(type, element.size())) {
    if (element.size() == 8) return std::bit_cast<double>(load(bytes));
    if (element.size() == 4) return std::bit_cast<float>(static_cast<std::uint32_t>(load(bytes)));
  }
  const bool negative = bit(bytes, type.sign_position);
  const auto exponent =
      static_cast<std::uint64_t>(bits_at(bytes, type.exponent_position, std::min<unsigned>(type.exponent_size, 62)));
  Wide mantissa = bits_at(bytes, type.mantissa_position, type.mantissa_size);
  const bool implied = type.normalization == MantissaNormalization::implied;
  const unsigned mantissa_size = type.mantissa_size;
  double value = 0;
  if (exponent == (std::uint64_t{1} << std::min<unsigned>(type.exponent_size, 62)) - 1) {
    const unsigned fraction_bits = implied || mantissa_size == 0 ? mantissa_size : mantissa_size - 1;
    const Wide fraction = fraction_bits >= wide_bits ? mantissa : mantissa & ((Wide{1} << fraction_bits) - 1);
    if (fraction != 0) return std::numeric_limits<double>::quiet_NaN();
    value = std::numeric_limits<double>::infinity();
  } else {
    const auto biased =
        static_cast<std::int64_t>(exponent != 0 ? exponent : 1) - static_cast<std::int64_t>(type.exponent_bias);
    if (implied && exponent != 0 && mantissa_size < wide_bits) mantissa |= Wide{1} << mantissa_size;
    value = scaled(mantissa, biased - (implied ? mantissa_size : std::int64_t{mantissa_size} - 1));
  }
  return negative ? -value : value;
}

std::string integer_text(std::span<const std::byte> element, ByteOrder order, unsigned bit_offset, unsigned precision,
                         bool is_signed) {
  const std::string bytes = little_endian(element, order);
  if (precision > 64) {
    std::string text = "0x";
    for (std::size_t i = bytes.size(); i-- > 0;) {
      fmt::format_to(std::back_inserter(text), "{:02x}", static_cast<unsigned char>(bytes[i]));
    }
    return text;
  }
  const std::uint64_t value = load(bit_field(bytes, bit_offset, precision, is_signed, 8));
  return is_signed ? std::to_string(static_cast<std::int64_t>(value)) : std::to_string(value);
}

std::string float_text(const FloatType& type, std::span<const std::byte> element) {
  const double value = float_value(type, element);
  if (std::isnan(value)) return "nan";
  // Half and single precision need fewer digits to read back as themselves than as doubles.
  return type.mantissa_size <= 23 && type.exponent_size <= 8 ? fmt::format("{}", static_cast<float>(value))
                                                             : fmt::format("{}", value);
}

}  // namespace fiver::tools
