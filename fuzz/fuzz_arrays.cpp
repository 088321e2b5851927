// Fixed and extensible arrays: a header from the input's start, then a block as the header describes it. Byte 0 chooses the array and
// whether chunks are filtered, byte 1 the widths.
#include "format/extensible_array.hpp"
#include "format/fixed_array.hpp"
#include "sealing.hpp"

namespace {

using namespace fiver;
using namespace fiver::format;
using namespace fiver::fuzzing;

void fixed(ByteView input, FieldWidths widths, const ChunkElementFormat& format) {
  const auto header_size = fixed_array_header_size(widths);
  const auto decode = [&](ByteView b) { return decode_fixed_array_header(b, widths, format); };
  const auto header = decode(sealed(input, header_size));
  expect_same(header, encode_fixed_array_header(header, widths), decode);
  const FixedArrayGeometry geometry(header, widths);
  if (geometry.paged() &&
      geometry.page_offset(geometry.pages() - 1) + geometry.page_size(geometry.pages() - 1) != geometry.block_size())
    fail("pages and block end at different places");
  if (input.size() <= header_size || geometry.head_size() > most_bytes) return;
  input = input.subspan(header_size);
  survives([&] {
    const auto decode_block = [&](ByteView b) { return decode_fixed_array_block(b, widths, geometry, format); };
    const auto block = decode_block(sealed(input, static_cast<std::size_t>(geometry.head_size())));
    expect_same(block, encode_fixed_array_block(block, widths, geometry, format), decode_block);
  });
  if (const auto last = geometry.pages() - 1; geometry.paged() && geometry.page_size(last) <= most_bytes)
    decode_fixed_array_page(sealed(input, static_cast<std::size_t>(geometry.page_size(last))), widths, geometry, format,
                            last);
}

void extensible(ByteView input, FieldWidths widths, const ChunkElementFormat& format) {
  const auto header_size = extensible_array_header_size(widths);
  const auto decode = [&](ByteView b) { return decode_extensible_array_header(b, widths, format); };
  const auto header = decode(sealed(input, header_size));
  expect_same(header, encode_extensible_array_header(header, widths), decode);
  const ExtensibleArrayGeometry geometry(header, widths);
  if (input.size() <= header_size) return;
  input = input.subspan(header_size);
  const auto place = geometry.place(header.used_elements.value % geometry.most_elements());
  survives([&] {
    if (geometry.index_block_size() > most_bytes) return;
    const auto decode_block = [&](ByteView b) {
      return decode_extensible_array_index_block(b, widths, geometry, format);
    };
    const auto block = decode_block(sealed(input, static_cast<std::size_t>(geometry.index_block_size())));
    expect_same(block, encode_extensible_array_index_block(block, widths, geometry, format), decode_block);
  });
  const auto* in_block = std::get_if<ExtensibleArrayGeometry::InDataBlock>(&place);
  if (in_block == nullptr) return;
  const auto u = in_block->super_block;
  if (u >= geometry.super_blocks() || in_block->data_block >= geometry.data_blocks(u) ||
      in_block->element >= geometry.elements_per_data_block(u))
    fail("a place outside its blocks");
  if (geometry.pages_per_data_block(u) != 0 && in_block->bitmap_bit / 8 >= geometry.bitmap_size(u))
    fail("a page without a bit");
  survives([&] {
    if (geometry.super_block_size(u) > most_bytes) return;
    const auto decode_block = [&](ByteView b) {
      return decode_extensible_array_super_block(b, widths, geometry, format, u);
    };
    const auto block = decode_block(sealed(input, static_cast<std::size_t>(geometry.super_block_size(u))));
    expect_same(block, encode_extensible_array_super_block(block, widths, geometry, format, u), decode_block);
  });
  if (geometry.data_block_head_size(u) > most_bytes) return;
  const auto decode_block = [&](ByteView b) {
    return decode_extensible_array_data_block(b, widths, geometry, format, u);
  };
  const auto block = decode_block(sealed(input, static_cast<std::size_t>(geometry.data_block_head_size(u))));
  expect_same(block, encode_extensible_array_data_block(block, widths, geometry, format, u), decode_block);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = std::as_bytes(std::span(data, size));
  const auto choice = take_byte(input);
  const auto widths = widths_of(take_byte(input));
  const auto format =
      (choice & 1U) != 0 ? ChunkElementFormat::with_filters(1000, false, widths) : ChunkElementFormat::plain();
  survives([&] {
    if ((choice & 2U) != 0)
      extensible(input, widths, format);
    else
      fixed(input, widths, format);
  });
  return 0;
}
