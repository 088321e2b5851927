// How elements of one chunk go to a result (or, read backwards, from it): a product of segments per
// dimension, or a list of runs.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "select/placed.hpp"

namespace fiver::select {

class ChunkCopy {
 public:
  struct Axis {
    std::uint64_t first = 0, end = 0;  ///< its segments in segments()
    std::uint64_t length = 0;          ///< of all its segments
    std::uint64_t chunk_stride = 1, result_stride = 1;
  };

  const Shape& coordinates() const noexcept { return coordinates_; }  ///< scaled: chunk offset / chunk shape
  std::uint64_t element_count() const noexcept { return element_count_; }
  /// One run from the chunk's first element to its last, in order: it may be decoded straight to
  /// result_offset().
  bool is_whole_chunk() const noexcept { return is_whole_chunk_; }
  /// Every element that the chunk has inside the extent is in the copy: a write needs no old bytes. (May say
  /// false for points.)
  bool covers_extent_part() const noexcept { return covers_extent_part_; }
  /// Of the first run.
  std::uint64_t result_offset() const noexcept { return result_offset_; }

  bool is_separable() const noexcept { return separable_; }
  const std::vector<Axis>& axes() const noexcept { return axes_; }             ///< separable only, slowest first
  std::uint64_t result_base() const noexcept { return result_base_; }          ///< separable only
  const std::vector<Segment>& segments() const noexcept { return segments_; }  ///< of the axes, or the runs in elements

 private:
  friend class Partition;
  void finish(std::uint64_t chunk_volume, std::uint64_t extent_part, bool distinct);

  Shape coordinates_;
  std::vector<Axis> axes_;
  std::vector<Segment> segments_;
  std::uint64_t result_base_ = 0, element_count_ = 0, result_offset_ = 0;
  bool separable_ = true, is_whole_chunk_ = false, covers_extent_part_ = false;
};

namespace detail {

/// Joins runs that continue each other on both sides before they reach the callback.
template <class Callback>
class RunMerger {
 public:
  explicit RunMerger(Callback& callback) : callback_(callback) {}
  void operator()(std::uint64_t from, std::uint64_t to, std::uint64_t length) {
    if (from == run_.from + run_.length && to == run_.to + run_.length) {
      run_.length += length;
      return;
    }
    flush();
    run_ = {from, to, length};
  }
  void flush() {
    if (run_.length != 0) callback_(run_.from, run_.to, run_.length);
    run_ = {};
  }

 private:
  Callback& callback_;
  Segment run_;
};

/// Walks axes[0, depth); below them everything is `inner` consecutive elements on both sides.
template <class Emit>
void walk_axes(const ChunkCopy& copy, std::size_t axis, std::size_t depth, std::uint64_t inner, std::uint64_t from,
               std::uint64_t to, Emit& emit) {
  if (axis == depth) return emit(from, to, inner);
  const auto& a = copy.axes()[axis];
  const bool runs_along = axis + 1 == depth && a.chunk_stride == inner && a.result_stride == inner;
  for (auto s = a.first; s < a.end; ++s) {
    const Segment& segment = copy.segments()[s];
    const auto f = from + segment.from * a.chunk_stride, t = to + segment.to * a.result_stride;
    if (runs_along) {
      emit(f, t, segment.length * inner);
    } else {
      for (std::uint64_t i = 0; i < segment.length; ++i)
        walk_axes(copy, axis + 1, depth, inner, f + i * a.chunk_stride, t + i * a.result_stride, emit);
    }
  }
}

}  // namespace detail

/// callback(chunk_offset, result_offset, count), in elements, in the order of the copy (row-major in the
/// chunk, or list order for runs); neighbouring runs that continue each other on both sides come as one.
template <class Callback>
void for_each_run(const ChunkCopy& copy, Callback&& callback) {
  detail::RunMerger<Callback> merged(callback);
  if (!copy.is_separable()) {
    for (const auto& s : copy.segments()) merged(s.from, s.to, s.length);
    return merged.flush();
  }
  // Inner axes that are one segment and dense on both sides are part of every run; the walk begins above
  // them.
  const auto& axes = copy.axes();
  auto depth = axes.size();
  std::uint64_t inner = 1, from = 0, to = copy.result_base();
  while (depth > 0) {
    const auto& a = axes[depth - 1];
    if (a.end - a.first != 1) break;
    const bool dense = a.chunk_stride == inner && a.result_stride == inner;
    if (!dense && a.length != 1) break;
    const Segment& only = copy.segments()[a.first];
    from += only.from * a.chunk_stride;
    to += only.to * a.result_stride;
    inner *= only.length;
    --depth;
  }
  detail::walk_axes(copy, 0, depth, inner, from, to, merged);
  merged.flush();
}

}  // namespace fiver::select
