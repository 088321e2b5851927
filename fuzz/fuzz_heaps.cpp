// Local, global and fractal heaps. Byte 0 chooses the structure, byte 1 the widths.
#include "format/fractal_heap.hpp"
#include "format/global_heap.hpp"
#include "format/local_heap.hpp"
#include "sealing.hpp"

namespace {

using namespace fiver;
using namespace fiver::format;
using namespace fiver::fuzzing;

void local(ByteView input, FieldWidths widths) {
  const auto header = decode_local_heap_header(input, widths);
  const auto data = input.subspan(local_heap_header_size(widths));
  survives([&] { local_heap_text(data, header.data_size.value); });
  for (const auto& block : decode_local_heap_free_list(data, widths, header.free_list.value))
    if (block.offset > data.size() || block.size > data.size() - block.offset) fail("a free block outside the data");
}

void global(ByteView input, FieldWidths widths) {
  const auto collection = decode_global_heap(input, widths);
  for (const auto& object : collection.objects) {
    if (object.offset > collection.size || object.size > collection.size - object.offset)
      fail("an object outside the collection");
    if (collection.find(object.index) != &object) fail("an object that is not found");
  }
}

void fractal(ByteView input, FieldWidths widths) {
  Bytes start(input.begin(), input.end());
  const auto filter_bytes = fractal_heap_filter_bytes(start, widths);
  const auto header_size = fractal_heap_header_size(widths, filter_bytes);
  const auto decode = [&](ByteView b) { return decode_fractal_heap_header(b, widths); };
  const auto header = decode(sealed(input, header_size));
  expect_same(header, encode_fractal_heap_header(header, widths), decode);
  const FractalHeapGeometry geometry(header, widths);
  if (input.size() <= header_size) return;
  input = input.subspan(header_size);
  const auto rows = take_byte(input) % (geometry.most_rows() + 1);
  survives([&] {
    const auto id_size = std::min<std::size_t>(header.id_length, input.size());
    const auto decode_id = [&](ByteView b) { return decode_fractal_heap_id(b, widths, geometry); };
    const auto id = decode_id(input.first(id_size));
    if (const auto* managed = std::get_if<ManagedHeapId>(&id)) {
      const auto place = geometry.place(managed->offset);
      if (place.column >= geometry.width() || place.within >= geometry.block_size(place.row))
        fail("a place outside its row");
    }
    expect_same(id, encode_fractal_heap_id(id, static_cast<std::uint16_t>(id_size), widths, geometry), decode_id);
  });
  survives([&] { decode_fractal_heap_direct_block(input, widths, geometry); });
  if (const auto size = geometry.indirect_block_size(rows); size <= most_bytes) {
    const auto decode_block = [&](ByteView b) { return decode_fractal_heap_indirect_block(b, widths, geometry, rows); };
    const auto block = decode_block(sealed(input, static_cast<std::size_t>(size)));
    expect_same(block, encode_fractal_heap_indirect_block(block, widths, geometry), decode_block);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = std::as_bytes(std::span(data, size));
  const auto choice = take_byte(input) % 4;
  const auto widths = widths_of(take_byte(input));
  survives([&] {
    if (choice == 0)
      local(input, widths);
    else if (choice == 1)
      global(input, widths);
    else
      fractal(input, widths);
  });
  return 0;
}
