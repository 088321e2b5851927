// Counts what the process takes from the heap: operator new is replaced in this program.
#pragma once

#include <cstdint>

namespace fiver::tests {

/// Calls of operator new by all threads since the program began.
std::uint64_t allocations() noexcept;

}  // namespace fiver::tests
