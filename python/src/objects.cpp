// fiver._fiver.Object: what groups, datasets and committed datatypes have in common.
#include "objects.hpp"

#include "attributes.hpp"
#include "fiver/attribute_count.hpp"
#include "fiver/kept_order.hpp"
#include "types.hpp"

namespace fiver::python {

nb::object wrap(const std::shared_ptr<Session>& session, const Object& object, std::string name) {
  switch (object.kind()) {
    case ObjectKind::group:
      return nb::cast(new GroupSlot(session, object, std::move(name)), nb::rv_policy::take_ownership);
    case ObjectKind::dataset:
      return nb::cast(new DatasetSlot(session, object, std::move(name)), nb::rv_policy::take_ownership);
    case ObjectKind::datatype:
      break;
  }
  return nb::cast(new DatatypeSlot(session, object, std::move(name)), nb::rv_policy::take_ownership);
}

Order order_of(nb::handle name) {
  const auto value = nb::cast<std::string>(name);
  if (value == "name") return Order::name;
  if (value == "creation") return Order::creation;
  if (value == "stored") return Order::stored;
  throw nb::value_error("an order is 'name', 'creation' or 'stored'");
}

namespace {

nb::object info_of(const Slot& slot) {
  const auto object = slot.object();
  const auto info = without_gil([&] { return object.info(); });
  nb::dict d;
  d["header_version"] = info.header_version;
  d["hard_links"] = info.hard_links;
  d["header_bytes"] = info.header_bytes;
  d["modified"] = info.modified;
  d["accessed"] = info.accessed;
  d["changed"] = info.changed;
  d["born"] = info.born;
  d["comment"] = text(info.comment);
  return d;
}

nb::object attribute_names(const Slot& slot, nb::handle order) {
  const auto object = slot.object();
  const auto wanted = order_of(order);
  const auto names = without_gil([&] { return object.attribute_names(wanted); });
  nb::list list;
  for (const auto& name : names) list.append(text(name));
  return list;
}

/// ((attributes tracked, indexed), (links tracked, indexed))
nb::object kept_orders(const Slot& slot) {
  const auto object = slot.object();
  const auto [attributes, links] =
      without_gil([&] { return std::pair(kept_attribute_order(object), kept_link_order(object)); });
  return nb::make_tuple(nb::make_tuple(attributes.tracked, attributes.indexed),
                        nb::make_tuple(links.tracked, links.indexed));
}

nb::object find_attribute(const Slot& slot, nb::handle name) {
  const auto object = slot.object();
  const auto bytes = bytes_of(name);
  auto found = without_gil([&] { return object.find_attribute(bytes); });
  if (!found) return nb::none();
  return nb::cast(AttributeBox{std::move(*found)});
}

nb::object identity(const Slot& slot) {
  const auto object = slot.object();
  return nb::make_tuple(text(object.file().name()), object.address().value);
}

}  // namespace

void bind_objects(nb::module_& module) {
  nb::class_<Slot>(module, "Object", "An open object of a file.")
      .def_prop_ro("is_open", &Slot::is_open)
      .def_prop_ro("path", [](const Slot& slot) { return text(slot.name()); })
      .def_prop_ro("address", [](const Slot& slot) { return slot.object().address().value; })
      .def_prop_ro("file_name", [](const Slot& slot) { return text(slot.object().file().name()); })
      .def_prop_ro("identity", &identity, "The file's name and the object's address in it.")
      .def("info", &info_of)
      .def("kept_orders", &kept_orders,
           "Which orders of creation it keeps: ((of attributes, with an index), (of links, with an index)).")
      .def("attribute_count",
           [](const Slot& slot) {
             const auto object = slot.object();
             return without_gil([&] { return attribute_count(object); });
           })
      .def("attribute_names", &attribute_names, nb::arg("order") = "name")
      .def("find_attribute", &find_attribute, nb::arg("name"))
      .def("refresh", [](Slot& slot) { without_gil([&] { slot.refresh(); }); })
      .def("close", &Slot::close);
  nb::class_<DatatypeSlot, Slot>(module, "Datatype", "A committed datatype.")
      .def_prop_ro("type", [](const DatatypeSlot& slot) { return Type{slot.datatype().type()}; });
}

}  // namespace fiver::python
