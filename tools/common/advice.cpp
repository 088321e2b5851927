#include "common/advice.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "common/console.hpp"
#include "common/facts.hpp"

namespace fiver::tools {
namespace {

constexpr std::uint64_t least_chunk_bytes = 64U << 10, most_chunk_bytes = 4U << 20;
/// Below this many bytes a chunk costs more to find than to read; above the other, a small read waits for much decoding.
constexpr std::uint64_t small_chunk = 4U << 10, large_chunk = 64U << 20;
/// Data of fewer bytes are quick whatever their chunks.
constexpr std::uint64_t small_dataset = 16U << 20;

double as_double(std::uint64_t value) {
  return static_cast<double>(value);
}

std::uint64_t product(const Shape& shape) {
  std::uint64_t result = 1;
  for (const std::uint64_t n : shape) result = n != 0 && result > unlimited / n ? unlimited : result * n;
  return result;
}

/// Chunks of length `chunk` that a range of one dimension touches.
std::uint64_t touched(const AxisRange& range, std::uint64_t chunk) {
  if (range.count == 0) return 0;
  if (range.step >= chunk) return range.count;
  return (range.start + (range.count - 1) * range.step) / chunk - range.start / chunk + 1;
}

}  // namespace

ReadCost cost_of(const Shape& shape, const Shape& chunk, const std::vector<AxisRange>& ranges,
                 std::uint64_t element_size) {
  ReadCost cost{1, 0, 1};
  for (std::size_t axis = 0; axis < shape.size(); ++axis)
    cost.chunks *= touched(ranges[axis], std::max<std::uint64_t>(chunk[axis], 1));
  const double decoded = as_double(cost.chunks) * as_double(product(chunk)) * as_double(element_size);
  cost.decoded_bytes = decoded < 1.8e19 ? static_cast<std::uint64_t>(decoded) : unlimited;
  const double used = as_double(element_count(ranges)) * as_double(element_size);
  cost.useful_share = decoded > 0 ? std::min(used / decoded, 1.0) : 1.0;
  return cost;
}

Shape better_chunk(const Shape& shape, const Shape& chunk, const std::vector<AxisRange>& ranges,
                   std::uint64_t element_size) {
  const std::uint64_t present = product(chunk) * std::max<std::uint64_t>(element_size, 1);
  const std::uint64_t target =
      std::clamp(present, least_chunk_bytes, most_chunk_bytes) / std::max<std::uint64_t>(element_size, 1);
  Shape best(shape.size(), 1);
  // First as long as the selection in each dimension, the one with most left growing first, while the chunk is small enough.
  const auto grow = [&](const auto& limit) {
    for (;;) {
      std::size_t axis = shape.size();
      double most_left = 1;
      for (std::size_t i = 0; i < shape.size(); ++i) {
        const double left = as_double(limit(i)) / as_double(best[i]);
        if (left > most_left) most_left = left, axis = i;
      }
      if (axis == shape.size()) return;
      const std::uint64_t longer = std::min<std::uint64_t>(best[axis] * 2, limit(axis));
      if (product(best) / best[axis] * longer > target) return;
      best[axis] = longer;
    }
  };
  grow([&](std::size_t i) {
    return ranges[i].step == 1 ? std::max<std::uint64_t>(ranges[i].count, 1) : std::uint64_t{1};
  });
  // A tiny selection alone would make tiny chunks: a few neighbours then, in every dimension alike.
  if (product(best) * element_size < least_chunk_bytes / 4) {
    Shape wider = best;
    std::swap(wider, best);
    const std::uint64_t least = least_chunk_bytes / 4 / std::max<std::uint64_t>(element_size, 1);
    for (bool grown = true; grown && product(best) < least;) {
      grown = false;
      for (std::size_t i = 0; i < shape.size() && product(best) < least; ++i) {
        if (best[i] >= shape[i]) continue;
        best[i] = std::min(best[i] * 2, shape[i]);
        grown = true;
      }
    }
  }
  return best;
}

std::vector<std::string> chunk_warnings(const Dataset& dataset) {
  std::vector<std::string> warnings;
  const auto chunk = dataset.chunk_shape();
  const auto logical = logical_size(dataset);
  if (!chunk || !logical || *logical == 0) return warnings;
  const Shape& shape = dataset.shape();
  const std::uint64_t element = dataset.type().size();
  const std::uint64_t bytes = product(*chunk) * element;
  const std::uint64_t in_all = bytes == 0 ? 0 : *logical / bytes;
  if (bytes < small_chunk && in_all > 10000) {
    warnings.push_back(
        fmt::format("chunks of only {}: about {} of them to find one by one", bytes_text(bytes), count_text(in_all)));
  }
  if (bytes > large_chunk && !dataset.filters().empty()) {
    warnings.push_back(fmt::format("chunks of {}: reading one element decodes that much", bytes_text(bytes)));
  }
  if (shape.size() < 2 || *logical < small_dataset) return warnings;
  // One frame along the first dimension, and one pixel through all frames: the two reads a stack is made for.
  std::vector<AxisRange> frame, line;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    const AxisRange one{shape[axis] / 2, 1, 1, true}, whole{0, shape[axis], 1, false};
    frame.push_back(axis == 0 && shape.size() > 2 ? one : whole);
    line.push_back(axis == 0 ? whole : one);
  }
  const auto warn = [&](const char* what, const std::vector<AxisRange>& ranges) {
    const ReadCost cost = cost_of(shape, *chunk, ranges, element);
    if (cost.useful_share >= 0.02 || as_double(cost.decoded_bytes) < 0.5 * as_double(*logical)) return;
    warnings.push_back(fmt::format("{} decodes {} of {} (chunks {}): `h5 explain` says more", what,
                                   bytes_text(std::min(cost.decoded_bytes, *logical)), bytes_text(*logical),
                                   shape_text(*chunk)));
  };
  if (shape.size() > 2) warn("one frame", frame);
  warn(shape.size() > 2 ? "one pixel through all frames" : "one column", line);
  return warnings;
}

}  // namespace fiver::tools
