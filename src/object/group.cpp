#include "fiver/group.hpp"

#include <algorithm>

#include "fiver/dataset.hpp"
#include "meta/address_set.hpp"
#include "object/link_resolution.hpp"
#include "object/name_order.hpp"

namespace fiver {

std::uint64_t Group::link_count() const {
  return handle_->guarded([&] { return handle_->snapshot()->links()->count(); });
}

std::vector<Link> Group::links(Order order) const {
  return handle_->guarded([&] {
    const auto stored = handle_->snapshot()->links();
    std::vector<Link> all;
    constexpr std::uint64_t most_room = 1 << 20;  // the estimate comes from the file
    all.reserve(static_cast<std::size_t>(std::min(stored->estimated_count(), most_room)));
    stored->for_each([&](Link&& link) {
      all.push_back(std::move(link));
      return true;
    });
    if (order == Order::creation &&
        std::all_of(all.begin(), all.end(), [](const Link& l) { return l.creation_order.has_value(); }))
      std::stable_sort(all.begin(), all.end(),
                       [](const Link& a, const Link& b) { return a.creation_order < b.creation_order; });
    else if (order != Order::stored)
      object::sort_by_name(all, [](const Link& link) -> const std::string& { return link.name; });
    return all;
  });
}

std::optional<Link> Group::find_link(const std::string& name) const {
  return handle_->guarded([&] { return handle_->snapshot()->links()->find(name); });
}

Object Group::object(const std::string& path) const {
  auto resolved = object::resolve_path(handle_, path);
  if (!resolved.object)
    throw Error(ErrorKind::not_found, resolved.missing).in_object(path).in_file(handle_->file()->state().name());
  return Object(std::move(resolved.object));
}

std::optional<Object> Group::find(const std::string& path) const {
  auto resolved = object::resolve_path(handle_, path);
  if (!resolved.object) return std::nullopt;
  return Object(std::move(resolved.object));
}

Dataset Group::dataset(const std::string& path) const {
  return object(path).as_dataset();
}

std::optional<Object> Group::follow(const Link& link) const {
  auto resolved = object::resolve_link(handle_, link);
  if (!resolved.object) return std::nullopt;
  return Object(std::move(resolved.object));
}

void walk(const Group& group, const std::function<bool(const std::string&, const Object&)>& visit,
          const std::function<void(const std::string&, const Error&)>& on_error) {
  struct Level {
    Group group;
    std::vector<Link> links;
    std::size_t next = 0;
  };
  const auto most = group.handle().file()->options().limits.walk_objects;
  meta::AddressSet met;
  met.insert(group.address().value);
  std::vector<Level> levels;
  const auto enter = [&](const Group& into) {
    Level level{into, {}, 0};
    try {
      level.links = into.links();
    } catch (const Error& error) {
      if (!on_error) throw;
      on_error(into.path(), error);
    }
    levels.push_back(std::move(level));
  };
  if (!visit(group.path(), group)) return;
  enter(group);
  while (!levels.empty()) {
    auto& level = levels.back();
    if (level.next == level.links.size()) {
      levels.pop_back();
      continue;
    }
    const auto& link = level.links[level.next++];
    const auto* hard = std::get_if<HardLink>(&link.target);
    if (hard == nullptr || !met.insert(hard->target.value)) continue;
    if (met.size() > most)
      throw Error(ErrorKind::limit, "more than " + std::to_string(most) + " objects")
          .in_file(group.handle().file()->state().name());
    const auto path = object::join_path(level.group.path(), link.name);
    std::optional<Object> object;
    try {
      object = level.group.follow(link);
    } catch (const Error& error) {
      if (!on_error) throw;
      on_error(path, error);
      continue;
    }
    if (!visit(path, *object)) return;
    if (object->kind() == ObjectKind::group) enter(object->as_group());
  }
}

}  // namespace fiver
