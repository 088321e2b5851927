// Headers and blocks; where an element is, is computed in extensible_array_geometry.cpp.
#include "format/extensible_array.hpp"

#include <fmt/format.h>

#include "base/checked.hpp"

namespace fiver::format {
namespace {

/// What index, super and data blocks start with.
Address decode_head(Decoder& decoder, std::string_view signature, const ChunkElementFormat& format) {
  decoder.signature(signature);
  decoder.version(0);
  if (const auto client = decoder.u8("client"); client != static_cast<std::uint8_t>(format.client()))
    decoder.fail(fmt::format("client is {}, the header says {},", client, static_cast<unsigned>(format.client())));
  return decoder.defined_address("header address");
}

void encode_head(Encoder& encoder, std::string_view signature, const ChunkElementFormat& format, Address header) {
  encoder.signature(signature);
  encoder.version(0);
  encoder.u8(static_cast<std::uint8_t>(format.client()));
  encoder.address(header);
}

void expect_bytes(const Decoder& decoder, std::uint64_t size) {
  if (decoder.remaining() < size)
    decoder.fail(fmt::format("{} bytes expected, {} are there,", size, decoder.remaining()));
}

std::vector<ChunkElement> decode_elements(Decoder& decoder, std::uint64_t count, const ChunkElementFormat& format) {
  if (count > decoder.remaining() / format.element_size(decoder.widths()))
    decoder.fail(fmt::format("{} elements, {} bytes are left", count, decoder.remaining()));
  std::vector<ChunkElement> elements;
  elements.reserve(static_cast<std::size_t>(count));
  for (std::uint64_t i = 0; i < count; ++i) elements.push_back(decode_chunk_element(decoder, format));
  return elements;
}

std::vector<std::optional<Address>> decode_addresses(Decoder& decoder, std::uint64_t count, std::string_view field) {
  if (count > decoder.remaining() / decoder.widths().offset)
    decoder.fail(fmt::format("{} addresses, {} bytes are left", count, decoder.remaining()));
  std::vector<std::optional<Address>> addresses;
  addresses.reserve(static_cast<std::size_t>(count));
  for (std::uint64_t i = 0; i < count; ++i) addresses.push_back(decoder.address(field));
  return addresses;
}

void expect_counts(bool right, std::string_view what) {
  if (!right) throw Error(ErrorKind::invalid_argument, fmt::format("{}: the wrong number of parts", what));
}

}  // namespace

std::size_t extensible_array_header_size(FieldWidths widths) {
  return described_size(ExtensibleArrayHeader{}, widths);
}

ExtensibleArrayHeader decode_extensible_array_header(ByteView bytes, FieldWidths widths,
                                                     const ChunkElementFormat& format) {
  Decoder decoder(bytes, widths, "extensible array header");
  ExtensibleArrayHeader header;
  describe(decoder, header);
  if (header.client != static_cast<std::uint8_t>(format.client()) || header.element_size != format.element_size(widths))
    decoder.fail(fmt::format("client {} with elements of {} bytes, client {} with {} expected,", header.client,
                             header.element_size, static_cast<unsigned>(format.client()), format.element_size(widths)));
  const ExtensibleArrayGeometry geometry(header, widths);
  return header;
}

Bytes encode_extensible_array_header(const ExtensibleArrayHeader& header, FieldWidths widths) {
  return encode_described(header, widths);
}

ExtensibleArrayIndexBlock decode_extensible_array_index_block(ByteView bytes, FieldWidths widths,
                                                              const ExtensibleArrayGeometry& geometry,
                                                              const ChunkElementFormat& format) {
  Decoder decoder(bytes, widths, "extensible array index block");
  expect_bytes(decoder, geometry.index_block_size());
  ExtensibleArrayIndexBlock block;
  block.header = decode_head(decoder, "EAIB", format);
  block.elements = decode_elements(decoder, geometry.index_block_elements(), format);
  block.data_blocks = decode_addresses(decoder, geometry.direct_data_blocks(), "data block address");
  block.super_blocks = decode_addresses(decoder, geometry.super_block_addresses(), "super block address");
  decoder.checksum();
  return block;
}

ExtensibleArraySuperBlock decode_extensible_array_super_block(ByteView bytes, FieldWidths widths,
                                                              const ExtensibleArrayGeometry& geometry,
                                                              const ChunkElementFormat& format, unsigned super_block) {
  Decoder decoder(bytes, widths, "extensible array super block");
  expect_bytes(decoder, geometry.super_block_size(super_block));
  ExtensibleArraySuperBlock block;
  block.header = decode_head(decoder, "EASB", format);
  block.block_offset = decoder.uint(geometry.offset_width(), "block offset");
  const auto bitmap = decoder.bytes(geometry.bitmap_size(super_block), "page bitmap");
  block.page_bitmap.assign(bitmap.begin(), bitmap.end());
  block.data_blocks = decode_addresses(decoder, geometry.data_blocks(super_block), "data block address");
  decoder.checksum();
  return block;
}

ExtensibleArrayDataBlock decode_extensible_array_data_block(ByteView head, FieldWidths widths,
                                                            const ExtensibleArrayGeometry& geometry,
                                                            const ChunkElementFormat& format, unsigned super_block) {
  Decoder decoder(head, widths, "extensible array data block");
  expect_bytes(decoder, geometry.data_block_head_size(super_block));
  ExtensibleArrayDataBlock block;
  block.header = decode_head(decoder, "EADB", format);
  block.block_offset = decoder.uint(geometry.offset_width(), "block offset");
  if (geometry.pages_per_data_block(super_block) == 0)
    block.elements = decode_elements(decoder, geometry.elements_per_data_block(super_block), format);
  decoder.checksum();
  return block;
}

std::vector<ChunkElement> decode_extensible_array_page(ByteView page, FieldWidths widths,
                                                       const ExtensibleArrayGeometry& geometry,
                                                       const ChunkElementFormat& format) {
  Decoder decoder(page, widths, "extensible array page");
  auto elements = decode_elements(decoder, geometry.elements_per_page(), format);
  decoder.checksum();
  return elements;
}

Bytes encode_extensible_array_index_block(const ExtensibleArrayIndexBlock& block, FieldWidths widths,
                                          const ExtensibleArrayGeometry& geometry, const ChunkElementFormat& format) {
  expect_counts(block.elements.size() == geometry.index_block_elements() &&
                    block.data_blocks.size() == geometry.direct_data_blocks() &&
                    block.super_blocks.size() == geometry.super_block_addresses(),
                "extensible array index block");
  Encoder encoder(widths);
  encode_head(encoder, "EAIB", format, block.header);
  for (const auto& element : block.elements) encode_chunk_element(encoder, element, format);
  for (const auto& address : block.data_blocks) encoder.address(address);
  for (const auto& address : block.super_blocks) encoder.address(address);
  encoder.checksum();
  return std::move(encoder).take();
}

Bytes encode_extensible_array_super_block(const ExtensibleArraySuperBlock& block, FieldWidths widths,
                                          const ExtensibleArrayGeometry& geometry, const ChunkElementFormat& format,
                                          unsigned super_block) {
  expect_counts(block.page_bitmap.size() == geometry.bitmap_size(super_block) &&
                    block.data_blocks.size() == geometry.data_blocks(super_block),
                "extensible array super block");
  Encoder encoder(widths);
  encode_head(encoder, "EASB", format, block.header);
  encoder.uint(block.block_offset, geometry.offset_width());
  encoder.bytes(block.page_bitmap);
  for (const auto& address : block.data_blocks) encoder.address(address);
  encoder.checksum();
  return std::move(encoder).take();
}

Bytes encode_extensible_array_data_block(const ExtensibleArrayDataBlock& block, FieldWidths widths,
                                         const ExtensibleArrayGeometry& geometry, const ChunkElementFormat& format,
                                         unsigned super_block) {
  const auto elements =
      geometry.pages_per_data_block(super_block) == 0 ? geometry.elements_per_data_block(super_block) : 0;
  expect_counts(block.elements.size() == elements, "extensible array data block");
  Encoder encoder(widths);
  encode_head(encoder, "EADB", format, block.header);
  encoder.uint(block.block_offset, geometry.offset_width());
  for (const auto& element : block.elements) encode_chunk_element(encoder, element, format);
  encoder.checksum();
  return std::move(encoder).take();
}

}  // namespace fiver::format
