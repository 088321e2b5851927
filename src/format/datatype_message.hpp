// The datatype message (0x03), versions 1 to 5, all classes (format specification IV.A.2.d).
//
//   class+version<<4 (1) class-bits(3) size(4) properties
//
// properties, by class:
//    0 integer, 4 bit field   offset(2) precision(2)
//    1 float                  offset(2) precision(2) exponent-at(1) exponent-bits(1) mantissa-at(1) mantissa-bits(1) bias(4)
//    2 time                   precision(2)
//    3 string, 7 reference    -
//    5 opaque                 tag, padded to 8 and without NUL where it fills that
//    6 compound  v1           {name NUL, padded to 8; offset(4) rank(1) 0(3) permutation(4) 0(4) dims(4 x 4) type}...
//                v2           {name NUL, padded to 8; offset(4) type}...
//                v3 on        {name NUL; offset(1..4) type}...
//    8 enum                   base {name NUL [padded to 8 before v3]}... value...
//    9 variable length        base
//   10 array     v1, v2       rank(1) 0(3) dims(4)... permutation(4)... base
//                v3 on        rank(1) dims(4)... base
//   11 complex   v5           base
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/decoder.hpp"
#include "base/encoder.hpp"
#include "fiver/values/datatype.hpp"
#include "fiver/values/limits.hpp"

namespace fiver::format {

/// What reading a datatype showed beside its value.
struct DatatypeRemarks {
  std::uint8_t version = 0;      ///< of the outermost type
  std::vector<std::string> odd;  ///< legal, but suspicious: precision far below the size
};

/// Reads one datatype and leaves `in` behind it. Throws corrupt for what cannot be an element, unsupported
/// for classes and versions not known, limit for nesting or parts beyond `limits`.
Datatype decode_datatype(Decoder& in, const Limits& limits, DatatypeRemarks* remarks = nullptr);
/// From a message's body, whose padding at the end is not looked at.
Datatype decode_datatype(ByteView body, FieldWidths widths, const Limits& limits, DatatypeRemarks* remarks = nullptr);

/// `lowest`: the version that compound, enumeration and array types are raised to: 1 for old-style files, 3
/// for HDF5 1.8 and later, 4 for 1.12, 5 for 2.0. Single types keep the lowest version that can express them.
/// Throws invalid_argument for datatypes that no file may hold.
void encode_datatype(Encoder& out, const Datatype& type, std::uint8_t lowest = 3);
/// The version of the outermost type as encode_datatype writes it.
std::uint8_t datatype_version(const Datatype& type, std::uint8_t lowest = 3);

/// Bytes of one element of variable length: count(4) address(O) index(4).
constexpr std::uint32_t variable_length_size(FieldWidths widths) {
  return 8 + widths.offset;
}
/// Bytes of one reference element: address(O); address(O) index(4); kind(1) flags(1) and O+8 bytes for the
/// kinds of 1.12.
constexpr std::uint32_t reference_size(ReferenceKind kind, FieldWidths widths) {
  if (kind == ReferenceKind::object) return widths.offset;
  return kind == ReferenceKind::region ? widths.offset + 4 : widths.offset + 10;
}

}  // namespace fiver::format
