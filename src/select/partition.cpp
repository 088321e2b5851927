#include "select/partition.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/checked.hpp"
#include "fiver/values/error.hpp"

namespace fiver::select {

namespace {

__extension__ using Wide = unsigned __int128;

/// The sum of (a * i + b) / m for i in [0, n), modulo 2^64 (a Euclid-like descent: O(log m)).
std::uint64_t floor_sum(std::uint64_t n, std::uint64_t m, std::uint64_t a, std::uint64_t b) {
  std::uint64_t sum = 0;
  while (n != 0) {
    if (a >= m) {
      sum += static_cast<std::uint64_t>(static_cast<Wide>(n) * (n - 1) / 2) * (a / m);
      a %= m;
    }
    sum += n * (b / m);
    b %= m;
    const auto top = static_cast<Wide>(a) * n + b;
    if (top < m) break;
    n = static_cast<std::uint64_t>(top / m);
    b = static_cast<std::uint64_t>(top % m);
    std::swap(m, a);
  }
  return sum;
}

/// The chunks of `chunk` elements that the first `blocks` uncut blocks touch, when no chunk holds parts of two.
std::uint64_t chunks_before(const Progression& p, std::uint64_t chunk, std::uint64_t blocks) {
  if (p.block == 1) return blocks;
  return floor_sum(blocks, chunk, p.stride, p.start + (p.block - 1)) - floor_sum(blocks, chunk, p.stride, p.start) +
         blocks;
}

[[noreturn]] void exceed(const std::string& reason) {
  throw Error(ErrorKind::limit, "selection: " + reason);
}

}  // namespace

Partition::Partition(Placed placed, Shape chunk, std::uint64_t max_runs)
    : placed_(std::move(placed)), chunk_(std::move(chunk)) {
  const auto rank = placed_.extent.size();
  if (chunk_.size() != rank)
    throw Error(ErrorKind::invalid_argument,
                fmt::format("chunks of {} dimensions for a dataset of {}", chunk_.size(), rank));
  if (placed_.element_count == 0) return;
  for (std::size_t d = 0; d < rank; ++d) {
    if (chunk_[d] == 0)
      throw Error(ErrorKind::invalid_argument, fmt::format("a chunk of 0 elements in dimension {}", d));
    grid_.push_back(divide_up(placed_.extent[d], chunk_[d]));
  }
  chunk_strides_.assign(rank, 1);
  for (auto d = rank; d-- > 0;) {
    chunk_strides_[d] = chunk_volume_;
    if (__builtin_mul_overflow(chunk_volume_, chunk_[d], &chunk_volume_)) exceed("a chunk of more than 2^64 elements");
  }
  if (std::holds_alternative<std::vector<Axis>>(placed_.form))
    count_axes();
  else
    cut_segments(max_runs);
}

void Partition::count_axes() {
  const auto& axes = std::get<std::vector<Axis>>(placed_.form);
  chunk_count_ = 1;
  for (std::size_t d = 0; d < axes.size(); ++d) {
    Grid grid;
    const auto chunk = chunk_[d];
    if (const auto* p = std::get_if<Progression>(&axes[d].coordinates)) {
      grid.first = p->start / chunk;
      // A gap narrower than a chunk cannot hide one; a gap of a chunk or more leaves no chunk with parts of two blocks.
      grid.every = p->count == 1 || p->stride - p->block < chunk;
      if (grid.every) {
        grid.touched = p->last() / chunk - grid.first + 1;
      } else {
        const auto last_block = p->start + (p->count - 1) * p->stride;
        grid.touched = chunks_before(*p, chunk, p->count - 1) + (p->last() / chunk - last_block / chunk + 1);
      }
    } else {
      std::uint64_t next = 0;  // the first chunk index not yet counted
      for (const auto& s : std::get<std::vector<Segment>>(axes[d].coordinates)) {
        const auto low = std::max(next, s.from / chunk), high = (s.from + (s.length - 1)) / chunk;
        grid.before.push_back(grid.touched);
        grid.first_new.push_back(low);
        if (high < low) continue;
        grid.touched += high - low + 1;
        next = high + 1;
      }
    }
    if (__builtin_mul_overflow(chunk_count_, grid.touched, &chunk_count_)) exceed("it touches more than 2^64 chunks");
    grids_.push_back(std::move(grid));
  }
}

std::uint64_t Partition::chunk_index(unsigned dimension, std::uint64_t number) const {
  const Grid& grid = grids_[dimension];
  const auto& axis = std::get<std::vector<Axis>>(placed_.form)[dimension];
  if (!grid.before.empty()) {
    const auto after = std::upper_bound(grid.before.begin(), grid.before.end(), number);
    const auto segment = static_cast<std::size_t>(after - grid.before.begin()) - 1;
    return grid.first_new[segment] + (number - grid.before[segment]);
  }
  if (grid.every) return grid.first + number;
  const auto& p = std::get<Progression>(axis.coordinates);
  std::uint64_t low = 0, high = p.count;  // the block is in [low, high)
  if (p.block == 1) low = number, high = number + 1;
  while (high - low > 1) {
    const auto middle = low + (high - low) / 2;
    (chunks_before(p, chunk_[dimension], middle) <= number ? low : high) = middle;
  }
  return (p.start + low * p.stride) / chunk_[dimension] + (number - chunks_before(p, chunk_[dimension], low));
}

void Partition::append_segments(unsigned dimension, std::uint64_t chunk_index, ChunkCopy& out) const {
  const auto& axis = std::get<std::vector<Axis>>(placed_.form)[dimension];
  const auto size = chunk_[dimension];
  const auto low = chunk_index * size;
  ChunkCopy::Axis copied{out.segments_.size(), 0, 0, chunk_strides_[dimension], axis.result_stride};
  if (const auto* p = std::get_if<Progression>(&axis.coordinates)) {
    for (auto position = p->count_below(low); position < p->length();) {
      const auto inside = p->at(position) - low;
      if (inside >= size) break;
      const auto length = std::min(p->consecutive_from(position), size - inside);
      out.segments_.push_back({inside, position, length});
      copied.length += length;
      position += length;
    }
  } else {
    const auto& segments = std::get<std::vector<Segment>>(axis.coordinates);
    auto s = std::partition_point(segments.begin(), segments.end(), [low](const Segment& segment) {
      return segment.from < low && segment.length <= low - segment.from;
    });
    for (; s != segments.end(); ++s) {
      const auto skip = s->from < low ? low - s->from : 0;
      const auto inside = s->from + skip - low;
      if (inside >= size) break;
      const auto length = std::min(s->length - skip, size - inside);
      out.segments_.push_back({inside, s->to + skip, length});
      copied.length += length;
    }
  }
  copied.end = out.segments_.size();
  out.axes_.push_back(copied);
}

/// Segments of the row-major extent, cut at rows and chunk borders and put with their chunks. Dimensions that a chunk spans whole are one
/// dimension here, so a contiguous dataset's runs stay as long as they are.
void Partition::cut_segments(std::uint64_t max_runs) {
  Shape extent, chunk;
  for (std::size_t d = 0; d < grid_.size(); ++d) {
    if (d > 0 && chunk_[d] == placed_.extent[d]) {
      extent.back() *= placed_.extent[d];
      chunk.back() *= chunk_[d];
    } else {
      extent.push_back(placed_.extent[d]);
      chunk.push_back(chunk_[d]);
    }
  }
  if (extent.empty()) extent = chunk = {1};
  struct Piece {
    std::uint64_t chunk;
    Segment segment;
  };
  std::vector<Piece> pieces;
  const auto& segments = std::get<std::vector<Segment>>(placed_.form);
  const auto most = checked_add(max_runs, segments.size()).value_or(max_runs);
  bool sorted = true;
  for (auto rest : segments) {
    while (rest.length != 0) {
      std::uint64_t number = 0, offset = 0, linear = rest.from, grid_stride = 1, chunk_stride = 1, room = 0;
      for (auto d = extent.size(); d-- > 0;) {
        const auto x = linear % extent[d];
        linear /= extent[d];
        if (d + 1 == extent.size()) room = std::min(extent[d] - x, chunk[d] - x % chunk[d]);
        number += x / chunk[d] * grid_stride;
        offset += x % chunk[d] * chunk_stride;
        grid_stride *= divide_up(extent[d], chunk[d]);
        chunk_stride *= chunk[d];
      }
      const auto length = std::min(room, rest.length);
      auto* last = pieces.empty() ? nullptr : &pieces.back();
      if (last != nullptr && last->chunk == number && last->segment.from + last->segment.length == offset &&
          last->segment.to + last->segment.length == rest.to) {
        last->segment.length += length;
      } else {
        sorted = sorted && (last == nullptr || last->chunk <= number);
        pieces.push_back({number, {offset, rest.to, length}});
        if (pieces.size() > most) exceed(fmt::format("more than {} runs in its chunks", most));
      }
      rest.from += length;
      rest.to += length;
      rest.length -= length;
    }
  }
  if (!sorted)
    std::stable_sort(pieces.begin(), pieces.end(), [](const Piece& a, const Piece& b) { return a.chunk < b.chunk; });
  for (const auto& piece : pieces) {
    if (groups_.empty() || groups_.back().chunk != piece.chunk)
      groups_.push_back({piece.chunk, pieces_.size(), pieces_.size()});
    auto* last = groups_.back().end > groups_.back().first ? &pieces_.back() : nullptr;
    if (last != nullptr && last->from + last->length == piece.segment.from &&
        last->to + last->length == piece.segment.to)
      last->length += piece.segment.length;
    else
      pieces_.push_back(piece.segment);
    groups_.back().end = pieces_.size();
  }
  chunk_count_ = groups_.size();
  placed_.form = std::vector<Segment>{};  // cut up into pieces_
}

void Partition::coordinates_into(std::uint64_t index, Shape& out) const {
  if (index >= chunk_count_)
    throw Error(ErrorKind::invalid_argument,
                fmt::format("chunk {} of the {} that a selection touches", index, chunk_count_));
  out.resize(grid_.size());
  auto rest = grids_.empty() && !groups_.empty() ? groups_[index].chunk : index;
  for (auto d = grid_.size(); d-- > 0;) {
    const auto radix = grids_.empty() ? grid_[d] : grids_[d].touched;
    out[d] = rest % radix;
    rest /= radix;
    if (!grids_.empty()) out[d] = chunk_index(static_cast<unsigned>(d), out[d]);
  }
}

Shape Partition::coordinates(std::uint64_t index) const {
  Shape out;
  coordinates_into(index, out);
  return out;
}

ChunkCopy Partition::copy(std::uint64_t index) const {
  ChunkCopy out;
  copy_into(index, out);
  return out;
}

void Partition::copy_into(std::uint64_t index, ChunkCopy& out) const {
  coordinates_into(index, out.coordinates_);
  out.axes_.clear();
  out.segments_.clear();
  out.separable_ = std::holds_alternative<std::vector<Axis>>(placed_.form);
  out.result_base_ = out.separable_ ? placed_.result_base : 0;
  std::uint64_t extent_part = 1;
  for (std::size_t d = 0; d < grid_.size(); ++d) {
    extent_part *= std::min(chunk_[d], placed_.extent[d] - out.coordinates_[d] * chunk_[d]);
    if (out.separable_) append_segments(static_cast<unsigned>(d), out.coordinates_[d], out);
  }
  if (!out.separable_) {
    const auto& group = groups_[index];
    out.segments_.assign(pieces_.begin() + static_cast<std::ptrdiff_t>(group.first),
                         pieces_.begin() + static_cast<std::ptrdiff_t>(group.end));
  }
  out.finish(chunk_volume_, extent_part, placed_.distinct);
}

Partition partition(const Selection& selection, const Shape& extent, const Shape& chunk) {
  return {packed(normalize(selection, extent)), chunk};
}

}  // namespace fiver::select
