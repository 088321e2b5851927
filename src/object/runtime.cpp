#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "io/posix_storage.hpp"
#include "meta/recovery.hpp"
#include "object/file_state.hpp"
#include "object/runtime_state.hpp"

namespace fiver {
namespace object {
namespace {

std::uint64_t memory_of(const Runtime::Settings& settings) {
  if (settings.memory != 0) return settings.memory;
  const auto pages = ::sysconf(_SC_PHYS_PAGES), size = ::sysconf(_SC_PAGESIZE);
  if (pages <= 0 || size <= 0) return std::uint64_t{1} << 30;
  return static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(size) / 4;
}

std::size_t descriptors_of(const Runtime::Settings& settings) {
  if (settings.descriptors != 0) return settings.descriptors;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 512;
  return std::max<std::size_t>(static_cast<std::size_t>(limit.rlim_cur) / 2, 16);
}

}  // namespace

RuntimeState::RuntimeState(const Runtime::Settings& settings)
    : pool(settings.threads),
      filters(FilterRegistry::with_builtins()),
      memory(std::make_shared<Budget>(memory_of(settings))),
      buffers(memory),
      scratch(pool.size(), memory->limit() / (8 * pool.size())),
      chunks(std::make_shared<pipeline::ChunkMemory>(memory)),
      descriptors(std::make_shared<io::DescriptorBudget>(descriptors_of(settings))) {}

namespace {

/// The variable that users of the C library set where file systems have no locks.
Locking effective(Locking asked) {
  const char* value = std::getenv("HDF5_USE_FILE_LOCKING");
  if (value == nullptr) return asked;
  const std::string_view text = value;
  if (text == "FALSE" || text == "0") return Locking::off;
  if (text == "BEST_EFFORT") return Locking::best_effort;
  return text == "TRUE" || text == "1" ? Locking::required : asked;
}

/// True when the lock is held. Throws conflict when another has one that excludes it.
bool lock(Storage& storage, LockMode mode, Locking locking, std::string_view who) {
  if (locking == Locking::off) return false;
  try {
    if (storage.try_lock(mode)) return true;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::unsupported || locking == Locking::required) throw;
    return false;
  }
  throw Error(ErrorKind::conflict, std::string("the file is held by another ") + std::string(who) +
                                       " (its lock; HDF5_USE_FILE_LOCKING=FALSE passes by)");
}

/// Readers share the file's lock with a live writer; another writer is kept out by a lock on a byte that no file has.
void lock_out_writers(Storage& storage) {
  auto* file = dynamic_cast<io::FileStorage*>(&storage);
  if (file == nullptr || file->try_lock_range(LockMode::exclusive, writers_byte, 1)) return;
  storage.unlock();
  throw Error(ErrorKind::conflict, "another program writes to the file, and lets readers look on");
}

}  // namespace

class RuntimeState::Opening {
 public:
  Opening(RuntimeState& runtime, const StorageIdentity& identity) : runtime_(runtime), identity_(identity) {
    std::lock_guard lock(runtime_.mutex_);
    while (runtime_.opening_.contains(identity_)) runtime_.changed_.wait(runtime_.mutex_);
    runtime_.opening_.insert(identity_);
  }
  ~Opening() {
    std::lock_guard lock(runtime_.mutex_);
    runtime_.opening_.erase(identity_);
    runtime_.changed_.notify_all();
  }
  Opening(const Opening&) = delete;
  Opening& operator=(const Opening&) = delete;

