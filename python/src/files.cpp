// fiver._fiver.File: an open file, and what one Python File object has opened.
#include <nanobind/stl/shared_ptr.h>

#include "errors.hpp"
#include "fiver/runtime.hpp"
#include "io_log.hpp"
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
    } else if (name == "durability") {
      const auto choice = nb::cast<std::string>(value);
      if (choice == "none")
        options.flush_durability = options.close_durability = Durability::none;
      else if (choice == "order")
        options.flush_durability = options.close_durability = Durability::order;
      else if (choice == "full")
        options.flush_durability = options.close_durability = Durability::full;
      else
        throw nb::value_error("durability is 'none', 'order' or 'full'");
    } else if (name == "live") {
      options.mode = nb::cast<bool>(value) ? WriterMode::live : WriterMode::exclusive;
    } else if (name == "locking") {
      const auto choice = nb::cast<std::string>(value);
      if (choice == "off")
        options.locking = Locking::off;
      else if (choice == "required")
        options.locking = Locking::required;
      else
        options.locking = Locking::best_effort;
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

/// The sessions that write: what the end of the interpreter must not lose. Belongs to the module.
class Writers {
 public:
  void add(const std::shared_ptr<Session>& session) {
    const std::lock_guard lock(mutex_);
    std::erase_if(sessions_, [](const auto& old) { return old.expired(); });
    sessions_.push_back(session);
  }
  /// Commits, and ends what the session opened. The file itself is closed with the last session that writes it, whatever else holds a handle.
  void close(const std::shared_ptr<Session>& session) {
    if (!session->is_open()) return;
    const auto file = session->file();
    bool is_last = true;
    {
      const std::lock_guard lock(mutex_);
      for (const auto& weak : sessions_)
        if (const auto other = weak.lock(); other && other != session && other->shares(file)) is_last = false;
    }
    try {
      if (is_last)
        file.close();
      else
        file.flush();
    } catch (const Error&) {
      session->close();
      throw;
    }
    session->close();
  }
  /// The same for all of them; the first failure is thrown when the rest is done.
  void close_all() {
    std::vector<std::weak_ptr<Session>> sessions;
    {
      const std::lock_guard lock(mutex_);
      sessions = sessions_;
    }
    std::optional<Error> failure;
    for (const auto& weak : sessions) {
      const auto session = weak.lock();
      if (!session) continue;
      try {
        close(session);
      } catch (const Error& error) {
        if (!failure) failure = error;
      }
    }
    if (failure) throw *failure;
  }

 private:
  std::mutex mutex_;
  std::vector<std::weak_ptr<Session>> sessions_;
};

/// How a file is opened for writing: "edit", "create" (in place of any) or "new" (an error where there is one).
template <class Where>
File open_writable(const Where& where, const std::string& how, const NewFile& settings, const Options& options) {
  return how == "edit" ? File::edit(where, options) : File::create(where, settings, options);
}

NewFile settings_from(const nb::dict& given, const std::string& how) {
  NewFile settings;
  settings.keep_existing = how == "new";
  for (auto [key, value] : given) {
    const auto name = nb::cast<std::string>(key);
    if (name == "earliest")
      settings.compatibility = nb::cast<bool>(value) ? Compatibility::earliest : Compatibility::native;
    else if (name == "user_block")
      settings.user_block = nb::cast<std::uint64_t>(value);
    else if (name == "track_order")
      settings.track_order = nb::cast<bool>(value);
    else
      throw nb::type_error(("no setting of new files is called " + name).c_str());
  }
  return settings;
}

/// `where`: a path, or a file-like object with its name.
FileBox open_for_writing(nb::object where, nb::handle name, const std::string& how, const nb::dict& given,
                         const nb::dict& given_options) {
  const auto options = options_from(given_options);
  const auto settings = settings_from(given, how);
  if (PyUnicode_Check(where.ptr()) || PyBytes_Check(where.ptr())) {
    const auto path = bytes_of(where);
    try {
      return {
          std::make_shared<Session>(without_gil([&] { return open_writable(path, how, settings, options); }), "r+")};
    } catch (const Error& error) {
      if (how == "new" && error.kind() == ErrorKind::conflict) {
        const auto arguments = nb::make_tuple(17, text(error.what()), text(path));
        PyErr_SetObject(PyExc_FileExistsError, arguments.ptr());
        throw nb::python_error();
      }
      raise_file_error(error, path);
    }
  }
  auto storage = storage_of(std::move(where), bytes_of(name));
  try {
    return {
        std::make_shared<Session>(without_gil([&] { return open_writable(storage, how, settings, options); }), "r+")};
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

/// The bytes that store a region reference in this file, which must be open for writing.
nb::object encode_region(const FileBox& box, std::uint64_t address, const Chosen& region) {
  const auto file = box.session->file();
  Reference reference;
  reference.object = Address{address};
  reference.region = region.value;
  const Datatype type(file.info().offset_size + 4, ReferenceType{ReferenceKind::region});
  const auto bytes = without_gil([&] { return file.encode_reference(reference, type); });
  return nb::bytes(bytes.data(), bytes.size());
}

}  // namespace

void bind_files(nb::module_& module) {
  const auto writers = std::make_shared<Writers>();
  module.def(
      "close_writers", [writers] { without_gil([&] { writers->close_all(); }); },
      "Commits and closes every file that is open for writing; called when the interpreter exits.");
  nb::class_<FileBox>(module, "File", "An open file.")
      .def_static("open", &open_path, nb::arg("path"), nb::arg("options"))
      .def_static("open_object", &open_object, nb::arg("file"), nb::arg("name"), nb::arg("options"))
      .def_static(
          "open_for_writing",
          [writers](nb::object where, nb::handle name, const std::string& how, const nb::dict& settings,
                    const nb::dict& options) {
            auto box = open_for_writing(std::move(where), name, how, settings, options);
            writers->add(box.session);
            return box;
          },
          nb::arg("where"), nb::arg("name"), nb::arg("how"), nb::arg("settings"), nb::arg("options"))
      .def("flush",
           [](const FileBox& box) {
             const auto file = box.session->file();
             try {
               without_gil([&] { file.flush(); });
             } catch (const Error& error) {
               raise_while_reading(error);
             }
           })
      .def_prop_ro("is_open", [](const FileBox& box) { return box.session->is_open(); })
      .def_prop_ro("name", [](const FileBox& box) { return text(box.session->file().name()); })
      .def_prop_ro("mode", [](const FileBox& box) { return box.session->mode(); })
      .def(
          "set_log",
          [](const FileBox& box, std::shared_ptr<IoLog> log) {
            log->opened(box.session->file().name(), box.session->mode());
            box.session->set_log(std::move(log));
          },
          nb::arg("log"), "Has an IoLog told of what is read and written through it from now on.")
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
      .def("encode_region", &encode_region, nb::arg("address"), nb::arg("region"))
      .def("dereference", &dereference, nb::arg("stored"), nb::arg("type"))
      .def("decode_reference", &decode_reference, nb::arg("stored"), nb::arg("type"))
      .def("refresh",
           [](const FileBox& box) {
             auto file = box.session->file();
             without_gil([&] { file.refresh(); });
           })
      .def("close", [writers](const FileBox& box) {
        try {
          without_gil([&] {
            if (box.session->mode() == "r")
              box.session->close();
            else
              writers->close(box.session);
          });
        } catch (const Error& error) {
          raise_while_reading(error);
        }
      });
  auto object = nb::borrow<nb::class_<Slot>>(module.attr("Object"));
  object.def_prop_ro(
      "file", [](const Slot& slot) { return FileBox{slot.session()}; }, "The File through which it was opened.");
  object.def(
      "own_file",
      [](const Slot& slot) {
        FileBox box{std::make_shared<Session>(slot.object().file(), "r")};
        box.session->set_log(slot.session()->log());
        return box;
      },
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
