// The dataspace message (0x01), versions 1 and 2 (format specification IV.A.2.b).
//
//   v1   1 rank flags 0(5) size(L)... [max(L)...] [permutation(L)...]   flags: 1 maximum sizes, 2 permutation (never written)
//   v2   2 rank flags class size(L)... [max(L)...]                      class: 0 scalar, 1 simple, 2 null
#pragma once

#include "base/bytes.hpp"
#include "base/encoder.hpp"
#include "base/field_widths.hpp"
#include "fiver/values/dataspace.hpp"

namespace fiver::format {

Dataspace decode_dataspace(ByteView body, FieldWidths widths);
/// Version 1 throws invalid_argument for a null dataspace.
void encode_dataspace(Encoder& out, const Dataspace& space, std::uint8_t version = 2);
/// The version to write where `lowest` is preferred.
std::uint8_t dataspace_version(const Dataspace& space, std::uint8_t lowest);

}  // namespace fiver::format
