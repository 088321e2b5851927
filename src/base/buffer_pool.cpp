#include "base/buffer_pool.hpp"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <mutex>
#include <new>

#include "fiver/values/error.hpp"

namespace fiver {

namespace {

constexpr std::size_t page = 4096;
constexpr std::size_t huge_page = std::size_t{2} << 20U;
constexpr std::size_t most_idle = 128;  // so that looking for one stays short

// Sizes come in steps of a quarter of a power of two, so that chunks of nearly one size share buffers and at most a fifth is wasted.
std::size_t capacity_for(std::size_t bytes) {
  // No object can be larger; the steps below cannot overflow then.
  if (bytes > std::numeric_limits<std::ptrdiff_t>::max())
    throw Error(ErrorKind::limit, fmt::format("no memory for {} bytes", bytes));
  if (bytes <= page) return page;
  auto step = std::bit_floor(bytes) / 4;
  if (bytes > huge_page) step = std::max(step, huge_page);
  return (bytes + step - 1) / step * step;
}

std::align_val_t alignment(std::size_t capacity) {
  return std::align_val_t{capacity >= huge_page ? huge_page : page};
}

void release(std::byte* data, std::size_t capacity) noexcept {
  ::operator delete(data, alignment(capacity));
}

}  // namespace

BufferPool::BufferPool(std::shared_ptr<Budget> budget) : budget_(std::move(budget)) {}

BufferPool::~BufferPool() {
  trim();
}

BufferPool::Buffer BufferPool::take(std::size_t bytes) {
  if (auto buffer = try_take(bytes)) return std::move(*buffer);
  const auto capacity = capacity_for(bytes);
  budget_->take_anyway(capacity);
  return {this, allocate(capacity), bytes, capacity};
}

std::optional<BufferPool::Buffer> BufferPool::try_take(std::size_t bytes) {
  const auto capacity = capacity_for(bytes);
  if (auto* data = take_idle(capacity)) return Buffer(this, data, bytes, capacity);
  if (!make_room(capacity)) return std::nullopt;
  return Buffer(this, allocate(capacity), bytes, capacity);
}

void BufferPool::trim(std::uint64_t keep) {
  std::vector<Idle> freed;
  {
    const std::lock_guard lock(mutex_);
    auto end = idle_.begin();
    for (; end != idle_.end() && idle_bytes_ > keep; ++end) idle_bytes_ -= end->capacity;
    freed.assign(idle_.begin(), end);
    idle_.erase(idle_.begin(), end);
  }
  for (const auto& each : freed) {
    release(each.data, each.capacity);
    budget_->give_back(each.capacity);
  }
}

std::uint64_t BufferPool::idle_bytes() const {
  const std::lock_guard lock(mutex_);
  return idle_bytes_;
}

std::uint64_t BufferPool::allocations() const {
  const std::lock_guard lock(mutex_);
  return allocations_;
}

// The one used last: its pages are the likeliest to be in the processor's cache.
std::byte* BufferPool::take_idle(std::size_t capacity) {
  const std::lock_guard lock(mutex_);
  const auto found =
      std::find_if(idle_.rbegin(), idle_.rend(), [&](const Idle& each) { return each.capacity == capacity; });
  if (found == idle_.rend()) return nullptr;
  auto* data = found->data;
  idle_.erase(std::next(found).base());
  idle_bytes_ -= capacity;
  return data;
}

// The capacity has been taken from the budget.
std::byte* BufferPool::allocate(std::size_t capacity) {
  auto* data = static_cast<std::byte*>(::operator new(capacity, alignment(capacity), std::nothrow));
  if (data == nullptr) {
    budget_->give_back(capacity);
    throw Error(ErrorKind::limit, fmt::format("no memory for {} bytes", capacity));
  }
#ifdef MADV_HUGEPAGE
  if (capacity >= huge_page) madvise(data, capacity / huge_page * huge_page, MADV_HUGEPAGE);  // a hint: failing is fine
#endif
  const std::lock_guard lock(mutex_);
  ++allocations_;
  return data;
}

bool BufferPool::make_room(std::size_t capacity) {
  while (!budget_->try_take(capacity)) {
    const auto idle = idle_bytes();
    if (idle == 0) return false;
    trim(idle - std::min<std::uint64_t>(idle, capacity));
  }
  return true;
}

void BufferPool::give_back(std::byte* data, std::size_t capacity) noexcept {
  bool kept = false;
  bool crowded = false;
  if (budget_->used() <= budget_->limit()) {
    const std::lock_guard lock(mutex_);
    try {
      idle_.push_back({data, capacity});
      idle_bytes_ += capacity;
      kept = true;
      crowded = idle_.size() > most_idle;
    } catch (const std::bad_alloc&) {  // then it is not kept
    }
  }
  if (!kept) {
    release(data, capacity);
    budget_->give_back(capacity);
  } else if (crowded) {
    drop_oldest();
  }
}

void BufferPool::drop_oldest() noexcept {
  Idle oldest{};
  {
    const std::lock_guard lock(mutex_);
    if (idle_.size() <= most_idle) return;
    oldest = idle_.front();
    idle_.erase(idle_.begin());
    idle_bytes_ -= oldest.capacity;
  }
  release(oldest.data, oldest.capacity);
  budget_->give_back(oldest.capacity);
}

}  // namespace fiver
