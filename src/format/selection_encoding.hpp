// Selections in region references and virtual mappings. Format specification VIII.A.
//   kind:u32 (0 none, 1 points, 2 hyperslab, 3 all) version:u32, then
//   none, all 1:   reserved:u32 length:u32
//   points 1:      reserved:u32 length:u32 rank:u32 count:u32 coordinates:u32
//   points 2:      width:u8 rank:u32 count:(width) coordinates:(width)
//   hyperslab 1:   reserved:u32 length:u32 rank:u32 boxes:u32 {first corner, last corner}:u32
//   hyperslab 2:   flags:u8 length:u32 rank:u32 {start stride count block}:u64 a dimension
//   hyperslab 3:   flags:u8 width:u8 rank:u32 as version 2, or boxes:(width) and corners, in that width
// flags bit 0: regular. All ones: unlimited. Last corners are inclusive. Length counts the bytes after itself.
#pragma once

#include "base/decoder.hpp"
#include "base/encoder.hpp"
#include "fiver/values/selection.hpp"

namespace fiver::format {

/// Versions that readers from libhdf5 1.8, 1.10 or 1.12 on know: the oldest that fits is chosen in each.
enum class SelectionStyle { v18, v110, v112 };

/// A regular hyperslab comes back as it is, an irregular one as the union of its boxes. Throws corrupt unless the rank is that of
/// the other parts, between 1 and 32.
Selection decode_selection(Decoder& decoder);
/// Throws invalid_argument for what no version can say (coordinates of points that are not whole, ranks that differ).
void encode_selection(Encoder& encoder, const Selection& selection, SelectionStyle style);
/// The bytes of encode_selection().
std::size_t encoded_selection_size(const Selection& selection, SelectionStyle style);
/// The rank, 0 for everything and nothing.
unsigned selection_rank(const Selection& selection);

}  // namespace fiver::format