 private:
  RuntimeState& runtime_;
  const StorageIdentity identity_;
};

std::shared_ptr<FileState> RuntimeState::find_open(const StorageIdentity& identity) {
  std::lock_guard lock(mutex_);
  while (true) {
    const auto found = open_.find(identity);
    if (found == open_.end()) return nullptr;
    if (auto state = found->second.state.lock()) return state;
    if (!found->second.writes) return nullptr;
    changed_.wait(mutex_);
  }
}

std::shared_ptr<FileState> RuntimeState::open(const std::shared_ptr<Runtime>& runtime, std::shared_ptr<Storage> storage,
                                              const Limits& limits, bool follow_writer, Locking locking) {
  const auto identity = storage->identity();
  const auto stamp = storage->change_stamp();  // asked for here: it may take a system call, which no lock is held over
  const auto known = find_open(identity);
  if (known && known->serves(stamp, limits, follow_writer)) return known;
  // A reader holds no lock: whoever writes while others read says so by the lock it takes.
  locking = effective(locking);
  if (!follow_writer && object::lock(*storage, LockMode::shared, locking, "program that writes to it"))
    storage->unlock();
  auto fresh = FileState::open(runtime, std::move(storage), limits, follow_writer);
  std::lock_guard lock(mutex_);
  if (open_.size() > 1024 && open_.size() % 256 == 0)
    std::erase_if(open_, [](const auto& entry) { return !entry.second.writes && entry.second.state.expired(); });
  auto& slot = open_[identity];
  // Another thread may have opened it meanwhile: then its state is the one.
  if (auto other = slot.state.lock(); other && other != known && other->serves(stamp, limits, follow_writer))
    return other;
  slot = {fresh, false};
  return fresh;
}

std::shared_ptr<FileState> RuntimeState::open_for_writing(const std::shared_ptr<Runtime>& runtime,
                                                          std::shared_ptr<Storage> storage, const Options& options,
                                                          const std::function<void(Storage&)>& make) {
  const auto identity = storage->identity();
  const Opening alone(*this, identity);
  if (const auto known = find_open(identity); known && !(known->writer() && known->writer()->is_closed())) {
    if (make) throw Error(ErrorKind::conflict, "it is open, and can't be replaced");
    if (known->writer() != nullptr) return known;
    throw Error(ErrorKind::conflict, "it is open for reading only in this process");
  }
  FileWriter::Settings settings{options.mode, options.flush_durability, options.close_durability, options.on_error,
                                false};
  const auto mode = options.mode == WriterMode::exclusive ? LockMode::exclusive : LockMode::shared;
  settings.locked = object::lock(*storage, mode, effective(options.locking), "program");
  if (settings.locked && mode == LockMode::shared) lock_out_writers(*storage);
  try {
    if (make)
      make(*storage);
    else
      meta::finish_commit(*storage, meta::find_unfinished_commit(*storage));
    auto fresh = FileState::open_for_writing(runtime, storage, options.limits, settings);
    std::lock_guard lock(mutex_);
    auto& slot = open_[identity];
    if (const auto other = slot.state.lock(); other && !(other->writer() && other->writer()->is_closed()))
      throw Error(ErrorKind::conflict, "another thread opened it for reading at the same time");
    slot = {fresh, true};
    return fresh;
  } catch (...) {
    if (settings.locked) storage->unlock();
    throw;
  }
}

void RuntimeState::forget(const FileState& state) {
  const auto identity = state.view().storage().identity();
  std::lock_guard lock(mutex_);
  const auto found = open_.find(identity);
  if (found == open_.end()) return;
  const auto known = found->second.state.lock();
  if (!known || known.get() == &state) open_.erase(found);
  changed_.notify_all();
}

}  // namespace object

Runtime::Runtime(const Settings& settings) : state_(std::make_unique<object::RuntimeState>(settings)) {}
Runtime::~Runtime() = default;

std::shared_ptr<Runtime> Runtime::shared() {
  static const auto runtime = std::make_shared<Runtime>();
  return runtime;
}

unsigned Runtime::threads() const {
  return state_->pool.size();
}
void Runtime::add_filter(std::shared_ptr<const Filter> filter) {
  state_->filters.add(std::move(filter));
}
std::shared_ptr<const Filter> Runtime::find_filter(std::uint16_t id) const {
  return state_->filters.find(id);
}
std::vector<std::shared_ptr<const Filter>> Runtime::filters() const {
  return state_->filters.all();
}

}  // namespace fiver
