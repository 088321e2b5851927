// Object headers, versions 1 and 2: the prefix, and the messages of one block (format specification IV.A.1). Bodies are decoded by the
// *_message files beside this one.
//
//   v1 first block   1 0 messages(2) references(4) size(4) 0(4) message...
//   v1 message       type(2) size(2) flags(1) 0(3) body, 8-aligned
//   v2 first block   "OHDR" 2 flags [access(4) modification(4) change(4) birth(4)] [max-compact(2) min-dense(2)] size(1|2|4|8)
//                    message... gap checksum(4)
//   v2 message       type(1) size(2) flags(1) [index(2)] body
//   continuation     v1: message...      v2: "OCHK" message... gap checksum(4)
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/bytes.hpp"
#include "base/decoder.hpp"
#include "base/encoder.hpp"
#include "format/message_types.hpp"

namespace fiver::format {

// Flags of version 2. Bits 0 and 1 are the width of the first block's size.
inline constexpr std::uint8_t header_size_width_mask = 0x03;
inline constexpr std::uint8_t header_attribute_order_tracked = 0x04;  ///< every message then has a creation index
inline constexpr std::uint8_t header_attribute_order_indexed = 0x08;
inline constexpr std::uint8_t header_attribute_phase_change = 0x10;
inline constexpr std::uint8_t header_times = 0x20;

/// Seconds since 1970-01-01 UTC.
struct ObjectTimes {
  std::uint32_t access = 0, modification = 0, change = 0, birth = 0;
  friend bool operator==(const ObjectTimes&, const ObjectTimes&) = default;
};

/// How many attributes stay in the header, and below how many they come back to it.
struct AttributePhaseChange {
  std::uint16_t max_compact = 8, min_dense = 6;
  friend bool operator==(const AttributePhaseChange&, const AttributePhaseChange&) = default;
};

struct ObjectHeaderPrefix {
  std::uint8_t version = 2;
  std::uint8_t flags = 0;                            ///< version 2
  std::uint16_t message_count = 0;                   ///< version 1; wrong in some old files, so never counted on
  std::uint32_t reference_count = 1;                 ///< version 1; version 2 has a message for it
  std::optional<ObjectTimes> times;                  ///< version 2
  std::optional<AttributePhaseChange> phase_change;  ///< version 2
  std::uint64_t message_bytes = 0;                   ///< bytes of the first block's messages and gap
  std::size_t prefix_bytes = 0;                      ///< bytes before the first message
  std::uint64_t block_bytes = 0;                     ///< bytes of the whole first block: prefix, messages, checksum
  bool tracks_attribute_order() const { return (flags & header_attribute_order_tracked) != 0; }
  friend bool operator==(const ObjectHeaderPrefix&, const ObjectHeaderPrefix&) = default;
};

/// No prefix is longer. Fewer bytes are fine where the file ends.
inline constexpr std::size_t object_header_prefix_room = 34;

/// From bytes that start at the object's address. Bytes after the prefix are not looked at. Tells how many to
/// fetch: block_bytes.
ObjectHeaderPrefix decode_object_header_prefix(Decoder& in);

struct RawMessage {
  std::uint16_t type = 0;
  std::uint8_t flags = 0;
  std::optional<std::uint16_t> creation_index;  ///< version 2 with attribute order tracked
  ByteView body;                                ///< as stored: version 1 padded to 8
  std::size_t offset = 0;                       ///< of the message's header in its block; not used when encoding
  bool is(MessageType t) const { return type == static_cast<std::uint16_t>(t); }
  bool is_shared() const { return (flags & message_shared) != 0; }
};

/// Bytes before a message's body: 8 in version 1, 4 or 6 in version 2.
unsigned message_header_size(const ObjectHeaderPrefix& prefix);
/// Bytes that a message takes, its header and version 1's padding included.
std::uint64_t message_size(const ObjectHeaderPrefix& prefix, std::size_t body_bytes);
/// Bytes of a continuation block around its messages: 0 in version 1, 8 in version 2.
unsigned continuation_overhead(const ObjectHeaderPrefix& prefix);
/// The prefix's length when the first block has `message_bytes` bytes of messages.
std::size_t object_header_prefix_size(const ObjectHeaderPrefix& prefix, std::uint64_t message_bytes);

/// The messages of the first block, nil ones included, in stored order. `block`: block_bytes bytes. Verifies
/// the checksum.
std::vector<RawMessage> decode_first_block(ByteView block, const ObjectHeaderPrefix& prefix);
/// The messages of a continuation block. `block`: as many bytes as the continuation message says.
std::vector<RawMessage> decode_continuation_block(ByteView block, const ObjectHeaderPrefix& prefix);

/// A first block. Of `prefix`: version, flags (the width of the size is widened as needed; times and phase
/// change decide bits 4 and 5), reference_count, times, phase_change. Room up to `message_room` bytes of
/// messages is filled with nil messages, or with a gap where none fits. `messages_elsewhere`: version 1's
/// count includes those of continuation blocks.
Bytes encode_first_block(const ObjectHeaderPrefix& prefix, std::span<const RawMessage> messages,
                         std::uint64_t message_room = 0, std::uint16_t messages_elsewhere = 0);
/// A continuation block; `block_bytes`: its whole size where it must be larger than the messages need.
Bytes encode_continuation_block(const ObjectHeaderPrefix& prefix, std::span<const RawMessage> messages,
                                std::uint64_t block_bytes = 0);

}  // namespace fiver::format
