#include "select/mapping_index.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace fiver::select {

namespace {

constexpr std::size_t leaf_size = 8;

/// Exclusive, and the largest value where the sum does not fit.
std::uint64_t end_of(const Box& box, std::size_t d) {
  std::uint64_t end;
  return __builtin_add_overflow(box.start[d], box.size[d], &end) ? std::numeric_limits<std::uint64_t>::max() : end;
}

bool is_empty(const Box& box) {
  return std::find(box.size.begin(), box.size.end(), 0) != box.size.end();
}

bool meet(const Box& a, const Box& b) {
  for (std::size_t d = 0; d < a.start.size(); ++d)
    if (a.start[d] >= end_of(b, d) || b.start[d] >= end_of(a, d)) return false;
  return true;
}

void include(Box& all, const Box& box) {
  for (std::size_t d = 0; d < all.start.size(); ++d) {
    const auto end = std::max(end_of(all, d), end_of(box, d));
    all.start[d] = std::min(all.start[d], box.start[d]);
    all.size[d] = end - all.start[d];
  }
}

}  // namespace

MappingIndex::MappingIndex(std::span<const Box> boxes) : boxes_(boxes.begin(), boxes.end()) {
  for (std::size_t i = 0; i < boxes_.size(); ++i)
    if (!is_empty(boxes_[i])) order_.push_back(i);
  if (!order_.empty()) build(0, order_.size());
}

/// Halves the boxes by their middles along the dimension in which those spread most.
std::size_t MappingIndex::build(std::size_t first, std::size_t end) {
  const auto number = nodes_.size();
  nodes_.push_back({first, end, 0});
  Box all = boxes_[order_[first]];
  for (auto i = first + 1; i < end; ++i) include(all, boxes_[order_[i]]);
  node_boxes_.push_back(all);
  if (end - first <= leaf_size) return number;
  const auto middle_of = [this](std::size_t box, std::size_t d) {
    return boxes_[box].start[d] + boxes_[box].size[d] / 2;
  };
  std::size_t widest = 0;
  std::uint64_t spread = 0;
  for (std::size_t d = 0; d < all.start.size(); ++d) {
    auto low = middle_of(order_[first], d), high = low;
    for (auto i = first + 1; i < end; ++i) {
      low = std::min(low, middle_of(order_[i], d));
      high = std::max(high, middle_of(order_[i], d));
    }
    if (high - low > spread) spread = high - low, widest = d;
  }
  if (spread == 0) return number;  // nothing tells them apart
  const auto half = first + (end - first) / 2;
  const auto at = [this](std::size_t i) { return order_.begin() + static_cast<std::ptrdiff_t>(i); };
  std::nth_element(at(first), at(half), at(end),
                   [&](std::size_t a, std::size_t b) { return middle_of(a, widest) < middle_of(b, widest); });
  build(first, half);
  const auto right = build(half, end);
  nodes_[number].right = right;
  return number;
}

std::vector<std::size_t> MappingIndex::candidates(const Box& box) const {
  std::vector<std::size_t> found;
  if (nodes_.empty() || is_empty(box)) return found;
  std::vector<std::size_t> open{0};
  while (!open.empty()) {
    const auto number = open.back();
    open.pop_back();
    if (!meet(node_boxes_[number], box)) continue;
    const auto& node = nodes_[number];
    if (node.right != 0) {
      open.push_back(node.right);
      open.push_back(number + 1);
      continue;
    }
    for (auto i = node.first; i < node.end; ++i)
      if (meet(boxes_[order_[i]], box)) found.push_back(order_[i]);
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace fiver::select
