#include "object/editing.hpp"

#include <fmt/format.h>

#include <deque>

#include "fiver/group.hpp"
#include "fiver/kept_order.hpp"
#include "format/attribute_message.hpp"
#include "format/shared_message.hpp"
#include "object/creating.hpp"
#include "object/file_state.hpp"
#include "object/link_resolution.hpp"

namespace fiver::object {
namespace {

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

void check_name(std::string_view name) {
  if (name.find('\0') != std::string_view::npos)
    throw Error(ErrorKind::invalid_argument, "a name can't have the byte 0 in it");
  if (name.size() > 65535) throw Error(ErrorKind::invalid_argument, fmt::format("a name of {} bytes", name.size()));
}

/// Objects that lose a link: those that lose their last one go, and what they hold loses one, too.
class Dropping {
 public:
  explicit Dropping(FileState& file) : file_(file), writer_(*file.writer()) {}

  void run(Address first) {
    waiting_.push_back(first);
    while (!waiting_.empty()) {
      const auto next = waiting_.front();
      waiting_.pop_front();
      drop(next);
    }
  }

 private:
  void drop(Address address) {
    const auto state = file_.object(address);
    auto draft = writer_.draft_of(state);
    const auto snapshot = state->snapshot();
    if (snapshot->kind() == ObjectKind::group) draft = writer_.draft_with_links(state);
    writer_.edit([&] {
      if (draft->deleted) return;
      if (draft->reference_count > 1) {
        --draft->reference_count;
        return writer_.publish(state, *draft);
      }
      writer_.note_deleted(state, draft);
      for (const auto& message : draft->messages)
        if (const auto type = shared_type_of(message, file_.view().widths())) waiting_.push_back(*type);
      if (!draft->links) return;
      draft->links->for_each([&](Link&& link) {
        if (const auto* hard = std::get_if<HardLink>(&link.target)) waiting_.push_back(hard->target);
        return true;
      });
    });
  }

  FileState& file_;
  FileWriter& writer_;
  std::deque<Address> waiting_;
};

}  // namespace

bool makes_old_objects(const FileState& file) {
  return file.superblock().superblock.version < 2;
}

Draft new_draft(const FileState& file, bool track_order) {
  Draft draft;
  draft.prefix.version = makes_old_objects(file) && !track_order ? 1 : 2;
  if (track_order) {
    draft.prefix.flags |= format::header_attribute_order_tracked | format::header_attribute_order_indexed;
    draft.attribute_order_tracked = draft.attribute_order_indexed = true;
  }
  return draft;
}

namespace {

/// Links that a new group's header has room for, of ordinary names.
constexpr std::uint64_t ordinary_growth = 104;

/// libhdf5 has such groups keep the order of links, not that of attributes, as the group above them does.
std::shared_ptr<const Handle> group_on_the_way(const std::shared_ptr<const Handle>& above, const std::string& name) {
  if (!kept_link_order(Group(above)).tracked) return Group(above).require_group(name).shared_handle();
  try {
    return add_object(Place{above, name}, group_on_the_way_draft(above->file()->state(), true), ordinary_growth);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::invalid_argument) throw;
    return Group(above).require_group(name).shared_handle();  // another thread was faster
  }
}

}  // namespace

Place find_place(const std::shared_ptr<const Handle>& start, std::string_view path, bool make) {
  while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  const auto slash = path.rfind('/');
  Place place{start, std::string(slash == std::string_view::npos ? path : path.substr(slash + 1))};
  if (place.name.empty() || place.name == ".")
    throw Error(ErrorKind::invalid_argument, fmt::format("\"{}\" names no new link", path));
  check_name(place.name);
  std::string_view rest = slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
  if (path.starts_with('/')) place.group = root_of(start->file());
  while (!rest.empty()) {
    const auto end = rest.find('/');
    const std::string name(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    if (name.empty() || name == ".") continue;
    auto next = resolve_path(place.group, name);
    if (!next.object && make && !place.group->snapshot()->links()->find(name)) {
      place.group = group_on_the_way(place.group, name);
      continue;
    }
    if (!next.object) throw Error(ErrorKind::not_found, next.missing);
    place.group = std::move(next.object);
  }
  if (place.group->snapshot()->kind() != ObjectKind::group)
    throw Error(ErrorKind::invalid_argument, fmt::format("\"{}\" is not a group", place.group->path()));
  return place;
}

void add_link(const Place& place, Link link) {
  auto& writer = place.group->file()->state().writer_or_throw();
  const auto& state = place.group->state();
  const auto draft = writer.draft_with_links(state);
  link.name = place.name;
  link.charset = is_ascii(link.name) ? CharacterSet::ascii : CharacterSet::utf8;
  writer.edit([&] {
    if (draft->deleted) throw Error(ErrorKind::not_found, fmt::format("group \"{}\" is gone", place.group->path()));
    if (!draft->links->add(std::move(link)))
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("the name \"{}\" is taken in group \"{}\"", place.name, place.group->path()));
    writer.publish(state, *draft);
  });
}

