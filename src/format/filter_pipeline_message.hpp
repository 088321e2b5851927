// The filter pipeline message (0x0B), versions 1 and 2 (format specification IV.A.2.l).
//
//   v1   1 count 0(6) {id(2) name-length(2) flags(2) values(2) name padded to 8, value(4)... [0(4) when odd]}...
//   v2   2 count {id(2) [id >= 256: name-length(2)] flags(2) values(2) [name] value(4)...}...
#pragma once

#include "base/bytes.hpp"
#include "base/encoder.hpp"
#include "base/field_widths.hpp"
#include "fiver/values/filter_spec.hpp"

namespace fiver::format {

/// The most filters a pipeline may have: a chunk's filter mask has a bit for each.
inline constexpr unsigned max_filters = 32;

FilterPipeline decode_filter_pipeline(ByteView body, FieldWidths widths);
/// version: 1 or 2. Version 2 does not store the names of filters below 256.
void encode_filter_pipeline(Encoder& out, const FilterPipeline& pipeline, std::uint8_t version = 2);

}  // namespace fiver::format
