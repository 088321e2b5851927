// Shared message tables and lists, free space, the metadata cache image. Byte 0 chooses the structure, byte 1 the widths.
#include "format/cache_image.hpp"
#include "format/free_space.hpp"
#include "format/shared_message_table.hpp"
#include "sealing.hpp"

namespace {

using namespace fiver;
using namespace fiver::format;
using namespace fiver::fuzzing;

void shared_messages(ByteView input, FieldWidths widths) {
  const auto size = shared_message_table_size(1, widths);
  const auto decode = [&](ByteView b) { return decode_shared_message_table(b, widths, 1); };
  const auto table = decode(sealed(input, size));
  expect_same(table, encode_shared_message_table(table, widths), decode);
  const auto& index = table.front();
  if (input.size() <= size || index.kind != SharedMessageIndex::Kind::list) return;
  const auto decode_list = [&](ByteView b) { return decode_shared_message_list(b, widths, index); };
  const auto used = 4 + index.messages * shared_message_record_size(widths) + 4;
  const auto records = decode_list(sealed(input.subspan(size), shared_message_list_size(index, widths), used));
  expect_same(records, encode_shared_message_list(records, widths, index), decode_list);
}

void free_space(ByteView input, FieldWidths widths) {
  const auto size = free_space_header_size(widths);
  const auto decode = [&](ByteView b) { return decode_free_space_header(b, widths); };
  const auto header = decode(sealed(input, size));
  expect_same(header, encode_free_space_header(header, widths), decode);
  if (input.size() <= size || header.list_allocated.value > most_bytes) return;
  const auto list_size = static_cast<std::size_t>(header.list_allocated.value);
  const auto list = decode_free_section_list(sealed(input.subspan(size), list_size), widths, header, 4);
  if (list.sections.size() != header.serialised_sections.value) fail("sections lost");
  free_section_list_size(list, widths, header);
}

void cache_image(ByteView input, FieldWidths widths) {
  const auto decode = [&](ByteView b) { return decode_cache_image(b, widths); };
  const auto image = decode(sealed(input, input.size()));
  survives([&] { expect_same(image, encode_cache_image(image, widths), decode); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = std::as_bytes(std::span(data, size));
  const auto choice = take_byte(input) % 3;
  const auto widths = widths_of(take_byte(input));
  survives([&] {
    if (choice == 0)
      shared_messages(input, widths);
    else if (choice == 1)
      free_space(input, widths);
    else
      cache_image(input, widths);
  });
  return 0;
}
