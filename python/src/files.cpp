// fiver._fiver.File: an open file, and what one Python File object has opened.
#include <nanobind/stl/shared_ptr.h>

#include "errors.hpp"
#include "fiver/runtime.hpp"
#include "objects.hpp"
#include "python_storage.hpp"
#include "selections.hpp"
#include "types.hpp"

namespace fiver::python {

namespace {

using FileSlot = std::shared_ptr<Session>;
struct FileBox {
  FileSlot session;
};

Options options_from(const nb::dict& given) {
  Options options;
  for (auto [key, value] : given) {
    const auto name = nb::cast<std::string>(key);
    if (name == "missing") {
      const auto choice = nb::cast<std::string>(value);
      if (choice == "fill")
        options.missing = MissingSources::fill;
      else if (choice == "report")
        options.missing = MissingSources::report;
      else if (choice == "error")
        options.missing = MissingSources::error;
      else
        throw nb::value_error("missing is 'fill', 'report' or 'error'");
    } else if (name == "follow_writer") {
      options.follow_writer = nb::cast<bool>(value);
    } else if (name == "link_prefixes") {
      options.link_prefixes = nb::cast<std::vector<std::string>>(value);
    } else if (name == "virtual_prefixes") {
      options.virtual_prefixes = nb::cast<std::vector<std::string>>(value);
    } else if (name == "external_storage_prefixes") {
      options.external_storage_prefixes = nb::cast<std::vector<std::string>>(value);
    } else if (name == "external_storage_anywhere") {
      options.external_storage_anywhere = nb::cast<bool>(value);
    } else {
      throw nb::type_error(("no option of files is called " + name).c_str());
    }
  }
  return options;
}

FileBox open_path(nb::handle path, const nb::dict& given) {
  const auto name = bytes_of(path);
  const auto options = options_from(given);
  try {
    return {std::make_shared<Session>(without_gil([&] { return File::open(name, options); }), "r")};
  } catch (const Error& error) {
    raise_file_error(error, name);
  }
}

FileBox open_object(nb::object file, nb::handle name, const nb::dict& given) {
  auto storage = storage_of(std::move(file), bytes_of(name));
  const auto options = options_from(given);
  try {
    return {std::make_shared<Session>(without_gil([&] { return File::open(storage, options); }), "r")};
  } catch (const Error& error) {
    without_gil([&] { storage.reset(); });
    raise_file_error(error, bytes_of(name));
  }
}

nb::object info_of(const FileBox& box) {
  const auto file = box.session->file();
  const auto info = without_gil([&] { return file.info(); });
  nb::dict d;
  d["name"] = text(info.name);
  d["superblock_version"] = info.superblock_version;
  d["user_block"] = info.user_block;
  d["size"] = info.size;
  d["end_of_file"] = info.end_of_file;
  d["offset_size"] = info.offset_size;
  d["length_size"] = info.length_size;
  d["open_for_writing"] = info.open_for_writing;
  d["swmr_writing"] = info.swmr_writing;
  d["file_space_strategy"] = info.file_space_strategy;
  d["page_size"] = info.page_size;
  return d;
}

/// The object that a stored reference leads to, or None.
nb::object dereference(const FileBox& box, nb::bytes stored, const Type& type) {
  const auto file = box.session->file();
  const std::span bytes(static_cast<const std::byte*>(stored.data()), stored.size());
  const auto found = without_gil([&] { return file.dereference(file.decode_reference(bytes, type.value)); });
  return found ? wrap(box.session, *found) : nb::none();
}

/// (address or None, Selection or None, attribute or None, file or None)
nb::object decode_reference(const FileBox& box, nb::bytes stored, const Type& type) {
  const auto file = box.session->file();
  const std::span bytes(static_cast<const std::byte*>(stored.data()), stored.size());
  auto reference = without_gil([&] { return file.decode_reference(bytes, type.value); });
  const auto address = reference.object ? nb::cast(reference.object->value) : nb::none();
  const auto region = reference.region ? nb::cast(Chosen{std::move(*reference.region)}) : nb::none();
  return nb::make_tuple(address, region, reference.attribute ? text(*reference.attribute) : nb::none(),
                        reference.file ? text(*reference.file) : nb::none());
}

}  // namespace

void bind_files(nb::module_& module) {
  nb::class_<FileBox>(module, "File", "An open file.")
      .def_static("open", &open_path, nb::arg("path"), nb::arg("options"))
      .def_static("open_object", &open_object, nb::arg("file"), nb::arg("name"), nb::arg("options"))
      .def_prop_ro("is_open", [](const FileBox& box) { return box.session->is_open(); })
      .def_prop_ro("name", [](const FileBox& box) { return text(box.session->file().name()); })
      .def_prop_ro("mode", [](const FileBox& box) { return box.session->mode(); })
      .def("info", &info_of)
      .def("root",
           [](const FileBox& box) {
             const auto file = box.session->file();
             return wrap(box.session, without_gil([&] { return Object(file.root()); }));
           })
      .def(
          "object_at",
          [](const FileBox& box, std::uint64_t address, nb::handle path) {
            const auto file = box.session->file();
            const auto name = bytes_of(path);
            return wrap(box.session, without_gil([&] { return file.object_at(Address{address}, name); }));
          },
          nb::arg("address"), nb::arg("path") = "?")
      .def("dereference", &dereference, nb::arg("stored"), nb::arg("type"))
      .def("decode_reference", &decode_reference, nb::arg("stored"), nb::arg("type"))
      .def("refresh",
           [](const FileBox& box) {
             auto file = box.session->file();
             without_gil([&] { file.refresh(); });
           })
      .def("close", [](const FileBox& box) { without_gil([&] { box.session->close(); }); });
  auto object = nb::borrow<nb::class_<Slot>>(module.attr("Object"));
  object.def_prop_ro(
      "file", [](const Slot& slot) { return FileBox{slot.session()}; }, "The File through which it was opened.");
  object.def(
      "own_file", [](const Slot& slot) { return FileBox{std::make_shared<Session>(slot.object().file(), "r")}; },
      "A File of its own for the file that holds the object, to which a link of another file may have led.");
  object.def_prop_ro("own_file_name", [](const Slot& slot) { return text(slot.object().file().name()); });
  module.def("is_hdf5", [](nb::handle path) {
    const auto name = bytes_of(path);
    return without_gil([&] { return File::is_hdf5(name); });
  });
  module.def("filters", [] {
    nb::list list;
    for (const auto& filter : Runtime::shared()->filters())
      list.append(nb::make_tuple(filter->id(), text(filter->name()), filter->can_encode()));
    return list;
  });
  module.def("threads", [] { return Runtime::shared()->threads(); });
}

}  // namespace fiver::python
