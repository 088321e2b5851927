// What a file open for writing has beside what every open file has: its free space, the objects that were changed, and commits.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/mutexes.hpp"
#include "fiver/options.hpp"
#include "fiver/values/writing.hpp"
#include "meta/heap_ledger.hpp"
#include "meta/pending_heap.hpp"
#include "meta/space.hpp"
#include "meta/tree_paths.hpp"
#include "object/draft.hpp"
#include "object/garbage.hpp"

namespace fiver::object {

class ObjectState;

/// Ways to break a commit on purpose: a test of commits that these don't fail tests nothing.
struct CommitMutant {
  bool no_first_barrier = false, no_journal = false, removal_before_addition = false;
  bool heap_after_headers = false;
};

/// The file's superblock with another end of file (from address 0) and other consistency flags.
Bytes encode_superblock(const FileState& file, std::uint64_t end_of_file, std::uint8_t flags);

/// Writers that readers may look at share the file's lock; this byte, which no file has, one of them locks alone.
inline constexpr std::uint64_t writers_byte = std::uint64_t{1} << 62;

class FileWriter {
 public:
  struct Settings {
    WriterMode mode = WriterMode::exclusive;
    Durability flush = Durability::order, close = Durability::full;
    std::function<void(const Error&)> on_error;
    bool locked = false;  ///< the storage's lock is held
  };

  FileWriter(FileState& file, const Settings& settings);

  /// A call on the file is under way: close() waits for it, and it fails when the file is closed.
  class Use {
   public:
    explicit Use(FileWriter& writer);
    ~Use();
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

   private:
    FileWriter& writer_;
  };

  /// Writes the consistency flags, where they are not what they should be while the file is open.
  void mark_open();
  /// Held while elements are moved and written where they are then: one call after the other.
  class MovingTurn {
   public:
    explicit MovingTurn(FileWriter& writer);
    ~MovingTurn();
    MovingTurn(const MovingTurn&) = delete;
    MovingTurn& operator=(const MovingTurn&) = delete;

   private:
    FileWriter& writer_;
  };

  /// Throws unless the file can be written to: conflict in a child process, io after a failed sync.
  void check_writable() const;
  /// True in a process that was forked from the one that opened the file.
  bool is_child() const { return fork_generation() != generation_; }
  meta::Space& space() { return space_; }
  meta::PendingHeap& heap() { return heap_; }
  meta::HeapLedger& ledger() { return ledger_; }
  FileState& file() const { return file_; }
  const Settings& settings() const { return settings_; }
  /// The superblock's consistency flags while the file is open.
  std::uint8_t flags() const;

  /// The object's draft, read from the file when it is first asked for.
  std::shared_ptr<Draft> draft_of(const std::shared_ptr<ObjectState>& state);
  /// The same, with the links of a group in it.
  std::shared_ptr<Draft> draft_with_links(const std::shared_ptr<ObjectState>& state);
  /// A new object, which no link leads to yet. `draft` has no address; its header gets room for what it has and `growth` bytes more.
  std::shared_ptr<ObjectState> add_object(const std::shared_ptr<Draft>& draft, std::uint64_t growth);

  /// Runs `change` under the lock of all edits: short, without I/O.
  template <class Change>
  decltype(auto) edit(Change&& change) {
    std::lock_guard lock(edits_);
    return change();
  }
  // Inside edit().
  void mark_dirty(const std::shared_ptr<ObjectState>& state, Draft& draft);
  /// mark_dirty(), and readers see the draft as it is now.
  void publish(const std::shared_ptr<ObjectState>& state, Draft& draft);

  /// How many commits have taken what there was to write.
  std::uint64_t freezes() const { return freezes_; }

  /// Asked once for fresh space up to `end`, before it is written to. A commit's journal record is the last thing in the file while it is under way:
  /// what would come to lie behind the contents that it knows of waits until it is done.
  void await_room(std::uint64_t end);
  /// Bytes for fresh space that must be in the file before the next commit: nothing leads there yet.
  void write_now(Address address, const Bytes& bytes);
  Address put_now(const Bytes& bytes);

  /// Objects that were dropped: what they take is given up by the next commit.
  void note_deleted(std::shared_ptr<ObjectState> state, std::shared_ptr<Draft> draft);

  void commit(Durability durability);
  /// Commits, cuts the file, gives up the lock. No call is under way any more when it returns.
  void close();
  bool is_closed() const;
  /// close() for a file whose last handle went, then `closed`; errors go to the settings' hook after that.
  void drop(const std::function<void()>& closed) noexcept;

  void mutate(const CommitMutant& mutant) { mutant_ = mutant; }
  std::shared_ptr<Garbage> new_garbage();
  /// Elements went to the file outside any commit: the next one waits for the disk even when nothing else changed.
  void note_data_written() { wrote_data_ = true; }
  bool take_data_written() { return wrote_data_.exchange(false); }

 private:
  friend class Commit;
  void give_back(const std::vector<meta::Extent>& extents);
  void unlock();
  /// Closed, without the commit that failed.
  void give_up() noexcept;
  void take_turn();
  void end_turn();
  void run_commit(Durability durability, bool last);

  FileState& file_;
  Settings settings_;
  std::uint32_t generation_;
  meta::Space space_;
  meta::PendingHeap heap_;
  meta::HeapLedger ledger_;
  CommitMutant mutant_;

  // Objects, below, give their space back when they go: this goes after them.
  mutable Mutex waiting_mutex_;
  std::vector<meta::Extent> waiting_;  ///< given up by a commit that the disk was not waited for
  std::uint64_t synced_end_;           ///< contents before it may be part of what the disk was last waited for
  bool unsynced_ = false;              ///< something was committed that the disk was not waited for

  mutable Mutex edits_;
  std::map<std::uint64_t, std::pair<std::shared_ptr<ObjectState>, std::shared_ptr<Draft>>> dirty_;
  std::vector<std::pair<std::shared_ptr<ObjectState>, std::shared_ptr<Draft>>> deleted_;
  std::uint64_t freezes_ = 0;

  mutable Mutex uses_;
  Condition uses_changed_;
  unsigned in_use_ = 0;
  bool closing_ = false, closed_ = false;

  Mutex room_mutex_;
  Condition room_changed_;
  std::optional<std::uint64_t> room_;  ///< up to where others may write during a commit
  /// From address 0: the storage does not reach further. Not known before the first commit.
  std::uint64_t reached_ = ~std::uint64_t{0};

  Mutex turn_;
  Condition turn_changed_;
  bool committing_ = false, moving_ = false;
  // Of whoever has the turn.
  meta::TreePaths paths_;
  std::uint64_t end_of_file_;   ///< as the superblock in the file says, from address 0
  std::uint64_t last_end_ = 0;  ///< of the contents at the last commit
  std::atomic<bool> wrote_data_{false};
  std::optional<std::string> broken_;
};

}  // namespace fiver::object
