#include "object/object_encoding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "chunk/index_writer.hpp"
#include "format/dataspace_message.hpp"
#include "format/layout_message.hpp"
#include "format/link_message.hpp"
#include "format/small_messages.hpp"
#include "meta/attributes_writer.hpp"
#include "meta/links_writer.hpp"
#include "object/dataset_writer.hpp"
#include "object/file_state.hpp"
#include "object/object_encoding_dense.hpp"

namespace fiver::object {
namespace {

using format::MessageType;

/// A message's size has 16 bits in the header; some room is left for what surrounds it.
constexpr std::size_t most_message_bytes = 65000;

class Encoding {
 public:
  /// `between`: links instead of those of the cut, or those that an update of the cut's added.
  struct Between {
    const LinkMap* links = nullptr;
    const meta::DenseUpdate* update = nullptr;
    std::set<std::string_view> kept{};  ///< names whose links are not removed yet
  };
  Encoding(FileState& file, meta::ChangeSet& changes, const FrozenObject& object, const Between& between)
      : file_(file), changes_(changes), object_(object), cut_(object.cut), between_(between), links_(between.links) {
    if (links_ == nullptr && object.links)
      links_ = object.links->links.get();  // `between` comes only with object.links
    result_.stored = cut_.stored;
  }

  EncodedObject run() {
    messages_.reserve(cut_.messages.size() + 2);
    for (const auto& message : cut_.messages)
      if (!is(message, MessageType::attribute)) messages_.push_back(message);
    if (links_ != nullptr) encode_links();
    if (object_.chunks) encode_index();
    for (const auto& message : messages_)
      if (names_blocks(message)) result_.updated.push_back(message);
    encode_attributes();
    if (cut_.prefix.version > 1 && cut_.reference_count != 1)
      put(MessageType::reference_count, 0,
          [&](Encoder& out) { format::encode_reference_count(out, cut_.reference_count); });
    encode_header();
    return std::move(result_);
  }

 private:
  static bool is(const DraftMessage& message, MessageType type) {
    return message.type == static_cast<std::uint16_t>(type);
  }

  static bool names_blocks(const DraftMessage& message) {
    return is(message, MessageType::link_info) || is(message, MessageType::group_info) ||
           is(message, MessageType::symbol_table) || is(message, MessageType::layout);
  }

  template <class Encode>
  Bytes encoded(Encode&& encode) const {
    Encoder out(file_.view().widths());
    encode(out);
    return std::move(out).take();
  }

  /// In the place of the message of that type, or at the end.
  template <class Encode>
  void put(MessageType type, std::uint8_t flags, Encode&& encode) {
    DraftMessage message{
        static_cast<std::uint16_t>(type), flags, {}, std::make_shared<const Bytes>(encoded(encode)), {}};
    const auto found = std::find_if(messages_.begin(), messages_.end(), [&](const auto& m) { return is(m, type); });
    if (found == messages_.end())
      messages_.push_back(std::move(message));
    else
      *found = std::move(message);
  }

  void drop(MessageType type) {
    std::erase_if(messages_, [&](const auto& m) { return is(m, type); });
  }

  void free_old_links() {
    auto& stored = result_.stored;
    if (stored.dense_links) meta::free_dense_links(file_.view(), changes_, *stored.dense_links);
    if (stored.symbol_table)
      meta::free_symbol_table(file_.view(), changes_, *stored.symbol_table, file_.parameters().leaf_k,
                              file_.parameters().internal_k);
    stored.dense_links.reset();
    stored.symbol_table.reset();
  }

  void encode_links() {
    const bool changed =
        object_.links->added || !object_.links->removed.empty() || links_ != object_.links->links.get();
    if (!changed && (result_.stored.dense_links || result_.stored.symbol_table)) return;
    if (update_links()) return;
    free_old_links();
    std::vector<const Link*> by_name;
    for (const auto& [name, link] : *links_) by_name.push_back(&link);
    const auto is_old =
        std::any_of(messages_.begin(), messages_.end(), [](const auto& m) { return is(m, MessageType::symbol_table); });
    if (is_old && std::all_of(by_name.begin(), by_name.end(),
                              [](const Link* link) { return meta::symbol_table_can_hold(*link); })) {
      const auto table =
          meta::write_symbol_table(changes_, by_name, file_.parameters().leaf_k, file_.parameters().internal_k);
      put(MessageType::symbol_table, 0, [&](Encoder& out) { format::encode_symbol_table_message(out, table); });
      result_.stored.symbol_table = table;
      return;
    }
    drop(MessageType::symbol_table);  // an old group with a link that it can't hold becomes a new one
    encode_new_links(std::move(by_name));
  }

