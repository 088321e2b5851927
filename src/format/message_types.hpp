// The numbers and flags of object header messages (format specification IV.A.1 and IV.A.2).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace fiver::format {

enum class MessageType : std::uint16_t {
  nil = 0x00,
  dataspace = 0x01,
  link_info = 0x02,
  datatype = 0x03,
  fill_value_old = 0x04,
  fill_value = 0x05,
  link = 0x06,
  external_files = 0x07,
  layout = 0x08,
  bogus = 0x09,  ///< in the C library's own tests only
  group_info = 0x0A,
  filter_pipeline = 0x0B,
  attribute = 0x0C,
  comment = 0x0D,
  modification_time_old = 0x0E,
  shared_message_table = 0x0F,
  continuation = 0x10,
  symbol_table = 0x11,
  modification_time = 0x12,
  btree_k = 0x13,
  driver_info = 0x14,
  attribute_info = 0x15,
  reference_count = 0x16,
  file_space_info = 0x17,
  cache_image = 0x18,
};

/// The specification's name in lower case ("filter pipeline"), "unknown" for other numbers.
std::string_view message_name(std::uint16_t type);
/// The bogus message stands for one that nobody knows.
constexpr bool is_known_message(std::uint16_t type) {
  return type <= 0x18 && type != static_cast<std::uint16_t>(MessageType::bogus);
}
/// True for the classes that may stand elsewhere: dataspace, datatype, both fill values, filter pipeline,
/// attribute.
bool is_shareable_message(std::uint16_t type);

// Message flags.
inline constexpr std::uint8_t message_constant = 0x01;
inline constexpr std::uint8_t message_shared = 0x02;  ///< the body is a SharedMessageRef
inline constexpr std::uint8_t message_dont_share = 0x04;
inline constexpr std::uint8_t message_fail_if_unknown_for_write = 0x08;
inline constexpr std::uint8_t message_mark_if_unknown = 0x10;
inline constexpr std::uint8_t message_was_unknown = 0x20;
inline constexpr std::uint8_t message_shareable = 0x40;
inline constexpr std::uint8_t message_fail_if_unknown = 0x80;

/// Why these flags cannot stand on a message of this type, or nothing when they can.
std::optional<std::string_view> message_flags_problem(std::uint16_t type, std::uint8_t flags);

}  // namespace fiver::format
