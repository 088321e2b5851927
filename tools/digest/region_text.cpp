// The selection of a region reference as text of a size that does not grow with it: its kind, its count, its bounding box, and a hash
// over the coordinates of its elements.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "digest/canonical.hpp"
#include "digest/sha256.hpp"
#include "fiver/values/error.hpp"

namespace fiver::tools {
namespace {

/// Above this many elements "-" stands in place of the hash.
constexpr std::uint64_t most_hashed = 65536;

std::string hash_of(const std::vector<std::uint64_t>& coordinates) {
  Sha256 hash;
  std::string bytes;
  bytes.reserve(coordinates.size() * 8);
  for (const std::uint64_t value : coordinates) {
    for (unsigned shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<char>((value >> shift) & 0xFFU));
  }
  hash.add(bytes);
  return hash.hex();
}

/// The blocks of one dimension, joined where they touch: pairs of first and last index.
std::vector<Box> boxes_of(const RegularHyperslab& slab) {
  std::vector<Box> boxes(1);
  for (std::size_t axis = 0; axis < slab.start.size(); ++axis) {
    const bool touching = slab.stride[axis] == slab.block[axis] || slab.count[axis] == 1;
    const std::uint64_t pieces = touching ? 1 : slab.count[axis];
    const std::uint64_t length = touching ? slab.count[axis] * slab.block[axis] : slab.block[axis];
    if (pieces > most_hashed || boxes.size() > most_hashed)
      throw Error(ErrorKind::limit, "a region of too many blocks");
    std::vector<Box> longer;
    longer.reserve(boxes.size() * pieces);
    for (const Box& box : boxes) {
      for (std::uint64_t i = 0; i < pieces; ++i) {
        Box next = box;
        next.start.push_back(slab.start[axis] + i * slab.stride[axis]);
        next.size.push_back(length);
        longer.push_back(std::move(next));
      }
    }
    boxes = std::move(longer);
  }
  return boxes;
}

std::uint64_t volume(const Shape& size) {
  std::uint64_t product = 1;
  for (const std::uint64_t n : size) product *= n;
  return product;
}

std::vector<Shape> elements_of(const std::vector<Box>& boxes) {
  std::vector<Shape> elements;
  for (const Box& box : boxes) {
    Shape at = box.start;
    for (std::uint64_t left = volume(box.size); left > 0; --left) {
      elements.push_back(at);
      for (std::size_t axis = at.size(); axis-- > 0;) {
        if (++at[axis] < box.start[axis] + box.size[axis]) break;
        at[axis] = box.start[axis];
      }
    }
  }
  std::sort(elements.begin(), elements.end());
  elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
  return elements;
}

std::string hyperslab_text(Shape low, Shape high, std::uint64_t count, const std::vector<Box>* boxes) {
  std::string hash = "-";
  if (boxes != nullptr && count <= most_hashed) {
    const std::vector<Shape> elements = elements_of(*boxes);
    count = elements.size();
    std::vector<std::uint64_t> coordinates;
    for (const Shape& element : elements) coordinates.insert(coordinates.end(), element.begin(), element.end());
    hash = hash_of(coordinates);
  }
  return fmt::format("hyper n={} b={}:{} e={}", count, fmt::join(low, ","), fmt::join(high, ","), hash);
}

struct RegionText {
  std::string operator()(const AllSelection&) const { return "all"; }
  std::string operator()(const NoneSelection&) const { return "none"; }
  std::string operator()(const PointList& points) const {
    return fmt::format("points n={} e={}", points.size(),
                       points.size() <= most_hashed ? hash_of(points.coordinates) : "-");
  }
  std::string operator()(const RegularHyperslab& slab) const {
    Shape high = slab.start;
    for (std::size_t axis = 0; axis < high.size(); ++axis) {
      if (slab.count[axis] == 0 || slab.block[axis] == 0) return "none";
      high[axis] += (slab.count[axis] - 1) * slab.stride[axis] + slab.block[axis] - 1;
    }
    const std::uint64_t count = volume(slab.count) * volume(slab.block);
    if (count > most_hashed) return hyperslab_text(slab.start, high, count, nullptr);
    const std::vector<Box> boxes = boxes_of(slab);
    return hyperslab_text(slab.start, high, count, &boxes);
  }
  std::string operator()(const BoxUnion& boxes) const {
    if (boxes.boxes.empty()) return "none";
    Shape low = boxes.boxes.front().start, high = low;
    std::uint64_t count = 0;  // stored blocks don't overlap
    for (const Box& box : boxes.boxes) {
      for (std::size_t axis = 0; axis < low.size(); ++axis) {
        low[axis] = std::min(low[axis], box.start[axis]);
        high[axis] = std::max(high[axis], box.start[axis] + box.size[axis] - 1);
      }
      count += volume(box.size);
    }
    return hyperslab_text(low, high, count, &boxes.boxes);
  }
};

}  // namespace

std::string region_text(const Selection& region) {
  return std::visit(RegionText{}, region);
}

}  // namespace fiver::tools
