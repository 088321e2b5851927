#include "meta/pending_heap.hpp"

#include <algorithm>
#include <array>
#include <mutex>

namespace fiver::meta {
namespace {

/// Many objects in one collection cost one read; few take no more space than they need.
constexpr std::uint64_t largest_collection = 64 << 10;

constexpr std::uint64_t padded(std::uint64_t size) {
  return (size + 7) / 8 * 8;
}

}  // namespace

HeapId PendingHeap::put(ByteView object) {
  std::lock_guard lock(mutex_);
  if (open_ && (open_->objects == format::most_global_heap_objects || !open_->builder.fits(object.size())))
    close_open();
  if (!open_) {
    const std::array<std::uint64_t, 1> alone{object.size()};
    const auto size = padded(std::max(next_size_, format::global_heap_size_for(alone, widths_)));
    open_ = Open{space_.allocate(size), format::GlobalHeapBuilder(size, widths_), 0};
    next_size_ = std::min(2 * next_size_, largest_collection);
  }
  open_bytes_.reset();
  open_->builder.add(static_cast<std::uint16_t>(++open_->objects), 0, object);
  return {open_->address, open_->objects};
}

void PendingHeap::close_open() {
  if (!open_) return;
  auto& [address, builder, objects] = *open_;
  const auto size = std::max(builder.used(), format::least_global_heap_size), had = builder.size();
  if (size < had) space_.give_back({Address{address.value + size}, had - size});
  closed_[address.value] = std::make_shared<const Bytes>(std::move(builder).finish(size));
  untaken_.push_back(address);
  open_.reset();
  open_bytes_.reset();
}

void PendingHeap::close() {
  std::lock_guard lock(mutex_);
  close_open();
}

std::optional<SharedBytes> PendingHeap::find(Address collection) const {
  std::lock_guard lock(mutex_);
  if (open_ && open_->address == collection) {
    if (!open_bytes_) {
      auto copy = open_->builder;
      open_bytes_ = std::make_shared<const Bytes>(std::move(copy).finish(open_->builder.size()));
    }
    return SharedBytes{open_bytes_, *open_bytes_};
  }
  const auto found = closed_.find(collection.value);
  if (found == closed_.end()) return std::nullopt;
  return SharedBytes{found->second, *found->second};
}

std::uint64_t PendingHeap::waiting_bytes() const {
  std::lock_guard lock(mutex_);
  std::uint64_t bytes = open_ ? open_->builder.used() : 0;
  for (const auto address : untaken_) bytes += closed_.at(address.value)->size();
  return bytes;
}

std::vector<std::pair<Address, std::shared_ptr<const Bytes>>> PendingHeap::take(bool all) {
  std::lock_guard lock(mutex_);
  if (all) {
    close_open();
    next_size_ = format::least_global_heap_size;
  }
  std::vector<std::pair<Address, std::shared_ptr<const Bytes>>> taken;
  for (const auto address : untaken_) taken.emplace_back(address, closed_.at(address.value));
  untaken_.clear();
  return taken;
}

void PendingHeap::untake() {
  std::lock_guard lock(mutex_);
  untaken_.clear();
  for (const auto& [address, bytes] : closed_) untaken_.push_back(Address{address});
}

void PendingHeap::written(Address collection) {
  std::lock_guard lock(mutex_);
  closed_.erase(collection.value);
}

}  // namespace fiver::meta
