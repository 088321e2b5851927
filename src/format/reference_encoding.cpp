#include "format/reference_encoding.hpp"

#include <fmt/format.h>

#include "base/decoder.hpp"
#include "base/encoder.hpp"

namespace fiver::format {
namespace {

constexpr std::uint8_t external_flag = 1;
constexpr std::size_t longest_text = 65535;

[[noreturn]] void refuse(std::string_view reason) {
  throw Error(ErrorKind::invalid_argument, fmt::format("reference: {}", reason));
}

std::optional<HeapId> decode_heap_id(Decoder& decoder) {
  const auto collection = decoder.address("heap collection address");
  const auto index = decoder.u32("heap object index");
  if (!collection || (collection->value == 0 && index == 0)) return std::nullopt;
  return HeapId{*collection, index};
}

void encode_heap_id(Encoder& encoder, std::optional<HeapId> id) {
  encoder.address(id ? id->collection : Address{0});
  encoder.u32(id ? id->index : 0);
}

/// "Token" is the library's word for what names an object in its file: here its address.
std::optional<Address> decode_token(Decoder& decoder) {
  const auto size = decoder.u8("token size");
  if (size == 0 || size > 8) decoder.fail(fmt::format("a token of {} bytes", size));
  const auto value = decoder.uint(size, "token");
  const auto undefined = size == 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8U * size)) - 1;
  if (value == undefined) decoder.fail("a token of an undefined address");
  return Address{value};
}

void encode_token(Encoder& encoder, Address object) {
  encoder.u8(static_cast<std::uint8_t>(encoder.widths().offset));
  encoder.address(object);
}

std::string decode_counted_text(Decoder& decoder, std::string_view field) {
  const auto length = decoder.u16(field);
  return std::string(text_of(decoder.bytes(length, field)));
}

void encode_counted_text(Encoder& encoder, const std::string& text) {
  if (text.size() > longest_text) refuse(fmt::format("a name of {} bytes", text.size()));
  encoder.u16(static_cast<std::uint16_t>(text.size()));
  encoder.bytes(bytes_of(text));
}

}  // namespace

std::optional<Address> decode_object_reference(ByteView element, FieldWidths widths) {
  Decoder decoder(element, widths, "object reference");
  const auto object = decoder.defined_address("object header address");
  if (object.value == 0) return std::nullopt;
  return object;
}

Bytes encode_object_reference(std::optional<Address> object, FieldWidths widths) {
  Encoder encoder(widths);
  encoder.address(object.value_or(Address{0}));
  return std::move(encoder).take();
}

std::optional<HeapId> decode_region_reference(ByteView element, FieldWidths widths) {
  Decoder decoder(element, widths, "region reference");
  return decode_heap_id(decoder);
}

Bytes encode_region_reference(std::optional<HeapId> id, FieldWidths widths) {
  Encoder encoder(widths);
  encode_heap_id(encoder, id);
  return std::move(encoder).take();
}

Reference decode_region_object(ByteView object, FieldWidths widths) {
  Decoder decoder(object, widths, "region reference's heap object");
  Reference reference;
  reference.object = decoder.defined_address("dataset address");
  reference.region = decode_selection(decoder);
  return reference;
}

Bytes encode_region_object(const Reference& reference, FieldWidths widths, SelectionStyle style) {
  if (!reference.object || !reference.region) refuse("a region reference without object or region");
  Encoder encoder(widths);
  encoder.address(*reference.object);
  encode_selection(encoder, *reference.region, style);
  return std::move(encoder).take();
}

