#include "meta/shared_messages.hpp"

#include <fmt/format.h>

#include "meta/object_header_reader.hpp"

namespace fiver::meta {

using format::MessageType;

SharedMessages::SharedMessages(const FileView& file, Address table, unsigned indexes) : file_(file) {
  const auto widths = file.widths();
  const auto size = format::shared_message_table_size(indexes, widths);
  const auto decoded = file.decode_at(table, size, "shared message table", [&](const SharedBytes& b) {
    return format::decode_shared_message_table(b.bytes, widths, indexes);
  });
  for (const auto& index : decoded)
    heaps_.push_back({index.type_flags, index.heap ? std::make_unique<FractalHeapReader>(file, *index.heap) : nullptr});
}

ResolvedMessage SharedMessages::resolve(const format::SharedMessageRef& reference, MessageType type) const {
  if (const auto* id = std::get_if<format::SharedHeapId>(&reference.where)) {
    const auto flag = 1U << static_cast<unsigned>(type);
    for (const auto& heap : heaps_)
      if ((heap.type_flags & flag) != 0 && heap.reader) return {heap.reader->read(*id), {}};
    throw Error(ErrorKind::corrupt, fmt::format("shared message: the file has no heap for {} messages",
                                                format::message_name(static_cast<std::uint16_t>(type))));
  }
  const auto address = std::get<Address>(reference.where);
  const auto header = read_object_header(file_, address);
  for (std::size_t i = 0; i < header.messages.size(); ++i) {
    const auto& message = header.messages[i];
    if (!message.is(type)) continue;
    if (message.is_shared()) {
      // A committed datatype may itself stand in the shared heap, but never in another header: that could lead in circles.
      const auto next = format::decode_shared_message_ref(message.body, file_.widths());
      if (std::holds_alternative<Address>(next.where))
        throw Error(ErrorKind::corrupt, "shared message: it leads to another shared message").at(address);
      auto resolved = resolve(next, type);
      resolved.committed = address;
      return resolved;
    }
    auto keeper = std::make_shared<std::vector<SharedBytes>>(header.blocks);
    return {{std::move(keeper), message.body}, address};
  }
  throw Error(ErrorKind::corrupt, fmt::format("shared message: the object has no {} message",
                                              format::message_name(static_cast<std::uint16_t>(type))))
      .at(address);
}

ResolvedMessage SharedMessages::resolve(ByteView body, bool shared, std::shared_ptr<const void> keeper,
                                        MessageType type) const {
  if (!shared) return {{std::move(keeper), body}, {}};
  return resolve(format::decode_shared_message_ref(body, file_.widths()), type);
}

}  // namespace fiver::meta
