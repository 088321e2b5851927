// Header messages. Byte 0 of the input chooses the message, byte 1 the field widths; the rest is its body. What is decoded must
// survive encoding: the encoder may refuse it, but what it writes must read back as the same value.
#include "base/decoder.hpp"
#include "base/encoder.hpp"
#include "format/attribute_message.hpp"
#include "format/dataspace_message.hpp"
#include "format/datatype_message.hpp"
#include "format/driver_info.hpp"
#include "format/extension_messages.hpp"
#include "format/external_files_message.hpp"
#include "format/fill_value_message.hpp"
#include "format/filter_pipeline_message.hpp"
#include "format/group_messages.hpp"
#include "format/layout_message.hpp"
#include "format/link_message.hpp"
#include "format/shared_message.hpp"
#include "format/small_messages.hpp"
#include "fuzzing.hpp"

namespace {

using namespace fiver;
using namespace fiver::format;

template <class Decode, class Encode>
void trial(ByteView body, FieldWidths widths, Decode decode, Encode encode) {
  const auto value = decode(body, widths);
  Encoder out(widths);
  if (!fuzzing::survives([&] { encode(out, value); })) return;
  if (!(decode(out.view(), widths) == value)) fuzzing::fail("a value changed on its way through the encoder");
}

// Values of the file that only writing in a given version keeps apart.
template <class Value, class Encode>
auto in_version(std::uint8_t version, Encode encode) {
  return [=](Encoder& out, const Value& value) { encode(out, value, version); };
}

Datatype decode_type(ByteView body, FieldWidths widths) {
  DatatypeRemarks remarks;
  return decode_datatype(body, widths, Limits{}, &remarks);
}

void decode_parts_of_attribute(ByteView body, FieldWidths widths) {
  const auto attribute = decode_attribute(body, widths);
  if (attribute.type_shared)
    decode_shared_message_ref(attribute.type, widths);
  else
    decode_type(attribute.type, widths);
  if (attribute.space_shared)
    decode_shared_message_ref(attribute.space, widths);
  else
    decode_dataspace(attribute.space, widths).element_count();
  Encoder out(widths);
  encode_attribute(out, attribute, 3);
}

void decode_driver(ByteView body, FieldWidths widths) {
  const auto info = decode_driver_info_message(body, widths);
  decode_family_driver(info);
  if (const auto multi = decode_multi_driver(info))
    if (decode_multi_driver(encode_multi_driver(*multi)) != multi) fuzzing::fail("a multi-file driver changed");
}

void run(unsigned choice, ByteView body, FieldWidths w) {
  switch (choice % 22) {
    case 0:
      return trial(body, w, decode_dataspace, in_version<Dataspace>(1, encode_dataspace));
    case 1:
      return trial(body, w, decode_dataspace, in_version<Dataspace>(2, encode_dataspace));
    case 2:
      return trial(body, w, decode_type, in_version<Datatype>(1, encode_datatype));
    case 3:
      return trial(body, w, decode_type, in_version<Datatype>(3, encode_datatype));
    case 4:
      return trial(body, w, decode_fill_value, in_version<FillValue>(2, encode_fill_value));
    case 5:
      return trial(body, w, decode_fill_value, in_version<FillValue>(3, encode_fill_value));
    case 6:
      return void(decode_old_fill_value(body, w));
    case 7:
      return trial(body, w, decode_layout,
                   [](Encoder& out, const Layout& layout) { encode_layout(out, layout, layout_version(layout)); });
    case 8:
      return trial(body, w, decode_filter_pipeline, in_version<FilterPipeline>(1, encode_filter_pipeline));
    case 9:
      return decode_parts_of_attribute(body, w);
    case 10:
      return trial(body, w, decode_link, encode_link);
    case 11:
      return trial(body, w, decode_link_info, encode_link_info);
    case 12:
      return trial(body, w, decode_attribute_info, encode_attribute_info);
    case 13:
      return trial(body, w, decode_group_info, encode_group_info);
    case 14:
      return trial(body, w, decode_external_files, encode_external_files);
    case 15:
      return trial(body, w, decode_shared_message_ref, encode_shared_message_ref);
    case 16:
      return trial(body, w, decode_continuation, encode_continuation);
    case 17:
      return trial(body, w, decode_comment, encode_comment);
    case 18:
      return void(decode_old_modification_time(body, w));
    case 19:
      return trial(body, w, decode_file_space_info, encode_file_space_info);
    case 20:
      return trial(body, w, decode_shared_message_table_message, encode_shared_message_table_message);
    default:
      return decode_driver(body, w);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto body = std::as_bytes(std::span(data, size));
  const auto choice = fuzzing::take_byte(body), widths = fuzzing::take_byte(body);
  fuzzing::survives([&] { run(choice, body, fuzzing::widths_of(widths)); });
  return 0;
}
