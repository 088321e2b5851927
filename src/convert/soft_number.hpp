// A number taken apart: the exact meeting point of integers and floats that no machine type holds without loss.
#pragma once

#include <cstdint>

#include "convert/bits.hpp"

namespace fiver::convert {

/// Sign times mantissa times 2^exponent, infinity, or not a number.
struct SoftNumber {
  enum class Kind : std::uint8_t { finite, infinite, nan };
  Kind kind = Kind::finite;
  bool negative = false;
  Wide mantissa = 0;
  std::int64_t exponent = 0;
};

/// An integer of at most 64 bits of precision inside its element; bit fields are unsigned ones.
struct IntegerFormat {
  std::size_t size = 0;
  ByteOrder order = ByteOrder::little;
  bool is_signed = false;
  unsigned bit_offset = 0, precision = 0;
  BitPadding padding{};
};

/// The value, sign-extended from its precision when signed (format notes 6, class 0).
std::uint64_t load_integer(const IntegerFormat& format, const std::byte* element);
/// The low `precision` bits of `value`, and padding bits as the type says.
void store_integer(const IntegerFormat& format, std::uint64_t value, std::byte* element);

SoftNumber soft_from_integer(std::uint64_t value, bool is_signed);
/// Toward zero, clipped to what the format holds; NaN is 0 (libhdf5's soft path; its hardware path leaves NaN to the processor).
std::uint64_t soft_to_integer(const SoftNumber& number, const IntegerFormat& format);

/// False when a field is too wide to be taken apart here.
bool is_soft_float(const FloatType& type, std::size_t size);
SoftNumber soft_from_float(const FloatType& type, const ElementBits& element);
/// To the nearest, ties to even; beyond the largest, infinity.
ElementBits soft_to_float(const SoftNumber& number, const FloatType& type, std::size_t size);

}  // namespace fiver::convert
