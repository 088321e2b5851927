// The numbers and bits of the datatype message that its decoder and its encoder share; see datatype_message.hpp.
#pragma once

#include <cstdint>

namespace fiver::format {

enum class DatatypeClass : std::uint8_t {
  integer,
  floating,
  time,
  string,
  bit_field,
  opaque,
  compound,
  reference,
  enumeration,
  variable_length,
  array,
  complex
};

// Class bits. Those of an integer, a bit field (without sign) and, up to the padding, a float.
inline constexpr std::uint32_t bits_big_endian = 0x01, bits_pad_low = 0x02, bits_pad_high = 0x04, bits_signed = 0x08;
inline constexpr std::uint32_t float_pad_internal = 0x08, float_vax = 0x40;
inline constexpr unsigned float_normalization_shift = 4, float_sign_shift = 8;
inline constexpr unsigned string_charset_shift = 4;
inline constexpr unsigned variable_padding_shift = 4, variable_charset_shift = 8;
inline constexpr std::uint32_t variable_is_string = 1;
inline constexpr unsigned reference_version_shift = 4;
inline constexpr std::uint32_t reference_version = 1;  ///< of the references of HDF5 1.12
inline constexpr std::uint32_t complex_homogeneous = 0x01;
inline constexpr unsigned complex_form_shift = 1;

// The first versions that have what they are named after.
inline constexpr std::uint8_t first_with_arrays = 2, first_packed = 3, first_with_vax = 3,
                              first_with_new_references = 4, first_with_complex = 5, last_datatype_version = 5;

}  // namespace fiver::format
