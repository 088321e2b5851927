#include "format/message_types.hpp"

#include <array>

namespace fiver::format {

std::string_view message_name(std::uint16_t type) {
  static constexpr std::array<std::string_view, 0x19> names = {"nil",
                                                               "dataspace",
                                                               "link info",
                                                               "datatype",
                                                               "old fill value",
                                                               "fill value",
                                                               "link",
                                                               "external files",
                                                               "data layout",
                                                               "bogus",
                                                               "group info",
                                                               "filter pipeline",
                                                               "attribute",
                                                               "comment",
                                                               "old modification time",
                                                               "shared message table",
                                                               "continuation",
                                                               "symbol table",
                                                               "modification time",
                                                               "B-tree K",
                                                               "driver info",
                                                               "attribute info",
                                                               "reference count",
                                                               "file space info",
                                                               "cache image"};
  return type < names.size() ? names[type] : "unknown";
}

bool is_shareable_message(std::uint16_t type) {
  switch (static_cast<MessageType>(type)) {
    case MessageType::dataspace:
    case MessageType::datatype:
    case MessageType::fill_value_old:
    case MessageType::fill_value:
    case MessageType::filter_pipeline:
    case MessageType::attribute:
      return true;
    default:
      return false;
  }
}

std::optional<std::string_view> message_flags_problem(std::uint16_t type, std::uint8_t flags) {
  const auto has = [&](unsigned bit) { return (flags & bit) != 0; };
  if (has(message_shared) && has(message_dont_share)) return "is shared and must not be";
  if (has(message_was_unknown) && has(message_fail_if_unknown_for_write))
    return "was passed by as unknown where that must fail";
  if (has(message_was_unknown) && !has(message_mark_if_unknown)) return "was marked as unknown without asking for it";
  if (is_known_message(type) && !is_shareable_message(type) && has(message_shared | message_shareable))
    return "is of a class that cannot be shared";
  return std::nullopt;
}

}  // namespace fiver::format