  /// Dense links that stay dense: what changed, where their heap and trees can be changed.
  bool update_links() {
    const auto stored = result_.stored.dense_links;
    if (!stored) return false;
    if (between_.update != nullptr) {
      put_dense_links(
          meta::write_dense_links_between(file_.view(), changes_, *stored, *between_.update, between_.kept));
      return true;
    }
    format::GroupInfo group;
    if (const auto* message = find(MessageType::group_info))
      group = format::decode_group_info(*message->body, file_.view().widths());
    if (between_.links != nullptr || links_->size() < std::max<std::size_t>(group.min_dense, 1)) return false;
    result_.links_update = object::update_links(file_, changes_, *object_.links, result_.stored);
    if (!result_.links_update) return false;
    put_dense_links(*result_.stored.dense_links);
    return true;
  }

  void put_dense_links(format::LinkInfo info) {
    if (info.order_tracked) info.max_creation_index = object_.links->next_order;
    put(MessageType::link_info, 0, [&](Encoder& out) { format::encode_link_info(out, info); });
    result_.stored.dense_links = info;
  }

  void encode_new_links(std::vector<const Link*> by_name) {
    const auto widths = file_.view().widths();
    format::LinkInfo info;
    format::GroupInfo group;
    if (const auto* message = find(MessageType::link_info)) info = format::decode_link_info(*message->body, widths);
    if (const auto* message = find(MessageType::group_info)) group = format::decode_group_info(*message->body, widths);
    const bool was_dense = info.heap.has_value();
    info.heap = info.name_tree = info.order_tree = std::nullopt;
    if (info.order_tracked && object_.links) info.max_creation_index = object_.links->next_order;
    const auto is_long = [](const Link* link) { return link->name.size() > most_message_bytes / 2; };
    const bool dense = by_name.size() > group.max_compact || (was_dense && by_name.size() >= group.min_dense) ||
                       std::any_of(by_name.begin(), by_name.end(), is_long);
    if (dense) {
      info = meta::write_dense_links(changes_, by_name, info);
      result_.stored.dense_links = info;
      result_.stored.links_used = 0;
    }
    put(MessageType::link_info, 0, [&](Encoder& out) { format::encode_link_info(out, info); });
    if (find(MessageType::group_info) == nullptr)
      put(MessageType::group_info, format::message_constant,
          [&](Encoder& out) { format::encode_group_info(out, group); });
    if (dense) return;
    std::stable_sort(by_name.begin(), by_name.end(),
                     [](const Link* a, const Link* b) { return a->creation_order < b->creation_order; });
    for (const auto* link : by_name)
      messages_.push_back(
          {static_cast<std::uint16_t>(MessageType::link),
           0,
           {},
           std::make_shared<const Bytes>(encoded([&](Encoder& out) { format::encode_link(out, *link); })),
           {}});
  }

  const DraftMessage* find(MessageType type) const {
    const auto found = std::find_if(messages_.begin(), messages_.end(), [&](const auto& m) { return is(m, type); });
    return found == messages_.end() ? nullptr : &*found;
  }

  void encode_index() {
    const auto widths = file_.view().widths();
    auto layout = format::decode_layout(*find(MessageType::layout)->body, widths);
    const auto space = format::decode_dataspace(*find(MessageType::dataspace)->body, widths);
    auto& chunked = std::get<ChunkedLayout>(layout);
    const auto grid = chunk::ChunkGrid::of(chunked, space, file_.view().limits());
    if (!object_.chunks->changes.empty()) {
      const auto& old_grid = cut_.dataset->committed_grid();
      // Chunks that came and went between two commits, where neither extent reaches, are nothing to an index; an implicit one knows no
      // others outside the extent.
      const auto is_nothing = [&](const chunk::ChunkChange& change) {
        if (grid.contains(change.scaled)) return false;
        return std::holds_alternative<ImplicitIndex>(chunked.index) ||
               (!change.record && !old_grid.contains(change.scaled));
      };
      std::vector<chunk::ChunkChange> some;
      std::span<const chunk::ChunkChange> changes = object_.chunks->changes;
      if (std::any_of(changes.begin(), changes.end(), is_nothing)) {
        std::remove_copy_if(changes.begin(), changes.end(), std::back_inserter(some), is_nothing);
        changes = some;
      }
      auto path = changes_.take_path(chunked.index_address);
      chunked = chunk::write_chunk_index(file_.view(), changes_, chunked, old_grid, grid,
                                         find(MessageType::filter_pipeline) != nullptr, file_.parameters().chunk_k,
                                         changes, &path);
      changes_.leave_path(std::move(path));
      // What versions 1 and 2 say, version 3 says in fewer bytes.
      const auto version =
          std::max<std::uint8_t>(static_cast<std::uint8_t>(find(MessageType::layout)->body->front()), 3);
      put(MessageType::layout, find(MessageType::layout)->flags,
          [&](Encoder& out) { format::encode_layout(out, layout, version); });
    }
    for (const auto& chunk : object_.chunks->replaced) changes_.free(chunk.record.address, chunk.record.stored_size);
    result_.layout = std::move(layout);
    result_.grid = grid;
  }

