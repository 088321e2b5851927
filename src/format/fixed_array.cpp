#include "format/fixed_array.hpp"

#include <fmt/format.h>

#include "base/checked.hpp"

namespace fiver::format {
namespace {

constexpr std::uint64_t checksum_size = 4;

std::vector<ChunkElement> decode_elements(Decoder& decoder, std::uint64_t count, const ChunkElementFormat& format) {
  if (count > decoder.remaining() / format.element_size(decoder.widths()))
    decoder.fail(fmt::format("{} elements, {} bytes are left", count, decoder.remaining()));
  std::vector<ChunkElement> elements;
  elements.reserve(static_cast<std::size_t>(count));
  for (std::uint64_t i = 0; i < count; ++i) elements.push_back(decode_chunk_element(decoder, format));
  return elements;
}

}  // namespace

std::size_t fixed_array_header_size(FieldWidths widths) {
  return described_size(FixedArrayHeader{}, widths);
}

FixedArrayHeader decode_fixed_array_header(ByteView bytes, FieldWidths widths, const ChunkElementFormat& format) {
  Decoder decoder(bytes, widths, "fixed array header");
  FixedArrayHeader header;
  describe(decoder, header);
  if (header.client != static_cast<std::uint8_t>(format.client()) || header.element_size != format.element_size(widths))
    decoder.fail(fmt::format("client {} with elements of {} bytes, client {} with {} expected,", header.client,
                             header.element_size, static_cast<unsigned>(format.client()), format.element_size(widths)));
  FixedArrayGeometry{header, widths};
  return header;
}

Bytes encode_fixed_array_header(const FixedArrayHeader& header, FieldWidths widths) {
  return encode_described(header, widths);
}

FixedArrayGeometry::FixedArrayGeometry(const FixedArrayHeader& header, FieldWidths widths)
    : elements_(header.elements.value),
      element_size_(header.element_size),
      prefix_size_(6 + widths.offset),
      page_bits_(header.page_bits) {
  // 2^55 elements of 255 bytes, with their pages' checksums, still fit in 64 bits; no file holds more.
  if (page_bits_ == 0 || page_bits_ > 55 || elements_ == 0 || elements_ >> 55U != 0 || element_size_ == 0)
    throw Error(ErrorKind::corrupt, fmt::format("fixed array: {} elements of {} bytes in pages of 2^{}", elements_,
                                                element_size_, page_bits_));
  const auto page = std::uint64_t{1} << page_bits_;
  if (elements_ > page) pages_ = divide_up(elements_, page);
}

std::uint64_t FixedArrayGeometry::elements_in_page(std::uint64_t page) const {
  const auto full = std::uint64_t{1} << page_bits_;
  return page + 1 < pages_ ? full : elements_ - page * full;
}

std::uint64_t FixedArrayGeometry::page_offset(std::uint64_t page) const {
  return head_size() + page * ((element_size_ << page_bits_) + checksum_size);
}

std::uint64_t FixedArrayGeometry::head_size() const {
  return prefix_size_ + (paged() ? bitmap_size() : elements_ * element_size_) + checksum_size;
}

std::uint64_t FixedArrayGeometry::block_size() const {
  return paged() ? head_size() + elements_ * element_size_ + pages_ * checksum_size : head_size();
}

FixedArrayBlock decode_fixed_array_block(ByteView head, FieldWidths widths, const FixedArrayGeometry& geometry,
                                         const ChunkElementFormat& format) {
  Decoder decoder(head, widths, "fixed array data block");
  decoder.signature("FADB");
  decoder.version(0);
  if (const auto client = decoder.u8("client"); client != static_cast<std::uint8_t>(format.client()))
    decoder.fail(fmt::format("client is {}, the header says {},", client, static_cast<unsigned>(format.client())));
  FixedArrayBlock block;
  block.header = decoder.defined_address("header address");
  if (geometry.paged()) {
    const auto bitmap = decoder.bytes(geometry.bitmap_size(), "page bitmap");
    block.page_bitmap.assign(bitmap.begin(), bitmap.end());
  } else {
    block.elements = decode_elements(decoder, geometry.elements(), format);
  }
  decoder.checksum();
  return block;
}

std::vector<ChunkElement> decode_fixed_array_page(ByteView page, FieldWidths widths, const FixedArrayGeometry& geometry,
                                                  const ChunkElementFormat& format, std::uint64_t number) {
  Decoder decoder(page, widths, "fixed array page");
  if (number >= geometry.pages()) decoder.fail(fmt::format("page {} of {}", number, geometry.pages()));
  auto elements = decode_elements(decoder, geometry.elements_in_page(number), format);
  decoder.checksum();
  return elements;
}

Bytes encode_fixed_array_block(const FixedArrayBlock& block, FieldWidths widths, const FixedArrayGeometry& geometry,
                               const ChunkElementFormat& format) {
  const auto elements = geometry.paged() ? 0 : geometry.elements();
  if (block.elements.size() != elements || block.page_bitmap.size() != geometry.bitmap_size())
    throw Error(ErrorKind::invalid_argument,
                fmt::format("fixed array data block: {} elements and {} bytes of page bitmap, {} and {} expected",
                            block.elements.size(), block.page_bitmap.size(), elements, geometry.bitmap_size()));
  Encoder encoder(widths);
  encoder.signature("FADB");
  encoder.version(0);
  encoder.u8(static_cast<std::uint8_t>(format.client()));
  encoder.address(block.header);
  encoder.bytes(block.page_bitmap);
  for (const auto& element : block.elements) encode_chunk_element(encoder, element, format);
  encoder.checksum();
  return std::move(encoder).take();
}

Bytes encode_array_page(const std::vector<ChunkElement>& elements, FieldWidths widths,
                        const ChunkElementFormat& format) {
  Encoder encoder(widths);
  for (const auto& element : elements) encode_chunk_element(encoder, element, format);
  encoder.checksum();
  return std::move(encoder).take();
}

}  // namespace fiver::format
