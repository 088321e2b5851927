// Headers, blocks and ids; the doubling table's arithmetic is in fractal_heap_geometry.cpp.
#include "format/fractal_heap.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/checksum.hpp"

namespace fiver::format {
namespace {

constexpr std::size_t checksum_size = 4;
constexpr std::string_view header_name = "fractal heap header", direct_name = "fractal heap direct block",
                           indirect_name = "fractal heap indirect block", id_name = "fractal heap id";

constexpr unsigned managed_kind = 0, huge_kind = 1, tiny_kind = 2;
/// Longer ids have 12 bits for the size of a tiny object, shorter ones 4.
constexpr std::uint16_t longest_short_tiny_id = 18;
constexpr std::uint64_t most_short_tiny = 16, most_long_tiny = 4096;

std::size_t huge_key_width(std::size_t id_length) {
  return std::min<std::size_t>(id_length - 1, 8);
}

[[noreturn]] void refuse(std::string_view reason) {
  throw Error(ErrorKind::invalid_argument, fmt::format("fractal heap: {}", reason));
}

}  // namespace

std::size_t fractal_heap_header_size(FieldWidths widths, std::uint16_t filter_bytes) {
  const auto always = described_size(FractalHeapHeader{}, widths) + checksum_size;
  return filter_bytes == 0 ? always : always + widths.length + 4 + filter_bytes;
}

std::uint16_t fractal_heap_filter_bytes(ByteView start, FieldWidths widths) {
  Decoder decoder(start, widths, header_name);
  decoder.signature("FRHP");
  decoder.version(0);
  decoder.u16("id length");
  return decoder.u16("filter bytes");
}

FractalHeapHeader decode_fractal_heap_header(ByteView bytes, FieldWidths widths) {
  Decoder decoder(bytes, widths, header_name);
  FractalHeapHeader header;
  describe(decoder, header);
  if (header.filtered()) {
    decoder("stored bytes of the root", header.filtered_root_size);
    decoder("filter mask of the root", header.root_filter_mask);
    const auto message = decoder.bytes(header.filter_bytes, "filter pipeline message");
    header.filter_message.assign(message.begin(), message.end());
  }
  decoder.checksum();
  const FractalHeapGeometry geometry(header, widths);
  if (header.current_rows > geometry.most_rows())
    decoder.fail(fmt::format("{} rows in the root, at most {} can be,", header.current_rows, geometry.most_rows()));
  return header;
}

Bytes encode_fractal_heap_header(const FractalHeapHeader& header, FieldWidths widths) {
  if (header.filter_bytes != header.filter_message.size())
    refuse(fmt::format("{} filter bytes, a message of {}", header.filter_bytes, header.filter_message.size()));
  Encoder encoder(widths);
  describe(encoder, header);
  if (header.filtered()) {
    encoder("stored bytes of the root", header.filtered_root_size);
    encoder("filter mask of the root", header.root_filter_mask);
    encoder.bytes(header.filter_message);
  }
  encoder.checksum();
  return std::move(encoder).take();
}

FractalHeapDirectBlock decode_fractal_heap_direct_block(ByteView block, FieldWidths widths,
                                                        const FractalHeapGeometry& geometry) {
  Decoder decoder(block, widths, direct_name);
  decoder.signature("FHDB");
  decoder.version(0);
  FractalHeapDirectBlock header;
  header.heap = decoder.defined_address("heap header address");
  header.offset = decoder.uint(geometry.offset_width(), "block offset");
  if (geometry.direct_checksums()) {
    const auto sum_at = decoder.position();
    const auto stored = decoder.u32("checksum");
    Bytes zeroed(block.begin(), block.end());
    std::fill_n(zeroed.begin() + static_cast<std::ptrdiff_t>(sum_at), checksum_size, std::byte{0});
    if (const auto computed = lookup3(zeroed); stored != computed)
      decoder.fail(fmt::format("checksum is {:#010x}, its bytes give {:#010x},", stored, computed));
  }
  return header;
}

void seal_fractal_heap_direct_block(MutableBytes block, const FractalHeapDirectBlock& header, FieldWidths widths,
                                    const FractalHeapGeometry& geometry) {
  Encoder encoder(widths);
  encoder.signature("FHDB");
  encoder.version(0);
  encoder.address(header.heap);
  encoder.uint(header.offset, geometry.offset_width());
  const auto sum_at = encoder.size();
  if (geometry.direct_checksums()) encoder.zeros(checksum_size);
  if (encoder.size() > block.size()) refuse(fmt::format("a direct block of {} bytes", block.size()));
  std::copy(encoder.view().begin(), encoder.view().end(), block.begin());
  if (geometry.direct_checksums()) store_little(lookup3(block), block.subspan(sum_at, checksum_size));
}

FractalHeapIndirectBlock decode_fractal_heap_indirect_block(ByteView bytes, FieldWidths widths,
                                                            const FractalHeapGeometry& geometry, unsigned rows) {
  Decoder decoder(bytes, widths, indirect_name);
  const auto size = geometry.indirect_block_size(rows);
  if (bytes.size() < size) decoder.fail(fmt::format("{} rows take {} bytes, {} are there,", rows, size, bytes.size()));
  decoder.signature("FHIB");
  decoder.version(0);
  FractalHeapIndirectBlock block;
  block.heap = decoder.defined_address("heap header address");
  block.offset = decoder.uint(geometry.offset_width(), "block offset");
  const auto direct = std::size_t{std::min(rows, geometry.direct_rows())} * geometry.width();
  const auto all = std::size_t{rows} * geometry.width();
  block.children.reserve(all);
  for (std::size_t i = 0; i < all; ++i) {
    FractalHeapChild child;
    child.address = decoder.address("child address");
    if (i < direct && geometry.filtered()) {
      child.stored_size = decoder.length("stored bytes of a child");
      child.filter_mask = decoder.u32("filter mask of a child");
    }
    block.children.push_back(child);
  }
  decoder.checksum();
  return block;
}

Bytes encode_fractal_heap_indirect_block(const FractalHeapIndirectBlock& block, FieldWidths widths,
                                         const FractalHeapGeometry& geometry) {
  if (block.children.size() % geometry.width() != 0) refuse("an indirect block of broken rows");
  Encoder encoder(widths);
  encoder.signature("FHIB");
  encoder.version(0);
  encoder.address(block.heap);
  encoder.uint(block.offset, geometry.offset_width());
  for (std::size_t i = 0; i < block.children.size(); ++i) {
    const auto& child = block.children[i];
    encoder.address(child.address);
    if (i / geometry.width() < geometry.direct_rows() && geometry.filtered()) {
      encoder.length(child.stored_size);
      encoder.u32(child.filter_mask);
    }
  }
  encoder.checksum();
  return std::move(encoder).take();
}

std::uint64_t most_tiny_bytes(std::uint16_t id_length) {
  if (id_length <= longest_short_tiny_id)
    return std::min<std::uint64_t>(id_length == 0 ? 0 : id_length - 1U, most_short_tiny);
  return std::min<std::uint64_t>(id_length - 2U, most_long_tiny);
}

bool huge_ids_are_direct(std::uint16_t id_length, FieldWidths widths, bool filtered) {
  return 1 + widths.offset + widths.length + (filtered ? 4 + widths.length : 0) <= id_length;
}

FractalHeapId decode_fractal_heap_id(ByteView id, FieldWidths widths, const FractalHeapGeometry& geometry) {
  Decoder decoder(id, widths, id_name);
  const auto first = decoder.u8("kind");
  if (first >> 6U != 0) decoder.unsupported(fmt::format("unknown version {}", first >> 6U));
  const auto kind = first >> 4U & 3U;
  if (kind == managed_kind) {
    const auto offset = decoder.uint(geometry.offset_width(), "offset");
    const auto size = decoder.uint(geometry.length_width(), "size");
    return ManagedHeapId{offset, size};
  }
  if (kind == tiny_kind) {
    std::uint64_t size = first & 0xFU;
    if (id.size() > longest_short_tiny_id) size = size << 8U | decoder.u8("size of a tiny object");
    const auto object = decoder.bytes(size + 1, "tiny object");
    return TinyHeapId{Bytes(object.begin(), object.end())};
  }
  if (kind != huge_kind) decoder.fail("unknown kind 3");
  if (id.size() < 2) decoder.fail("no room for a huge object's key");
  const auto id_length = static_cast<std::uint16_t>(std::min<std::size_t>(id.size(), 0xFFFF));
  if (!huge_ids_are_direct(id_length, widths, geometry.filtered()))
    return HugeKeyHeapId{decoder.uint(static_cast<unsigned>(huge_key_width(id.size())), "key of a huge object")};
  HugeDirectHeapId huge;
  huge.address = decoder.defined_address("address of a huge object");
  huge.stored_size = decoder.length("stored bytes of a huge object");
  if (geometry.filtered()) {
    huge.filter_mask = decoder.u32("filter mask of a huge object");
    huge.memory_size = decoder.length("bytes of a huge object");
  }
  return huge;
}

Bytes encode_fractal_heap_id(const FractalHeapId& id, std::uint16_t id_length, FieldWidths widths,
                             const FractalHeapGeometry& geometry) {
  Encoder encoder(widths);
  const auto put_kind = [&](unsigned kind, std::uint64_t low_bits) {
    encoder.u8(static_cast<std::uint8_t>(kind << 4U | low_bits));
  };
  if (const auto* managed = std::get_if<ManagedHeapId>(&id)) {
    put_kind(managed_kind, 0);
    encoder.uint(managed->offset, geometry.offset_width());
    encoder.uint(managed->size, geometry.length_width());
  } else if (const auto* tiny = std::get_if<TinyHeapId>(&id)) {
    if (tiny->object.empty() || tiny->object.size() > most_tiny_bytes(id_length))
      refuse(fmt::format("a tiny object of {} bytes in an id of {}", tiny->object.size(), id_length));
    const auto size = tiny->object.size() - 1;
    if (id_length > longest_short_tiny_id) {
      put_kind(tiny_kind, size >> 8U);
      encoder.u8(static_cast<std::uint8_t>(size & 0xFFU));
    } else {
      put_kind(tiny_kind, size);
    }
    encoder.bytes(tiny->object);
  } else {
    const auto direct = huge_ids_are_direct(id_length, widths, geometry.filtered());
    if (direct != std::holds_alternative<HugeDirectHeapId>(id)) refuse("a huge object's id of the wrong kind");
    put_kind(huge_kind, 0);
    if (const auto* key = std::get_if<HugeKeyHeapId>(&id)) {
      if (id_length < 2) refuse("ids of one byte have no room for a key");
      encoder.uint(key->key, static_cast<unsigned>(huge_key_width(id_length)));
    } else {
      const auto& huge = std::get<HugeDirectHeapId>(id);
      encoder.address(huge.address);
      encoder.length(huge.stored_size);
      if (geometry.filtered()) {
        encoder.u32(huge.filter_mask);
        encoder.length(huge.memory_size);
      }
    }
  }
  if (encoder.size() > id_length) refuse(fmt::format("an id of {} bytes where {} are", encoder.size(), id_length));
  encoder.zeros(id_length - encoder.size());
  return std::move(encoder).take();
}

}  // namespace fiver::format
