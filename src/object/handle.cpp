#include "object/handle.hpp"

#include "object/dataset_writer.hpp"
#include "object/external_storage.hpp"
#include "object/virtual_view.hpp"

namespace fiver::object {

std::string join_path(const std::string& group, const std::string& name) {
  return group == "/" ? "/" + name : group + "/" + name;
}

Handle::Handle(std::shared_ptr<const FileHandle> file, std::shared_ptr<ObjectState> state, std::string path,
               unsigned nesting)
    : file_(std::move(file)), state_(std::move(state)), path_(std::move(path)), nesting_(nesting) {
  guarded([&] {
    auto seen = state_->snapshot();
    if (file_->state().writer() == nullptr) snapshot_ = std::move(seen);
  });
}

std::shared_ptr<const DatasetFacts> Handle::dataset() const {
  const auto seen = snapshot();
  if (seen->kind() != ObjectKind::dataset) throw Error(ErrorKind::invalid_argument, "not a dataset");
  return seen->dataset();
}

const DatasetFacts& Handle::lasting() const {
  return *lasting_.get([&] { return dataset(); });
}

const std::vector<VirtualMapping>& Handle::lasting_mappings() const {
  return *mappings_.get([&] { return snapshot()->virtual_mappings(); });
}

void Handle::settle(const Box* bounds) const {
  auto* writer = file_->state().writer();
  if (writer == nullptr) return;
  std::shared_ptr<DatasetWriter> dataset;
  writer->edit([&] {
    if (state_->draft()) dataset = state_->draft()->dataset;
  });
  if (!dataset || !dataset->index()) return;
  if (bounds == nullptr) return dataset->drain();
  const auto& chunk = std::get<ChunkedLayout>(lasting().layout).chunk;
  Shape first = bounds->start, last = bounds->start;
  for (std::size_t i = 0; i < first.size(); ++i) {
    if (bounds->size[i] == 0) return;
    last[i] = (bounds->start[i] + bounds->size[i] - 1) / chunk[i];
    first[i] /= chunk[i];
  }
  dataset->drain(&first, &last);
}

std::shared_ptr<const pipeline::StoredElements> Handle::stored() const {
  const auto seen = snapshot();
  if (seen->dataset()->external_files.empty()) return seen->stored();
  return external_.get([&] { return open_external_storage(*this); });
}

std::shared_ptr<const VirtualView> Handle::virtual_view() const {
  if (!std::holds_alternative<VirtualLayout>(dataset()->layout)) return nullptr;
  return view_.get([&] { return std::make_shared<const VirtualView>(*this); });
}

Dataspace Handle::space() const {
  const auto facts = dataset();
  const auto view = virtual_view();
  return view && view->is_unlimited() ? view->space() : facts->space;
}

}  // namespace fiver::object
