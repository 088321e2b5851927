#include "format/attribute_message.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/decoder.hpp"

namespace fiver::format {
namespace {

constexpr std::uint8_t flag_type_shared = 1, flag_space_shared = 2;

// A part of `size` bytes, and in version 1 the padding after it.
ByteView decode_part(Decoder& in, std::size_t size, std::uint8_t version, std::string_view field) {
  const auto part = in.bytes(size, field);
  if (version == 1) in.skip((8 - size % 8) % 8, "padding");
  return part;
}

void encode_part(Encoder& out, ByteView part, std::uint8_t version) {
  out.bytes(part);
  if (version == 1) out.zeros((8 - part.size() % 8) % 8);
}

}  // namespace

AttributeMessage decode_attribute(ByteView body, FieldWidths widths) {
  Decoder in(body, widths, "attribute message");
  const auto version = in.version_in({1, 2, 3});
  AttributeMessage attribute;
  if (version == 1) {
    in.reserved(1);
  } else {
    const auto flags = in.u8("flags");
    if ((flags & ~(flag_type_shared | flag_space_shared)) != 0) in.fail(fmt::format("unknown flags {:#04x}", flags));
    attribute.type_shared = (flags & flag_type_shared) != 0;
    attribute.space_shared = (flags & flag_space_shared) != 0;
  }
  const auto name_size = in.u16("size of the name"), type_size = in.u16("size of the datatype"),
             space_size = in.u16("size of the dataspace");
  if (name_size < 2) in.fail(fmt::format("a name of {} bytes, its NUL included", name_size));
  if (version == 3) {
    const auto charset = in.u8("character set");
    if (charset > 1) in.unsupported(fmt::format("unknown character set {}", charset));
    attribute.charset = static_cast<CharacterSet>(charset);
  }
  const auto name = text_of(decode_part(in, name_size, version, "name"));
  attribute.name = name.substr(0, name.find('\0'));
  if (attribute.name.empty()) in.fail("an empty name");
  attribute.type = decode_part(in, type_size, version, "datatype");
  attribute.space = decode_part(in, space_size, version, "dataspace");
  attribute.data = in.bytes(in.remaining(), "data");
  return attribute;
}

void encode_attribute(Encoder& out, const AttributeMessage& attribute, std::uint8_t version) {
  if (version < 1 || version > 3)
    throw Error(ErrorKind::invalid_argument, fmt::format("there is no attribute message version {}", version));
  if (attribute_version(attribute, version) > version)
    throw Error(ErrorKind::invalid_argument, fmt::format("attribute {} needs version {} of the attribute message",
                                                         attribute.name, attribute_version(attribute, version)));
  if (attribute.name.empty() || attribute.name.find('\0') != std::string::npos)
    throw Error(ErrorKind::invalid_argument, "an attribute's name is not empty and has no NUL");
  out.version(version);
  out.u8(static_cast<std::uint8_t>((attribute.type_shared ? flag_type_shared : 0U) |
                                   (attribute.space_shared ? flag_space_shared : 0U)));
  out.uint(attribute.name.size() + 1, 2);
  out.uint(attribute.type.size(), 2);
  out.uint(attribute.space.size(), 2);
  if (version == 3) out.u8(static_cast<std::uint8_t>(attribute.charset));
  // The NUL is the string's own.
  encode_part(out, std::as_bytes(std::span(attribute.name.c_str(), attribute.name.size() + 1)), version);
  encode_part(out, attribute.type, version);
  encode_part(out, attribute.space, version);
  out.bytes(attribute.data);
}

std::uint8_t attribute_version(const AttributeMessage& attribute, std::uint8_t lowest) {
  std::uint8_t needed = 1;
  if (attribute.type_shared || attribute.space_shared) needed = 2;
  if (attribute.charset != CharacterSet::ascii) needed = 3;
  return std::max(needed, lowest);
}

}  // namespace fiver::format
