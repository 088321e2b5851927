#include "select/nested.hpp"

#include <algorithm>

#include "fiver/values/error.hpp"
#include "select/partition.hpp"

namespace fiver::select {
namespace {

/// Calls `each(from, to, count)` for all of it, as one chunk of the whole extent.
template <class Each>
void for_each_placed_run(const Placed& placed, Each&& each) {
  Shape whole = placed.extent;
  for (auto& length : whole) length = std::max<std::uint64_t>(length, 1);
  Partition(placed, std::move(whole)).for_each([&](const ChunkCopy& copy) { for_each_run(copy, each); });
}

}  // namespace

Nested::Nested(const Placed& wanted, std::uint64_t max_runs) : max_runs_(max_runs) {
  Runs runs;
  std::uint64_t position = 0;
  for_each_placed_run(wanted, [&](std::uint64_t from, std::uint64_t to, std::uint64_t count) {
    if (runs.size() >= max_runs_)
      throw Error(ErrorKind::limit, "a nested virtual dataset: its selection has too many runs");
    runs.push_back({from, count});
    places_.push_back({position, to, count});
    position += count;
  });
  selection_.extent = wanted.extent;
  selection_.element_count = position;
  selection_.bounds = {Shape(wanted.extent.size(), 0), wanted.extent};
  selection_.distinct = wanted.distinct;
  selection_.form = std::move(runs);
}

Placed Nested::relocate(const Placed& placed) const {
  std::vector<Segment> segments;
  for_each_placed_run(placed, [&](std::uint64_t from, std::uint64_t position, std::uint64_t count) {
    auto place = std::upper_bound(places_.begin(), places_.end(), position,
                                  [](std::uint64_t p, const Segment& s) { return p < s.from; }) -
                 1;
    while (count > 0) {
      const auto skipped = position - place->from;
      const auto here = std::min(count, place->length - skipped);
      if (segments.size() >= max_runs_) throw Error(ErrorKind::limit, "a nested virtual dataset: too many runs");
      segments.push_back({from, place->to + skipped, here});
      from += here;
      position += here;
      count -= here;
      ++place;
    }
  });
  Placed result{placed.extent, placed.element_count, 0, std::move(segments), placed.distinct};
  return result;
}

}  // namespace fiver::select
