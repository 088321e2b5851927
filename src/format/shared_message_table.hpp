// The table of shared object header messages, its lists and records. Format specification IV.A.2.p, III.H ("SMTB", "SMLI").
//   "SMTB" per index {version:u8 kind:u8 type flags:u16 least size:u32 list most:u16 tree least:u16 messages:u16 index:O heap:O} sum:u32
//   "SMLI" records, sum:u32 after those in use
//   record: location:u8 hash:u32 then {references:u32 heap id:8} or {reserved:u8 message type:u8 creation index:u16 header:O},
//   both padded to the larger
// Type flags are 1 << message number, which the specification has differently. Tree records (v2 B-tree type 7) are the same.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/decoder.hpp"
#include "base/encoder.hpp"

namespace fiver::format {

inline constexpr std::uint8_t most_shared_message_indexes = 8;

struct SharedMessageIndex {
  enum class Kind : std::uint8_t { list = 0, tree = 1 };
  Kind kind = Kind::list;
  std::uint16_t type_flags = 0;
  std::uint32_t least_size = 0;  ///< smaller messages are not shared
  std::uint16_t list_most = 50, tree_least = 40, messages = 0;
  std::optional<Address> index, heap;
  friend bool operator==(const SharedMessageIndex&, const SharedMessageIndex&) = default;
};

/// `indexes` comes from the shared message table message. Throws corrupt above 8.
std::size_t shared_message_table_size(unsigned indexes, FieldWidths widths);
std::vector<SharedMessageIndex> decode_shared_message_table(ByteView bytes, FieldWidths widths, unsigned indexes);
Bytes encode_shared_message_table(const std::vector<SharedMessageIndex>& indexes, FieldWidths widths);

struct SharedMessageInHeap {
  std::uint32_t references = 0;
  std::array<std::byte, 8> id{};  ///< in the index's fractal heap
  friend bool operator==(const SharedMessageInHeap&, const SharedMessageInHeap&) = default;
};
struct SharedMessageInHeader {
  std::uint8_t message_type = 0;
  std::uint16_t creation_index = 0;
  Address header;
  friend bool operator==(const SharedMessageInHeader&, const SharedMessageInHeader&) = default;
};
struct SharedMessageRecord {
  std::uint32_t hash = 0;  ///< lookup3 of the encoded message
  std::variant<SharedMessageInHeap, SharedMessageInHeader> location;
  friend bool operator==(const SharedMessageRecord&, const SharedMessageRecord&) = default;
};

std::size_t shared_message_record_size(FieldWidths widths);
SharedMessageRecord decode_shared_message_record(ByteView record, FieldWidths widths);
void encode_shared_message_record(Encoder& encoder, const SharedMessageRecord& record);

/// The bytes of an index's list, all to be fetched.
std::size_t shared_message_list_size(const SharedMessageIndex& index, FieldWidths widths);
std::vector<SharedMessageRecord> decode_shared_message_list(ByteView list, FieldWidths widths,
                                                            const SharedMessageIndex& index);
/// The whole list, filled up with zeros. Throws invalid_argument unless there are index.messages records.
Bytes encode_shared_message_list(const std::vector<SharedMessageRecord>& records, FieldWidths widths,
                                 const SharedMessageIndex& index);

}  // namespace fiver::format
