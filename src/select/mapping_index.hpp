// Which of many boxes meet a given one: a static bounding-box tree, for virtual datasets of ten thousand
// mappings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "fiver/values/selection.hpp"

namespace fiver::select {

class MappingIndex {
 public:
  MappingIndex() = default;
  /// Boxes of one rank. Empty ones (a size of 0) are never candidates.
  explicit MappingIndex(std::span<const Box> boxes);
  /// The numbers of the boxes that share an element with `box`, ascending. Logarithmic for boxes that are
  /// apart.
  std::vector<std::size_t> candidates(const Box& box) const;
  std::size_t size() const noexcept { return boxes_.size(); }

 private:
  struct Node {
    std::size_t first = 0, end = 0;  ///< into order_
    std::size_t right = 0;           ///< the second child; the first follows its parent; 0: a leaf
  };
  std::size_t build(std::size_t first, std::size_t end);

  std::vector<Box> boxes_;
  std::vector<std::size_t> order_;
  std::vector<Node> nodes_;
  std::vector<Box> node_boxes_;
};

}  // namespace fiver::select
