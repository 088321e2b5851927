// Integers and floats of any layout that a datatype can describe, as values: the command prints and digests types that no C++ type has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "fiver/values/datatype.hpp"

namespace fiver::tools {

/// The bits of one element, least significant byte first, whatever the order in the file (VAX: 16-bit words, most significant first).
std::string little_endian(std::span<const std::byte> element, ByteOrder order);

/// `width` bits from bit `position` on of little-endian bytes, extended by the sign or zeros to `size` bytes. Bits past the end are zero.
std::string bit_field(std::string_view bytes, unsigned position, unsigned width, bool is_signed, std::size_t size);

/// The bytes of a value of `size` bytes in memory: the smallest of 1, 2, 4, 8 that holds them; above 8 the size itself.
std::size_t value_width(std::size_t size);

/// True for exactly IEEE 754 binary16, binary32 or binary64, in little or big endian.
bool is_ieee(const FloatType& type, std::size_t size);

/// The value of a float of any layout, rounded to nearest even. `element` is in the stored order.
double float_value(const FloatType& type, std::span<const std::byte> element);

/// Decimal text of an integer, or bit field, of any layout; beyond 8 bytes as 0x hexadecimal.
std::string integer_text(std::span<const std::byte> element, ByteOrder order, unsigned bit_offset, unsigned precision,
                         bool is_signed);

/// Shortest decimal text that reads back as the same value.
std::string float_text(const FloatType& type, std::span<const std::byte> element);

}  // namespace fiver::tools
