// What a Runtime is made of, and its table of open files: a file opened twice, or reached as link target or virtual source, is one
// FileState.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>

#include "base/budget.hpp"
#include "base/buffer_pool.hpp"
#include "base/mutexes.hpp"
#include "base/worker_pool.hpp"
#include "codecs/registry.hpp"
#include "fiver/options.hpp"
#include "fiver/runtime.hpp"
#include "fiver/spi/storage.hpp"
#include "fiver/values/limits.hpp"
#include "io/descriptor_budget.hpp"
#include "object/encode_scratch.hpp"
#include "pipeline/chunk_memory.hpp"

namespace fiver::object {

class FileState;

class RuntimeState {
 public:
  explicit RuntimeState(const Runtime::Settings& settings);

  WorkerPool pool;
  FilterRegistry filters;
  std::shared_ptr<Budget> memory;
  BufferPool buffers;
  SpareScratch scratch;
  std::shared_ptr<pipeline::ChunkMemory> chunks;  ///< what is remembered of chunks that are read in parts
  std::shared_ptr<io::DescriptorBudget> descriptors;

  /// The state of the file that `storage` holds: the one that is open, where limits and the way of following are the same and the
  /// file has not changed behind it, else a new one.
  std::shared_ptr<FileState> open(const std::shared_ptr<Runtime>& runtime, std::shared_ptr<Storage> storage,
                                  const Limits& limits, bool follow_writer, Locking locking);
  /// The same for writing: the state that is open for writing already, or a new one, with the storage's lock. `make` puts a new file into
  /// the storage first, once nobody else has it. Throws conflict when another process has the file, or this one for reading only.
  std::shared_ptr<FileState> open_for_writing(const std::shared_ptr<Runtime>& runtime, std::shared_ptr<Storage> storage,
                                              const Options& options, const std::function<void(Storage&)>& make);
  /// The file is closed: the next open is a new one.
  void forget(const FileState& state);

 private:
  struct Entry {
    std::weak_ptr<FileState> state;
    bool writes = false;  ///< stays until its last commit is done, though nobody has the state any more
  };
  /// One open for writing at a time of one file: the next finds what it opened.
  class Opening;
  /// Waits for the last commit of a state that nobody has any more.
  std::shared_ptr<FileState> find_open(const StorageIdentity& identity);

  Mutex mutex_;
  Condition changed_;
  std::map<StorageIdentity, Entry> open_;
  std::set<StorageIdentity> opening_;
};

}  // namespace fiver::object