  void encode_attributes() {
    std::vector<const DraftMessage*> attributes;
    for (const auto& message : cut_.messages)
      if (is(message, MessageType::attribute)) attributes.push_back(&message);
    const bool was_dense = result_.stored.dense_attributes.has_value();
    const auto phase = cut_.prefix.phase_change.value_or(format::AttributePhaseChange{});
    const auto is_long = [](const DraftMessage* message) { return message->body->size() > most_message_bytes; };
    const bool dense = cut_.prefix.version > 1 &&
                       (attributes.size() > phase.max_compact || (was_dense && attributes.size() >= phase.min_dense) ||
                        std::any_of(attributes.begin(), attributes.end(), is_long));
    if (dense && was_dense && update_attributes(attributes)) return;
    if (was_dense) meta::free_dense_attributes(file_.view(), changes_, *result_.stored.dense_attributes);
    result_.stored.dense_attributes.reset();
    result_.stored.attributes.reset();
    if (!dense)
      for (const auto* message : attributes) messages_.push_back(*message);
    // libhdf5 counts the attributes of a new-style object only where this message is.
    if (!dense && !cut_.attribute_order_tracked && (cut_.prefix.version == 1 || attributes.empty())) return;
    format::AttributeInfo info;
    info.order_tracked = cut_.attribute_order_tracked;
    info.order_indexed = cut_.attribute_order_indexed;
    info.max_creation_index = static_cast<std::uint16_t>(cut_.next_attribute_order);
    if (dense) {
      std::vector<meta::DenseAttribute> stored;
      for (const auto* message : attributes)
        stored.push_back({*message->body, message->name, message->flags, message->creation_index});
      info = meta::write_dense_attributes(changes_, stored, info);
      result_.stored.attributes_used = 0;
      put_dense_attributes(info, attributes);
      return;
    }
    put(MessageType::attribute_info, 0, [&](Encoder& out) { format::encode_attribute_info(out, info); });
  }

  void put_dense_attributes(const format::AttributeInfo& info, const std::vector<const DraftMessage*>& attributes) {
    put(MessageType::attribute_info, 0, [&](Encoder& out) { format::encode_attribute_info(out, info); });
    result_.stored.dense_attributes = info;
    if (!object_.links || object_.links->removed.empty()) {
      result_.keeps_attributes = true;
      return;
    }
    auto all = std::make_shared<std::vector<DraftMessage>>();
    all->reserve(attributes.size());
    for (const auto* message : attributes) all->push_back(*message);
    result_.stored.attributes = std::move(all);
  }

  /// Dense attributes that stay dense.
  bool update_attributes(const std::vector<const DraftMessage*>& attributes) {
    const auto& old = *result_.stored.dense_attributes;
    if (old.order_tracked != cut_.attribute_order_tracked || old.order_indexed != cut_.attribute_order_indexed ||
        !object::update_attributes(file_, changes_, attributes, result_.stored))
      return false;
    auto info = *result_.stored.dense_attributes;
    info.max_creation_index = static_cast<std::uint16_t>(cut_.next_attribute_order);
    put_dense_attributes(info, attributes);
    return true;
  }

