// What selections mean, element by element: the slow model that the layer's arithmetic is held against, and random selections.
#pragma once

#include <algorithm>
#include <random>
#include <vector>

#include "fiver/values/selection.hpp"

namespace fiver::select::model {

using Random = std::mt19937_64;

inline std::uint64_t below(Random& random, std::uint64_t end) {
  return random() % end;
}

inline std::vector<Shape> everything(const Shape& extent) {
  std::vector<Shape> all{Shape{}};
  for (const auto size : extent) {
    std::vector<Shape> longer;
    for (const auto& prefix : all)
      for (std::uint64_t i = 0; i < size; ++i) {
        longer.push_back(prefix);
        longer.back().push_back(i);
      }
    all = std::move(longer);
  }
  return all;
}

inline bool in_slab(const RegularHyperslab& slab, const Shape& at) {
  for (std::size_t d = 0; d < at.size(); ++d) {
    bool found = false;
    for (std::uint64_t k = 0; (slab.count[d] == unlimited || k < slab.count[d]) && !found; ++k) {
      const auto start = slab.start[d] + k * slab.stride[d];
      if (start > at[d]) break;
      found = slab.block[d] == unlimited || at[d] - start < slab.block[d];
    }
    if (!found) return false;
  }
  return true;
}

/// The selected coordinates inside `extent`, in the order of the selection.
inline std::vector<Shape> elements(const Selection& selection, const Shape& extent) {
  if (const auto* list = std::get_if<PointList>(&selection)) {
    std::vector<Shape> result;
    for (std::size_t i = 0; i < list->size(); ++i)
      result.emplace_back(list->coordinates.begin() + static_cast<std::ptrdiff_t>(i * list->rank),
                          list->coordinates.begin() + static_cast<std::ptrdiff_t>((i + 1) * list->rank));
    return result;
  }
  auto result = everything(extent);
  std::erase_if(result, [&](const Shape& at) {
    if (std::holds_alternative<AllSelection>(selection)) return false;
    if (const auto* slab = std::get_if<RegularHyperslab>(&selection)) return !in_slab(*slab, at);
    if (const auto* boxes = std::get_if<BoxUnion>(&selection))
      return std::none_of(boxes->boxes.begin(), boxes->boxes.end(), [&](const Box& box) {
        for (std::size_t d = 0; d < at.size(); ++d)
          if (at[d] < box.start[d] || at[d] - box.start[d] >= box.size[d]) return false;
        return true;
      });
    return true;
  });
  return result;
}

inline std::uint64_t linear(const Shape& at, const Shape& extent) {
  std::uint64_t offset = 0;
  for (std::size_t d = 0; d < at.size(); ++d) offset = offset * extent[d] + at[d];
  return offset;
}

inline Shape random_shape(Random& random, std::size_t rank, std::uint64_t largest) {
  Shape shape;
  for (std::size_t d = 0; d < rank; ++d) shape.push_back(1 + below(random, largest));
  return shape;
}

inline RegularHyperslab random_slab(Random& random, const Shape& extent) {
  RegularHyperslab slab;
  for (const auto size : extent) {
    slab.start.push_back(below(random, size));
    const auto room = size - slab.start.back();
    slab.block.push_back(1 + below(random, std::min<std::uint64_t>(room, 3)));
    slab.stride.push_back(slab.block.back() + below(random, 5));
    slab.count.push_back(1 + below(random, (room - slab.block.back()) / slab.stride.back() + 1));
  }
  return slab;
}

inline Box random_box(Random& random, const Shape& extent) {
  Box box;
  for (const auto size : extent) {
    box.start.push_back(below(random, size));
    box.size.push_back(below(random, size - box.start.back() + 1));
    if (box.size.back() == 0 && below(random, 4) != 0) box.size.back() = 1;
  }
  return box;
}

/// kind: 0 all, 1 none, 2 box, 3 hyperslab, 4 union of boxes, 5 points.
inline Selection random_selection(Random& random, const Shape& extent, std::uint64_t kind) {
  switch (kind) {
    case 0:
      return all();
    case 1:
      return NoneSelection{};
    case 2: {
      auto b = random_box(random, extent);
      return box(b.start, b.size);
    }
    case 3:
      return random_slab(random, extent);
    case 4: {
      BoxUnion boxes;
      for (auto n = below(random, 6); n-- > 0;) boxes.boxes.push_back(random_box(random, extent));
      return boxes;
    }
    default: {
      PointList list;
      list.rank = static_cast<unsigned>(extent.size());
      if (list.rank == 0) return list;
      for (auto n = below(random, 12); n-- > 0;) {
        for (const auto size : extent) list.coordinates.push_back(below(random, size));
        for (; below(random, 3) != 0 && list.coordinates.back() + 1 < extent.back();) {  // neighbours, to be merged
          const auto end = list.coordinates.end();
          const std::vector<std::uint64_t> last(end - list.rank, end);
          list.coordinates.insert(list.coordinates.end(), last.begin(), last.end());
          ++list.coordinates.back();
        }
      }
      return list;
    }
  }
}

}  // namespace fiver::select::model
