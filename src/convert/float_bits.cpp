#include "convert/float_bits.hpp"

#include <bit>

#include "convert/soft_number.hpp"
#include "fiver/values/error.hpp"

namespace fiver::convert {

namespace {

const FloatType& binary64() {
  static const FloatType type = *float_type(8).as<FloatType>();  // never changes
  return type;
}

void expect_soft(const FloatType& type, std::size_t size) {
  if (!is_soft_float(type, size))
    throw Error(ErrorKind::unsupported, "a float of " + std::to_string(size) + " bytes with " +
                                            std::to_string(type.exponent_size) + " bits of exponent and " +
                                            std::to_string(type.mantissa_size) + " of mantissa");
}

}  // namespace

bool is_ieee(const FloatType& type, std::size_t size) {
  if ((size != 2 && size != 4 && size != 8) || type.order == ByteOrder::vax) return false;
  auto expected = *float_type(static_cast<std::uint32_t>(size), type.order).as<FloatType>();
  expected.padding = type.padding;  // there is nothing to pad
  expected.internal_padding = type.internal_padding;
  return type == expected;
}

double decode_float_bits(const FloatType& type, ByteView element) {
  expect_soft(type, element.size());
  auto number = soft_from_float(type, ElementBits(element.data(), element.size(), type.order));
  if (number.kind == SoftNumber::Kind::nan) number.negative = false;
  return std::bit_cast<double>(static_cast<std::uint64_t>(soft_to_float(number, binary64(), 8).get(0, 64)));
}

void encode_float_bits(const FloatType& type, double value, MutableBytes element) {
  expect_soft(type, element.size());
  ElementBits bits(8);
  bits.put(0, 64, std::bit_cast<std::uint64_t>(value));
  soft_to_float(soft_from_float(binary64(), bits), type, element.size()).store(element.data(), type.order);
}

}  // namespace fiver::convert
