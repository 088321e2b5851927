#include "io/descriptor_budget.hpp"

#include <unistd.h>

#include <mutex>
#include <utility>
#include <vector>

namespace fiver::io {

Descriptor::Descriptor(int number, std::shared_ptr<DescriptorBudget> budget) noexcept
    : number_(number), budget_(std::move(budget)) {
  if (budget_) budget_->open_.fetch_add(1, std::memory_order_relaxed);
}

Descriptor::~Descriptor() {
  close(number_);  // of a file whose writes are synced or not; either way there is nobody to tell
  if (budget_) budget_->open_.fetch_sub(1, std::memory_order_relaxed);
}

bool DescriptorBudget::make_room(bool must) {
  bool taken = false;
  while (must || open() >= limit_) {
    // Closing is a call to the system and waits until the locks are free again.
    const auto descriptor = take_least_recent();
    if (!descriptor) break;
    closed_early_.fetch_add(1, std::memory_order_relaxed);
    taken = true;
    must = false;
  }
  return taken || open() < limit_;
}

void DescriptorBudget::offer(std::weak_ptr<DescriptorSlot> slot) {
  const std::lock_guard lock(mutex_);
  offered_.push_back(std::move(slot));
}

std::shared_ptr<const Descriptor> DescriptorBudget::take_least_recent() {
  std::vector<std::shared_ptr<DescriptorSlot>> seen;  // if this is the last owner of one, it dies after the lock
  const std::lock_guard lock(mutex_);
  seen.reserve(offered_.size());
  auto oldest = offered_.end();
  std::uint64_t oldest_use = 0;
  for (auto it = offered_.begin(); it != offered_.end();) {
    const auto slot = it->lock();
    if (slot) seen.push_back(slot);
    std::unique_lock<Mutex> slot_lock;
    if (slot) slot_lock = std::unique_lock(slot->mutex);
    if (!slot || !slot->descriptor) {
      it = offered_.erase(it);
      continue;
    }
    // A second owner of the descriptor is a read under way.
    const bool busy = slot->pins > 0 || slot->descriptor.use_count() > 1;
    if (!busy && (oldest == offered_.end() || slot->last_used < oldest_use)) {
      oldest = it;
      oldest_use = slot->last_used;
    }
    ++it;
  }
  if (oldest == offered_.end()) return nullptr;
  const auto slot = oldest->lock();
  const std::lock_guard slot_lock(slot->mutex);
  if (slot->pins > 0) return nullptr;  // locked in this very moment
  offered_.erase(oldest);
  return std::move(slot->descriptor);
}

}  // namespace fiver::io
