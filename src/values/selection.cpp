#include "fiver/values/selection.hpp"

#include <string>
#include <utility>

#include "fiver/values/error.hpp"

namespace fiver {

namespace {

/// Attack: the union with a hyperslab of 2^60 blocks, each a box of its own.
constexpr std::uint64_t max_united_boxes = 1ULL << 20;

[[noreturn]] void refuse(const std::string& reason) {
  throw Error(ErrorKind::invalid_argument, reason);
}

void expect_rank(const char* what, const Shape& values, std::size_t rank) {
  if (values.size() != rank)
    refuse("selection: " + std::string(what) + " has " + std::to_string(values.size()) + " dimensions, start has " +
           std::to_string(rank));
}

void append_boxes(const RegularHyperslab& slab, std::vector<Box>& boxes) {
  const auto rank = slab.start.size();
  std::uint64_t total = 1;
  for (std::size_t d = 0; d < rank; ++d) {
    if (slab.count[d] == unlimited || slab.block[d] == unlimited)
      refuse("selection: an unlimited count in dimension " + std::to_string(d) + " cannot be united");
    if (slab.count[d] == 0 || slab.block[d] == 0) return;
    if (__builtin_mul_overflow(total, slab.count[d], &total) || total > max_united_boxes)
      throw Error(ErrorKind::limit, "selection: a union of more than " + std::to_string(max_united_boxes) + " boxes");
  }
  Shape block(rank, 0);
  for (std::uint64_t n = 0; n < total; ++n) {
    Box box{slab.start, slab.block};
    for (std::size_t d = 0; d < rank; ++d) box.start[d] += block[d] * slab.stride[d];
    boxes.push_back(std::move(box));
    for (std::size_t d = rank; d-- > 0;) {
      if (++block[d] < slab.count[d]) break;
      block[d] = 0;
    }
  }
}

void append_boxes(const Selection& selection, std::vector<Box>& boxes) {
  if (const auto* slab = std::get_if<RegularHyperslab>(&selection)) {
    append_boxes(*slab, boxes);
  } else if (const auto* more = std::get_if<BoxUnion>(&selection)) {
    boxes.insert(boxes.end(), more->boxes.begin(), more->boxes.end());
  } else {
    refuse("selection: only boxes and hyperslabs can be united, not lists of points");
  }
}

}  // namespace

Selection box(Shape start, Shape size) {
  expect_rank("size", size, start.size());
  const auto rank = start.size();
  return RegularHyperslab{std::move(start), Shape(rank, 1), Shape(rank, 1), std::move(size)};
}

Selection strided(Shape start, Shape stride, Shape count) {
  const auto rank = start.size();
  return hyperslab(std::move(start), std::move(stride), std::move(count), Shape(rank, 1));
}

Selection hyperslab(Shape start, Shape stride, Shape count, Shape block) {
  expect_rank("stride", stride, start.size());
  expect_rank("count", count, start.size());
  expect_rank("block", block, start.size());
  for (std::size_t d = 0; d < start.size(); ++d)
    if (count[d] > 1 && stride[d] < block[d])
      refuse("selection: blocks of " + std::to_string(block[d]) + " overlap, " + std::to_string(stride[d]) +
             " apart in dimension " + std::to_string(d));
  return RegularHyperslab{std::move(start), std::move(stride), std::move(count), std::move(block)};
}

Selection points(const std::vector<Shape>& coordinates) {
  PointList list;
  if (coordinates.empty()) return list;
  list.rank = static_cast<unsigned>(coordinates.front().size());
  list.coordinates.reserve(coordinates.size() * list.rank);
  for (const auto& point : coordinates) {
    if (point.size() != list.rank)
      refuse("selection: a point of " + std::to_string(point.size()) + " dimensions among points of " +
             std::to_string(list.rank));
    list.coordinates.insert(list.coordinates.end(), point.begin(), point.end());
  }
  return list;
}

Selection unite(const Selection& a, const Selection& b) {
  if (std::holds_alternative<NoneSelection>(a)) return b;
  if (std::holds_alternative<NoneSelection>(b)) return a;
  if (std::holds_alternative<AllSelection>(a) || std::holds_alternative<AllSelection>(b)) return all();
  BoxUnion both;
  append_boxes(a, both.boxes);
  append_boxes(b, both.boxes);
  for (const auto& box : both.boxes)
    if (box.start.size() != both.boxes.front().start.size())
      refuse("selection: boxes of " + std::to_string(box.start.size()) + " and " +
             std::to_string(both.boxes.front().start.size()) + " dimensions cannot be united");
  return both;
}

}  // namespace fiver
