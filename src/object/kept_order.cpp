#include "fiver/kept_order.hpp"

#include "format/group_messages.hpp"
#include "object/handle.hpp"

namespace fiver {

KeptOrder kept_attribute_order(const Object& object) {
  const auto& handle = object.handle();
  return handle.guarded([&]() -> KeptOrder {
    const auto snapshot = handle.snapshot();
    const auto& prefix = snapshot->header().prefix;
    return {prefix.tracks_attribute_order(), (prefix.flags & format::header_attribute_order_indexed) != 0};
  });
}

KeptOrder kept_link_order(const Object& object) {
  const auto& handle = object.handle();
  return handle.guarded([&]() -> KeptOrder {
    const auto snapshot = handle.snapshot();
    const auto* message = snapshot->header().find(format::MessageType::link_info);
    if (!message) return {};
    const auto info = format::decode_link_info(message->body, handle.file()->state().view().widths());
    return {info.order_tracked, info.order_indexed};
  });
}

}  // namespace fiver
