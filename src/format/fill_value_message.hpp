// The fill value messages: old (0x04) and new (0x05), versions 1 to 3 (format specification IV.A.2.e and f).
//
//   old      size(4) value
//   v1, v2   version allocation-time write-time defined [size(4) value]
//   v3       3 flags [size(4) value]
//   flags: 0-1 allocation time, 2-3 write time, 4 undefined, 5 value follows
#pragma once

#include "base/bytes.hpp"
#include "base/encoder.hpp"
#include "base/field_widths.hpp"
#include "fiver/values/fill_value.hpp"

namespace fiver::format {

FillValue decode_fill_value(ByteView body, FieldWidths widths);
/// version: 1, 2 or 3.
void encode_fill_value(Encoder& out, const FillValue& fill, std::uint8_t version = 3);

/// An empty value means the default.
FillValue decode_old_fill_value(ByteView body, FieldWidths widths);
/// Only the value is kept.
void encode_old_fill_value(Encoder& out, const FillValue& fill);

}  // namespace fiver::format
