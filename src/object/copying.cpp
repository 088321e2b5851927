#include "object/copying.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "fiver/group.hpp"
#include "format/attribute_message.hpp"
#include "format/dataspace_message.hpp"
#include "format/datatype_message.hpp"
#include "format/fill_value_message.hpp"
#include "format/group_messages.hpp"
#include "format/link_message.hpp"
#include "format/shared_message.hpp"
#include "meta/attributes_reader.hpp"
#include "object/creating.hpp"

namespace fiver::object {
namespace {

using format::MessageType;

/// What a message of version 1 of the object header can hold; of larger attributes the header is made in version 2.
constexpr std::size_t most_old_bytes = 65000;
/// Room for links in a new group's header, and for changes in others.
constexpr std::uint64_t least_growth = 64, most_growth = 416;

/// One object that is copied.
struct Node {
  std::shared_ptr<const Handle> source, copy;
  std::shared_ptr<const ObjectSnapshot> seen;
  std::vector<Link> links;
  std::vector<meta::AttributeRecord> attributes;
  std::shared_ptr<Draft> draft;
  std::uint32_t references = 0;
};

class Copying {
 public:
  Copying(const std::shared_ptr<const Handle>& source, const Place& place)
      : source_(source),
        place_(place),
        from_(source->file()->state()),
        to_(place.group->file()->state()),
        writer_(to_.writer_or_throw()),
        same_file_(&from_ == &to_),
        mover_(from_, to_, [this](Address address) { return place_of(address); }) {}

  std::shared_ptr<const Handle> run() {
    if (place_.group->snapshot()->links()->find(place_.name))
      throw Error(ErrorKind::invalid_argument,
                  "the name \"" + place_.name + "\" is taken in group \"" + place_.group->path() + "\"");
    source_->guarded([&] { collect(); });
    try {
      // Datasets and attributes name the datatypes that they share, so those come first.
      for (auto& node : nodes_)
        if (node.seen->kind() == ObjectKind::datatype) source_->guarded([&] { make(node); });
      for (auto& node : nodes_)
        if (node.seen->kind() != ObjectKind::datatype) source_->guarded([&] { make(node); });
      for (auto& node : nodes_) node.source->guarded([&] { finish(node); });
      for (auto& node : nodes_) link(node);
      count_types();
      Link leads_here;
      leads_here.target = HardLink{nodes_.front().draft->address};
      add_link(place_, std::move(leads_here));
    } catch (...) {
      undo();
      throw;
    }
    return nodes_.front().copy;
  }

 private:
  template <class Encode>
  Bytes encoded(Encode&& encode) const {
    Encoder out(to_.view().widths());
    encode(out);
    return std::move(out).take();
  }

  void collect() {
    note(source_->address(), source_->path());
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (nodes_[i].seen->kind() == ObjectKind::group) {
        const auto path = nodes_[i].source->path();
        std::vector<Link> links;
        nodes_[i].seen->links()->for_each([&](Link&& one) {
          links.push_back(std::move(one));
          return true;
        });
        for (const auto& one : links)
          if (const auto* hard = std::get_if<HardLink>(&one.target)) note(hard->target, join_path(path, one.name));
        nodes_[i].links = std::move(links);
      }
      meta::for_each_attribute(from_.view(), nodes_[i].seen->header(), from_.shared_messages(),
                               [&](meta::AttributeRecord&& record) {
                                 nodes_[i].attributes.push_back(std::move(record));
                                 return true;
                               });
    }
    for (const auto& node : nodes_) {
      if (node.seen->kind() == ObjectKind::dataset) note_type(node.seen->dataset()->committed_type);
      for (const auto& attribute : node.attributes) note_type(attribute.committed_type);
    }
  }

