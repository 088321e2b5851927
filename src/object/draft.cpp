#include "object/draft.hpp"

#include <algorithm>

#include "format/attribute_message.hpp"
#include "format/small_messages.hpp"
#include "meta/attributes_reader.hpp"
#include "object/file_state.hpp"

namespace fiver::object {
namespace {

using format::MessageType;

bool is(const DraftMessage& message, MessageType type) {
  return message.type == static_cast<std::uint16_t>(type);
}

DraftMessage copied(std::uint16_t type, std::uint8_t flags, std::optional<std::uint32_t> order, ByteView body) {
  return {type, flags, order, std::make_shared<const Bytes>(body.begin(), body.end()), {}};
}

/// An attribute of the file's heap of shared messages becomes one of its own.
DraftMessage attribute_of(const FileState& file, const format::RawMessage& message) {
  const auto body =
      file.shared_messages().resolve(message.body, message.is_shared(), nullptr, MessageType::attribute).body;
  const auto flags = static_cast<std::uint8_t>(message.flags & ~format::message_shared);
  auto draft = copied(message.type, flags, message.creation_index, body.bytes);
  draft.name = format::decode_attribute(*draft.body, file.view().widths()).name;
  return draft;
}

}  // namespace

bool AttributeNames::may_have(std::uint32_t hash) const {
  if (slots_.empty()) return false;
  const auto wanted = std::max(hash, 1U);
  for (std::size_t at = wanted;; ++at) {
    const auto slot = slots_[at & (slots_.size() - 1)];
    if (slot == 0 || slot == wanted) return slot != 0;
  }
}

void AttributeNames::add(std::uint32_t hash) {
  if (2 * (count_ + 1) > slots_.size()) {
    std::vector<std::uint32_t> old(std::max<std::size_t>(64, 2 * slots_.size()));
    old.swap(slots_);
    count_ = 0;
    for (const auto slot : old)
      if (slot != 0) add(slot);
  }
  const auto wanted = std::max(hash, 1U);
  for (std::size_t at = wanted;; ++at) {
    auto& slot = slots_[at & (slots_.size() - 1)];
    if (slot == wanted) return;
    if (slot != 0) continue;
    slot = wanted;
    ++count_;
    return;
  }
}

const DraftMessage* Draft::find(MessageType type) const {
  const auto found = std::find_if(messages.begin(), messages.end(), [&](const auto& m) { return is(m, type); });
  return found == messages.end() ? nullptr : &*found;
}

const DraftMessage* Draft::find_attribute(std::string_view name) const {
  const auto found = std::find_if(messages.begin(), messages.end(),
                                  [&](const auto& m) { return is(m, MessageType::attribute) && m.name == name; });
  return found == messages.end() ? nullptr : &*found;
}

void Draft::set(MessageType type, std::uint8_t flags, Bytes body) {
  DraftMessage message{static_cast<std::uint16_t>(type), flags, {}, std::make_shared<const Bytes>(std::move(body)), {}};
  const auto found = std::find_if(messages.begin(), messages.end(), [&](const auto& m) { return is(m, type); });
  if (found == messages.end())
    messages.push_back(std::move(message));
  else
    *found = std::move(message);
}

void Draft::remove(MessageType type) {
  std::erase_if(messages, [&](const auto& m) { return is(m, type); });
}

std::shared_ptr<Draft> load_draft(FileState& file, Address address) {
  const auto& view = file.view();
  const auto header = meta::read_object_header(view, address);
  auto draft = std::make_shared<Draft>();
  draft->address = address;
  draft->in_file = true;
  draft->prefix = header.prefix;
  draft->room = header.prefix.message_bytes;
  const auto image = view.read(address, header.prefix.block_bytes, "object header");
  draft->image.assign(image.bytes.begin(), image.bytes.end());
  draft->reference_count = draft->committed_references = static_cast<std::uint32_t>(header.reference_count);
  draft->stored.continuations = header.continuations;
  draft->attribute_order_tracked = header.prefix.tracks_attribute_order();
  draft->attribute_order_indexed = (header.prefix.flags & format::header_attribute_order_indexed) != 0;
  for (const auto& message : header.messages) {
    if (message.is(MessageType::reference_count)) continue;
    if (message.is(MessageType::attribute_info)) {
      const auto info = format::decode_attribute_info(message.body, view.widths());
      draft->next_attribute_order = info.max_creation_index;
      if (info.heap) draft->stored.dense_attributes = info;
      continue;
    }
    if (message.is(MessageType::link_info)) {
      const auto info = format::decode_link_info(message.body, view.widths());
      if (info.heap) draft->stored.dense_links = info;
    }
    if (message.is(MessageType::symbol_table))
      draft->stored.symbol_table = format::decode_symbol_table_message(message.body, view.widths());
    draft->messages.push_back(message.is(MessageType::attribute)
                                  ? attribute_of(file, message)
                                  : copied(message.type, message.flags, message.creation_index, message.body));
    if (draft->messages.back().creation_index)
      draft->next_attribute_order = std::max(draft->next_attribute_order, *draft->messages.back().creation_index + 1);
  }
  const auto in_header = static_cast<std::ptrdiff_t>(draft->messages.size());
  meta::for_each_dense_attribute(view, header, file.shared_messages(), [&](meta::StoredAttribute&& attribute) {
    draft->messages.push_back(copied(static_cast<std::uint16_t>(MessageType::attribute), 0, attribute.creation_order,
                                     attribute.message.bytes));
    draft->messages.back().name = std::move(attribute.name);
  });
  if (draft->stored.dense_attributes)
    draft->stored.attributes =
        std::make_shared<const std::vector<DraftMessage>>(draft->messages.begin() + in_header, draft->messages.end());
  return draft;
}

std::shared_ptr<LiveLinks> load_links(FileState& file, const Draft& draft) {
  LinkMap links;
  std::int64_t next_order = 0;
  bool tracked = false;
  if (const auto* message = draft.find(MessageType::link_info)) {
    const auto info = format::decode_link_info(*message->body, file.view().widths());
    tracked = info.order_tracked;
    next_order = info.max_creation_index;
  }
  const auto header = header_of(draft);
  const auto& parameters = file.parameters();
  meta::open_links(file.view(), header, parameters.leaf_k, parameters.internal_k)->for_each([&](Link&& link) {
    auto name = link.name;
    if (link.creation_order) next_order = std::max(next_order, *link.creation_order + 1);
    links.emplace(std::move(name), std::move(link));
    return true;
  });
  return std::make_shared<LiveLinks>(std::move(links), tracked, next_order);
}

void take_links(Draft& draft, std::shared_ptr<LiveLinks> links) {
  if (draft.links) return;
  draft.links = std::move(links);
  draft.remove(MessageType::link);
}

meta::ObjectHeader header_of(const Draft& draft) {
  meta::ObjectHeader header;
  header.address = draft.address;
  header.prefix = draft.prefix;
  header.reference_count = draft.reference_count;
  header.bytes = draft.image.size();
  for (const auto& extent : draft.stored.continuations) header.bytes += extent.size;
  for (const auto& message : draft.messages) {
    format::RawMessage raw;
    raw.type = message.type;
    raw.flags = message.flags;
    if (message.creation_index) raw.creation_index = static_cast<std::uint16_t>(*message.creation_index);
    raw.body = *message.body;
    header.messages.push_back(raw);
    header.blocks.push_back({message.body, *message.body});
  }
  return header;
}

}  // namespace fiver::object
