// Chunks numbered row-major: the part that implicit, fixed array and extensible array indexes share. The numbers count the chunks of
// the maximum extent, and an unlimited dimension comes first whatever its place (format notes, section 10).
#pragma once

#include "chunk/chunk_index.hpp"

namespace fiver::chunk {

class LinearNumbering {
 public:
  /// Throws corrupt when the chunks of the maximum extent can't be numbered in 64 bits.
  explicit LinearNumbering(const ChunkGrid& grid);

  /// Nothing where the number would pass 64 bits.
  std::optional<std::uint64_t> number(std::span<const std::uint64_t> scaled) const;
  void coordinates(std::uint64_t number, std::span<std::uint64_t> scaled) const;
  /// One more than the largest number of a chunk inside the current extent; 0 for an empty one.
  std::uint64_t end(const ChunkGrid& grid) const;

 private:
  std::vector<unsigned> order_;         ///< dimensions, slowest first
  std::vector<std::uint64_t> strides_;  ///< in that order
};

}  // namespace fiver::chunk
