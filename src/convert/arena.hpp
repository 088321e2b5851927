// The bytes behind the variable-length parts of a result: taken in order, never given back one by one, freed
// with the arena.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/bytes.hpp"

namespace fiver::convert {

/// Bytes that the arenas of one read may still take together (Limits::result_bytes).
using ArenaBudget = std::shared_ptr<std::atomic<std::uint64_t>>;

/// For one thread. A read has one per worker, and its result keeps them all by shared_ptr.
class Arena {
 public:
  explicit Arena(ArenaBudget budget = {}) : budget_(std::move(budget)) {}
  Arena(Arena&&) = default;
  Arena& operator=(Arena&&) = default;

  /// `size` bytes, zeroed, aligned to 16. Throws limit when the budget is used up.
  MutableBytes allocate(std::uint64_t size);
  /// Bytes given out so far.
  std::uint64_t used() const noexcept { return used_; }

 private:
  ArenaBudget budget_;
  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  MutableBytes rest_;
  std::uint64_t used_ = 0;
};

}  // namespace fiver::convert
