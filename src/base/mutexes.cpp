#include "base/mutexes.hpp"

#include <pthread.h>

#include <array>
#include <cstdint>
#include <ctime>
#include <thread>

namespace fiver {

namespace {

// The one thing here that is process-wide, because fork is. Threads spread over several counters, each on its own cache line.
struct Gate {
  struct alignas(64) Counter {
    std::atomic<std::uint32_t> inside{0};
  };
  std::array<Counter, 16> counters;
  std::atomic<int> closed{0};
  std::atomic<std::uint32_t> generation{0};
  std::mutex forking;  // two threads may fork at once
};
constinit Gate gate;

struct Passage {
  std::atomic<std::uint32_t>* counter = nullptr;  // this thread's, once it was asked for
  unsigned depth = 0;                             // our mutexes held by this thread
  bool closed_it = false;                         // between fork's prepare and its end
};
thread_local Passage passage;

std::atomic<std::uint32_t>& counter_of(Passage& own) {
  if (own.counter == nullptr) {
    // Thread-local data of different threads lies pages apart.
    const auto place = reinterpret_cast<std::uintptr_t>(&own);
    own.counter = &gate.counters[(place >> 12U ^ place >> 20U) % gate.counters.size()].inside;
  }
  return *own.counter;
}

void enter() {
  auto& own = passage;  // found once: in a shared library that is a call
  if (own.depth++ > 0) return;
  auto& inside = counter_of(own);
  while (true) {
    // Sequentially consistent, both here and in prepare(): either this thread sees the gate closed, or prepare() sees it inside.
    inside.fetch_add(1);
    if (gate.closed.load() == 0) return;
    inside.fetch_sub(1);
    gate.closed.wait(1);
  }
}

void leave() {
  auto& own = passage;
  if (--own.depth == 0) counter_of(own).fetch_sub(1, std::memory_order_release);
}

void prepare() {
  // A fork from inside (by a signal handler) cannot wait for its own thread; the child had better call exec.
  if (passage.depth > 0) return;
  gate.forking.lock();
  gate.closed.store(1);
  passage.closed_it = true;
  for (auto& counter : gate.counters) {
    for (unsigned tries = 0; counter.inside.load() != 0; ++tries) {
      if (tries < 100) {
        std::this_thread::yield();
      } else {
        const std::timespec pause{0, 50'000};
        nanosleep(&pause, nullptr);
      }
    }
  }
}

void reopen() {
  if (!passage.closed_it) return;
  passage.closed_it = false;
  gate.closed.store(0);
  gate.closed.notify_all();
  gate.forking.unlock();
}

void begin_child() {
  gate.generation.fetch_add(1, std::memory_order_relaxed);
  // Threads that met the closed gate may have been counted at the moment of the fork; they are not here.
  if (passage.closed_it)
    for (auto& counter : gate.counters) counter.inside.store(0);
  reopen();
}

// Whoever links a Mutex links this. The system takes the handlers away when a shared library is unloaded.
[[maybe_unused]] const int handlers_set = pthread_atfork(prepare, reopen, begin_child);

}  // namespace

void Mutex::lock() {
  enter();
  mutex_.lock();
}

void Mutex::unlock() {
  mutex_.unlock();
  leave();
}

void Condition::wait(Mutex& held) {
  const auto seen = changes_.load();
  held.unlock();
  changes_.wait(seen);
  held.lock();
}

void Condition::notify_one() noexcept {
  changes_.fetch_add(1);
  changes_.notify_one();
}

void Condition::notify_all() noexcept {
  changes_.fetch_add(1);
  changes_.notify_all();
}

std::uint32_t fork_generation() noexcept {
  return gate.generation.load(std::memory_order_relaxed);
}

}  // namespace fiver
