// Making objects and links: methods of fiver._fiver.Group.
#include "errors.hpp"
#include "fiver/filters.hpp"
#include "fiver/values/variable.hpp"
#include "objects.hpp"
#include "selections.hpp"
#include "spaces.hpp"
#include "types.hpp"

namespace fiver::python {

namespace {

FilterPipeline pipeline_of(nb::handle filters) {
  FilterPipeline pipeline;
  for (auto item : nb::borrow<nb::object>(filters)) {
    FilterSpec spec;
    spec.id = nb::cast<std::uint16_t>(item[0]);
    spec.flags = nb::cast<std::uint16_t>(item[1]);
    for (auto value : nb::object(item[2])) spec.values.push_back(nb::cast<std::uint32_t>(value));
    pipeline.push_back(std::move(spec));
  }
  return pipeline;
}

std::vector<std::byte> byte_vector(nb::handle bytes) {
  const auto given = nb::cast<nb::bytes>(bytes);
  const auto* data = static_cast<const std::byte*>(given.data());
  return {data, data + given.size()};
}

/// What create_dataset() is told besides type and space, by name: chunk, filters, fill, fill_text, fill_time, allocation_time, compact, external, mappings,
/// committed_type, track_order.
NewDataset settings_from(const nb::dict& given) {
  NewDataset settings;
  for (auto [key, value] : given) {
    const auto name = nb::cast<std::string>(key);
    if (name == "chunk") {
      settings.chunk = shape_of(value);
    } else if (name == "filters") {
      settings.filters = pipeline_of(value);
    } else if (name == "fill") {
      settings.fill.defined = FillValue::Defined::by_user;
      settings.fill.bytes = byte_vector(value);
    } else if (name == "fill_text") {  // the dictionary keeps it
      const auto text = nb::cast<nb::bytes>(value);
      const VariablePart part{text.size(), static_cast<const std::byte*>(text.data())};
      const auto bytes = std::as_bytes(std::span(&part, 1));
      settings.fill.defined = FillValue::Defined::by_user;
      settings.fill.bytes.assign(bytes.begin(), bytes.end());
    } else if (name == "fill_time") {
      settings.fill.write_time = static_cast<FillValue::WriteTime>(nb::cast<unsigned>(value) % 3);
    } else if (name == "compact") {
      settings.compact = nb::cast<bool>(value);
    } else if (name == "external") {
      for (auto item : nb::borrow<nb::object>(value)) {
        nb::object size = item[2];
        settings.external.push_back({bytes_of(item[0]), nb::cast<std::uint64_t>(item[1]),
                                     size.is_none() ? unlimited : nb::cast<std::uint64_t>(size)});
      }
    } else if (name == "mappings") {
      settings.is_virtual = true;
      for (auto item : nb::borrow<nb::object>(value))
        settings.mappings.push_back({bytes_of(item[0]), bytes_of(item[1]), nb::cast<const Chosen&>(item[2]).value,
                                     nb::cast<const Chosen&>(item[3]).value});
    } else if (name == "committed_type") {
      settings.committed_type = Address{nb::cast<std::uint64_t>(value)};
    } else if (name == "track_order") {
      settings.track_order = nb::cast<bool>(value);
    } else {
      throw nb::type_error(("no setting of datasets is called " + name).c_str());
    }
  }
  return settings;
}

nb::object create_dataset(const GroupSlot& slot, nb::handle path, const Type& type, nb::handle shape,
                          nb::handle max_shape, const nb::dict& given) {
  const auto group = slot.group();
  const auto name = bytes_of(path);
  const auto space = shape.is_none() ? Dataspace::null() : space_of(shape, max_shape);
  const auto settings = settings_from(given);
  const auto made = without_gil([&] { return Object(group.create_dataset(name, type.value, space, settings)); });
  return wrap(slot.session(), made, name_of(slot, group, made, name));
}

nb::object create_group(const GroupSlot& slot, nb::handle path, bool track_order) {
  const auto group = slot.group();
  const auto name = bytes_of(path);
  NewGroup settings;
  settings.track_order = track_order;
  const auto made = without_gil([&] { return Object(group.create_group(name, settings)); });
  return wrap(slot.session(), made, name_of(slot, group, made, name));
}

nb::object commit_datatype(const GroupSlot& slot, nb::handle path, const Type& type) {
  const auto group = slot.group();
  const auto name = bytes_of(path);
  const auto made = without_gil([&] { return Object(group.commit_datatype(name, type.value)); });
  return wrap(slot.session(), made, name_of(slot, group, made, name));
}

void create_hard_link(const GroupSlot& slot, nb::handle path, const Slot& target) {
  const auto group = slot.group();
  const auto name = bytes_of(path);
  const auto object = target.object();
  without_gil([&] { group.create_hard_link(name, object); });
}

void create_soft_link(const GroupSlot& slot, nb::handle path, nb::handle target) {
  const auto group = slot.group();
  const auto name = bytes_of(path), to = bytes_of(target);
  without_gil([&] { group.create_soft_link(name, to); });
}

void create_external_link(const GroupSlot& slot, nb::handle path, nb::handle file, nb::handle target) {
  const auto group = slot.group();
  const auto name = bytes_of(path), file_name = bytes_of(file), to = bytes_of(target);
  without_gil([&] { group.create_external_link(name, file_name, to); });
}

void remove(const GroupSlot& slot, nb::handle path) {
  const auto group = slot.group();
  const auto name = bytes_of(path);
  without_gil([&] { group.remove(name); });
}

void move(const GroupSlot& slot, nb::handle from, nb::handle to) {
  const auto group = slot.group();
  const auto source = bytes_of(from), target = bytes_of(to);
  without_gil([&] { group.move(source, target); });
}

nb::object copy(const GroupSlot& slot, const Slot& source, nb::handle path) {
  const auto group = slot.group();
  const auto object = source.object();
  const auto name = bytes_of(path);
  const auto made = without_gil([&] { return group.copy(object, name); });
  return wrap(slot.session(), made, name_of(slot, group, made, name));
}

nb::object describe(const FilterPipeline& pipeline) {
  nb::list list;
  for (const auto& filter : pipeline) list.append(nb::make_tuple(filter.id, filter.flags, int_tuple(filter.values)));
  return list;
}

}  // namespace

void bind_creating(nb::module_& module) {
  auto group = nb::borrow<nb::class_<GroupSlot>>(module.attr("Group"));
  group
      .def("create_dataset", &create_dataset, nb::arg("path"), nb::arg("type"), nb::arg("shape").none(),
           nb::arg("max_shape").none(), nb::arg("settings"))
      .def("create_group", &create_group, nb::arg("path"), nb::arg("track_order") = false)
      .def("commit_datatype", &commit_datatype, nb::arg("path"), nb::arg("type"))
      .def("create_hard_link", &create_hard_link, nb::arg("path"), nb::arg("target"))
      .def("create_soft_link", &create_soft_link, nb::arg("path"), nb::arg("target"))
      .def("create_external_link", &create_external_link, nb::arg("path"), nb::arg("file"), nb::arg("target"))
      .def("remove", &remove, nb::arg("path"))
      .def("move", &move, nb::arg("source"), nb::arg("target"))
      .def("copy", &copy, nb::arg("object"), nb::arg("path"));
  module.def(
      "parse_filters", [](const std::string& words) { return describe(parse_filters(words)); }, nb::arg("text"),
      "The pipeline of a text such as \"shuffle,gzip=6\": each filter as (number, flags, values).");
}

}  // namespace fiver::python
