// The elements of reference datatypes. Format specification IV.A.2.d class 7; kinds 2 to 4 as libhdf5 1.12 writes them.
//   object: header address:O                                        0: null
//   region: heap collection:O index:u32, whose object is            all zero: null
//           dataset address:O selection
//   standard, 10 + O bytes: kind:u8 flags:u8 then, for an object in the same file, token size:u8 token, zeros;
//           else bytes:u32 heap collection:O index:u32, whose object is
//           token size:u8 token [file length:u16 file] [region: length:u32 rank:u32 selection | attribute: length:u16 name]
// A standard reference's heap object may have zeros after its end.
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/field_widths.hpp"
#include "base/heap_access.hpp"
#include "fiver/values/reference.hpp"
#include "format/selection_encoding.hpp"

namespace fiver::format {

inline std::size_t object_reference_size(FieldWidths widths) {
  return widths.offset;
}
inline std::size_t region_reference_size(FieldWidths widths) {
  return widths.offset + 4;
}
inline std::size_t standard_reference_size(FieldWidths widths) {
  return 10 + widths.offset;
}

/// Absent: null. Throws corrupt for the undefined address.
std::optional<Address> decode_object_reference(ByteView element, FieldWidths widths);
Bytes encode_object_reference(std::optional<Address> object, FieldWidths widths);

/// Where the region is described. Absent: null.
std::optional<HeapId> decode_region_reference(ByteView element, FieldWidths widths);
Bytes encode_region_reference(std::optional<HeapId> id, FieldWidths widths);
/// The heap object of a region reference.
Reference decode_region_object(ByteView object, FieldWidths widths);
/// `reference` has an object and a region.
Bytes encode_region_object(const Reference& reference, FieldWidths widths, SelectionStyle style);

/// A standard reference's element, before its heap object is read.
struct ReferenceSlot {
  enum class Kind : std::uint8_t { null = 0, object = 2, region = 3, attribute = 4 };
  Kind kind = Kind::null;
  bool external = false;          ///< the object is in another file, which the heap object names
  std::optional<Address> object;  ///< only of objects in the same file
  std::uint32_t heap_bytes = 0;   ///< of the heap object; 0 when there is none
  std::optional<HeapId> heap;
  friend bool operator==(const ReferenceSlot&, const ReferenceSlot&) = default;
};
ReferenceSlot decode_reference_slot(ByteView element, FieldWidths widths);
Bytes encode_reference_slot(const ReferenceSlot& slot, FieldWidths widths);
/// The whole reference; `heap_object` is slot.heap's object, empty where there is none.
Reference decode_standard_reference(const ReferenceSlot& slot, ByteView heap_object, FieldWidths widths);
/// The kind that a reference needs, and its heap object: empty where the slot suffices. `rank` is the dataset's that a region is of.
ReferenceSlot::Kind standard_reference_kind(const Reference& reference);
Bytes encode_standard_reference_object(const Reference& reference, FieldWidths widths, SelectionStyle style,
                                       unsigned rank);

}  // namespace fiver::format