  /// One more link leads to this object.
  void note(Address address, const std::string& path) {
    const auto [known, is_new] = numbers_.try_emplace(address.value, nodes_.size());
    if (!is_new) {
      ++nodes_[known->second].references;
      return;
    }
    Node node;
    node.source = address == source_->address()
                      ? source_
                      : std::make_shared<const Handle>(source_->file(), from_.object(address), path);
    node.source->guarded([&] {
      if (node.source->snapshot()->kind() == ObjectKind::dataset) node.source->settle();
      node.seen = node.source->snapshot();
    });
    node.references = 1;
    nodes_.push_back(std::move(node));
  }

  void note_type(std::optional<Address> committed) {
    if (!committed) return;
    if (const auto known = numbers_.find(committed->value); known != numbers_.end())
      ++nodes_[known->second].references;
    else if (same_file_)
      ++shared_types_[committed->value];
  }

  std::optional<Address> place_of(Address address) const {
    const auto known = numbers_.find(address.value);
    if (known != numbers_.end()) return nodes_[known->second].draft->address;
    if (same_file_) return address;
    return std::nullopt;
  }

  static bool needs_new_header(const Node& node) {
    return std::any_of(node.attributes.begin(), node.attributes.end(),
                       [](const auto& one) { return one.data.bytes.size() + one.name.size() > most_old_bytes / 2; });
  }

  std::shared_ptr<Draft> make_draft(const Node& node) const {
    const auto& prefix = node.seen->header().prefix;
    const bool new_header = prefix.tracks_attribute_order() || needs_new_header(node);
    if (node.seen->kind() == ObjectKind::datatype) {
      const auto draft = datatype_draft(to_, with_widths(node.seen->committed_type(), to_.view().widths()));
      if (new_header) draft->prefix.version = 2;
      return draft;
    }
    if (node.seen->kind() == ObjectKind::dataset) return make_dataset_draft(node, new_header);
    format::LinkInfo info;
    if (const auto* message = node.seen->header().find(MessageType::link_info))
      info = format::decode_link_info(message->body, from_.view().widths());
    return group_draft(to_, {new_header || info.order_tracked});
  }

  std::shared_ptr<Draft> make_dataset_draft(const Node& node, bool new_header) const {
    const auto facts = node.seen->dataset();
    NewDataset settings;
    settings.track_order = new_header;
    settings.filters = facts->filters;
    settings.fill = facts->fill;
    settings.external = facts->external_files;
    settings.committed_type = shared_type(facts->committed_type);
    settings.compact = std::holds_alternative<CompactLayout>(facts->layout);
    if (const auto* chunked = std::get_if<ChunkedLayout>(&facts->layout)) {
      settings.chunk = chunked->chunk;
      settings.filter_partial_chunks = chunked->filter_partial_chunks;
    }
    if (std::holds_alternative<VirtualLayout>(facts->layout)) {
      settings.is_virtual = true;
      settings.mappings = *node.seen->virtual_mappings();
    }
    const auto type = with_widths(facts->type, to_.view().widths());
    if (type.size() != facts->type.size())
      settings.fill.bytes.resize(type.size() * (settings.fill.bytes.empty() ? 0 : 1));
    return copied_dataset_draft(to_, type, facts->space, settings);
  }

  /// What the header says of itself.
  static void copy_prefix(const Node& node, Draft& draft) {
    const auto& header = node.seen->header();
    if (draft.prefix.version > 1) {
      constexpr std::uint8_t order = format::header_attribute_order_tracked | format::header_attribute_order_indexed;
      draft.prefix.flags = static_cast<std::uint8_t>((draft.prefix.flags & ~order) | (header.prefix.flags & order));
      draft.prefix.phase_change = header.prefix.phase_change;
      draft.prefix.times = header.prefix.times;
      draft.attribute_order_tracked = header.prefix.tracks_attribute_order();
      draft.attribute_order_indexed = (header.prefix.flags & format::header_attribute_order_indexed) != 0;
    }
    for (const auto type : {MessageType::comment, MessageType::modification_time, MessageType::modification_time_old})
      if (const auto* message = header.find(type);
          message != nullptr && (type == MessageType::comment || draft.prefix.version == 1))
        draft.set(type, message->flags, Bytes(message->body.begin(), message->body.end()));
  }

