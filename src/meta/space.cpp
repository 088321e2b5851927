#include "meta/space.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "fiver/values/error.hpp"

namespace fiver::meta {
namespace {

constexpr std::uint64_t alignment = 8;

constexpr std::uint64_t aligned(std::uint64_t address) {
  return (address + alignment - 1) / alignment * alignment;
}

}  // namespace

void Space::insert(std::uint64_t address, std::uint64_t size) {
  by_address_.emplace(address, size);
  by_size_.emplace(size, address);
}

void Space::erase(std::map<std::uint64_t, std::uint64_t>::iterator which) {
  by_size_.erase({which->second, which->first});
  by_address_.erase(which);
}

Address Space::take(std::map<std::uint64_t, std::uint64_t>::iterator from, std::uint64_t at, std::uint64_t size,
                    bool full) {
  if (!full && at < known_from_) reused_.insert(at);
  const auto [start, length] = *from;
  erase(from);
  if (at > start) insert(start, at - start);
  if (at + size < start + length) insert(at + size, start + length - at - size);
  return Address{at};
}

Address Space::extend(std::uint64_t at, std::uint64_t size) {
  if (size > (std::uint64_t{1} << 62) - std::min(at, std::uint64_t{1} << 62))
    throw Error(ErrorKind::limit, fmt::format("{} more bytes are more than a file may have", size));
  if (at > aligned(end_)) insert(aligned(end_), at - aligned(end_));
  end_ = at + size;
  return Address{at};
}

Address Space::allocate(std::uint64_t size) {
  const bool full = size % alignment == 0;
  size = aligned(size);
  std::lock_guard lock(mutex_);
  const auto fit = by_size_.lower_bound({size, 0});
  if (fit != by_size_.end()) return take(by_address_.find(fit->second), fit->second, size, full);
  return extend(aligned(end_), size);
}

Address Space::allocate_record(std::uint64_t size) {
  if (size > sector) return allocate(size);
  const bool full = size % alignment == 0;
  size = aligned(size);
  // The first place in [start, ...) where the record does not cross a line.
  const auto place = [&](std::uint64_t start) {
    const auto within = (base_ + start) % sector;
    return within + size <= sector ? start : start + (sector - within);
  };
  std::lock_guard lock(mutex_);
  for (auto fit = by_size_.lower_bound({size, 0}); fit != by_size_.end(); ++fit) {
    const auto at = place(fit->second);
    if (at + size <= fit->second + fit->first) return take(by_address_.find(fit->second), at, size, full);
  }
  return extend(place(aligned(end_)), size);
}

void Space::give_back(const Extent& extent) {
  if (extent.size == 0) return;
  std::lock_guard lock(mutex_);
  auto start = aligned(extent.address.value);
  auto end = extent.address.value + extent.size;
  const bool ours = extent.address.value >= known_from_ || reused_.erase(extent.address.value) > 0;
  end = ours ? aligned(end) : end / alignment * alignment;
  if (end <= start) return;
  auto size = end - start;
  auto after = by_address_.lower_bound(start);
  if (after != by_address_.end() && after->first == start + size) {
    size += after->second;
    const auto gone = after++;
    erase(gone);
  }
  if (after != by_address_.begin()) {
    const auto before = std::prev(after);
    if (before->first + before->second == start) {
      start = before->first;
      size += before->second;
      erase(before);
    }
  }
  insert(start, size);
}

std::uint64_t Space::end() const {
  std::lock_guard lock(mutex_);
  return end_;
}

std::uint64_t Space::trim() {
  std::lock_guard lock(mutex_);
  if (!by_address_.empty()) {
    const auto last = std::prev(by_address_.end());
    if (last->first + last->second == end_) {
      end_ = last->first;
      known_from_ = std::min(known_from_, end_);
      erase(last);
    }
  }
  return end_;
}

std::uint64_t Space::free_bytes() const {
  std::lock_guard lock(mutex_);
  std::uint64_t bytes = 0;
  for (const auto& [start, size] : by_address_) bytes += size;
  return bytes;
}

}  // namespace fiver::meta