ReferenceSlot decode_reference_slot(ByteView element, FieldWidths widths) {
  Decoder decoder(element, widths, "standard reference");
  ReferenceSlot slot;
  const auto kind = decoder.u8("kind");
  const auto flags = decoder.u8("flags");
  if (kind == 0) return slot;
  if (kind < static_cast<std::uint8_t>(ReferenceSlot::Kind::object) ||
      kind > static_cast<std::uint8_t>(ReferenceSlot::Kind::attribute))
    decoder.fail(fmt::format("unknown kind {}", kind));
  if ((flags & ~unsigned{external_flag}) != 0) decoder.fail(fmt::format("unknown flags {:#x}", flags));
  slot.kind = static_cast<ReferenceSlot::Kind>(kind);
  slot.external = (flags & external_flag) != 0;
  if (slot.kind == ReferenceSlot::Kind::object && !slot.external) {
    slot.object = decode_token(decoder);
    return slot;
  }
  slot.heap_bytes = decoder.u32("bytes of the heap object");
  slot.heap = decode_heap_id(decoder);
  if (!slot.heap) decoder.fail("no heap object");
  return slot;
}

Bytes encode_reference_slot(const ReferenceSlot& slot, FieldWidths widths) {
  Encoder encoder(widths);
  encoder.u8(static_cast<std::uint8_t>(slot.kind));
  encoder.u8(slot.external ? external_flag : 0);
  if (slot.kind == ReferenceSlot::Kind::object && !slot.external) {
    if (!slot.object) refuse("an object reference without object");
    encode_token(encoder, *slot.object);
  } else if (slot.kind != ReferenceSlot::Kind::null) {
    if (!slot.heap) refuse("no heap object");
    encoder.u32(slot.heap_bytes);
    encode_heap_id(encoder, slot.heap);
  }
  encoder.zeros(standard_reference_size(widths) - encoder.size());
  return std::move(encoder).take();
}

Reference decode_standard_reference(const ReferenceSlot& slot, ByteView heap_object, FieldWidths widths) {
  Reference reference;
  if (slot.kind == ReferenceSlot::Kind::null) return reference;
  if (slot.object) {
    reference.object = slot.object;
    return reference;
  }
  Decoder decoder(heap_object, widths, "standard reference's heap object");
  reference.object = decode_token(decoder);
  if (slot.external) reference.file = decode_counted_text(decoder, "file name");
  if (slot.kind == ReferenceSlot::Kind::region) {
    // The length is an upper estimate in what libhdf5 writes: the selection ends where it ends.
    decoder.u32("length of the selection");
    const auto rank = decoder.u32("rank");
    if (rank > max_rank) decoder.fail(fmt::format("rank is {}, at most {},", rank, max_rank));
    reference.region = decode_selection(decoder);
    if (const auto found = selection_rank(*reference.region); found != 0 && found != rank)
      decoder.fail(fmt::format("a selection of rank {} in a space of rank {}", found, rank));
  } else if (slot.kind == ReferenceSlot::Kind::attribute) {
    reference.attribute = decode_counted_text(decoder, "attribute name");
  }
  return reference;
}

ReferenceSlot::Kind standard_reference_kind(const Reference& reference) {
  if (reference.is_null()) return ReferenceSlot::Kind::null;
  if (reference.region && reference.attribute) refuse("both a region and an attribute");
  if (reference.region) return ReferenceSlot::Kind::region;
  return reference.attribute ? ReferenceSlot::Kind::attribute : ReferenceSlot::Kind::object;
}

Bytes encode_standard_reference_object(const Reference& reference, FieldWidths widths, SelectionStyle style,
                                       unsigned rank) {
  const auto kind = standard_reference_kind(reference);
  if (kind == ReferenceSlot::Kind::null || (kind == ReferenceSlot::Kind::object && !reference.file)) return {};
  Encoder encoder(widths);
  encode_token(encoder, *reference.object);
  if (reference.file) encode_counted_text(encoder, *reference.file);
  if (reference.region) {
    const auto found = selection_rank(*reference.region);
    if (found != 0 && found != rank) refuse(fmt::format("a region of rank {} in a dataset of rank {}", found, rank));
    encoder.u32(static_cast<std::uint32_t>(encoded_selection_size(*reference.region, style)));
    encoder.u32(rank);
    encode_selection(encoder, *reference.region, style);
  } else if (reference.attribute) {
    encode_counted_text(encoder, *reference.attribute);
  }
  return std::move(encoder).take();
}

}  // namespace fiver::format
