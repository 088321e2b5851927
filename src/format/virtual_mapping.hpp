// The mappings of a virtual dataset, one object of the global heap. Format specification IV.A.2.i "Virtual", VII.F; version 1 is
// libhdf5 2.0's.
//   version:u8 mappings:L mappings sum:u32
//   mapping of version 0: source file, NUL, source dataset, NUL, source selection, virtual selection
//   mapping of version 1: flags:u8 [file: text and NUL, or the number:L of an earlier mapping] [dataset: the same] two selections
//   flags bit 0: file of an earlier mapping; bit 1: dataset of an earlier mapping; bit 2: the virtual dataset's own file
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "base/field_widths.hpp"
#include "fiver/values/virtual_mapping.hpp"
#include "format/selection_encoding.hpp"

namespace fiver::format {

/// `object` is the whole heap object. Shared names are copied out; `most_name_bytes` stops a small object that repeats a long name
/// until memory ends.
std::vector<VirtualMapping> decode_virtual_mappings(ByteView object, FieldWidths widths,
                                                    std::uint64_t most_name_bytes = 1ULL << 30);
/// Version 0, or version 1 where allowed and not larger.
Bytes encode_virtual_mappings(const std::vector<VirtualMapping>& mappings, FieldWidths widths, SelectionStyle style,
                              bool may_share_names = false);

}  // namespace fiver::format
