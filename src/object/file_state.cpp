#include "object/file_state.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "format/filter_pipeline_message.hpp"
#include "io/family_storage.hpp"
#include "io/split_storage.hpp"
#include "meta/recovery.hpp"
#include "object/dataset_writer.hpp"
#include "object/runtime_state.hpp"
#include "pipeline/codec_chain.hpp"

namespace fiver::object {

namespace {

/// An object as its draft has it. Under the lock of the file's edits.
std::shared_ptr<const ObjectSnapshot> snapshot_of(FileState& file, const Draft& draft) {
  std::shared_ptr<const chunk::ChunkIndex> index;
  if (draft.dataset) index = draft.dataset->index();
  return std::make_shared<const ObjectSnapshot>(file, header_of(draft),
                                                ObjectSnapshot::Live{draft.links, std::move(index), draft.garbage});
}

}  // namespace

std::shared_ptr<const ObjectSnapshot> ObjectState::snapshot() const {
  std::uint64_t before = 0;
  bool has_draft = false;
  {
    std::lock_guard lock(mutex_);
    if (snapshot_) return snapshot_;
    before = refreshes_;
    has_draft = has_draft_;
  }
  if (has_draft)
    return file_.writer()->edit([&] {
      auto fresh = snapshot_of(file_, *draft_);
      std::lock_guard lock(mutex_);
      if (!snapshot_) snapshot_ = std::move(fresh);
      return snapshot_;
    });
  std::shared_ptr<const ObjectSnapshot> fresh;
  if (file_.writer() == nullptr) {
    fresh = std::make_shared<const ObjectSnapshot>(file_, address_);
  } else {  // whoever looks at it keeps what the object gives up from now on, though it has no draft yet
    const auto keeper = garbage();
    fresh = std::make_shared<const ObjectSnapshot>(file_, meta::read_object_header(file_.view(), address_),
                                                   ObjectSnapshot::Live{nullptr, nullptr, keeper});
  }
  std::lock_guard lock(mutex_);
  if (before != refreshes_) return fresh;
  if (!snapshot_) snapshot_ = std::move(fresh);
  return snapshot_;
}

std::shared_ptr<Garbage> ObjectState::garbage() const {
  std::lock_guard lock(mutex_);
  auto known = garbage_.lock();
  if (!known) garbage_ = known = file_.writer()->new_garbage();
  return known;
}

void ObjectState::set_draft(std::shared_ptr<Draft> draft) {
  draft_ = std::move(draft);
  note_changed();
}

void ObjectState::note_changed() {
  std::shared_ptr<const ObjectSnapshot> old;  // dies after the lock
  std::lock_guard lock(mutex_);
  has_draft_ = true;
  ++refreshes_;
  old.swap(snapshot_);
}

void ObjectState::refresh() {
  std::shared_ptr<const ObjectSnapshot> old;  // dies after the lock
  std::lock_guard lock(mutex_);
  if (has_draft_) return;
  ++refreshes_;
  old.swap(snapshot_);
}

FileState::FileState(const std::shared_ptr<Runtime>& runtime, std::shared_ptr<Storage> storage,
                     const meta::FoundSuperblock& found, const meta::FileView::Settings& settings)
    : runtime_(runtime),
      name_(storage->name()),
      stamp_(storage->change_stamp()),
      found_(found),
      view_(std::move(storage), found.position, found.superblock.widths, settings),
      heap_(view_) {
  std::error_code none;
  const auto path = std::filesystem::absolute(name_, none);
  if (!none && std::filesystem::is_regular_file(path, none)) {
    path_ = path.string();
    folder_ = path.parent_path().string();
  }
  parameters_ = meta::read_parameters(view_, found_);
  shared_ = parameters_.shared_messages
                ? std::make_unique<meta::SharedMessages>(view_, parameters_.shared_messages->table,
                                                         parameters_.shared_messages->index_count)
                : std::make_unique<meta::SharedMessages>(view_);
}

const std::string& FileState::actual_folder() const {
  return *actual_folder_.get([&] {
    std::error_code none;
    const auto actual = std::filesystem::canonical(path_, none);
    return std::make_shared<const std::string>(none ? std::string() : actual.parent_path().string());
  });
}

FileState::~FileState() {
  if (writer_ && !writer_->is_closed())
    writer_->drop([this] { runtime_->state().forget(*this); });  // who opens it again waits for that
}

FileWriter& FileState::writer_or_throw() const {
  if (!writer_) throw Error(ErrorKind::invalid_argument, "the file is open for reading only");
  writer_->check_writable();
  return *writer_;
}

std::shared_ptr<FileState> FileState::open_for_writing(const std::shared_ptr<Runtime>& runtime,
                                                       std::shared_ptr<Storage> storage, const Limits& limits,
                                                       const FileWriter::Settings& settings) {
  if (dynamic_cast<const io::SplitStorage*>(storage.get()) != nullptr ||
      dynamic_cast<const io::FamilyStorage*>(storage.get()) != nullptr)
    throw Error(ErrorKind::unsupported, "files in several parts are read, not written");
  auto state = open(runtime, std::move(storage), limits, false);
  const auto& superblock = state->superblock().superblock;
  if (settings.mode != WriterMode::exclusive && superblock.version < 3)
    throw Error(
        ErrorKind::unsupported,
        "a file of an old style (superblock before version 3) has no checksums by which readers could follow its "
        "writer");
  // A writer of ours that died left its record behind; its lock is gone, or this would not be reached.
  if (superblock.version >= 3 &&
      (superblock.flags & (format::superblock_open_for_write | format::superblock_swmr_write)) != 0 &&
      !meta::has_commit_record(state->view().storage()))
    throw Error(
        ErrorKind::conflict,
        "it is marked as open for writing: another program has it, or died (\"h5clear -s FILE\" takes the mark away)");
  const auto& parameters = state->parameters();
  if (parameters.has_cache_image)
    throw Error(ErrorKind::unsupported, "a file with a metadata cache image is read, not written");
  if (parameters.file_space && parameters.file_space->persist)
    throw Error(ErrorKind::unsupported, "a file that keeps a list of its free space is read, not written");
  state->writer_ = std::make_unique<FileWriter>(*state, settings);
  state->heap_.look_first_in(&state->writer_->heap());
  state->writer_->mark_open();
  return state;
}

namespace {

/// The superblock, after a commit that was cut short is finished in memory. A file that ends where its superblock says
/// has no record of one; one that ends before may have an old superblock, without a checksum, that was torn.
std::optional<meta::FoundSuperblock> find_finished_superblock(std::shared_ptr<Storage>& storage) {
  const auto ends_elsewhere = [&](const meta::FoundSuperblock& found) {
    const auto& superblock = found.superblock;
    return storage->size() != found.position + (superblock.end_of_file - superblock.base_address);
  };
  std::optional<meta::FoundSuperblock> found;
  try {
    found = meta::find_superblock(*storage);
    if (!found || !ends_elsewhere(*found)) return found;
  } catch (const Error&) {
    auto finished = meta::with_finished_commit(storage);
    if (finished == storage) throw;
    storage = std::move(finished);
    return meta::find_superblock(*storage);
  }
  if (auto finished = meta::with_finished_commit(storage); finished != storage) {
    storage = std::move(finished);
    found = meta::find_superblock(*storage);
  }
  return found;
}

}  // namespace

std::shared_ptr<FileState> FileState::open(const std::shared_ptr<Runtime>& runtime, std::shared_ptr<Storage> storage,
                                           const Limits& limits, bool follow_writer) {
  auto found = find_finished_superblock(storage);
  if (!found) throw Error(ErrorKind::corrupt, "not an HDF5 file: no signature at byte 0, 512, 1024, ...");
  if (!follow_writer) meta::check_not_truncated(*storage, *found);
  meta::FileView::Settings settings{limits, follow_writer, std::size_t{64} << 20, {}};
  const auto* filters = &runtime->state().filters;
  const auto widths = found->superblock.widths;
  const auto most = limits.metadata_block;
  settings.undo_filters = [filters, widths, most](ByteView message, std::uint32_t mask, ByteView stored,
                                                  std::uint64_t size) {
    if (size > most)  // the size comes from a heap's id
      throw Error(ErrorKind::limit,
                  fmt::format("a filtered heap block of {} bytes is more than the limit of {}", size, most));
    const pipeline::CodecChain chain(format::decode_filter_pipeline(message, widths),
                                     [&](std::uint16_t id) { return filters->find(id); });
    pipeline::CodecChain::Scratch scratch;
    Bytes plain(static_cast<std::size_t>(size));
    chain.decode(stored, mask, plain, scratch);
    return plain;
  };
  return std::shared_ptr<FileState>(new FileState(runtime, std::move(storage), *found, settings));
}

bool FileState::serves(std::uint64_t change_stamp, const Limits& limits, bool follow_writer) const {
  if (writer_) return !writer_->is_closed();
  return view_.limits() == limits && view_.follows_writer() == follow_writer && change_stamp == stamp_;
}

std::shared_ptr<ObjectState> FileState::object(Address address) {
  std::shared_ptr<ObjectState> forgotten;  // dies after the lock
  std::lock_guard lock(mutex_);
  auto& slot = objects_[address.value];
  if (auto known = slot.lock()) {
    // A clock: what is met again while it is about to be forgotten is noted once more.
    auto& oldest = recent_[next_recent_ % recent_.size()];
    if (oldest == known) ++next_recent_;
    return known;
  }
  auto fresh = std::make_shared<ObjectState>(*this, address);
  slot = fresh;
  forgotten = std::exchange(recent_[next_recent_++ % recent_.size()], fresh);
  if (objects_.size() >= purge_at_) {  // amortised: the table never holds more than twice what is in use
    std::erase_if(objects_, [](const auto& entry) { return entry.second.expired(); });
    purge_at_ = std::max<std::size_t>(1024, 2 * objects_.size());
  }
  return fresh;
}

void FileState::forget(const std::shared_ptr<ObjectState>& state) {
  std::lock_guard lock(mutex_);
  const auto known = objects_.find(state->address().value);
  if (known != objects_.end() && known->second.lock() == state) objects_.erase(known);
  for (auto& one : recent_)
    if (one == state) one.reset();
}

void FileState::refresh() {
  view_.refresh();
  heap_.clear();
  std::vector<std::shared_ptr<ObjectState>> in_use;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [address, state] : objects_)
      if (auto known = state.lock()) in_use.push_back(std::move(known));
  }
  for (const auto& state : in_use) state->refresh();
}

}  // namespace fiver::object
