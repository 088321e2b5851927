#include "format/fill_value_message.hpp"

#include <fmt/format.h>

#include <limits>

#include "base/decoder.hpp"

namespace fiver::format {
namespace {

constexpr std::uint8_t flag_undefined = 0x10, flag_value = 0x20, known_flags = 0x3F;
constexpr std::uint32_t undefined_size = std::numeric_limits<std::uint32_t>::max();

void decode_value(Decoder& in, FillValue& fill) {
  const auto size = in.u32("fill value's size");
  if (size == undefined_size) {  // -1: how HDF5 1.6 said that there is none
    fill.defined = FillValue::Defined::undefined;
    return;
  }
  const auto value = in.bytes(size, "fill value");
  fill.bytes.assign(value.begin(), value.end());
  fill.defined = size == 0 ? FillValue::Defined::by_default : FillValue::Defined::by_user;
}

void decode_times(Decoder& in, FillValue& fill, unsigned allocation, unsigned write) {
  if (allocation > 3) in.fail(fmt::format("unknown allocation time {}", allocation));
  if (write > 2) in.fail(fmt::format("unknown fill value write time {}", write));
  fill.allocation_time = static_cast<FillValue::AllocationTime>(allocation);
  fill.write_time = static_cast<FillValue::WriteTime>(write);
}

}  // namespace

FillValue decode_fill_value(ByteView body, FieldWidths widths) {
  Decoder in(body, widths, "fill value message");
  const auto version = in.version_in({1, 2, 3});
  FillValue fill;
  if (version == 3) {
    const unsigned flags = in.u8("flags");
    if ((flags & ~unsigned{known_flags}) != 0) in.fail(fmt::format("unknown flags {:#04x}", flags));
    decode_times(in, fill, flags & 3U, flags >> 2 & 3U);
    const bool undefined = (flags & flag_undefined) != 0, value = (flags & flag_value) != 0;
    if (undefined && value) in.fail("both undefined and with a value");
    if (undefined) fill.defined = FillValue::Defined::undefined;
    if (value) decode_value(in, fill);
  } else {
    const auto allocation = in.u8("allocation time"), write = in.u8("write time"), defined = in.u8("defined");
    decode_times(in, fill, allocation, write);
    if (defined > 1) in.fail(fmt::format("\"defined\" is {}", defined));
    if (defined == 0)
      fill.defined = FillValue::Defined::undefined;
    else
      decode_value(in, fill);
  }
  return fill;
}

void encode_fill_value(Encoder& out, const FillValue& fill, std::uint8_t version) {
  if (version < 1 || version > 3)
    throw Error(ErrorKind::invalid_argument, fmt::format("there is no fill value message version {}", version));
  const bool by_user = fill.defined == FillValue::Defined::by_user;
  const bool undefined = fill.defined == FillValue::Defined::undefined;
  const auto allocation = static_cast<unsigned>(fill.allocation_time), write = static_cast<unsigned>(fill.write_time);
  out.version(version);
  if (version == 3) {
    const bool value = by_user && !fill.bytes.empty();
    out.u8(static_cast<std::uint8_t>(allocation | write << 2U | (undefined ? flag_undefined : 0U) |
                                     (value ? flag_value : 0U)));
    if (value) encode_old_fill_value(out, fill);
  } else {
    out.u8(static_cast<std::uint8_t>(allocation));
    out.u8(static_cast<std::uint8_t>(write));
    out.u8(undefined ? 0 : 1);
    if (by_user)
      encode_old_fill_value(out, fill);
    else if (!undefined)
      out.u32(0);
  }
}

FillValue decode_old_fill_value(ByteView body, FieldWidths widths) {
  Decoder in(body, widths, "old fill value message");
  FillValue fill;
  decode_value(in, fill);
  return fill;
}

void encode_old_fill_value(Encoder& out, const FillValue& fill) {
  out.uint(fill.bytes.size(), 4);
  out.bytes(fill.bytes);
}

}  // namespace fiver::format
