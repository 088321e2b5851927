#include "select/placed.hpp"

namespace fiver::select {

Placed packed(const Normalized& selection) {
  Placed result{selection.extent, selection.element_count, 0, std::vector<Segment>{}, selection.distinct};
  if (const auto* dims = std::get_if<Separable>(&selection.form)) {
    std::vector<Axis> axes;
    for (const auto& p : *dims) axes.push_back({p, 1});
    for (auto d = axes.size(); d-- > 1;) axes[d - 1].result_stride = axes[d].result_stride * (*dims)[d].length();
    result.form = std::move(axes);
    return result;
  }
  std::vector<Segment> segments;
  const auto& runs = std::get<Runs>(selection.form);
  segments.reserve(runs.size());
  std::uint64_t to = 0;
  for (const auto& run : runs) {
    segments.push_back({run.offset, to, run.length});
    to += run.length;
  }
  result.form = std::move(segments);
  return result;
}

}  // namespace fiver::select
