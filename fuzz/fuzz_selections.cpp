// Selections, virtual mappings and references. Byte 0 chooses the structure, byte 1 the widths.
#include "format/reference_encoding.hpp"
#include "format/virtual_mapping.hpp"
#include "sealing.hpp"

namespace {

using namespace fiver;
using namespace fiver::format;
using namespace fiver::fuzzing;

void selection(ByteView input) {
  const auto decode = [](ByteView b) {
    Decoder decoder(b, {}, "selection");
    return decode_selection(decoder);
  };
  const auto value = decode(input);
  // The newest style keeps every value as it is, but what selects nothing becomes nothing.
  Encoder encoder;
  encode_selection(encoder, value, SelectionStyle::v112);
  const auto again = decode(encoder.view());
  if (again != value && !std::holds_alternative<NoneSelection>(again)) fail("a selection changed");
  for (const auto style : {SelectionStyle::v18, SelectionStyle::v110}) {
    Encoder other;
    if (survives([&] { encode_selection(other, value, style); })) decode(other.view());
  }
}

void mappings(ByteView input, FieldWidths widths) {
  const auto decode = [&](ByteView b) { return decode_virtual_mappings(b, widths, most_bytes); };
  const auto value = decode(sealed(input, input.size()));
  for (const bool shared : {false, true})
    if (decode(encode_virtual_mappings(value, widths, SelectionStyle::v112, shared)).size() != value.size())
      fail("mappings changed");
}

void references(ByteView input, FieldWidths widths) {
  survives([&] { decode_object_reference(input, widths); });
  survives([&] { decode_region_reference(input, widths); });
  survives([&] { decode_region_object(input, widths); });
  const auto decode = [&](ByteView b) { return decode_reference_slot(b, widths); };
  const auto slot = decode(input);
  survives([&] { expect_same(slot, encode_reference_slot(slot, widths), decode); });
  const auto size = std::min(input.size(), standard_reference_size(widths));
  const auto reference = decode_standard_reference(slot, input.subspan(size), widths);
  standard_reference_kind(reference);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = std::as_bytes(std::span(data, size));
  const auto choice = take_byte(input) % 3;
  const auto widths = widths_of(take_byte(input));
  survives([&] {
    if (choice == 0)
      selection(input);
    else if (choice == 1)
      mappings(input, widths);
    else
      references(input, widths);
  });
  return 0;
}
