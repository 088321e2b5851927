// fiver._fiver.Group: names and links.
#include <algorithm>

#include "objects.hpp"

namespace fiver::python {

namespace {

/// ("hard", address), ("soft", path), ("external", file, path), ("user", class, data)
struct DescribeLink {
  nb::object operator()(const HardLink& link) const { return nb::make_tuple("hard", link.target.value); }
  nb::object operator()(const SoftLink& link) const { return nb::make_tuple("soft", text(link.path)); }
  nb::object operator()(const ExternalLink& link) const {
    return nb::make_tuple("external", text(link.file), text(link.path));
  }
  nb::object operator()(const UserLink& link) const {
    return nb::make_tuple("user", link.link_class, nb::bytes(link.data.data(), link.data.size()));
  }
};

nb::object describe(const Link& link) {
  return nb::make_tuple(text(link.name), std::visit(DescribeLink{}, link.target), link.creation_order,
                        static_cast<int>(link.charset));
}

nb::object names(const GroupSlot& slot, nb::handle order) {
  const auto group = slot.group();
  const auto wanted = order_of(order);
  const auto links = without_gil([&] { return group.links(wanted); });
  auto list = nb::steal<nb::object>(PyList_New(static_cast<Py_ssize_t>(links.size())));
  for (std::size_t i = 0; i < links.size(); ++i)
    PyList_SET_ITEM(list.ptr(), static_cast<Py_ssize_t>(i), text(links[i].name).release().ptr());
  return list;
}

nb::object links(const GroupSlot& slot, nb::handle order) {
  const auto group = slot.group();
  const auto wanted = order_of(order);
  const auto all = without_gil([&] { return group.links(wanted); });
  nb::list list;
  for (const auto& link : all) list.append(describe(link));
  return list;
}

nb::object find_link(const GroupSlot& slot, nb::handle name) {
  const auto group = slot.group();
  const auto bytes = bytes_of(name);
  const auto link = without_gil([&] { return group.find_link(bytes); });
  return link ? describe(*link) : nb::none();
}

nb::object open(const GroupSlot& slot, nb::handle path) {
  const auto group = slot.group();
  const auto bytes = bytes_of(path);
  const auto object = without_gil([&] { return group.object(bytes); });
  return wrap(slot.session(), object, name_of(slot, group, object, bytes));
}

nb::object find(const GroupSlot& slot, nb::handle path) {
  const auto group = slot.group();
  const auto bytes = bytes_of(path);
  const auto object = without_gil([&] { return group.find(bytes); });
  return object ? wrap(slot.session(), *object, name_of(slot, group, *object, bytes)) : nb::none();
}

bool contains(const GroupSlot& slot, nb::handle path) {
  const auto group = slot.group();
  const auto bytes = bytes_of(path);
  return without_gil([&] { return group.find(bytes).has_value(); });
}

}  // namespace

std::string name_of(const GroupSlot& slot, const Group& group, const Object& object, const std::string& path) {
  if (&group.file().handle() != &object.file().handle()) return {};
  std::string name = path.starts_with('/') ? "" : slot.name();
  if (name == "/") name.clear();
  if (name == "?") return {};
  for (std::size_t at = 0; at < path.size();) {
    const auto end = std::min(path.find('/', at), path.size());
    const auto part = path.substr(at, end - at);
    if (!part.empty() && part != ".") name += "/" + part;
    at = end + 1;
  }
  return name.empty() ? "/" : name;
}

void bind_groups(nb::module_& module) {
  nb::class_<GroupSlot, Slot>(module, "Group", "An open group.")
      .def("link_count",
           [](const GroupSlot& slot) {
             const auto group = slot.group();
             return without_gil([&] { return group.link_count(); });
           })
      .def("names", &names, nb::arg("order") = "name")
      .def("links", &links, nb::arg("order") = "name", "Each link as (name, target, creation order, character set).")
      .def("find_link", &find_link, nb::arg("name"))
      .def("open", &open, nb::arg("path"))
      .def("find", &find, nb::arg("path"))
      .def("contains", &contains, nb::arg("path"));
}

}  // namespace fiver::python
