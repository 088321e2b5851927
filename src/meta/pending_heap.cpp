#include "meta/pending_heap.hpp"

#include <algorithm>
#include <mutex>

#include "format/global_heap.hpp"

namespace fiver::meta {
namespace {

/// Many objects in one collection cost one read; few take no more space than they need.
constexpr std::uint64_t largest_collection = 64 << 10;

constexpr std::uint64_t padded(std::uint64_t size) {
  return (size + 7) / 8 * 8;
}

}  // namespace

HeapId PendingHeap::put(ByteView object) {
  const auto takes = format::global_heap_object_header_size(widths_) + padded(object.size());
  std::lock_guard lock(mutex_);
  if (open_ && (takes > open_->size - open_->used || open_->objects.size() == format::most_global_heap_objects))
    close_open();
  if (!open_) {
    const std::uint64_t least = padded(format::global_heap_header_size(widths_)) + takes;
    Open fresh;
    fresh.size = std::max({next_size_, padded(least), format::least_global_heap_size});
    fresh.address = space_.allocate(fresh.size);
    fresh.used = padded(format::global_heap_header_size(widths_));
    next_size_ = std::min(2 * next_size_, largest_collection);
    open_ = std::move(fresh);
  }
  open_->objects.emplace_back(object.begin(), object.end());
  open_->used += takes;
  return {open_->address, static_cast<std::uint32_t>(open_->objects.size())};
}

Bytes PendingHeap::encode(const Open& collection, std::uint64_t size) const {
  std::vector<format::NewGlobalHeapObject> objects;
  for (std::size_t i = 0; i < collection.objects.size(); ++i)
    objects.push_back({static_cast<std::uint16_t>(i + 1), 0, collection.objects[i]});
  return format::encode_global_heap(objects, size, widths_);
}

void PendingHeap::close_open() {
  if (!open_) return;
  const auto size = std::max(open_->used, format::least_global_heap_size);
  if (size < open_->size) space_.give_back({Address{open_->address.value + size}, open_->size - size});
  closed_[open_->address.value] = std::make_shared<const Bytes>(encode(*open_, size));
  untaken_.push_back(open_->address);
  open_.reset();
}

std::optional<SharedBytes> PendingHeap::find(Address collection) const {
  std::lock_guard lock(mutex_);
  if (open_ && open_->address == collection) {
    const auto bytes = std::make_shared<const Bytes>(encode(*open_, open_->size));
    return SharedBytes{bytes, *bytes};
  }
  const auto found = closed_.find(collection.value);
  if (found == closed_.end()) return std::nullopt;
  return SharedBytes{found->second, *found->second};
}

std::uint64_t PendingHeap::waiting_bytes() const {
  std::lock_guard lock(mutex_);
  std::uint64_t bytes = open_ ? open_->used : 0;
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
