// Threads of a pool: started without the host's signals, joined once, and forgotten in a child process, which does not have them (where a
// std::thread could only be leaked or ended in terminate()).
#pragma once

#include <pthread.h>

#include <cstddef>
#include <functional>
#include <vector>

namespace fiver {

/// Not thread-safe: its owner guards it.
class ThreadSet {
 public:
  std::size_t size() const noexcept { return threads_.size(); }
  /// Starts threads that run `body` until there are `wanted`, or as many as the system gives.
  void grow_to(std::size_t wanted, const std::function<void()>& body);
  /// Waits for all to end; the calling thread, if it is one of them, is let go instead.
  void join();
  /// In a child process: these are not here.
  void forget() noexcept { threads_.clear(); }

 private:
  std::vector<pthread_t> threads_;
};

}  // namespace fiver