std::shared_ptr<const Handle> add_object(const Place& place, const std::shared_ptr<Draft>& draft,
                                         std::uint64_t growth) {
  auto& writer = place.group->file()->state().writer_or_throw();
  if (place.group->snapshot()->links()->find(place.name))
    throw Error(ErrorKind::invalid_argument,
                fmt::format("the name \"{}\" is taken in group \"{}\"", place.name, place.group->path()));
  const auto state = writer.add_object(draft, growth);
  try {
    Link link;
    link.target = HardLink{draft->address};
    add_link(place, std::move(link));
  } catch (...) {
    writer.edit([&] { writer.note_deleted(state, draft); });
    throw;
  }
  return std::make_shared<const Handle>(place.group->file(), state, join_path(place.group->path(), place.name));
}

void remove_link(const Place& place) {
  auto& file = place.group->file()->state();
  auto& writer = file.writer_or_throw();
  const auto& state = place.group->state();
  const auto draft = writer.draft_with_links(state);
  const auto removed = writer.edit([&] {
    auto link = draft->links->remove(place.name);
    if (!link)
      throw Error(ErrorKind::not_found, fmt::format("group \"{}\" has no \"{}\"", place.group->path(), place.name));
    writer.publish(state, *draft);
    return std::move(*link);
  });
  if (const auto* hard = std::get_if<HardLink>(&removed.target)) Dropping(file).run(hard->target);
}

void move_link(const Place& from, const Place& to) {
  auto& writer = from.group->file()->state().writer_or_throw();
  if (from.group->state() == to.group->state() && from.name == to.name) return;
  const auto source = writer.draft_with_links(from.group->state());
  const auto target = writer.draft_with_links(to.group->state());
  writer.edit([&] {
    const auto found = source->links->find(from.name);
    if (!found)
      throw Error(ErrorKind::not_found, fmt::format("group \"{}\" has no \"{}\"", from.group->path(), from.name));
    auto link = *found;
    link.name = to.name;
    link.charset = is_ascii(link.name) ? CharacterSet::ascii : CharacterSet::utf8;
    if (!target->links->add(std::move(link)))
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("the name \"{}\" is taken in group \"{}\"", to.name, to.group->path()));
    source->links->remove(from.name);
    writer.publish(from.group->state(), *source);
    writer.publish(to.group->state(), *target);
  });
}

void count_links(FileState& file, Address object, int difference) {
  auto& writer = file.writer_or_throw();
  const auto state = file.object(object);
  const auto draft = writer.draft_of(state);
  writer.edit([&] {
    draft->reference_count = static_cast<std::uint32_t>(static_cast<int>(draft->reference_count) + difference);
    writer.publish(state, *draft);
  });
}

void release(FileState& file, Address object) {
  Dropping(file).run(object);
}

std::optional<Address> shared_type_of(const DraftMessage& message, FieldWidths widths) {
  ByteView body = *message.body;
  if (message.type == static_cast<std::uint16_t>(format::MessageType::attribute)) {
    const auto attribute = format::decode_attribute(body, widths);
    if (!attribute.type_shared) return std::nullopt;
    body = attribute.type;
  } else if (message.type != static_cast<std::uint16_t>(format::MessageType::datatype) ||
             (message.flags & format::message_shared) == 0) {
    return std::nullopt;
  }
  const auto reference = format::decode_shared_message_ref(body, widths);
  const auto* address = std::get_if<Address>(&reference.where);
  return address == nullptr ? std::nullopt : std::optional(*address);
}

std::shared_ptr<DatasetWriter> elements_of(const Handle& dataset) {
  const auto& state = dataset.state();
  if (auto* writer = dataset.file()->state().writer()) {
    auto known = writer->edit([&] { return state->draft() ? state->draft()->dataset : nullptr; });
    if (known) return known;
  }
  auto& writer = dataset.file()->state().writer_or_throw();
  const auto draft = writer.draft_of(state);
  const auto facts = dataset.dataset();
  std::shared_ptr<const chunk::ChunkIndex> index;
  const auto& file = dataset.file()->state();
  if (const auto* chunked = std::get_if<ChunkedLayout>(&facts->layout); chunked && chunked->index_address)
    index = chunk::open_chunk_index(file.view(), *chunked,
                                    chunk::ChunkGrid::of(*chunked, facts->space, file.view().limits()),
                                    !facts->filters.empty(), file.parameters().chunk_k);
  auto fresh = std::make_shared<DatasetWriter>(writer, state, *facts, std::move(index));
  return writer.edit([&] {
    if (!draft->dataset) {
      draft->dataset = std::move(fresh);
      state->note_changed();
    }
    return draft->dataset;
  });
}

}  // namespace fiver::object
