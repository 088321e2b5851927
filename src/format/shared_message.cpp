#include "format/shared_message.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/decoder.hpp"

namespace fiver::format {
namespace {

// Types of version 3. Version 2 has 0 there for what is always an object header.
constexpr std::uint8_t in_shared_heap = 1, in_object_header = 2;

}  // namespace

SharedMessageRef decode_shared_message_ref(ByteView body, FieldWidths widths) {
  Decoder in(body, widths, "shared message");
  const auto version = in.version_in({1, 2, 3});
  const auto type = in.u8("type");
  if (version == 3 && type == in_shared_heap) {
    SharedHeapId id;
    const auto bytes = in.bytes(id.size(), "heap id");
    std::copy(bytes.begin(), bytes.end(), id.begin());
    return {id};
  }
  if (version == 3 && type != in_object_header) in.unsupported(fmt::format("unknown type {}", type));
  if (version == 1) in.reserved(6 + widths.length);
  return {in.defined_address("object header address")};
}

void encode_shared_message_ref(Encoder& out, const SharedMessageRef& ref) {
  if (const auto* address = std::get_if<Address>(&ref.where)) {
    out.version(2);
    out.u8(in_object_header);
    out.address(*address);
  } else {
    out.version(3);
    out.u8(in_shared_heap);
    out.bytes(std::get<SharedHeapId>(ref.where));
  }
}

}  // namespace fiver::format
