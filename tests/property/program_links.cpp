// What random programs do to groups, links, attributes and committed types.
#include <fmt/format.h>

#include "property/program.hpp"

namespace fiver::property {

void Program::create_group() {
  const auto place = new_place();
  auto node = std::make_shared<Node>();
  node->track_order = one_in(random_, 3);
  node->links_to = 1;
  note(fmt::format("create_group {}{}", place.path, node->track_order ? " ordered" : ""));
  file_->root().create_group(place.path, {node->track_order});
  place.node->links.push_back({last_name(place.path), node});
}

void Program::add_link() {
  const auto place = new_place();
  const auto kind = below(random_, 4);
  if (kind == 0) {
    note("soft link " + place.path);
    file_->root().create_soft_link(place.path, "/some/where");
    place.node->links.push_back({last_name(place.path), SoftLink{"/some/where"}});
  } else if (kind == 1) {
    note("external link " + place.path);
    file_->root().create_external_link(place.path, "other.h5", "/there");
    place.node->links.push_back({last_name(place.path), ExternalLink{"other.h5", "/there"}});
  } else {
    const auto target = find(one_in(random_, 6) ? std::optional<ObjectKind>{} : ObjectKind::dataset);
    if (!target.node) return;
    note(fmt::format("hard link {} to {}", place.path, target.path));
    file_->root().create_hard_link(place.path, file_->object(target.path));
    place.node->links.push_back({last_name(place.path), target.node});
    ++target.node->links_to;
  }
}

/// Enough for a dense group, or a tree of symbol nodes.
void Program::many_links() {
  const auto found = find(ObjectKind::group);
  const auto object = file_->group(found.path);
  const auto count = 1 + below(random_, one_in(random_, 5) ? 300 : 30);
  if (one_in(random_, 3)) {
    note(fmt::format("most links of {} go", found.path));
    auto& links = found.node->links;
    for (std::size_t i = 0; i < links.size();) {
      if (one_in(random_, 4)) {
        ++i;
        continue;
      }
      object.remove(links[i].name);
      const auto target = links[i].target;
      links.erase(links.begin() + static_cast<std::ptrdiff_t>(i));
      if (const auto* to = std::get_if<NodePtr>(&target)) unlink(*to);
    }
    return;
  }
  note(fmt::format("{} links in {}", count, found.path));
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto name = fmt::format("link {}", below(random_, 1000));
    if (found.node->find_link(name) != nullptr) continue;
    object.create_soft_link(name, "/x");
    found.node->links.push_back({name, SoftLink{"/x"}});
  }
}

void Program::remove() {
  const auto found = find(ObjectKind::group);
  auto& links = found.node->links;
  if (links.empty()) return;
  const auto which = below(random_, links.size());
  const auto target = links[which].target;
  note(fmt::format("remove {} of {}", links[which].name, found.path));
  file_->group(found.path).remove(links[which].name);
  links.erase(links.begin() + static_cast<std::ptrdiff_t>(which));
  if (const auto* to = std::get_if<NodePtr>(&target)) unlink(*to);
}

void Program::move() {
  const auto from = find(ObjectKind::group);
  if (from.node->links.empty()) return;
  const auto which = below(random_, from.node->links.size());
  const auto place = new_place();
  auto link = from.node->links[which];
  const auto path = (from.path == "/" ? "" : from.path) + "/" + link.name;
  if (place.path.starts_with(path + "/")) return;
  note(fmt::format("move {} to {}", path, place.path));
  file_->root().move(path, place.path);
  from.node->links.erase(from.node->links.begin() + static_cast<std::ptrdiff_t>(which));
  link.name = last_name(place.path);
  place.node->links.push_back(std::move(link));
}

void Program::commit_type() {
  const auto place = new_place();
  auto node = std::make_shared<Node>();
  node->kind = ObjectKind::datatype;
  node->type = random_type(false);
  node->links_to = 1;
  note("commit_datatype " + place.path);
  file_->root().commit_datatype(place.path, element_types()[node->type].stored);
  place.node->links.push_back({last_name(place.path), node});
}

void Program::set_attribute() {
  const auto found = find({});
  ModelAttribute attribute;
  attribute.name = one_in(random_, 8) ? new_name() : fmt::format("a{}", below(random_, 12));
  attribute.type = random_type(false);
  const auto& type = element_types()[attribute.type];
  const auto kind = below(random_, 12);
  if (kind == 0) attribute.space = Dataspace::null();
  if (kind == 1) attribute.space = Dataspace::simple({0});
  if (kind >= 6) attribute.space = Dataspace::simple({1 + below(random_, 20), 1 + below(random_, 3)});
  if (one_in(random_, 15)) attribute.space = Dataspace::simple({(70000 + below(random_, 9000)) / type.stored.size()});
  attribute.values = random_values(attribute.type, attribute.space.element_count());
  const auto form = memory_form(type, attribute.values);
  const bool too_large = old_header(*found.node) && attribute.values.size() * type.stored.size() > 64000;
  note(fmt::format("attribute {} of {}: {} of {}", attribute.name, found.path, attribute.values.size(),
                   to_string(type.stored)));
  const auto write = [&] {
    file_->object(found.path).write_attribute(attribute.name, type.stored, attribute.space, form.memory, form.bytes);
  };
  if (too_large) return expect_refusal("a large attribute in an old header", write);
  write();
  if (auto* known = found.node->find_attribute(attribute.name))
    *known = std::move(attribute);
  else
    found.node->attributes.push_back(std::move(attribute));
}

void Program::many_attributes() {
  const auto found = find({});
  const std::size_t counts[] = {0, 8, 9, 100};
  const auto count = counts[below(random_, 4)];
  note(fmt::format("{} attributes for {}", count, found.path));
  const auto object = file_->object(found.path);
  auto& list = found.node->attributes;
  while (list.size() > count) {
    const auto victim = below(random_, list.size());
    object.remove_attribute(list[victim].name);
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(victim));
  }
  for (std::size_t i = 0; list.size() < count; ++i) {
    const auto name = fmt::format("many {}", i);
    if (found.node->find_attribute(name) != nullptr) continue;
    ModelAttribute attribute{name, 0, Dataspace::scalar(), {std::string(1, static_cast<char>(i))}};
    object.set_attribute(name, static_cast<std::int8_t>(i));
    list.push_back(std::move(attribute));
  }
}

void Program::change_attribute() {
  const auto found = find({});
  auto& list = found.node->attributes;
  if (list.empty()) return;
  const auto which = below(random_, list.size());
  const auto object = file_->object(found.path);
  if (one_in(random_, 2)) {
    note(fmt::format("remove attribute {} of {}", list[which].name, found.path));
    object.remove_attribute(list[which].name);
    list.erase(list.begin() + static_cast<std::ptrdiff_t>(which));
    return;
  }
  const auto name = new_name();
  note(fmt::format("rename attribute {} of {} to {}", list[which].name, found.path, name));
  if (found.node->find_attribute(name) != nullptr)
    return expect_refusal("a name that is taken", [&] { object.rename_attribute(list[which].name, name); });
  object.rename_attribute(list[which].name, name);
  list[which].name = name;
  std::rotate(list.begin() + static_cast<std::ptrdiff_t>(which), list.begin() + static_cast<std::ptrdiff_t>(which) + 1,
              list.end());
}

}  // namespace fiver::property
