#include "format/link_message.hpp"

#include <fmt/format.h>

#include "base/decoder.hpp"

namespace fiver::format {
namespace {

constexpr unsigned flag_name_width = 0x03, flag_order = 0x04, flag_class = 0x08, flag_charset = 0x10,
                   known_flags = 0x1F;
enum LinkClass : std::uint8_t { hard_class = 0, soft_class = 1, external_class = 64, first_user_class = 65 };

ByteView decode_sized(Decoder& in, std::string_view field) {
  return in.bytes(in.u16("length of the target"), field);
}

ExternalLink decode_external(ByteView data, FieldWidths widths) {
  Decoder in(data, widths, "external link");
  const unsigned start = in.u8("version and flags");
  if (start >> 4U != 0) in.unsupported(fmt::format("unknown version {}", start >> 4U));
  if (start != 0) in.fail(fmt::format("unknown flags {:#03x}", start));
  ExternalLink link;
  link.file = in.text("file name");
  link.path = in.text("path");
  return link;
}

struct TargetEncoder {
  Encoder& out;
  void operator()(const HardLink& hard) const { out.address(hard.target); }
  void operator()(const SoftLink& soft) const {
    if (soft.path.empty()) throw Error(ErrorKind::invalid_argument, "a soft link without a path");
    out.uint(soft.path.size(), 2);
    out.bytes(bytes_of(soft.path));
  }
  void operator()(const ExternalLink& external) const {
    for (const auto& part : {external.file, external.path})
      if (part.empty() || part.find('\0') != std::string::npos)
        throw Error(ErrorKind::invalid_argument, "an external link names a file and a path, without NUL");
    out.uint(external.file.size() + external.path.size() + 3, 2);
    out.u8(0);
    out.text(external.file);
    out.text(external.path);
  }
  void operator()(const UserLink& user) const {
    out.uint(user.data.size(), 2);
    out.bytes(user.data);
  }
};

std::uint8_t class_of(const Link& link) {
  if (std::holds_alternative<HardLink>(link.target)) return hard_class;
  if (std::holds_alternative<SoftLink>(link.target)) return soft_class;
  if (const auto* user = std::get_if<UserLink>(&link.target)) return user->link_class;
  return external_class;
}

}  // namespace

Link decode_link(ByteView body, FieldWidths widths) {
  Decoder in(body, widths, "link message");
  in.version(1);
  const unsigned flags = in.u8("flags");
  if ((flags & ~known_flags) != 0) in.fail(fmt::format("unknown flags {:#04x}", flags));
  const std::uint8_t link_class = (flags & flag_class) != 0 ? in.u8("link class") : std::uint8_t{hard_class};
  Link link;
  if ((flags & flag_order) != 0) link.creation_order = static_cast<std::int64_t>(in.u64("creation order"));
  if ((flags & flag_charset) != 0) {
    const auto charset = in.u8("character set");
    if (charset > 1) in.unsupported(fmt::format("unknown character set {}", charset));
    link.charset = static_cast<CharacterSet>(charset);
  }
  const auto name_length = in.uint(1U << (flags & flag_name_width), "length of the name");
  if (name_length == 0) in.fail("an empty name");
  link.name = text_of(in.bytes(name_length, "name"));
  if (link_class == hard_class) {
    link.target = HardLink{in.defined_address("object header address")};
  } else if (link_class == soft_class) {
    const auto path = text_of(decode_sized(in, "path"));
    if (path.empty()) in.fail("a soft link without a path");
    link.target = SoftLink{std::string(path)};
  } else if (link_class == external_class) {
    link.target = decode_external(decode_sized(in, "external link"), widths);
  } else if (link_class >= first_user_class) {
    const auto data = decode_sized(in, "data of the user's link");
    link.target = UserLink{link_class, {data.begin(), data.end()}};
  } else {
    in.unsupported(fmt::format("unknown link class {}", link_class));
  }
  return link;
}

void encode_link(Encoder& out, const Link& link) {
  if (link.name.empty() || link.name.find('\0') != std::string::npos || link.name.find('/') != std::string::npos)
    throw Error(ErrorKind::invalid_argument, fmt::format("\"{}\" can't be a link's name", link.name));
  const auto link_class = class_of(link);
  if (std::holds_alternative<UserLink>(link.target) && link_class < first_user_class)
    throw Error(ErrorKind::invalid_argument, fmt::format("{} is no class for a user's link", link_class));
  const auto needed = bytes_needed(link.name.size());
  const unsigned width_bits = needed > 4 ? 3 : needed > 2 ? 2 : needed > 1 ? 1 : 0;
  out.version(1);
  out.u8(static_cast<std::uint8_t>(width_bits | (link.creation_order ? flag_order : 0U) |
                                   (link_class != hard_class ? flag_class : 0U) |
                                   (link.charset != CharacterSet::ascii ? flag_charset : 0U)));
  if (link_class != hard_class) out.u8(link_class);
  if (link.creation_order) out.u64(static_cast<std::uint64_t>(*link.creation_order));
  if (link.charset != CharacterSet::ascii) out.u8(static_cast<std::uint8_t>(link.charset));
  out.uint(link.name.size(), 1U << width_bits);
  out.bytes(bytes_of(link.name));
  std::visit(TargetEncoder{out}, link.target);
}

}  // namespace fiver::format
