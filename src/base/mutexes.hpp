// The library's mutex and condition variable, which stay sound across fork().
//
// A child process has one thread: a mutex that another thread held at the moment of the fork would stay
// locked for ever, over data half changed. So no fork may happen while any of our mutexes is held. Taking
// each mutex in fork's prepare handler (an array of stripes, or a list of all mutexes) would do it, but then
// two mutexes may share a stripe or be taken in another order than the code takes them, which needs levels;
// destroying one needs the list's lock; and ThreadSanitizer refuses more than 64 locks held at once. Instead
// there is one gate. A thread's first lock() passes the gate and its last unlock() leaves it; fork's prepare
// handler closes the gate and waits until nobody is inside; parent and child open it again. A thread inside
// passes freely, so nesting keeps whatever order the code has, and waiting for the gate never holds a mutex:
// the gate adds no deadlock. The price is one atomic addition on a counter that few threads share. It holds
// because our locks are short: never over I/O, a codec or a callback.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>

namespace fiver {

/// Use with std::lock_guard or std::unique_lock. Not recursive.
class Mutex {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void lock();
  void unlock();

 private:
  std::mutex mutex_;
};

/// Waits for a change that another thread makes under a Mutex. May wake for nothing: call it in a loop. The
/// caller holds that one Mutex and no other, or a fork would wait as long as it does.
class Condition {
 public:
  void wait(Mutex& held);
  void notify_one() noexcept;
  void notify_all() noexcept;

 private:
  std::atomic<int> changes_{0};
};

/// How many forks lie between this process and the one that loaded the library: 0 there, one more in every
/// child. What was made in one generation (threads, locks on files, the right to write) is not the child's.
std::uint32_t fork_generation() noexcept;

}  // namespace fiver
