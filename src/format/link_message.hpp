// The link message (0x06), version 1, also the objects of a dense group's heap (format specification IV.A.2.g).
//
//   1 flags [class(1)] [creation-order(8)] [charset(1)] name-length(1|2|4|8) name
//   hard: header(O)    soft: length(2) path    external (64), user (65-255): length(2) data
//   flags: 0-1 width of the name's length, 2 creation order, 3 class, 4 charset stored
//   external data: 0 file NUL path NUL
#pragma once

#include "base/bytes.hpp"
#include "base/encoder.hpp"
#include "base/field_widths.hpp"
#include "fiver/values/link.hpp"

namespace fiver::format {

Link decode_link(ByteView body, FieldWidths widths);
void encode_link(Encoder& out, const Link& link);

}  // namespace fiver::format
