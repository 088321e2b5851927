// The data layout message (0x08), versions 1 to 5 (format specification IV.A.2.i; flags of version 4 as
// libhdf5 writes them).
//
//   v1, v2   version rank+1 class 0(5) [address(O)] dim(4)... [compact: size(4) data]
//   v3       3 class, then  0 compact: size(2) data   1 contiguous: address(O) size(L)
//                           2 chunked: rank+1 (1) tree(O) dim(4)... element-size(4)
//   v4, v5   version class, then 0 and 1 as v3
//                           2 chunked: flags rank+1 width dim(width)... element-size(width) index parameters
//                           address(O) 3 virtual: heap collection(O) index(4)
//            flags: bit 0 partial chunks unfiltered, bit 1 single chunk filtered
//            index: 1 single [size(L) mask(4)]   2 implicit   3 fixed array: page-bits
//                   4 extensible array: max-bits index-elements min-pointers min-elements page-bits
//                   5 v2 B-tree: node-size(4) split% merge%
#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "base/encoder.hpp"
#include "base/field_widths.hpp"
#include "fiver/values/layout.hpp"

namespace fiver::format {

Layout decode_layout(ByteView body, FieldWidths widths);
/// version: 3, 4 or 5. Throws invalid_argument where that version cannot say it (version 3: virtual, or any
/// index but the v1 B-tree; 4 and 5: the v1 B-tree).
void encode_layout(Encoder& out, const Layout& layout, std::uint8_t version);
/// The version that encodes this layout: 3 where it can, 5 for wide sizes, else 4.
std::uint8_t layout_version(const Layout& layout);

}  // namespace fiver::format
