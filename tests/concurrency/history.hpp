// What threads did to a chunk and when, and whether some order of it explains what they saw.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace fiver::tests {

/// A chunk is a register of so many parts, which writes and reads reach one by one, some or all at once.
inline constexpr unsigned parts_of_chunk = 4;
using Parts = std::array<std::uint32_t, parts_of_chunk>;

/// One call on one chunk. Each write has a value of its own; 0 is what was there at the start.
struct Operation {
  std::uint32_t thread = 0, chunk = 0;
  bool is_write = false;
  std::uint8_t first = 0, count = parts_of_chunk;  ///< the parts that it is about
  Parts values{};                                  ///< written or seen, at the places of those parts
  std::uint64_t called = 0, returned = 0;          ///< moments of one clock, no two the same
};

std::string to_string(const Operation& operation);

/// Linearizable: there is an order of all operations on the chunk, each at some moment between its call and its return, in which every read sees
/// what the writes before it left. Returns the operation at whose return no order was left, described with those under way; empty when
/// there is one. A thread has one operation under way at a time; at most 32 threads.
std::string find_violation(const std::vector<Operation>& of_one_chunk);

/// The same for the operations on all chunks: each chunk by itself. How many chunks have no order; `first`: the first one's description.
std::uint64_t count_violations(const std::vector<Operation>& operations, std::string& first);

}  // namespace fiver::tests
