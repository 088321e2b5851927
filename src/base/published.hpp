// A value that many threads read while few replace it: one pointer to an immutable T. Readers copy the
// pointer, once per plan, and keep what they saw for as long as they need it. (libstdc++ 12's atomic
// shared_ptr is neither lock-free nor clean under ThreadSanitizer.)
#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "base/mutexes.hpp"

namespace fiver {

template <class T>
class Published {
 public:
  using Pointer = std::shared_ptr<const T>;

  Published() = default;
  explicit Published(Pointer value) : value_(std::move(value)) {}
  explicit Published(T value) : value_(std::make_shared<const T>(std::move(value))) {}

  /// The value now; null when there is none yet.
  Pointer load() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }

  void store(Pointer next) {
    const std::lock_guard writer(writers_);
    swap_in(next);
  }

  /// Replaces the value by change(current pointer), which returns a Pointer. Changes happen one after the
  /// other, each once, from what the one before left; readers wait only for the pointer to be exchanged. When
  /// `change` throws, or returns the pointer it was given, nothing changes. It must do no I/O and not touch
  /// this Published itself. Returns the new value.
  template <class Change>
  Pointer update(Change&& change) {
    // Held until after the locks: a value that dies here may own much, and its destructor must not run under
    // them.
    Pointer old;
    Pointer next;
    {
      const std::lock_guard writer(writers_);
      next = std::forward<Change>(change)(value_);
      old = next;
      swap_in(old);
    }
    return next;
  }

 private:
  void swap_in(Pointer& next) {
    const std::lock_guard lock(mutex_);
    value_.swap(next);
  }

  Mutex writers_;  // taken before mutex_
  mutable Mutex mutex_;
  Pointer value_;
};

}  // namespace fiver