  /// Puts the object into the file, with attributes that have their size and no value yet.
  void make(Node& node) {
    node.draft = make_draft(node);
    copy_prefix(node, *node.draft);
    const auto phase = node.draft->prefix.phase_change.value_or(format::AttributePhaseChange{});
    if (node.draft->prefix.version == 1 || node.attributes.size() <= phase.max_compact)
      for (auto& message : attribute_messages(node, false)) node.draft->messages.push_back(std::move(message));
    std::uint64_t growth = least_growth;
    for (const auto& one : node.links) {
      growth += 24 + one.name.size();
      if (growth > most_growth) break;
    }
    const auto state = writer_.add_object(node.draft, std::min(growth, most_growth));
    node.copy = std::make_shared<const Handle>(place_.group->file(), state, copy_path(node));
    if (node.seen->kind() == ObjectKind::datatype) write_header_now(to_, state, node.draft);
  }

  std::string copy_path(const Node& node) const {
    const auto root = join_path(place_.group->path(), place_.name);
    const auto below = node.source->path().substr(std::min(source_->path().size(), node.source->path().size()));
    return below.empty() || below.front() == '/' ? root + below : root + "/" + below;
  }

  std::vector<DraftMessage> attribute_messages(const Node& node, bool with_values) const {
    const bool old = node.draft->prefix.version == 1;
    std::vector<DraftMessage> messages;
    for (const auto& record : node.attributes) {
      const auto type = with_widths(record.type, to_.view().widths());
      const auto committed = shared_type(record.committed_type);
      const auto type_bytes = encoded([&](Encoder& out) {
        if (committed)
          format::encode_shared_message_ref(out, {*committed});
        else
          format::encode_datatype(out, type, old ? 1 : 3);
      });
      const auto space_bytes = encoded([&](Encoder& out) {
        format::encode_dataspace(out, record.space, format::dataspace_version(record.space, old ? 1 : 2));
      });
      Bytes data;
      if (!names_places(record.type))
        data.assign(record.data.bytes.begin(), record.data.bytes.end());
      else if (with_values)
        data = mover_.move(record.type, record.data.bytes);
      else
        data.resize(static_cast<std::size_t>(record.space.element_count()) * type.size());
      const format::AttributeMessage attribute{record.name,           record.charset, type_bytes, space_bytes,
                                               committed.has_value(), false,          data};
      DraftMessage message;
      message.type = static_cast<std::uint16_t>(MessageType::attribute);
      message.name = record.name;
      message.body = std::make_shared<const Bytes>(encoded([&](Encoder& out) {
        format::encode_attribute(out, attribute, format::attribute_version(attribute, old ? 1 : 3));
      }));
      if (node.draft->attribute_order_tracked)
        message.creation_index = record.creation_order.value_or(static_cast<std::uint32_t>(messages.size()));
      messages.push_back(std::move(message));
    }
    return messages;
  }

  /// The committed datatype that a copy shares; zero while it has no place yet.
  std::optional<Address> shared_type(std::optional<Address> committed) const {
    if (!committed) return std::nullopt;
    if (const auto known = numbers_.find(committed->value); known != numbers_.end() && !nodes_[known->second].draft)
      return Address{0};
    return place_of(*committed);
  }

  /// Everything that names places, now that all have one.
  void finish(Node& node) {
    if (node.seen->kind() == ObjectKind::dataset) {
      set_fill(node);
      copy_elements(*node.source, *node.copy, mover_);
    }
    auto attributes = attribute_messages(node, true);
    std::uint32_t next_order = 0;
    if (const auto* message = node.seen->header().find(MessageType::attribute_info))
      next_order = format::decode_attribute_info(message->body, from_.view().widths()).max_creation_index;
    for (const auto& one : attributes) next_order = std::max(next_order, one.creation_index.value_or(0) + 1);
    auto& draft = *node.draft;
    writer_.edit([&] {
      draft.remove(MessageType::attribute);
      for (auto& one : attributes) draft.messages.push_back(std::move(one));
      if (draft.attribute_order_tracked) draft.next_attribute_order = next_order;
      draft.reference_count = node.references;
      writer_.publish(node.copy->state(), draft);
    });
  }

