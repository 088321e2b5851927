#include "object/file_writer.hpp"

#include <algorithm>

#include "io/posix_storage.hpp"
#include "object/commit.hpp"
#include "object/dataset_writer.hpp"
#include "object/file_state.hpp"
#include "object/object_encoding.hpp"

namespace fiver::object {
namespace {

/// The writers that this thread's calls are in, innermost last: a call inside a call is not refused while close() waits.
thread_local std::vector<const FileWriter*> calls_under_way;

/// A second commit at close has to give back at least so many bytes.
constexpr std::uint64_t worth_cutting = 2048;

std::uint64_t contents_end(const meta::FoundSuperblock& found) {
  return found.superblock.end_of_file - found.superblock.base_address;
}

}  // namespace

Bytes encode_superblock(const FileState& file, std::uint64_t end_of_file, std::uint8_t flags) {
  auto superblock = file.superblock().superblock;
  superblock.end_of_file = superblock.base_address + end_of_file;
  superblock.flags = flags;
  Encoder out(superblock.widths);
  format::encode_superblock(out, superblock);
  return std::move(out).take();
}

std::uint8_t FileWriter::flags() const {
  return settings_.mode == WriterMode::swmr ? format::superblock_open_for_write | format::superblock_swmr_write : 0;
}

FileWriter::FileWriter(FileState& file, const Settings& settings)
    : file_(file),
      settings_(settings),
      generation_(fork_generation()),
      space_(contents_end(file.superblock()), file.view().base()),
      heap_(space_, file.view().widths()),
      ledger_([this](const meta::Extent& extent) { give_back({extent}); },
              [this](Address collection) { return file_.heap().find_contents(collection); }),
      synced_end_(space_.end()),
      end_of_file_(space_.end()),
      last_end_(space_.end()) {
  if (settings.mode != WriterMode::exclusive) ledger_.distrust();  // nothing comes back
}

void FileWriter::mark_open() {
  if (file_.superblock().superblock.version < 3 || file_.superblock().superblock.flags == flags()) return;
  file_.view().storage().write_at(file_.superblock().position, encode_superblock(file_, end_of_file_, flags()));
}

FileWriter::Use::Use(FileWriter& writer) : writer_(writer) {
  const bool nested = std::find(calls_under_way.begin(), calls_under_way.end(), &writer) != calls_under_way.end();
  {
    std::lock_guard lock(writer_.uses_);
    if (writer_.closed_ || (writer_.closing_ && !nested))
      throw Error(ErrorKind::invalid_argument, "the file is closed");
    ++writer_.in_use_;
  }
  calls_under_way.push_back(&writer);
}

FileWriter::Use::~Use() {
  calls_under_way.pop_back();
  std::lock_guard lock(writer_.uses_);
  if (--writer_.in_use_ == 0) writer_.uses_changed_.notify_all();
}

void FileWriter::check_writable() const {
  if (is_child())
    throw Error(ErrorKind::conflict, "a child process may read files that its parent opened, not write to them");
  std::lock_guard lock(edits_);
  if (broken_) throw Error(ErrorKind::io, "nothing more can be written: " + *broken_);
}

std::shared_ptr<Draft> FileWriter::draft_of(const std::shared_ptr<ObjectState>& state) {
  if (auto known = edit([&] { return state->draft(); })) return known;
  const auto garbage = state->garbage();  // held before the object is read
  auto fresh = load_draft(file_, state->address());
  fresh->garbage = garbage;
  return edit([&] {
    if (auto known = state->draft()) return known;
    state->set_draft(fresh);  // from here on readers hold the garbage of the object
    return fresh;
  });
}

std::shared_ptr<Draft> FileWriter::draft_with_links(const std::shared_ptr<ObjectState>& state) {
  auto draft = draft_of(state);
  Draft copy;
  const bool there = edit([&] {
    if (draft->links == nullptr) copy = *draft;
    return draft->links != nullptr;
  });
  if (there) return draft;
  auto links = load_links(file_, copy);
  edit([&] { take_links(*draft, std::move(links)); });
  return draft;
}

std::shared_ptr<ObjectState> FileWriter::add_object(const std::shared_ptr<Draft>& draft, std::uint64_t growth) {
  const auto needed = room_for(*draft, 0);
  draft->room = room_for(*draft, growth);
  // A header that others may come to lead to is one sector's record, as far as it can be.
  while (draft->room > needed && block_size(*draft) > meta::Space::sector) draft->room -= 8;
  draft->garbage = new_garbage();
  draft->address = space_.allocate_record(block_size(*draft));
  auto state = file_.object(draft->address);
  edit([&] {
    state->set_draft(draft);
    publish(state, *draft);
  });
  return state;
}

void FileWriter::mark_dirty(const std::shared_ptr<ObjectState>& state, Draft& draft) {
  if (draft.deleted || draft.dirty) return;
  draft.dirty = true;
  dirty_[draft.address.value] = {state, state->draft()};
}

void FileWriter::publish(const std::shared_ptr<ObjectState>& state, Draft& draft) {
  mark_dirty(state, draft);
  state->note_changed();
}

void FileWriter::await_room(std::uint64_t end) {
  std::lock_guard lock(room_mutex_);
  while (room_ && end > *room_) room_changed_.wait(room_mutex_);
  reached_ = std::max(reached_, end);
}

void FileWriter::write_now(Address address, const Bytes& bytes) {
  await_room(address.value + bytes.size());
  file_.view().storage().write_at(file_.view().base() + address.value, bytes);
  file_.view().forget(address, bytes.size());
  note_data_written();
}

Address FileWriter::put_now(const Bytes& bytes) {
  const auto address = space_.allocate(bytes.size());
  write_now(address, bytes);
  return address;
}

void FileWriter::note_deleted(std::shared_ptr<ObjectState> state, std::shared_ptr<Draft> draft) {
  draft->deleted = true;
  dirty_.erase(draft->address.value);
  deleted_.emplace_back(std::move(state), std::move(draft));
}

std::shared_ptr<Garbage> FileWriter::new_garbage() {
  return std::make_shared<Garbage>([this](const std::vector<meta::Extent>& extents) { give_back(extents); });
}

void FileWriter::give_back(const std::vector<meta::Extent>& extents) {
  if (settings_.mode != WriterMode::exclusive) return;  // readers that nobody knows of may be looking at it
  std::lock_guard lock(waiting_mutex_);
  for (const auto& extent : extents) {
    if (unsynced_ && extent.address.value < synced_end_)
      waiting_.push_back(extent);  // the disk may still have the state that leads to it
    else
      space_.give_back(extent);
  }
}

void FileWriter::take_turn() {
  std::unique_lock lock(turn_);
  while (committing_) turn_changed_.wait(turn_);
  committing_ = true;
  lock.release();
  turn_.unlock();
}

FileWriter::MovingTurn::MovingTurn(FileWriter& writer) : writer_(writer) {
  std::unique_lock lock(writer_.turn_);
  while (writer_.moving_) writer_.turn_changed_.wait(writer_.turn_);
  writer_.moving_ = true;
  lock.release();
  writer_.turn_.unlock();
}

FileWriter::MovingTurn::~MovingTurn() {
  std::lock_guard lock(writer_.turn_);
  writer_.moving_ = false;
  writer_.turn_changed_.notify_all();
}

void FileWriter::end_turn() {
  std::lock_guard lock(turn_);
  committing_ = false;
  turn_changed_.notify_all();
}

void FileWriter::run_commit(Durability durability, bool last) {
  take_turn();
  try {
    Commit(*this, durability, last).run();
  } catch (...) {
    end_turn();
    throw;
  }
  end_turn();
}

void FileWriter::commit(Durability durability) {
  check_writable();
  run_commit(durability, false);
}

bool FileWriter::is_closed() const {
  std::lock_guard lock(uses_);
  return closed_;
}

void FileWriter::close() {
  if (is_child()) check_writable();  // what is under way in the parent never ends here
  {
    std::unique_lock lock(uses_);
    const auto own = static_cast<unsigned>(std::count(calls_under_way.begin(), calls_under_way.end(), this));
    if (own == 0)  // another thread may be at it: the file is closed when this returns, too
      while (closing_) uses_changed_.wait(uses_);
    if (closing_ || closed_) return;
    closing_ = true;
    while (in_use_ > own) uses_changed_.wait(uses_);
    lock.release();
    uses_.unlock();
  }
  const auto finish = [&] {
    std::lock_guard lock(uses_);
    closed_ = true;
    closing_ = false;
    uses_changed_.notify_all();
  };
  try {
    check_writable();
    run_commit(settings_.close, true);
    // Space that this last commit gave up is cut off by one more, where there is much of it at the end.
    if (space_.trim() + worth_cutting <= end_of_file_) run_commit(settings_.close, true);
  } catch (...) {
    const bool again = edit([&] { return !broken_; }) && fork_generation() == generation_;
    if (again) {  // nothing is lost: close() can be called once more, when there is room
      std::lock_guard lock(uses_);
      closing_ = false;
      uses_changed_.notify_all();
      throw;
    }
    finish();
    if (fork_generation() == generation_) unlock();
    throw;
  }
  finish();
  unlock();
}

void FileWriter::unlock() {
  if (!settings_.locked) return;
  auto& storage = file_.view().storage();
  if (auto* file = dynamic_cast<io::FileStorage*>(&storage); file != nullptr && settings_.mode != WriterMode::exclusive)
    file->unlock_range(writers_byte, 1);
  storage.unlock();
}

void FileWriter::give_up() noexcept {
  {
    std::lock_guard lock(uses_);
    if (closed_) return;
    closed_ = true;
  }
  try {
    unlock();
  } catch (const std::exception&) {  // it goes with the descriptor
  }
}

void FileWriter::drop(const std::function<void()>& closed) noexcept {
  std::optional<Error> failure;
  if (fork_generation() == generation_ && !is_closed()) {
    try {
      close();
    } catch (const Error& error) {
      failure = error;
    } catch (const std::exception& error) {
      failure = Error(ErrorKind::io, error.what());
    }
    if (failure) give_up();
  }
  closed();
  if (failure && settings_.on_error) settings_.on_error(failure->in_file(file_.name()));
}

}  // namespace fiver::object
