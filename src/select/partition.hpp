// A placed selection cut along a chunk grid: which chunks it touches, in row-major order, and how each one's
// elements go to the result. Untouched chunks are never visited, and nothing is listed before it is counted.
#pragma once

#include <cstdint>
#include <vector>

#include "select/chunk_copy.hpp"
#include "select/placed.hpp"

namespace fiver::select {

/// Immutable once made, so that any thread may ask for any chunk's copy.
class Partition {
 public:
  /// Throws invalid_argument when the ranks differ or a chunk dimension is 0; limit when chunk or counts pass
  /// 64 bits, or the runs `max_runs`.
  Partition(Placed placed, Shape chunk, std::uint64_t max_runs = default_max_runs);

  /// The number of touched chunks. Costs O(rank) for separable selections.
  std::uint64_t chunk_count() const noexcept { return chunk_count_; }
  std::uint64_t element_count() const noexcept { return placed_.element_count; }
  /// Scaled coordinates (chunk offset / chunk shape) of touched chunk number `index`.
  Shape coordinates(std::uint64_t index) const;
  /// How touched chunk number `index` is copied. Cost and memory follow its segments in each dimension, not
  /// their product.
  ChunkCopy copy(std::uint64_t index) const;
  /// As copy(), into an object whose memory is used again.
  void copy_into(std::uint64_t index, ChunkCopy& out) const;

  /// callback(const ChunkCopy&) for every touched chunk in row-major order of the grid.
  template <class Callback>
  void for_each(Callback&& callback) const {
    ChunkCopy copy;
    for (std::uint64_t i = 0; i < chunk_count_; ++i) {
      copy_into(i, copy);
      callback(static_cast<const ChunkCopy&>(copy));
    }
  }

 private:
  /// One dimension of the separable form: which chunk indexes are touched, counted without listing them.
  struct Grid {
    std::uint64_t touched = 0;
    bool every = true;  ///< all from first to last; else each block has chunks of its own
    std::uint64_t first = 0;
    // Of listed segments: how many touched chunks are new in earlier ones, and the first that is new in this one.
    std::vector<std::uint64_t> before, first_new;
  };
  struct Group {              // of the segment form: the pieces of one chunk
    std::uint64_t chunk = 0;  ///< row-major number in the grid
    std::uint64_t first = 0, end = 0;
  };

  void count_axes();
  void cut_segments(std::uint64_t max_runs);
  std::uint64_t chunk_index(unsigned dimension, std::uint64_t number) const;
  void append_segments(unsigned dimension, std::uint64_t chunk_index, ChunkCopy& out) const;
  void coordinates_into(std::uint64_t index, Shape& out) const;

  Placed placed_;
  Shape chunk_;
  Shape chunk_strides_;
  Shape grid_;  ///< chunks per dimension
  std::uint64_t chunk_volume_ = 1;
  std::uint64_t chunk_count_ = 0;
  std::vector<Grid> grids_;
  std::vector<Group> groups_;
  std::vector<Segment> pieces_;
};

/// The usual case: `selection` of a dataset of `extent` into a packed result.
Partition partition(const Selection& selection, const Shape& extent, const Shape& chunk);
inline Partition partition(Placed placed, const Shape& chunk) {
  return {std::move(placed), chunk};
}

}  // namespace fiver::select
