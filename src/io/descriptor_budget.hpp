// File descriptors are few (1024 is a common limit) where a virtual dataset has thousands of sources. This
// counts the descriptors that our files hold; when the limit is reached, the least recently used file that is
// open for reading, not locked and not being read this moment loses its descriptor. The limit is soft: files
// that cannot be closed are opened beyond it, until the system refuses.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>

#include "base/mutexes.hpp"

namespace fiver::io {

class DescriptorBudget;

/// An open descriptor, closed with its last owner.
class Descriptor {
 public:
  /// Takes over `number`. `budget` may be null.
  Descriptor(int number, std::shared_ptr<DescriptorBudget> budget) noexcept;
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int number() const noexcept { return number_; }

 private:
  int number_;
  std::shared_ptr<DescriptorBudget> budget_;
};

/// One file's place for its descriptor. Readers copy the pointer for the time of one call, so that a
/// descriptor taken away is closed only when the last of them is done.
struct DescriptorSlot {
  mutable Mutex mutex;
  std::shared_ptr<const Descriptor> descriptor;  // guarded by mutex; null when taken away
  unsigned pins = 0;                             // guarded by mutex; not taken away while above 0
  std::atomic<std::uint64_t> last_used{0};
};

class DescriptorBudget {
 public:
  explicit DescriptorBudget(std::size_t limit) : limit_(limit) {}

  std::size_t limit() const noexcept { return limit_; }
  /// Descriptors open now.
  std::size_t open() const noexcept { return open_.load(std::memory_order_relaxed); }
  /// How often one was taken away.
  std::uint64_t closed_early() const noexcept { return closed_early_.load(std::memory_order_relaxed); }

  /// Makes room for one more descriptor where that is possible. With `must`, takes one away even below the
  /// limit, for when the system refused; false when there was none to take.
  bool make_room(bool must = false);
  /// From now on the slot's descriptor may be taken away, once: after that the slot is offered again with the next one.
  void offer(std::weak_ptr<DescriptorSlot> slot);
  void touch(DescriptorSlot& slot) noexcept {
    slot.last_used.store(clock_.fetch_add(1) + 1, std::memory_order_relaxed);
  }

 private:
  friend class Descriptor;
  std::shared_ptr<const Descriptor> take_least_recent();

  const std::size_t limit_;
  std::atomic<std::size_t> open_{0};
  std::atomic<std::uint64_t> clock_{0}, closed_early_{0};
  Mutex mutex_;                                       // taken before a slot's
  std::list<std::weak_ptr<DescriptorSlot>> offered_;  // those that are open, and some that were
};

}  // namespace fiver::io
