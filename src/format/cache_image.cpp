#include "format/cache_image.hpp"

#include <fmt/format.h>

#include "base/decoder.hpp"
#include "base/encoder.hpp"

namespace fiver::format {
namespace {

constexpr std::string_view what = "metadata cache image";

std::size_t entry_head_size(FieldWidths widths) {
  return 14 + widths.offset + widths.length;
}

}  // namespace

CacheImage decode_cache_image(ByteView block, FieldWidths widths) {
  Decoder decoder(block, widths, what);
  decoder.signature("MDCI");
  decoder.version(0);
  CacheImage image;
  image.flags = decoder.u8("flags");
  const auto data_length = decoder.length("data length");
  if (data_length > block.size())
    decoder.fail(fmt::format("data length is {}, {} bytes are there,", data_length, block.size()));
  const auto count = decoder.u32("entries");
  if (count > decoder.remaining() / entry_head_size(widths))
    decoder.fail(fmt::format("{} entries, {} bytes are left", count, decoder.remaining()));
  image.entries.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    CacheImageEntry entry;
    entry.type = decoder.u8("entry type");
    entry.flags = decoder.u8("entry flags");
    entry.ring = decoder.u8("ring");
    entry.age = decoder.u8("age");
    entry.children = decoder.u16("children");
    entry.dirty_children = decoder.u16("dirty children");
    const auto parents = decoder.u16("parents");
    entry.rank = static_cast<std::int32_t>(decoder.u32("rank"));
    entry.address = decoder.defined_address("entry address");
    const auto size = decoder.length("entry size");
    if (parents > decoder.remaining() / widths.offset)
      decoder.fail(fmt::format("{} parents, {} bytes are left", parents, decoder.remaining()));
    entry.parents.reserve(parents);
    for (unsigned p = 0; p < parents; ++p) entry.parents.push_back(decoder.defined_address("parent address"));
    const auto bytes = decoder.bytes(size, "entry bytes");
    entry.bytes.assign(bytes.begin(), bytes.end());
    image.entries.push_back(std::move(entry));
  }
  decoder.checksum();
  return image;
}

Bytes encode_cache_image(const CacheImage& image, FieldWidths widths) {
  Encoder encoder(widths);
  encoder.signature("MDCI");
  encoder.version(0);
  encoder.u8(image.flags);
  const auto length_at = encoder.size();
  encoder.length(0);
  encoder.u32(static_cast<std::uint32_t>(image.entries.size()));
  for (const auto& entry : image.entries) {
    if (entry.parents.size() > 0xFFFF)
      throw Error(ErrorKind::invalid_argument, fmt::format("{}: an entry with {} parents", what, entry.parents.size()));
    encoder.u8(entry.type);
    encoder.u8(entry.flags);
    encoder.u8(entry.ring);
    encoder.u8(entry.age);
    encoder.u16(entry.children);
    encoder.u16(entry.dirty_children);
    encoder.u16(static_cast<std::uint16_t>(entry.parents.size()));
    encoder.u32(static_cast<std::uint32_t>(entry.rank));
    encoder.address(entry.address);
    encoder.length(entry.bytes.size());
    for (const auto parent : entry.parents) encoder.address(parent);
    encoder.bytes(entry.bytes);
  }
  constexpr std::size_t checksum_size = 4;
  encoder.patch(length_at, encoder.size() + checksum_size, widths.length);
  encoder.checksum();
  return std::move(encoder).take();
}

}  // namespace fiver::format
