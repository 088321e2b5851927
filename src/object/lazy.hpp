// A value made at its first use by whichever thread comes first. No lock is held while it is made: two threads may both make it, and
// one result is kept. Failures are not kept.
#pragma once

#include <memory>
#include <mutex>

#include "base/mutexes.hpp"

namespace fiver::object {

template <class T>
class Lazy {
 public:
  /// `make()` returns a shared_ptr<const T>.
  template <class Make>
  std::shared_ptr<const T> get(Make&& make) const {
    {
      std::lock_guard lock(mutex_);
      if (value_) return value_;
    }
    std::shared_ptr<const T> fresh = make();
    std::lock_guard lock(mutex_);
    if (!value_) value_ = std::move(fresh);
    return value_;
  }

 private:
  mutable Mutex mutex_;
  mutable std::shared_ptr<const T> value_;
};

}  // namespace fiver::object
