#include "format/global_heap.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/checked.hpp"
#include "base/decoder.hpp"
#include "base/encoder.hpp"

namespace fiver::format {
namespace {

constexpr std::uint64_t alignment = 8;
constexpr std::string_view what = "global heap collection";

std::uint64_t aligned(std::uint64_t size) {
  return divide_up(size, alignment) * alignment;
}

void decode_head(Decoder& decoder, std::uint64_t& size) {
  decoder.signature("GCOL");
  decoder.version(1);
  decoder.reserved(3);
  size = decoder.length("size");
}

[[noreturn]] void does_not_fit(std::uint64_t size) {
  throw Error(ErrorKind::invalid_argument, fmt::format("{}: the objects do not fit in {} bytes", what, size));
}

}  // namespace

const GlobalHeapObject* GlobalHeapCollection::find(std::uint32_t index) const {
  const auto at =
      std::lower_bound(objects.begin(), objects.end(), index,
                       [](const GlobalHeapObject& object, std::uint32_t wanted) { return object.index < wanted; });
  return at != objects.end() && at->index == index ? &*at : nullptr;
}

std::size_t global_heap_header_size(FieldWidths widths) {
  return static_cast<std::size_t>(aligned(8 + widths.length));
}

std::size_t global_heap_object_header_size(FieldWidths widths) {
  return static_cast<std::size_t>(aligned(8 + widths.length));
}

std::uint64_t decode_global_heap_size(ByteView header, FieldWidths widths) {
  Decoder decoder(header, widths, what);
  std::uint64_t size = 0;
  decode_head(decoder, size);
  if (size < global_heap_header_size(widths)) decoder.fail(fmt::format("size is {}, less than its header's,", size));
  return size;
}

GlobalHeapCollection decode_global_heap(ByteView bytes, FieldWidths widths) {
  GlobalHeapCollection collection;
  collection.size = decode_global_heap_size(bytes, widths);
  if (collection.size > bytes.size())
    throw Error(ErrorKind::corrupt,
                fmt::format("{}: size is {}, {} bytes are there", what, collection.size, bytes.size()));
  Decoder decoder(bytes.first(static_cast<std::size_t>(collection.size)), widths, what);
  decoder.skip(global_heap_header_size(widths), "header");
  const auto header_size = global_heap_object_header_size(widths);
  // Each turn takes at least an object header, so a collection of n bytes ends after n / 16 turns.
  while (decoder.remaining() >= header_size) {
    const auto start = decoder.position();
    GlobalHeapObject object;
    object.index = decoder.u16("object index");
    object.reference_count = decoder.u16("reference count");
    decoder.reserved(4);
    object.size = decoder.length("object size");
    decoder.skip(header_size - (decoder.position() - start), "object header padding");
    object.offset = decoder.position();
    if (object.index == 0) {
      // Some writers leave the rest of the collection zero instead of describing it.
      if (object.size < header_size) object.size = header_size + decoder.remaining();
      if (object.size - header_size > decoder.remaining())
        decoder.fail(fmt::format("free space of {} bytes, {} are left", object.size, decoder.remaining()));
      collection.free_offset = start;
      collection.free_size = object.size;
      decoder.skip(object.size - header_size, "free space");
      continue;
    }
    decoder.skip(object.size, "object data");
    decoder.skip(std::min<std::uint64_t>(aligned(object.size) - object.size, decoder.remaining()), "object padding");
    collection.objects.push_back(object);
  }
  std::sort(collection.objects.begin(), collection.objects.end(),
            [](const auto& a, const auto& b) { return a.index < b.index; });
  const auto twice = std::adjacent_find(collection.objects.begin(), collection.objects.end(),
                                        [](const auto& a, const auto& b) { return a.index == b.index; });
  if (twice != collection.objects.end()) decoder.fail(fmt::format("object {} is there twice", twice->index));
  return collection;
}

std::uint64_t global_heap_size_for(std::span<const std::uint64_t> object_sizes, FieldWidths widths) {
  std::uint64_t size = global_heap_header_size(widths);
  for (const auto object : object_sizes) {
    const auto grown = object > ~std::uint64_t{0} - alignment
                           ? std::nullopt
                           : checked_add(size, aligned(object) + global_heap_object_header_size(widths));
    if (!grown) throw Error(ErrorKind::invalid_argument, "global heap collection: more than 2^64 bytes");
    size = *grown;
  }
  return std::max(size, least_global_heap_size);
}

Bytes encode_global_heap(std::span<const NewGlobalHeapObject> objects, std::uint64_t size, FieldWidths widths) {
  Encoder encoder(widths);
  encoder.signature("GCOL");
  encoder.version(1);
  encoder.reserved(3);
  encoder.length(size);
  encoder.zeros(global_heap_header_size(widths) - encoder.size());
  const auto header_size = global_heap_object_header_size(widths);
  const auto put_header = [&](std::uint16_t index, std::uint16_t reference_count, std::uint64_t object_size) {
    const auto start = encoder.size();
    encoder.u16(index);
    encoder.u16(reference_count);
    encoder.reserved(4);
    encoder.length(object_size);
    encoder.zeros(header_size - (encoder.size() - start));
  };
  for (const auto& object : objects) {
    if (object.index == 0)
      throw Error(ErrorKind::invalid_argument, "global heap collection: index 0 is the free space's");
    if (!lies_within(encoder.size(), header_size + aligned(object.data.size()), size)) does_not_fit(size);
    put_header(object.index, object.reference_count, object.data.size());
    encoder.bytes(object.data);
    encoder.pad_to_multiple(alignment);
  }
  if (size < encoder.size()) does_not_fit(size);
  const auto left = static_cast<std::size_t>(size) - encoder.size();
  if (left >= header_size) {
    put_header(0, 0, left);
    encoder.zeros(left - header_size);
  } else {
    encoder.zeros(left);
  }
  return std::move(encoder).take();
}

}  // namespace fiver::format
