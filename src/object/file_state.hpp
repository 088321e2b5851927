// One open file, shared by all handles into it: its address space, what its superblock says, and the objects that are in use.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <unordered_map>

#include "fiver/runtime.hpp"
#include "meta/file_view.hpp"
#include "meta/global_heap_reader.hpp"
#include "meta/shared_messages.hpp"
#include "meta/superblock_reader.hpp"
#include "object/file_writer.hpp"
#include "object/snapshot.hpp"

namespace fiver::object {

/// One object of an open file: what is known of it now.
class ObjectState {
 public:
  ObjectState(FileState& file, Address address) : file_(file), address_(address) {}
  Address address() const { return address_; }
  /// Reads the object's header the first time, and after refresh().
  std::shared_ptr<const ObjectSnapshot> snapshot() const;
  void refresh();

  // Of files open for writing.
  /// What the object's readers keep before it has a draft; the first draft goes on with it.
  std::shared_ptr<Garbage> garbage() const;
  // Under the lock of the file's edits.
  const std::shared_ptr<Draft>& draft() const { return draft_; }
  void set_draft(std::shared_ptr<Draft> draft);
  /// The draft was changed: the next snapshot is made of it as it is then.
  void note_changed();

 private:
  FileState& file_;
  Address address_;
  mutable Mutex mutex_;
  mutable std::shared_ptr<const ObjectSnapshot> snapshot_;
  mutable std::weak_ptr<Garbage> garbage_;
  std::uint64_t refreshes_ = 0;  // a snapshot begun before the last one is not kept
  bool has_draft_ = false;       // snapshots are made of it, not of the file
  std::shared_ptr<Draft> draft_;
};

class FileState : public std::enable_shared_from_this<FileState> {
 public:
  static std::shared_ptr<FileState> open(const std::shared_ptr<Runtime>& runtime, std::shared_ptr<Storage> storage,
                                         const Limits& limits, bool follow_writer);

  /// Opens for reading and writing. The storage's lock is the caller's business.
  static std::shared_ptr<FileState> open_for_writing(const std::shared_ptr<Runtime>& runtime,
                                                     std::shared_ptr<Storage> storage, const Limits& limits,
                                                     const FileWriter::Settings& settings);
  ~FileState();
  FileState(const FileState&) = delete;
  FileState& operator=(const FileState&) = delete;

  /// Null unless the file is open for writing.
  FileWriter* writer() const { return writer_.get(); }
  /// The same; throws invalid_argument when it is not.
  FileWriter& writer_or_throw() const;

  /// True when an open of the same file, with this change stamp and these settings, may share this state.
  bool serves(std::uint64_t change_stamp, const Limits& limits, bool follow_writer) const;

  const std::string& name() const { return name_; }
  /// Its folder, absolute; empty for storages that are not files.
  const std::string& folder() const { return folder_; }
  /// Its folder once symbolic links are followed.
  const std::string& actual_folder() const;
  meta::FileView& view() { return view_; }
  const meta::FileView& view() const { return view_; }
  const meta::FoundSuperblock& superblock() const { return found_; }
  const meta::FileParameters& parameters() const { return parameters_; }
  const meta::SharedMessages& shared_messages() const { return *shared_; }
  const meta::GlobalHeapReader& heap() const { return heap_; }
  const Runtime& runtime() const { return *runtime_; }
  Address root() const { return found_.superblock.root_header; }

  std::shared_ptr<ObjectState> object(Address address);
  /// The object is gone: what comes to stand at its address is another one. The caller holds the state.
  void forget(const std::shared_ptr<ObjectState>& state);
  void refresh();

 private:
  FileState(const std::shared_ptr<Runtime>& runtime, std::shared_ptr<Storage> storage,
            const meta::FoundSuperblock& found, const meta::FileView::Settings& settings);

  std::shared_ptr<Runtime> runtime_;
  std::string name_, path_, folder_;  // path_: absolute, as the working folder was when it was opened
  Lazy<std::string> actual_folder_;   // following symbolic links takes about as long as opening a small file
  std::uint64_t stamp_;
  meta::FoundSuperblock found_;
  meta::FileView view_;
  meta::FileParameters parameters_;
  std::unique_ptr<meta::SharedMessages> shared_;
  meta::GlobalHeapReader heap_;
  std::unique_ptr<FileWriter> writer_;  // goes after the objects, which give their space back to it
  Mutex mutex_;
  std::unordered_map<std::uint64_t, std::weak_ptr<ObjectState>> objects_;
  std::size_t purge_at_ = 1024;
  /// The last ones that were met stay for a while, used or not: a path leads through the same groups again and again.
  std::array<std::shared_ptr<ObjectState>, 64> recent_;
  std::size_t next_recent_ = 0;
};

}  // namespace fiver::object
