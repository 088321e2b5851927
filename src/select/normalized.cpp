#include "select/normalized.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/checked.hpp"
#include "fiver/values/error.hpp"
#include "select/box_union.hpp"

namespace fiver::select {

namespace {

/// Attack: clipping in a way that would list millions of boxes (the separable form never does).
constexpr std::uint64_t max_clipped_boxes = 1ULL << 20;

[[noreturn]] void refuse(const std::string& reason) {
  throw Error(ErrorKind::invalid_argument, "selection: " + reason);
}
[[noreturn]] void exceed(const std::string& reason) {
  throw Error(ErrorKind::limit, "selection: " + reason);
}

void expect_rank(std::size_t rank, std::size_t expected) {
  if (rank != expected) refuse(fmt::format("{} dimensions, but the dataset has {}", rank, expected));
}

void check_slab(const RegularHyperslab& slab) {
  const auto rank = slab.start.size();
  if (slab.stride.size() != rank || slab.count.size() != rank || slab.block.size() != rank)
    refuse(fmt::format("a hyperslab with {} starts, {} strides, {} counts and {} blocks", rank, slab.stride.size(),
                       slab.count.size(), slab.block.size()));
}

bool is_unlimited(const RegularHyperslab& slab, std::size_t d) {
  return slab.count[d] == unlimited || slab.block[d] == unlimited;
}

[[noreturn]] void outside(std::size_t dimension, const std::string& what, std::uint64_t extent) {
  refuse(fmt::format("{} in dimension {} lies outside its extent of {}", what, dimension, extent));
}

/// Blocks of one dimension, one block where they touch. None: empty. Bounds are the caller's affair, overlap is not.
std::optional<Progression> progression(std::size_t d, std::uint64_t start, std::uint64_t stride, std::uint64_t count,
                                       std::uint64_t block) {
  if (count == 0 || block == 0) return std::nullopt;
  if (count == 1) return Progression{start, block, 1, block};
  if (stride < block) refuse(fmt::format("blocks of {} overlap, {} apart in dimension {}", block, stride, d));
  if (stride > block) return Progression{start, stride, count, block};
  const auto whole = checked_multiply(count, block);
  if (!whole) exceed(fmt::format("{} blocks of {} in dimension {}", count, block, d));
  return Progression{start, *whole, 1, *whole};
}

/// The coordinate after the last one, if 64 bits hold it.
std::optional<std::uint64_t> end_of(const Progression& p) {
  const auto jumps = checked_multiply(p.count - 1, p.stride);
  const auto from = jumps ? checked_add(*jumps, p.start) : std::nullopt;
  return from ? checked_add(*from, p.block - p.cut) : std::nullopt;
}

void inside(const Progression& p, std::size_t d, std::uint64_t extent) {
  const auto end = end_of(p);
  if (end && *end <= extent) return;
  if (p.count == 1) outside(d, fmt::format("[{}, {} + {})", p.start, p.start, p.block), extent);
  outside(d, fmt::format("start {} with {} blocks of {}, {} apart,", p.start, p.count, p.block, p.stride), extent);
}

/// The part of an unlimited dimension that lies below `extent`.
std::optional<Progression> clipped(const RegularHyperslab& slab, std::size_t d, std::uint64_t extent) {
  const auto start = slab.start[d], stride = slab.stride[d], block = slab.block[d];
  if (block == unlimited && slab.count[d] != 1)
    refuse(fmt::format("{} blocks of unlimited size in dimension {}",
                       slab.count[d] == unlimited ? "unlimited" : std::to_string(slab.count[d]), d));
  if (start >= extent || block == 0) return std::nullopt;
  const auto rest = extent - start;
  if (block == unlimited || stride == block) return Progression{start, rest, 1, rest};
  if (stride < block) refuse(fmt::format("blocks of {} overlap, {} apart in dimension {}", block, stride, d));
  const auto count = (rest - 1) / stride + 1;
  const auto last = std::min(block, rest - (count - 1) * stride);
  if (count == 1) return Progression{start, last, 1, last};
  return Progression{start, stride, count, block, block - last};
}

Normalized empty(const Shape& extent) {
  const auto rank = extent.size();
  return {extent, Runs{}, 0, {Shape(rank, 0), Shape(rank, 0)}, true};
}

Normalized separable(Separable dims, const Shape& extent) {
  Normalized result{extent, Runs{}, 1, {}, true};
  for (std::size_t d = 0; d < dims.size(); ++d) {
    inside(dims[d], d, extent[d]);
    if (__builtin_mul_overflow(result.element_count, dims[d].length(), &result.element_count))
      exceed(fmt::format("its elements, {} in dimension {} alone, do not fit in 64 bits", dims[d].length(), d));
    result.bounds.start.push_back(dims[d].start);
    result.bounds.size.push_back(dims[d].last() - dims[d].start + 1);
  }
  result.form = std::move(dims);
  return result;
}

Normalized from_slab(const RegularHyperslab& slab, const Shape& extent, bool clip) {
  check_slab(slab);
  expect_rank(slab.start.size(), extent.size());
  Separable dims;
  for (std::size_t d = 0; d < extent.size(); ++d) {
    if (is_unlimited(slab, d) && !clip)
      refuse(fmt::format("an unlimited count in dimension {} must be clipped first", d));
    const auto p = is_unlimited(slab, d) ? clipped(slab, d, extent[d])
                                         : progression(d, slab.start[d], slab.stride[d], slab.count[d], slab.block[d]);
    if (!p) return empty(extent);
    dims.push_back(*p);
  }
  return separable(std::move(dims), extent);
}

Normalized from_all(const Shape& extent) {
  Separable dims;
  for (const auto size : extent) {
    if (size == 0) return empty(extent);
    dims.push_back({0, size, 1, size});
  }
  return separable(std::move(dims), extent);
}

void expect_linear(const Shape& extent) {
  if (!checked_product(extent))
    exceed("the dataset has more than 2^64 elements: only regular selections of it are possible");
}

Normalized from_boxes(const BoxUnion& selection, const Shape& extent, std::uint64_t max_runs) {
  std::vector<Box> boxes;
  for (const auto& box : selection.boxes) {
    if (box.size.size() != box.start.size()) refuse("a box whose start and size differ in rank");
    expect_rank(box.start.size(), extent.size());
    if (std::find(box.size.begin(), box.size.end(), 0) != box.size.end()) continue;
    for (std::size_t d = 0; d < extent.size(); ++d) inside({box.start[d], box.size[d], 1, box.size[d]}, d, extent[d]);
    boxes.push_back(box);
  }
  if (boxes.empty()) return empty(extent);
  if (auto dims = as_product(boxes)) return separable(std::move(*dims), extent);
  expect_linear(extent);
  Normalized result{extent, Runs{}, 0, *bounds(selection), true};
  auto runs = union_runs(boxes, extent, max_runs);
  for (const auto& run : runs) result.element_count += run.length;
  result.form = std::move(runs);
  return result;
}

Normalized from_points(const PointList& points, const Shape& extent) {
  if (points.coordinates.empty()) return empty(extent);
  expect_rank(points.rank, extent.size());
  if (points.rank == 0 || points.coordinates.size() % points.rank != 0)
    refuse(fmt::format("{} coordinates do not make points of {} dimensions", points.coordinates.size(), points.rank));
  expect_linear(extent);
  Runs runs;
  bool ascending = true;
  for (std::size_t i = 0; i < points.coordinates.size(); i += points.rank) {
    std::uint64_t offset = 0;
    for (unsigned d = 0; d < points.rank; ++d) {
      const auto c = points.coordinates[i + d];
      if (c >= extent[d]) outside(d, fmt::format("coordinate {} of point {}", c, i / points.rank), extent[d]);
      offset = offset * extent[d] + c;
    }
    if (!runs.empty() && offset == runs.back().offset + runs.back().length) {
      ++runs.back().length;
    } else {
      ascending = ascending && (runs.empty() || offset > runs.back().offset + runs.back().length);
      runs.push_back({offset, 1});
    }
  }
  return {extent, std::move(runs), points.size(), *bounds(points), ascending};
}

Normalized normalize_either(const Selection& selection, const Shape& extent, std::uint64_t max_runs, bool clip) {
  if (std::holds_alternative<AllSelection>(selection)) return from_all(extent);
  if (std::holds_alternative<NoneSelection>(selection)) return empty(extent);
  if (const auto* slab = std::get_if<RegularHyperslab>(&selection)) return from_slab(*slab, extent, clip);
  if (const auto* boxes = std::get_if<BoxUnion>(&selection)) return from_boxes(*boxes, extent, max_runs);
  return from_points(std::get<PointList>(selection), extent);
}

}  // namespace

std::uint64_t Progression::count_below(std::uint64_t coordinate) const {
  if (coordinate <= start) return 0;
  const auto distance = coordinate - start;
  const auto blocks = distance / stride;
  if (blocks >= count) return length();
  return std::min(length(), blocks * block + std::min(block, distance % stride));
}

bool Progression::contains(std::uint64_t coordinate) const {
  return coordinate >= start && coordinate <= last() && (coordinate - start) % stride < block;
}

std::uint64_t Progression::consecutive_from(std::uint64_t position) const {
  return std::min(block - position % block, length() - position);
}

Progression Progression::first(std::uint64_t wanted) const {
  const auto blocks = divide_up(wanted, block);
  if (blocks == 1) return {start, wanted, 1, wanted, 0};
  return {start, stride, blocks, block, blocks * block - wanted};
}

Normalized normalize(const Selection& selection, const Shape& extent, std::uint64_t max_runs) {
  return normalize_either(selection, extent, max_runs, false);
}

Normalized normalize_clipped(const Selection& selection, const Shape& extent, std::uint64_t max_runs) {
  return normalize_either(selection, extent, max_runs, true);
}

Selection clip_unlimited(const Selection& selection, const Shape& extent) {
  const auto dimension = unlimited_dimension(selection);
  if (!dimension) return selection;
  const auto d = *dimension;
  auto slab = std::get<RegularHyperslab>(selection);
  check_slab(slab);
  expect_rank(slab.start.size(), extent.size());
  const auto p = clipped(slab, d, extent[d]);
  if (!p) return NoneSelection{};
  slab.stride[d] = p->stride;
  slab.count[d] = p->count;
  slab.block[d] = p->block;
  if (p->cut == 0) return slab;
  --slab.count[d];
  auto tail = slab;
  tail.start[d] = p->start + (p->count - 1) * p->stride;
  tail.count[d] = 1;
  tail.block[d] = p->block - p->cut;
  std::uint64_t boxes = 1;
  for (const auto count : slab.count)
    if (__builtin_mul_overflow(boxes, count, &boxes) || boxes > max_clipped_boxes)
      exceed(fmt::format("a clipped hyperslab of more than {} boxes", max_clipped_boxes));
  return unite(slab, tail);
}

std::optional<unsigned> unlimited_dimension(const Selection& selection) {
  const auto* slab = std::get_if<RegularHyperslab>(&selection);
  if (slab == nullptr) return std::nullopt;
  check_slab(*slab);
  for (std::size_t d = 0; d < slab->start.size(); ++d)
    if (is_unlimited(*slab, d)) return static_cast<unsigned>(d);
  return std::nullopt;
}

Selection unlimited_block(const Selection& selection, std::uint64_t index) {
  const auto dimension = unlimited_dimension(selection);
  const auto* slab = std::get_if<RegularHyperslab>(&selection);
  if (!dimension || slab->count[*dimension] != unlimited) refuse("it has no unlimited number of blocks");
  auto one = *slab;
  const auto offset = checked_multiply(index, one.stride[*dimension]);
  const auto start = offset ? checked_add(*offset, one.start[*dimension]) : std::nullopt;
  if (!start) exceed(fmt::format("block {} of dimension {} lies beyond 64 bits", index, *dimension));
  one.start[*dimension] = *start;
  one.count[*dimension] = 1;
  return one;
}

std::optional<Box> bounds(const Selection& selection) {
  Shape low, high;  // high: exclusive
  const auto include = [&](std::size_t d, std::uint64_t from, std::uint64_t to) {
    if (low.size() <= d) {
      low.push_back(from);
      high.push_back(to);
    }
    low[d] = std::min(low[d], from);
    high[d] = std::max(high[d], to);
  };
  if (const auto* slab = std::get_if<RegularHyperslab>(&selection)) {
    check_slab(*slab);
    for (std::size_t d = 0; d < slab->start.size(); ++d) {
      if (is_unlimited(*slab, d)) refuse(fmt::format("an unlimited count in dimension {} has no bounds", d));
      const auto p = progression(d, slab->start[d], slab->stride[d], slab->count[d], slab->block[d]);
      if (!p) return std::nullopt;
      const auto end = end_of(*p);
      if (!end) exceed(fmt::format("its end in dimension {} lies beyond 64 bits", d));
      include(d, p->start, *end);
    }
    if (slab->start.empty()) return Box{};
  } else if (const auto* boxes = std::get_if<BoxUnion>(&selection)) {
    for (const auto& box : boxes->boxes) {
      if (box.size.size() != box.start.size() || (!low.empty() && low.size() != box.start.size()))
        refuse("boxes of different rank");
      if (std::find(box.size.begin(), box.size.end(), 0) != box.size.end()) continue;
      if (box.start.empty()) return Box{};
      for (std::size_t d = 0; d < box.start.size(); ++d) {
        const auto end = checked_add(box.start[d], box.size[d]);
        if (!end) exceed(fmt::format("its end in dimension {} lies beyond 64 bits", d));
        include(d, box.start[d], *end);
      }
    }
  } else if (const auto* list = std::get_if<PointList>(&selection)) {
    for (std::size_t i = 0; i < list->size() * list->rank; ++i) {
      const auto c = list->coordinates[i];
      if (c == unlimited) exceed("a point lies beyond 64 bits");
      include(i % list->rank, c, c + 1);
    }
  }
  if (low.empty()) return std::nullopt;
  Box result{low, high};
  for (std::size_t d = 0; d < low.size(); ++d) result.size[d] -= low[d];
  return result;
}

}  // namespace fiver::select
