#include "format/chunk_element.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

namespace fiver::format {

unsigned stored_size_width(std::uint64_t chunk_bytes) {
  const unsigned log2 = chunk_bytes == 0 ? 0 : static_cast<unsigned>(std::bit_width(chunk_bytes)) - 1;
  return std::min(8U, 1 + (log2 + 8) / 8);
}

ChunkElementFormat ChunkElementFormat::with_filters(std::uint64_t chunk_bytes, bool wide_sizes, FieldWidths widths) {
  return {true, wide_sizes ? widths.length : stored_size_width(chunk_bytes)};
}

ChunkElement decode_chunk_element(Decoder& decoder, const ChunkElementFormat& format) {
  ChunkElement element;
  element.address = decoder.address("chunk address");
  if (format.filtered) {
    element.stored_size = decoder.uint(format.size_width, "stored bytes");
    element.filter_mask = decoder.u32("filter mask");
  }
  return element;
}

void encode_chunk_element(Encoder& encoder, const ChunkElement& element, const ChunkElementFormat& format) {
  encoder.address(element.address);
  if (format.filtered) {
    // The encoder lets all ones pass in any width; as a stored size they would come back as another number.
    if (format.size_width < 8 && element.stored_size >> (8 * format.size_width) != 0)
      throw Error(ErrorKind::invalid_argument, fmt::format("chunk element: {} stored bytes do not fit in {} bytes",
                                                           element.stored_size, format.size_width));
    encoder.uint(element.stored_size, format.size_width);
    encoder.u32(element.filter_mask);
  }
}

bool page_bit(ByteView bitmap, std::uint64_t index) {
  if (index / 8 >= bitmap.size())
    throw Error(ErrorKind::corrupt, fmt::format("page bitmap: bit {} of {} bytes", index, bitmap.size()));
  return (std::to_integer<unsigned>(bitmap[static_cast<std::size_t>(index / 8)]) & (0x80U >> (index % 8))) != 0;
}

void set_page_bit(MutableBytes bitmap, std::uint64_t index) {
  if (index / 8 >= bitmap.size())
    throw Error(ErrorKind::invalid_argument, fmt::format("page bitmap: bit {} of {} bytes", index, bitmap.size()));
  bitmap[static_cast<std::size_t>(index / 8)] |= static_cast<std::byte>(0x80U >> (index % 8));
}

}  // namespace fiver::format
