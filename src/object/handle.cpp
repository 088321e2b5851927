#include "object/handle.hpp"

#include "object/external_storage.hpp"
#include "object/virtual_view.hpp"

namespace fiver::object {

std::string join_path(const std::string& group, const std::string& name) {
  return group == "/" ? "/" + name : group + "/" + name;
}

Handle::Handle(std::shared_ptr<const FileHandle> file, std::shared_ptr<ObjectState> state, std::string path,
               unsigned nesting)
    : file_(std::move(file)), state_(std::move(state)), path_(std::move(path)), nesting_(nesting) {
  snapshot_ = guarded([&] { return state_->snapshot(); });
}

std::shared_ptr<const DatasetFacts> Handle::dataset() const {
  if (snapshot_->kind() != ObjectKind::dataset) throw Error(ErrorKind::invalid_argument, "not a dataset");
  return snapshot_->dataset();
}

std::shared_ptr<const pipeline::StoredElements> Handle::stored() const {
  if (snapshot_->dataset()->external_files.empty()) return snapshot_->stored();
  return external_.get([&] { return open_external_storage(*this); });
}

std::shared_ptr<const VirtualView> Handle::virtual_view() const {
  if (!std::holds_alternative<VirtualLayout>(dataset()->layout)) return nullptr;
  return view_.get([&] { return std::make_shared<const VirtualView>(*this); });
}

const Dataspace& Handle::space() const {
  const auto facts = dataset();
  const auto view = virtual_view();
  return view && view->is_unlimited() ? view->space() : facts->space;  // both live as long as this handle
}

}  // namespace fiver::object
