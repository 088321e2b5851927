#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

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
      descriptors(std::make_shared<io::DescriptorBudget>(descriptors_of(settings))) {}

std::shared_ptr<FileState> RuntimeState::open(const std::shared_ptr<Runtime>& runtime, std::shared_ptr<Storage> storage,
                                              const Limits& limits, bool follow_writer) {
  const auto identity = storage->identity();
  const auto stamp = storage->change_stamp();  // asked for here: it may take a system call, which no lock is held over
  std::shared_ptr<FileState> known;
  {
    std::lock_guard lock(mutex_);
    if (const auto found = open_.find(identity); found != open_.end()) known = found->second.lock();
  }
  if (known && known->serves(stamp, limits, follow_writer)) return known;
  auto fresh = FileState::open(runtime, std::move(storage), limits, follow_writer);
  std::lock_guard lock(mutex_);
  if (open_.size() > 1024 && open_.size() % 256 == 0)
    std::erase_if(open_, [](const auto& entry) { return entry.second.expired(); });
  auto& slot = open_[identity];
  // Another thread may have opened it meanwhile: then its state is the one.
  if (auto other = slot.lock(); other && other != known && other->serves(stamp, limits, follow_writer)) return other;
  slot = fresh;
  return fresh;
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
