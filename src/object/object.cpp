#include "fiver/object.hpp"

#include <algorithm>

#include "fiver/dataset.hpp"
#include "fiver/file.hpp"
#include "fiver/group.hpp"
#include "format/small_messages.hpp"
#include "meta/attributes_reader.hpp"
#include "object/handle.hpp"
#include "object/name_order.hpp"

namespace fiver {

using object::AttributeHandle;

std::string_view to_string(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::group:
      return "group";
    case ObjectKind::dataset:
      return "dataset";
    case ObjectKind::datatype:
      break;
  }
  return "datatype";
}

ObjectKind Object::kind() const {
  return handle_->snapshot()->kind();
}
const std::string& Object::path() const {
  return handle_->path();
}
Address Object::address() const {
  return handle_->address();
}
File Object::file() const {
  return File(handle_->file());
}

ObjectInfo Object::info() const {
  return handle_->guarded([&] {
    const auto& header = handle_->snapshot()->header();
    const auto widths = handle_->file()->state().view().widths();
    ObjectInfo info;
    info.header_version = header.prefix.version;
    info.hard_links = header.reference_count;
    info.header_bytes = header.bytes;
    if (header.prefix.times) {
      info.accessed = header.prefix.times->access;
      info.modified = header.prefix.times->modification;
      info.changed = header.prefix.times->change;
      info.born = header.prefix.times->birth;
    } else if (const auto* time = header.find(format::MessageType::modification_time)) {
      info.modified = info.changed = format::decode_modification_time(time->body, widths);
    } else if (const auto* old = header.find(format::MessageType::modification_time_old)) {
      info.modified = info.changed = format::decode_old_modification_time(old->body, widths);
    }
    if (const auto* comment = header.find(format::MessageType::comment))
      info.comment = format::decode_comment(comment->body, widths);
    return info;
  });
}

namespace {

/// The value may lead to text elsewhere in the file, which a writer keeps as long as somebody looks at the object as it was.
void keep(const object::Handle& handle, const std::shared_ptr<const object::ObjectSnapshot>& seen,
          meta::AttributeRecord& record) {
  if (handle.file()->state().writer() == nullptr) return;
  record.data.keeper = std::make_shared<const std::pair<std::shared_ptr<const void>, std::shared_ptr<const void>>>(
      std::move(record.data.keeper), seen);
}

}  // namespace

std::vector<Attribute> Object::attributes(Order order) const {
  return handle_->guarded([&] {
    std::vector<Attribute> all;
    const auto seen = handle_->snapshot();
    meta::for_each_attribute(handle_->file()->state().view(), seen->header(),
                             handle_->file()->state().shared_messages(), [&](meta::AttributeRecord&& record) {
                               keep(*handle_, seen, record);
                               all.emplace_back(std::make_shared<const AttributeHandle>(handle_, std::move(record)));
                               return true;
                             });
    if (order == Order::creation &&
        std::all_of(all.begin(), all.end(), [](const auto& a) { return a.creation_order().has_value(); }))
      std::stable_sort(all.begin(), all.end(),
                       [](const auto& a, const auto& b) { return a.creation_order() < b.creation_order(); });
    else if (order != Order::stored)
      object::sort_by_name(all, [](const Attribute& attribute) -> const std::string& { return attribute.name(); });
    return all;
  });
}

std::vector<std::string> Object::attribute_names(Order order) const {
  std::vector<std::string> names;
  for (const auto& attribute : attributes(order)) names.push_back(attribute.name());
  return names;
}

std::optional<Attribute> Object::find_attribute(const std::string& name) const {
  return handle_->guarded([&]() -> std::optional<Attribute> {
    const auto seen = handle_->snapshot();
    auto record = meta::find_attribute(handle_->file()->state().view(), seen->header(),
                                       handle_->file()->state().shared_messages(), name);
    if (!record) return std::nullopt;
    keep(*handle_, seen, *record);
    return Attribute(std::make_shared<const AttributeHandle>(handle_, std::move(*record)));
  });
}

Attribute Object::attribute(const std::string& name) const {
  auto found = find_attribute(name);
  if (!found)
    throw Error(ErrorKind::not_found, "no attribute \"" + name + "\"")
        .in_object(path())
        .in_file(handle_->file()->state().name());
  return std::move(*found);
}

namespace {

void expect(const object::Handle& handle, ObjectKind kind) {
  if (handle.snapshot()->kind() != kind)
    throw Error(ErrorKind::invalid_argument,
                "a " + std::string(to_string(handle.snapshot()->kind())) + ", not a " + std::string(to_string(kind)))
        .in_object(handle.path())
        .in_file(handle.file()->state().name());
}

}  // namespace

Group Object::as_group() const {
  expect(*handle_, ObjectKind::group);
  return Group(handle_);
}

Dataset Object::as_dataset() const {
  expect(*handle_, ObjectKind::dataset);
  return Dataset(handle_);
}

CommittedDatatype Object::as_datatype() const {
  expect(*handle_, ObjectKind::datatype);
  return CommittedDatatype(handle_);
}

void Object::refresh() {
  handle_->file()->state().view().refresh();
  handle_->file()->state().heap().clear();
  handle_->state()->refresh();
  handle_ = std::make_shared<const object::Handle>(handle_->file(), handle_->state(), handle_->path());
}

Datatype CommittedDatatype::type() const {
  return handle_->guarded([&] { return handle_->snapshot()->committed_type(); });
}

}  // namespace fiver
