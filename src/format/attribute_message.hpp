// The attribute message (0x0C), versions 1 to 3 (format specification IV.A.2.m). Its type and space stay encoded: either may be a
// SharedMessageRef, which only a reader of the file can follow.
//
//   v1       1 0 name-size(2) type-size(2) space-size(2) name type space data           name, type and space padded to 8
//   v2, v3   version flags name-size(2) type-size(2) space-size(2) [v3: charset(1)] name type space data
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.hpp"
#include "base/encoder.hpp"
#include "base/field_widths.hpp"
#include "fiver/values/datatype.hpp"

namespace fiver::format {

struct AttributeMessage {
  std::string name;
  CharacterSet charset = CharacterSet::ascii;
  ByteView type, space;  ///< encoded datatype and dataspace, or SharedMessageRefs
  bool type_shared = false, space_shared = false;
  ByteView data;  ///< to the end of the body: may have padding after the value
};

/// The views are of `body`.
AttributeMessage decode_attribute(ByteView body, FieldWidths widths);
/// version: 1, 2 or 3. Throws invalid_argument where that version cannot say it (see attribute_version).
void encode_attribute(Encoder& out, const AttributeMessage& attribute, std::uint8_t version = 3);
/// The version to write where `lowest` is preferred: 2 for shared parts, 3 for a name that is not ASCII.
std::uint8_t attribute_version(const AttributeMessage& attribute, std::uint8_t lowest);

}  // namespace fiver::format
