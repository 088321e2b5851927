// Memory of those who encode chunks, kept from one write to the next: fresh memory costs more than encoding does.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "base/mutexes.hpp"
#include "pipeline/codec_chain.hpp"
#include "select/partition.hpp"

namespace fiver::object {

/// What one worker uses for a chunk, and again for the next.
struct EncodeScratch {
  Bytes decoded, stored;
  pipeline::CodecChain::Scratch steps;
  select::ChunkCopy copy;

  std::uint64_t capacity() const {
    return decoded.capacity() + stored.capacity() + steps.a.capacity() + steps.b.capacity();
  }
};

class SpareScratch {
 public:
  /// Keeps at most `count`, none that has grown beyond `largest` bytes.
  SpareScratch(std::size_t count, std::uint64_t largest) : count_(count), largest_(largest) {}

  std::unique_ptr<EncodeScratch> take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) return std::make_unique<EncodeScratch>();
    auto scratch = std::move(idle_.back());
    idle_.pop_back();
    return scratch;
  }

  void give_back(std::unique_ptr<EncodeScratch> scratch) {
    if (scratch == nullptr || scratch->capacity() > largest_) return;
    const std::lock_guard lock(mutex_);
    if (idle_.size() < count_) idle_.push_back(std::move(scratch));
  }

 private:
  const std::size_t count_;
  const std::uint64_t largest_;
  Mutex mutex_;
  std::vector<std::unique_ptr<EncodeScratch>> idle_;
};

}  // namespace fiver::object
