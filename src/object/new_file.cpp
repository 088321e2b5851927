#include "object/new_file.hpp"

#include <fmt/format.h>

#include <bit>

#include "fiver/values/error.hpp"
#include "format/group_messages.hpp"
#include "format/object_header.hpp"
#include "format/superblock.hpp"
#include "meta/change_set.hpp"
#include "meta/links_writer.hpp"

namespace fiver::object {
namespace {

using format::MessageType;

/// Superblock and root header end with the first line of 512 bytes: the root is rewritten by one sector's write.
constexpr std::uint64_t first_line = 512;

format::RawMessage message(MessageType type, std::uint8_t flags, const Bytes& body) {
  format::RawMessage raw;
  raw.type = static_cast<std::uint16_t>(type);
  raw.flags = flags;
  raw.body = body;
  return raw;
}

template <class Encode>
Bytes encoded(Encode&& encode) {
  Encoder out;
  encode(out);
  return std::move(out).take();
}

}  // namespace

void make_file(Storage& storage, const NewFile& settings) {
  const auto base = settings.user_block;
  if (base != 0 && (base < 512 || !std::has_single_bit(base)))
    throw Error(ErrorKind::invalid_argument,
                fmt::format("a user block of {} bytes: it is 0 or a power of two from 512 on", base));
  const bool old = settings.compatibility == Compatibility::earliest;
  format::Superblock superblock;
  superblock.version = old ? 0 : 3;
  superblock.base_address = base;
  const auto root = format::superblock_size(superblock.version, superblock.widths);
  superblock.root_header = Address{root};
  meta::Space space(first_line, base);
  meta::ChangeSet changes(space, superblock.widths);
  format::ObjectHeaderPrefix prefix;
  std::vector<format::RawMessage> messages;
  Bytes links, group;
  if (old && !settings.track_order) {
    prefix.version = 1;
    const auto table = meta::write_symbol_table(changes, {}, superblock.group_leaf_k, superblock.group_internal_k);
    links = encoded([&](Encoder& out) { format::encode_symbol_table_message(out, table); });
    messages.push_back(message(MessageType::symbol_table, 0, links));
  } else {
    format::LinkInfo info;
    info.order_tracked = info.order_indexed = settings.track_order;
    if (settings.track_order)
      prefix.flags |= format::header_attribute_order_tracked | format::header_attribute_order_indexed;
    links = encoded([&](Encoder& out) { format::encode_link_info(out, info); });
    group = encoded([](Encoder& out) { format::encode_group_info(out, {}); });
    messages.push_back(message(MessageType::link_info, 0, links));
    messages.push_back(message(MessageType::group_info, format::message_constant, group));
    if (settings.track_order)
      for (auto& one : messages) one.creation_index = 0;
  }
  const auto overhead = format::object_header_prefix_size(prefix, 256) + (prefix.version == 1 ? 0 : 4);
  const auto room = (first_line - root - overhead) / 8 * 8;
  const auto header = format::encode_first_block(prefix, messages, room);
  superblock.end_of_file = base + space.end();
  const auto start = encoded([&](Encoder& out) { format::encode_superblock(out, superblock); });
  // Only where there is something: a file that was cut to nothing is written to the disk by ext4 when it is closed, in case its old content was
  // to be replaced.
  if (storage.size() > 0) storage.resize(0);
  storage.resize(base + space.end());
  for (const auto& [address, bytes] : changes.fresh()) storage.write_at(base + address, bytes);
  storage.write_at(base + root, header);
  storage.write_at(base, start);
}

}  // namespace fiver::object
