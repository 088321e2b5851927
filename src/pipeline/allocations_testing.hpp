// Counts what the tests of this folder take from the heap: operator new is replaced in their program.
#pragma once

#include <cstdint>

namespace fiver::pipeline {

/// Calls of operator new by all threads since the program began.
std::uint64_t counted_allocations() noexcept;

}  // namespace fiver::pipeline
