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
  GlobalHeapBuilder builder(size, widths);
  for (const auto& object : objects) builder.add(object.index, object.reference_count, object.data);
  return std::move(builder).finish(size);
}

GlobalHeapBuilder::GlobalHeapBuilder(std::uint64_t size, FieldWidths widths)
    : header_size_(global_heap_object_header_size(widths)), length_width_(widths.length) {
  Encoder encoder(widths);
  encoder.signature("GCOL");
  encoder.version(1);
  encoder.reserved(3);
  encoder.length(size);
  encoder.zeros(global_heap_header_size(widths) - encoder.size());
  bytes_ = std::move(encoder).take();
  used_ = bytes_.size();
  if (size < used_) does_not_fit(size);
  bytes_.resize(static_cast<std::size_t>(size));
}

bool GlobalHeapBuilder::fits(std::uint64_t object_size) const {
  const auto left = bytes_.size() - used_;
  return left >= header_size_ && object_size <= (left - header_size_) / alignment * alignment;
}

void GlobalHeapBuilder::put_header(std::uint16_t index, std::uint16_t reference_count, std::uint64_t size) {
  const auto to = MutableBytes(bytes_).subspan(used_, header_size_);
  store_little(index, to);
  store_little(reference_count, to.subspan(2));
  for (unsigned i = 0; i < length_width_; ++i) to[8 + i] = static_cast<std::byte>(size >> (8 * i));
}

void GlobalHeapBuilder::add(std::uint16_t index, std::uint16_t reference_count, ByteView data) {
  if (index == 0) throw Error(ErrorKind::invalid_argument, "global heap collection: index 0 is the free space's");
  if (!fits(data.size())) does_not_fit(bytes_.size());
  put_header(index, reference_count, data.size());
  std::copy(data.begin(), data.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(used_ + header_size_));
  used_ += header_size_ + static_cast<std::size_t>(aligned(data.size()));
}

Bytes GlobalHeapBuilder::finish(std::uint64_t size) && {
  if (size < used_) does_not_fit(size);
  bytes_.resize(static_cast<std::size_t>(size));
  for (unsigned i = 0; i < length_width_; ++i) bytes_[8 + i] = static_cast<std::byte>(size >> (8 * i));
  if (bytes_.size() - used_ >= header_size_) put_header(0, 0, bytes_.size() - used_);
  return std::move(bytes_);
}

}  // namespace fiver::format
