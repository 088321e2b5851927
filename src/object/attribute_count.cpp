#include "fiver/attribute_count.hpp"

#include <algorithm>

#include "format/group_messages.hpp"
#include "meta/btree2_reader.hpp"
#include "object/handle.hpp"

namespace fiver {

std::uint64_t attribute_count(const Object& object) {
  using format::MessageType;
  const auto& handle = object.handle();
  return handle.guarded([&] {
    const auto snapshot = handle.snapshot();
    const auto& header = snapshot->header();
    const auto& file = handle.file()->state().view();
    auto count = static_cast<std::uint64_t>(
        std::ranges::count_if(header.messages, [](const auto& message) { return message.is(MessageType::attribute); }));
    if (const auto* message = header.find(MessageType::attribute_info)) {
      const auto info = format::decode_attribute_info(message->body, file.widths());
      if (info.heap && info.name_tree) count += meta::BTree2Reader(file, *info.name_tree).size();
    }
    return count;
  });
}

}  // namespace fiver