  void set_fill(const Node& node) {
    const auto facts = node.seen->dataset();
    if (facts->fill.defined != FillValue::Defined::by_user || !names_places(facts->type)) return;
    auto fill = facts->fill;
    fill.bytes = mover_.move(facts->type, fill.bytes);
    writer_.edit([&] {
      auto& draft = *node.draft;
      const auto* message = draft.find(MessageType::fill_value);
      draft.set(MessageType::fill_value, message->flags, encoded([&](Encoder& out) {
                  format::encode_fill_value(out, fill, static_cast<std::uint8_t>(message->body->front()));
                }));
    });
  }

  /// The links of a group, to the copies.
  void link(Node& node) {
    if (node.seen->kind() != ObjectKind::group) return;
    LinkMap links;
    std::int64_t next_order = 0;
    bool tracked = false, indexed = false;
    const auto& header = node.seen->header();
    if (const auto* message = header.find(MessageType::link_info)) {
      const auto info = format::decode_link_info(message->body, from_.view().widths());
      tracked = info.order_tracked;
      indexed = info.order_indexed;
      next_order = info.max_creation_index;
    }
    for (const auto& one : node.links) {
      auto copy = one;
      if (auto* hard = std::get_if<HardLink>(&copy.target)) hard->target = *place_of(hard->target);
      if (!tracked) copy.creation_order.reset();
      if (copy.creation_order) next_order = std::max(next_order, *copy.creation_order + 1);
      links.emplace(one.name, std::move(copy));
    }
    auto live = std::make_shared<LiveLinks>(std::move(links), tracked, next_order);
    live->note_added();
    writer_.edit([&] {
      auto& draft = *node.draft;
      draft.links = std::move(live);
      if (draft.find(MessageType::link_info) != nullptr) {
        format::LinkInfo info;
        info.order_tracked = tracked;
        info.order_indexed = indexed;
        draft.set(MessageType::link_info, 0, encoded([&](Encoder& out) { format::encode_link_info(out, info); }));
      }
      if (const auto* group = header.find(MessageType::group_info); group && draft.find(MessageType::group_info))
        draft.set(MessageType::group_info, format::message_constant, Bytes(group->body.begin(), group->body.end()));
      writer_.publish(node.copy->state(), draft);
    });
  }

  void count_types() {
    for (const auto& [address, count] : shared_types_) {
      count_links(to_, Address{address}, static_cast<int>(count));
      counted_.emplace_back(Address{address}, count);
    }
  }

  void undo() {
    for (const auto& [address, count] : counted_) count_links(to_, address, -static_cast<int>(count));
    writer_.edit([&] {
      for (auto& node : nodes_)
        if (node.copy) writer_.note_deleted(node.copy->state(), node.draft);
    });
  }

  std::shared_ptr<const Handle> source_;
  const Place& place_;
  FileState& from_;
  FileState& to_;
  FileWriter& writer_;
  bool same_file_;
  ElementMover mover_;
  std::vector<Node> nodes_;
  std::unordered_map<std::uint64_t, std::size_t> numbers_;  ///< of nodes, by the address of the source
  std::map<std::uint64_t, std::uint32_t> shared_types_;     ///< by address, datatypes outside that copies share
  std::vector<std::pair<Address, std::uint32_t>> counted_;
};

}  // namespace

std::shared_ptr<const Handle> copy_object(const std::shared_ptr<const Handle>& source, const Place& place) {
  return Copying(source, place).run();
}

}  // namespace fiver::object

namespace fiver {

Object Group::copy(const Object& object, const std::string& path) const {
  return handle_->guarded([&] {
    handle_->file()->state().writer_or_throw();
    return Object(object::copy_object(object.shared_handle(), object::find_place(handle_, path, true)));
  });
}

}  // namespace fiver
