// What the tests of concurrency share: a place where threads wait for each other, a storage whose reads do so, and threads whose
// errors reach the test.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "io/forwarding_storage.hpp"

namespace fiver::tests {

/// Once armed, keeps whoever enters until `wanted` threads are inside at the same time. Gives up after half a minute, so that a lock which
/// keeps them apart fails the test instead of hanging it.
class MeetingPoint {
 public:
  explicit MeetingPoint(unsigned wanted = 2) : wanted_(wanted) {}

  void arm() {
    const std::lock_guard lock(mutex_);
    armed_ = true;
  }
  void enter() {
    std::unique_lock lock(mutex_);
    if (!armed_ || met_ || missed_) return;
    if (++inside_ == wanted_) {
      met_ = true;
      changed_.notify_all();
      return;
    }
    if (!changed_.wait_for(lock, std::chrono::seconds(30), [&] { return met_ || missed_; })) missed_ = true;
    --inside_;
    changed_.notify_all();
  }
  bool met() const {
    const std::lock_guard lock(mutex_);
    return met_;
  }

 private:
  const unsigned wanted_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  unsigned inside_ = 0;
  bool armed_ = false, met_ = false, missed_ = false;
};

/// Each read first calls `on_read(offset)`, then reads; `after_read` follows with the bytes already taken.
class WatchedStorage final : public io::ForwardingStorage {
 public:
  using Watch = std::function<void(std::uint64_t offset)>;
  explicit WatchedStorage(std::shared_ptr<Storage> inner, Watch on_read, Watch after_read = {})
      : ForwardingStorage(std::move(inner)), on_read_(std::move(on_read)), after_read_(std::move(after_read)) {}

  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override {
    if (on_read_) on_read_(offset);
    const auto got = ForwardingStorage::read_at(offset, into);
    if (after_read_) after_read_(offset);
    return got;
  }
  void read_batch(std::span<ReadRequest> requests) const override {
    for (auto& request : requests) request.got = read_at(request.offset, request.into);
  }

 private:
  Watch on_read_, after_read_;
};

/// Runs `body(number)` on `count` threads that start together. The first exception is the test's failure.
inline void on_threads(unsigned count, const std::function<void(unsigned number)>& body) {
  std::atomic<unsigned> ready{0};
  std::mutex mutex;
  std::vector<std::string> errors;
  std::vector<std::thread> threads;
  for (unsigned number = 0; number < count; ++number)
    threads.emplace_back([&, number] {
      ++ready;
      while (ready < count) std::this_thread::yield();
      try {
        body(number);
      } catch (const std::exception& error) {
        const std::lock_guard lock(mutex);
        errors.emplace_back(error.what());
      }
    });
  for (auto& thread : threads) thread.join();
  for (const auto& error : errors) ADD_FAILURE() << error;
}

}  // namespace fiver::tests
