#include "select/box_union.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "base/checked.hpp"
#include "fiver/values/error.hpp"

namespace fiver::select {

namespace {

void append(Runs& runs, std::uint64_t offset, std::uint64_t length) {
  if (!runs.empty() && runs.back().offset + runs.back().length == offset)
    runs.back().length += length;
  else
    runs.push_back({offset, length});
}

/// Cuts the space into slabs, one dimension after the other, in which the same boxes are met throughout: what one index of a slab has
/// below it, all of its indexes have.
class Sweep {
 public:
  Sweep(const Shape& extent, std::uint64_t max_runs) : volume_(extent.size() + 1, 1), max_runs_(max_runs) {
    for (auto d = extent.size(); d-- > 0;) volume_[d] = volume_[d + 1] * extent[d];
  }

  /// `boxes` seen from dimension `d` on: offsets are relative to one index of the dimensions before.
  Runs runs(std::size_t d, std::vector<const Box*> boxes) const {
    Runs result;
    const auto volume = volume_[d + 1];
    std::sort(boxes.begin(), boxes.end(), [d](const Box* a, const Box* b) { return a->start[d] < b->start[d]; });
    if (d + 2 == volume_.size()) {
      last_dimension(d, boxes, result);
      return result;
    }
    std::vector<std::uint64_t> cuts;
    for (const auto* box : boxes) {
      cuts.push_back(box->start[d]);
      cuts.push_back(box->start[d] + box->size[d]);
    }
    std::sort(cuts.begin(), cuts.end());
    cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
    std::vector<const Box*> active;
    auto next = boxes.begin();
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
      std::erase_if(active, [&](const Box* box) { return box->start[d] + box->size[d] <= cuts[i]; });
      for (; next != boxes.end() && (*next)->start[d] == cuts[i]; ++next) active.push_back(*next);
      if (active.empty()) continue;
      const auto below = runs(d + 1, active);
      if (below.size() == 1 && below[0].length == volume) {
        append(result, cuts[i] * volume, (cuts[i + 1] - cuts[i]) * volume);
        continue;
      }
      const auto more = checked_multiply(cuts[i + 1] - cuts[i], below.size());
      if (!more || *more > max_runs_ || result.size() > max_runs_ - *more)
        throw Error(ErrorKind::limit,
                    "selection: a union of boxes of more than " + std::to_string(max_runs_) + " runs");
      for (auto index = cuts[i]; index < cuts[i + 1]; ++index)
        for (const auto& run : below) append(result, index * volume + run.offset, run.length);
    }
    return result;
  }

 private:
  static void last_dimension(std::size_t d, const std::vector<const Box*>& boxes, Runs& result) {
    auto start = boxes.front()->start[d], end = start;
    for (const auto* box : boxes) {
      if (box->start[d] > end) {
        append(result, start, end - start);
        start = box->start[d];
      }
      end = std::max(end, box->start[d] + box->size[d]);
    }
    append(result, start, end - start);
  }

  Shape volume_;  // of the dimensions from d on
  std::uint64_t max_runs_;
};

using Interval = std::pair<std::uint64_t, std::uint64_t>;  // start, size

/// Evenly spaced intervals of one size, or nothing.
std::optional<Progression> evenly(const std::set<Interval>& intervals) {
  const auto first = *intervals.begin();
  if (intervals.size() == 1) return Progression{first.first, first.second, 1, first.second};
  const auto stride = std::next(intervals.begin())->first - first.first;
  if (stride < first.second) return std::nullopt;
  auto expected = first.first;
  for (const auto& [start, size] : intervals) {
    if (size != first.second || start != expected) return std::nullopt;
    expected += stride;
  }
  const auto count = intervals.size();
  if (stride > first.second) return Progression{first.first, stride, count, first.second};
  return Progression{first.first, count * stride, 1, count * stride};
}

}  // namespace

std::optional<Separable> as_product(std::span<const Box> boxes) {
  const auto rank = boxes.front().start.size();
  Separable result;
  std::uint64_t product = 1;
  for (std::size_t d = 0; d < rank; ++d) {
    std::set<Interval> intervals;
    for (const auto& box : boxes) intervals.emplace(box.start[d], box.size[d]);
    const auto p = evenly(intervals);
    if (!p) return std::nullopt;
    result.push_back(*p);
    const auto more = checked_multiply(product, intervals.size());
    if (!more || *more > boxes.size()) return std::nullopt;
    product = *more;
  }
  // Each box is one cell of the grid; the grid is full when there are as many different boxes as cells.
  std::set<Shape> cells;
  for (const auto& box : boxes) cells.insert(box.start);
  if (cells.size() != product) return std::nullopt;
  return result;
}

Runs union_runs(std::span<const Box> boxes, const Shape& extent, std::uint64_t max_runs) {
  if (extent.empty()) return {{0, 1}};
  std::vector<const Box*> pointers;
  for (const auto& box : boxes) pointers.push_back(&box);
  auto result = Sweep(extent, max_runs).runs(0, std::move(pointers));
  if (result.size() > max_runs)
    throw Error(ErrorKind::limit, "selection: a union of boxes of more than " + std::to_string(max_runs) + " runs");
  return result;
}

}  // namespace fiver::select