  void encode_header() {
    const auto size_of = [&](const DraftMessage& message) {
      return format::message_size(cut_.prefix, message.body->size());
    };
    for (const auto& extent : result_.stored.continuations) changes_.free(extent.address, extent.size);
    for (const auto& extent : cut_.abandoned) changes_.free(extent.address, extent.size);
    result_.stored.continuations.clear();
    std::uint64_t total = 0;
    for (const auto& message : messages_) total += size_of(message);
    std::vector<const DraftMessage*> first, rest;
    if (total <= cut_.room) {
      for (const auto& message : messages_) first.push_back(&message);
    } else {
      split(first, rest);
    }
    auto raw_first = raw(first);
    Bytes continuation;
    if (!rest.empty()) {
      const auto block = format::encode_continuation_block(cut_.prefix, raw(rest));
      const auto address = changes_.put(block);
      result_.stored.continuations.push_back({address, block.size()});
      continuation = encoded([&](Encoder& out) { format::encode_continuation(out, {address, block.size()}); });
      format::RawMessage message;
      message.type = static_cast<std::uint16_t>(MessageType::continuation);
      if (cut_.prefix.tracks_attribute_order()) message.creation_index = 0;
      message.body = continuation;
      raw_first.push_back(message);
    }
    auto prefix = cut_.prefix;
    prefix.reference_count = cut_.reference_count;
    result_.image = format::encode_first_block(prefix, raw_first, cut_.room, static_cast<std::uint16_t>(rest.size()));
    if (result_.image.size() != block_size(cut_))
      throw Error(ErrorKind::corrupt,
                  fmt::format("its header takes {} bytes where {} are", result_.image.size(), block_size(cut_)))
          .at(cut_.address);
  }

  /// What every reader needs stays in the first block, as far as it goes; the rest follows in a block of its own.
  void split(std::vector<const DraftMessage*>& first, std::vector<const DraftMessage*>& rest) const {
    const auto widths = file_.view().widths();
    auto left = cut_.room;
    const auto link = format::message_size(cut_.prefix, widths.offset + widths.length);
    if (link > left)
      throw Error(ErrorKind::unsupported,
                  fmt::format("its header has {} bytes, no room to lead to more of them", cut_.room));
    left -= link;
    for (const auto& message : messages_) {
      const auto size = format::message_size(cut_.prefix, message.body->size());
      if (size <= left) {
        first.push_back(&message);
        left -= size;
      } else {
        rest.push_back(&message);
      }
    }
  }

  std::vector<format::RawMessage> raw(const std::vector<const DraftMessage*>& messages) const {
    std::vector<format::RawMessage> all;
    for (const auto* message : messages) {
      format::RawMessage one;
      one.type = message->type;
      one.flags = message->flags;
      if (cut_.prefix.tracks_attribute_order())
        one.creation_index = static_cast<std::uint16_t>(message->creation_index.value_or(0));
      one.body = *message->body;
      all.push_back(one);
    }
    return all;
  }

  FileState& file_;
  meta::ChangeSet& changes_;
  const FrozenObject& object_;
  const Draft& cut_;
  Between between_;
  const LinkMap* links_;
  std::vector<DraftMessage> messages_;
  EncodedObject result_;
};

}  // namespace

EncodedObject encode_object(FileState& file, meta::ChangeSet& changes, const FrozenObject& object) {
  return Encoding(file, changes, object, {}).run();
}

EncodedObject encode_between(FileState& file, meta::ChangeSet& changes, const FrozenObject& object,
                             const EncodedObject& encoded, const std::vector<const Link*>& kept) {
  auto between = object;
  between.cut.stored = {};
  between.cut.abandoned.clear();
  between.chunks.reset();
  // Attributes are as they will be.
  between.cut.stored.dense_attributes = encoded.stored.dense_attributes;
  between.cut.stored.attributes = encoded.stored.attributes;
  const auto freed = changes.freed().size();
  LinkMap both;
  Encoding::Between links;
  if (encoded.links_update) {
    between.cut.stored.dense_links = object.cut.stored.dense_links;
    links.update = &*encoded.links_update;
    for (const auto* link : kept) links.kept.insert(link->name);
  } else {
    both = *object.links->links;
    for (const auto* link : kept) both.insert_or_assign(link->name, *link);
    links.links = &both;
  }
  auto result = Encoding(file, changes, between, links).run();
  changes.freed().resize(freed);
  return result;
}

std::uint64_t room_for(const Draft& draft, std::uint64_t growth) {
  std::uint64_t bytes = growth;
  for (const auto& message : draft.messages) bytes += format::message_size(draft.prefix, message.body->size());
  return (bytes + 7) / 8 * 8;
}

std::uint64_t block_size(const Draft& draft) {
  return format::object_header_prefix_size(draft.prefix, draft.room) + draft.room + (draft.prefix.version > 1 ? 4 : 0);
}

}  // namespace fiver::object
