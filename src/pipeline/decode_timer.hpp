// Adds the time of a scope to a DecodeWork, where somebody asked for it.
#pragma once

#include <chrono>

#include "fiver/values/decode_work.hpp"

namespace fiver::pipeline {

class DecodeTimer {
 public:
  /// `work` may be null: then nothing is counted, nor the clock read.
  DecodeTimer(DecodeWork* work, std::uint64_t chunks, std::uint64_t bytes) : work_(work) {
    if (work_ == nullptr) return;
    work_->chunks.fetch_add(chunks, std::memory_order_relaxed);
    work_->bytes.fetch_add(bytes, std::memory_order_relaxed);
    start_ = std::chrono::steady_clock::now();
  }
  ~DecodeTimer() {
    if (work_ == nullptr) return;
    const auto took = std::chrono::steady_clock::now() - start_;
    work_->nanoseconds.fetch_add(
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(took).count()),
        std::memory_order_relaxed);
  }
  DecodeTimer(const DecodeTimer&) = delete;
  DecodeTimer& operator=(const DecodeTimer&) = delete;

 private:
  DecodeWork* work_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace fiver::pipeline
