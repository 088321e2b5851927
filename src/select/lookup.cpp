#include "select/lookup.hpp"

namespace fiver::select {

Positions::Positions(const Normalized& selection) : selection_(selection) {
  if (const auto* dims = std::get_if<Separable>(&selection.form)) {
    strides_.assign(dims->size(), 1);
    for (auto d = dims->size(); d-- > 1;) strides_[d - 1] = strides_[d] * (*dims)[d].length();
    return;
  }
  std::uint64_t position = 0;
  for (const auto& run : std::get<Runs>(selection.form)) {
    sorted_.push_back({run, position, 0});
    position += run.length;
  }
  std::stable_sort(sorted_.begin(), sorted_.end(),
                   [](const Entry& a, const Entry& b) { return a.run.offset < b.run.offset; });
  std::uint64_t furthest = 0;
  for (auto& entry : sorted_) entry.furthest = furthest = std::max(furthest, entry.run.offset + entry.run.length);
}

Elements::Elements(const Normalized& selection, const Shape& extent)
    : selection_(selection), extent_(extent), same_space_(selection.extent == extent) {
  std::uint64_t total = 0;
  if (const auto* runs = std::get_if<Runs>(&selection.form))
    for (const auto& run : *runs) {
      before_.push_back(total);
      total += run.length;
    }
}

}  // namespace fiver::select
