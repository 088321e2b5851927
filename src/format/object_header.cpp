#include "format/object_header.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/checked.hpp"

namespace fiver::format {
namespace {

constexpr std::string_view header_signature = "OHDR", continuation_signature = "OCHK";
constexpr unsigned checksum_size = 4, v1_prefix_size = 16;
constexpr std::uint8_t known_header_flags = 0x3F;
constexpr std::size_t max_body = 0xFFFF, max_body_v1 = 0xFFF8;

ObjectHeaderPrefix decode_prefix_v1(Decoder& in) {
  ObjectHeaderPrefix p;
  p.version = in.version_in({1});
  in.reserved(1);
  p.message_count = in.u16("message count");
  p.reference_count = in.u32("reference count");
  p.message_bytes = in.u32("size of the first block");
  in.reserved(4);
  p.prefix_bytes = v1_prefix_size;
  p.block_bytes = v1_prefix_size + p.message_bytes;
  return p;
}

ObjectHeaderPrefix decode_prefix_v2(Decoder& in) {
  const auto start = in.position();
  in.signature(header_signature);
  ObjectHeaderPrefix p;
  p.version = in.version_in({2});
  p.flags = in.u8("flags");
  if ((p.flags & ~known_header_flags) != 0) in.unsupported(fmt::format("unknown flags {:#04x}", p.flags));
  if ((p.flags & header_times) != 0) {
    p.times.emplace();
    p.times->access = in.u32("access time");
    p.times->modification = in.u32("modification time");
    p.times->change = in.u32("change time");
    p.times->birth = in.u32("birth time");
  }
  if ((p.flags & header_attribute_phase_change) != 0) {
    p.phase_change.emplace();
    p.phase_change->max_compact = in.u16("most compact attributes");
    p.phase_change->min_dense = in.u16("fewest dense attributes");
    if (p.phase_change->max_compact < p.phase_change->min_dense)
      in.fail(fmt::format("attributes go dense above {} and come back below {}", p.phase_change->max_compact,
                          p.phase_change->min_dense));
  }
  p.message_bytes = in.uint(1U << (p.flags & header_size_width_mask), "size of the first block");
  p.prefix_bytes = in.position() - start;
  const auto total = checked_add(p.message_bytes, p.prefix_bytes + checksum_size);
  if (!total) in.fail(fmt::format("first block of {} bytes", p.message_bytes));
  p.block_bytes = *total;
  return p;
}

// Reads messages until `end`; what is left before it is too short for a message.
std::vector<RawMessage> decode_messages(Decoder& in, std::size_t end, const ObjectHeaderPrefix& prefix) {
  const auto header_size = message_header_size(prefix);
  std::vector<RawMessage> messages;
  constexpr std::size_t usual_count = 8;
  messages.reserve(
      std::min((end - in.position()) / header_size, std::max<std::size_t>(usual_count, prefix.message_count)));
  while (end - in.position() >= header_size) {
    RawMessage m;
    m.offset = in.position();
    m.type = prefix.version == 1 ? in.u16("message type") : in.u8("message type");
    const std::size_t size = in.u16("message size");
    m.flags = in.u8("message flags");
    if (prefix.version == 1) in.reserved(3);
    if (prefix.version == 2 && prefix.tracks_attribute_order()) m.creation_index = in.u16("creation index");
    if (size > end - in.position())
      in.fail(fmt::format("{} message of {} bytes, {} are left", message_name(m.type), size, end - in.position()));
    if (prefix.version == 1 && size % 8 != 0)
      in.fail(fmt::format("{} message of {} bytes, not a multiple of 8", message_name(m.type), size));
    if (const auto problem = message_flags_problem(m.type, m.flags))
      in.fail(fmt::format("{} message (flags {:#04x}) {}", message_name(m.type), m.flags, *problem));
    m.body = in.bytes(size, "message body");
    messages.push_back(m);
  }
  return messages;
}

std::uint64_t messages_size(const ObjectHeaderPrefix& prefix, std::span<const RawMessage> messages) {
  std::uint64_t size = 0;
  for (const auto& m : messages) size += message_size(prefix, m.body.size());
  return size;
}

void encode_message(Encoder& out, const ObjectHeaderPrefix& prefix, const RawMessage& m) {
  const auto stored = message_size(prefix, m.body.size()) - message_header_size(prefix);
  if (stored > max_body)
    throw Error(ErrorKind::limit, fmt::format("{} message of {} bytes, a header holds at most {}", message_name(m.type),
                                              m.body.size(), max_body));
  if (prefix.version == 1)
    out.u16(m.type);
  else
    out.uint(m.type, 1);
  out.u16(static_cast<std::uint16_t>(stored));
  out.u8(m.flags);
  if (prefix.version == 1) out.zeros(3);
  if (prefix.version == 2 && prefix.tracks_attribute_order()) out.u16(m.creation_index.value_or(0));
  out.bytes(m.body);
  out.zeros(static_cast<std::size_t>(stored) - m.body.size());
}

// Fills `room` bytes with nil messages; fewer than a message's header are a gap. A gap may not stand beside a nil message, so the
// last nil message takes all. Returns the number of messages.
std::uint64_t encode_filler(Encoder& out, const ObjectHeaderPrefix& prefix, std::uint64_t room) {
  const auto header_size = message_header_size(prefix);
  const Bytes zeros(static_cast<std::size_t>(std::min<std::uint64_t>(room, max_body)));
  std::uint64_t count = 0;
  while (room >= header_size) {
    auto body = std::min<std::uint64_t>(room - header_size, prefix.version == 1 ? max_body_v1 : max_body);
    const auto left = room - header_size - body;
    if (left > 0 && left < header_size) body -= header_size - left;
    RawMessage nil;
    nil.body = ByteView(zeros).first(static_cast<std::size_t>(body));
    encode_message(out, prefix, nil);
    room -= header_size + body;
    ++count;
  }
  out.zeros(static_cast<std::size_t>(room));
  return count;
}

void check_version(const ObjectHeaderPrefix& prefix) {
  if (prefix.version != 1 && prefix.version != 2)
    throw Error(ErrorKind::invalid_argument, fmt::format("there is no object header version {}", prefix.version));
}

// Room for messages in a block that holds at least `needed`; version 1 keeps to multiples of 8.
std::uint64_t rounded_room(const ObjectHeaderPrefix& prefix, std::uint64_t needed, std::uint64_t wanted) {
  const auto room = std::max(needed, wanted);
  return prefix.version == 1 ? (room + 7) / 8 * 8 : room;
}

// Messages and filler. A gap is allowed only in blocks without nil messages: where there is one, it grows over the gap.
// Returns the number of messages.
std::uint64_t encode_messages(Encoder& out, const ObjectHeaderPrefix& prefix, std::span<const RawMessage> messages,
                              std::uint64_t room) {
  const auto is_nil = [](const RawMessage& m) { return m.is(MessageType::nil); };
  auto filler = room - messages_size(prefix, messages);
  const auto last_nil = std::find_if(messages.rbegin(), messages.rend(), is_nil);
  const bool grow = last_nil != messages.rend() && filler > 0 && filler < message_header_size(prefix);
  for (const auto& m : messages) {
    if (grow && &m == &*last_nil) {
      Bytes grown(m.body.begin(), m.body.end());
      grown.resize(grown.size() + static_cast<std::size_t>(filler));
      filler = 0;
      auto larger = m;
      larger.body = grown;
      encode_message(out, prefix, larger);
    } else {
      encode_message(out, prefix, m);
    }
  }
  return messages.size() + encode_filler(out, prefix, filler);
}

std::uint8_t flags_for(const ObjectHeaderPrefix& prefix, std::uint64_t message_bytes) {
  unsigned width = message_bytes > 0xFFFFFFFF ? 3 : message_bytes > 0xFFFF ? 2 : message_bytes > 0xFF ? 1 : 0;
  width = std::max(width, unsigned{prefix.flags} & header_size_width_mask);
  auto flags = width | (prefix.flags & (header_attribute_order_tracked | header_attribute_order_indexed));
  if (prefix.phase_change) flags |= header_attribute_phase_change;
  if (prefix.times) flags |= header_times;
  return static_cast<std::uint8_t>(flags);
}

}  // namespace

ObjectHeaderPrefix decode_object_header_prefix(Decoder& in) {
  if (in.remaining() == 0) in.fail("no bytes");
  const auto first = in.all()[in.position()];
  if (first == static_cast<std::byte>(header_signature[0])) return decode_prefix_v2(in);
  if (first != std::byte{1}) in.fail("no object header: neither version 1 nor a signature");
  return decode_prefix_v1(in);
}

unsigned message_header_size(const ObjectHeaderPrefix& prefix) {
  if (prefix.version == 1) return 8;
  return prefix.tracks_attribute_order() ? 6 : 4;
}

std::uint64_t message_size(const ObjectHeaderPrefix& prefix, std::size_t body_bytes) {
  const std::uint64_t body = prefix.version == 1 ? (std::uint64_t{body_bytes} + 7) / 8 * 8 : body_bytes;
  return message_header_size(prefix) + body;
}

unsigned continuation_overhead(const ObjectHeaderPrefix& prefix) {
  return prefix.version == 1 ? 0U : static_cast<unsigned>(continuation_signature.size()) + checksum_size;
}

std::size_t object_header_prefix_size(const ObjectHeaderPrefix& prefix, std::uint64_t message_bytes) {
  if (prefix.version == 1) return v1_prefix_size;
  const std::size_t width = std::size_t{1} << (flags_for(prefix, message_bytes) & header_size_width_mask);
  return header_signature.size() + 2 + (prefix.times ? 16U : 0U) + (prefix.phase_change ? 4U : 0U) + width;
}

std::vector<RawMessage> decode_first_block(ByteView block, const ObjectHeaderPrefix& prefix) {
  Decoder in(block, {}, "object header");
  if (block.size() != prefix.block_bytes)
    in.fail(fmt::format("first block of {} bytes, {} are there", prefix.block_bytes, block.size()));
  in.skip(prefix.prefix_bytes, "prefix");
  const auto end = block.size() - (prefix.version == 1 ? 0 : checksum_size);
  if (prefix.version == 2) {
    // Before the messages: damaged bytes are told as such, not as what they happen to say.
    Decoder sum(block, {}, "object header");
    sum.skip(end, "messages");
    sum.checksum();
  }
  return decode_messages(in, end, prefix);
}

std::vector<RawMessage> decode_continuation_block(ByteView block, const ObjectHeaderPrefix& prefix) {
  Decoder in(block, {}, "object header continuation");
  if (prefix.version == 1) return decode_messages(in, block.size(), prefix);
  in.signature(continuation_signature);
  if (in.remaining() < checksum_size) in.fail(fmt::format("{} bytes are too few", block.size()));
  const auto end = block.size() - checksum_size;
  Decoder sum(block, {}, "object header continuation");
  sum.skip(end, "messages");
  sum.checksum();
  return decode_messages(in, end, prefix);
}

Bytes encode_first_block(const ObjectHeaderPrefix& prefix, std::span<const RawMessage> messages,
                         std::uint64_t message_room, std::uint16_t messages_elsewhere) {
  check_version(prefix);
  const auto needed = messages_size(prefix, messages);
  const auto room = rounded_room(prefix, needed, message_room);
  Encoder out;
  std::size_t count_at = 0;
  if (prefix.version == 1) {
    out.version(1);
    out.zeros(1);
    count_at = out.size();
    out.u16(0);
    out.u32(prefix.reference_count);
    out.uint(room, 4);
    out.zeros(4);
  } else {
    const auto flags = flags_for(prefix, room);
    out.signature(header_signature);
    out.version(2);
    out.u8(flags);
    if (prefix.times)
      for (const auto time :
           {prefix.times->access, prefix.times->modification, prefix.times->change, prefix.times->birth})
        out.u32(time);
    if (prefix.phase_change) {
      out.u16(prefix.phase_change->max_compact);
      out.u16(prefix.phase_change->min_dense);
    }
    out.uint(room, 1U << (flags & header_size_width_mask));
  }
  const auto count = messages_elsewhere + encode_messages(out, prefix, messages, room);
  if (prefix.version == 2) {
    out.checksum();
  } else {
    if (count > 0xFFFF) throw Error(ErrorKind::limit, fmt::format("{} messages in one object header", count));
    out.patch(count_at, count, 2);
  }
  return std::move(out).take();
}

Bytes encode_continuation_block(const ObjectHeaderPrefix& prefix, std::span<const RawMessage> messages,
                                std::uint64_t block_bytes) {
  check_version(prefix);
  const auto needed = messages_size(prefix, messages), overhead = std::uint64_t{continuation_overhead(prefix)};
  const auto wanted = block_bytes > overhead ? block_bytes - overhead : 0;
  const auto room = rounded_room(prefix, needed, wanted);
  Encoder out;
  if (prefix.version == 2) out.signature(continuation_signature);
  encode_messages(out, prefix, messages, room);
  if (prefix.version == 2) out.checksum();
  return std::move(out).take();
}

}  // namespace fiver::format
