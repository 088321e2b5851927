// What reads really decode, beside what their plans foresee: chunks that are remembered, or whose blocks can be had one by one, take less.
#pragma once

#include <atomic>
#include <cstdint>

namespace fiver {

/// Counts, added to by all workers of the calls that are given it.
struct DecodeWork {
  std::atomic<std::uint64_t> chunks{0};       ///< of which anything was decoded, each time it was
  std::atomic<std::uint64_t> bytes{0};        ///< that came out of the filters
  std::atomic<std::uint64_t> nanoseconds{0};  ///< in the filters, all workers together
};

}  // namespace fiver
