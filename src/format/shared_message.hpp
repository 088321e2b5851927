// The body of a message whose flag "shared" is set: where the real one stands (format specification IV.A.2, "Shared Message").
//
//   v1   1 type 0(6) 0(L) header(O)
//   v2   2 type header(O)
//   v3   3 type, then of type 1: heap id(8), of type 2: header(O)
#pragma once

#include <array>
#include <cstddef>
#include <variant>

#include "base/bytes.hpp"
#include "base/encoder.hpp"
#include "base/field_widths.hpp"
#include "fiver/values/address.hpp"

namespace fiver::format {

/// The id of an object in the heap of the file's shared messages.
using SharedHeapId = std::array<std::byte, 8>;

struct SharedMessageRef {
  /// The object header of a committed datatype, which has the message; or the message's place in the shared
  /// heap.
  std::variant<Address, SharedHeapId> where;
  friend bool operator==(const SharedMessageRef&, const SharedMessageRef&) = default;
};

SharedMessageRef decode_shared_message_ref(ByteView body, FieldWidths widths);
/// Version 2 for an object header, 3 for the shared heap.
void encode_shared_message_ref(Encoder& out, const SharedMessageRef& ref);

}  // namespace fiver::format
