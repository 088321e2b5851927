// The writing verbs of groups.
#include <fmt/format.h>

#include "fiver/dataset.hpp"
#include "fiver/group.hpp"
#include "format/group_messages.hpp"
#include "object/creating.hpp"
#include "object/editing.hpp"
#include "object/file_state.hpp"
#include "object/link_resolution.hpp"

namespace fiver {

using format::MessageType;
using object::Place;

namespace {

/// Links that a new group's header has room for, of ordinary names.
constexpr std::uint64_t group_growth = 104;
constexpr std::uint64_t dataset_growth = 64;

}  // namespace

Group Group::create_group(const std::string& path, const NewGroup& settings) const {
  return handle_->guarded([&] {
    handle_->file()->state().writer_or_throw();
    const auto place = object::find_place(handle_, path, true);
    return Group(object::add_object(place, object::group_draft(handle_->file()->state(), settings), group_growth));
  });
}

Group Group::require_group(const std::string& path, const NewGroup& settings) const {
  if (auto found = find(path)) return found->as_group();
  try {
    return create_group(path, settings);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::invalid_argument) throw;
    if (auto found = find(path)) return found->as_group();  // another thread was faster
    throw;
  }
}

Dataset Group::create_dataset(const std::string& path, const Datatype& type, const Dataspace& space,
                              const NewDataset& settings) const {
  return handle_->guarded([&] {
    auto& file = handle_->file()->state();
    file.writer_or_throw();
    const auto draft = object::dataset_draft(file, type, space, settings);
    const auto place = object::find_place(handle_, path, true);
    if (settings.committed_type) object::count_links(file, *settings.committed_type, 1);
    try {
      return Dataset(object::add_object(place, draft, dataset_growth));
    } catch (...) {
      if (settings.committed_type) object::count_links(file, *settings.committed_type, -1);
      throw;
    }
  });
}

CommittedDatatype Group::commit_datatype(const std::string& path, const Datatype& type) const {
  return handle_->guarded([&] {
    auto& file = handle_->file()->state();
    file.writer_or_throw();
    const auto place = object::find_place(handle_, path, true);
    const auto draft = object::datatype_draft(file, type);
    auto made = object::add_object(place, draft, dataset_growth);
    object::write_header_now(file, made->state(), draft);
    return CommittedDatatype(std::move(made));
  });
}

void Group::create_hard_link(const std::string& path, const Object& object) const {
  handle_->guarded([&] {
    auto& file = handle_->file()->state();
    file.writer_or_throw();
    if (&object.handle().file()->state() != &file)
      throw Error(ErrorKind::invalid_argument, "a hard link leads to an object of its own file");
    const auto place = object::find_place(handle_, path, true);
    Link link;
    link.target = HardLink{object.address()};
    object::count_links(file, object.address(), 1);
    try {
      object::add_link(place, std::move(link));
    } catch (...) {
      object::count_links(file, object.address(), -1);
      throw;
    }
  });
}

void Group::create_soft_link(const std::string& path, const std::string& target) const {
  handle_->guarded([&] {
    handle_->file()->state().writer_or_throw();
    if (target.empty()) throw Error(ErrorKind::invalid_argument, "a soft link needs a path");
    Link link;
    link.target = SoftLink{target};
    object::add_link(object::find_place(handle_, path, true), std::move(link));
  });
}

void Group::create_external_link(const std::string& path, const std::string& file, const std::string& target) const {
  handle_->guarded([&] {
    handle_->file()->state().writer_or_throw();
    if (file.empty() || target.empty())
      throw Error(ErrorKind::invalid_argument, "an external link needs a file and a path in it");
    Link link;
    link.target = ExternalLink{file, target};
    object::add_link(object::find_place(handle_, path, true), std::move(link));
  });
}

void Group::remove(const std::string& path) const {
  handle_->guarded([&] {
    handle_->file()->state().writer_or_throw();
    object::remove_link(object::find_place(handle_, path, false));
  });
}

void Group::move(const std::string& from, const std::string& to) const {
  handle_->guarded([&] {
    auto& file = handle_->file()->state();
    file.writer_or_throw();
    object::move_link(object::find_place(handle_, from, false), object::find_place(handle_, to, true));
  });
}

Dataspace growing_space(const Shape& dims) {
  Shape now = dims;
  bool grows = false;
  for (auto& length : now) {
    if (length != unlimited) continue;
    length = 0;
    grows = true;
  }
  if (dims.empty()) return Dataspace::scalar();
  return grows ? Dataspace::simple(now, dims) : Dataspace::simple(now);
}

}  // namespace fiver
