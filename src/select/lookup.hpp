// Between elements of a space and positions in a selection's order, run by run: what general virtual mappings are made of.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "select/normalized.hpp"

namespace fiver::select {

/// callback(coordinates of the first element, length) for the selection's elements in order, cut at rows of the extent.
template <class Callback>
void for_each_row(const Normalized& selection, Callback&& callback) {
  const auto rank = selection.extent.size();
  Shape row(rank, 0);
  if (const auto* runs = std::get_if<Runs>(&selection.form)) {
    for (auto run : *runs) {
      while (run.length != 0) {
        auto rest = run.offset;
        for (auto d = rank; d-- > 0; rest /= selection.extent[d]) row[d] = rest % selection.extent[d];
        const auto length = rank == 0 ? 1 : std::min(run.length, selection.extent[rank - 1] - row[rank - 1]);
        callback(static_cast<const Shape&>(row), length);
        run = {run.offset + length, run.length - length};
      }
    }
    return;
  }
  const auto& dims = std::get<Separable>(selection.form);
  for (std::size_t d = 0; d < rank; ++d) row[d] = dims[d].start;
  if (rank == 0) return callback(static_cast<const Shape&>(row), std::uint64_t{1});
  const auto& inner = dims[rank - 1];
  Shape position(rank, 0);
  for (;;) {
    for (std::uint64_t p = 0; p < inner.length();) {
      const auto length = inner.consecutive_from(p);
      row[rank - 1] = inner.at(p);
      callback(static_cast<const Shape&>(row), length);
      p += length;
    }
    auto d = rank - 1;
    for (;; row[d] = dims[d].start) {
      if (d-- == 0) return;
      if (++position[d] < dims[d].length()) break;
      position[d] = 0;
    }
    row[d] = dims[d].at(position[d]);
  }
}

/// Finds elements of the space in a selection.
class Positions {
 public:
  /// The selection must outlive it.
  explicit Positions(const Normalized& selection);

  /// For the elements from coordinates `row` on, `length` of them in the last dimension: callback(skipped, position, count) for each part
  /// that the selection has, once for each place where it has it.
  template <class Callback>
  void find(const Shape& row, std::uint64_t length, Callback&& callback) const {
    const auto& extent = selection_.extent;
    const auto rank = extent.size();
    for (std::size_t d = 0; d < rank; ++d)
      if (row[d] >= extent[d]) return;
    if (rank != 0) length = std::min(length, extent[rank - 1] - row[rank - 1]);
    if (const auto* dims = std::get_if<Separable>(&selection_.form)) {
      std::uint64_t base = 0;
      for (std::size_t d = 0; d + 1 < rank; ++d) {
        if (!(*dims)[d].contains(row[d])) return;
        base += (*dims)[d].count_below(row[d]) * strides_[d];
      }
      if (rank == 0) return callback(std::uint64_t{0}, std::uint64_t{0}, std::uint64_t{1});
      const auto& inner = (*dims)[rank - 1];
      const auto from = row[rank - 1];
      for (auto p = inner.count_below(from); p < inner.length();) {
        const auto skipped = inner.at(p) - from;
        if (skipped >= length) return;
        const auto count = std::min(inner.consecutive_from(p), length - skipped);
        callback(skipped, base + p, count);
        p += count;
      }
      return;
    }
    std::uint64_t from = 0;
    for (std::size_t d = 0; d < rank; ++d) from = from * extent[d] + row[d];
    // Runs that may overlap, sorted by start, with the furthest end up to each: walk back while one can still reach `from`.
    const auto after = std::partition_point(sorted_.begin(), sorted_.end(), [&](const Entry& e) {
      return e.run.offset < from || e.run.offset - from < length;
    });
    for (auto e = after; e != sorted_.begin();) {
      --e;
      if (e->furthest <= from) break;
      const auto end = e->run.offset + e->run.length;
      if (end <= from) continue;
      const auto begin = std::max(e->run.offset, from);
      callback(begin - from, e->position + (begin - e->run.offset), std::min(end - begin, length - (begin - from)));
    }
  }

 private:
  struct Entry {
    Run run;
    std::uint64_t position, furthest;
  };
  const Normalized& selection_;
  Shape strides_;              // separable
  std::vector<Entry> sorted_;  // runs
};

/// The elements at positions of a selection, as runs of a dataset that may be smaller than the selection thinks.
class Elements {
 public:
  /// `selection` must outlive it. Runs are offsets in `extent`; elements outside are left out.
  Elements(const Normalized& selection, const Shape& extent);

  /// callback(skipped, offset, count) for positions [position, position + length).
  template <class Callback>
  void runs(std::uint64_t position, std::uint64_t length, Callback&& callback) const {
    const auto& space = selection_.extent;
    const auto rank = space.size();
    std::uint64_t skipped = 0;
    Shape at(rank, 0);
    if (const auto* dims = std::get_if<Separable>(&selection_.form)) {
      while (skipped < length) {
        auto rest = position + skipped;
        std::uint64_t count = 1;
        for (auto d = rank; d-- > 0; rest /= (*dims)[d].length()) {
          const auto p = rest % (*dims)[d].length();
          at[d] = (*dims)[d].at(p);
          if (d + 1 == rank) count = std::min((*dims)[d].consecutive_from(p), length - skipped);
        }
        emit(at, skipped, count, callback);
        skipped += count;
      }
      return;
    }
    const auto& list = std::get<Runs>(selection_.form);
    auto i = static_cast<std::size_t>(std::upper_bound(before_.begin(), before_.end(), position) - before_.begin()) - 1;
    for (; skipped < length; ++i) {
      auto inside = position + skipped - before_[i];
      auto left = std::min(list[i].length - inside, length - skipped);
      while (left != 0) {
        const auto offset = list[i].offset + inside;
        auto count = left;
        if (same_space_) {
          callback(skipped, offset, count);
        } else {
          auto rest = offset;
          for (auto d = rank; d-- > 0; rest /= space[d]) at[d] = rest % space[d];
          count = rank == 0 ? left : std::min(left, space[rank - 1] - at[rank - 1]);
          emit(at, skipped, count, callback);
        }
        skipped += count;
        inside += count;
        left -= count;
      }
    }
  }

 private:
  template <class Callback>
  void emit(const Shape& at, std::uint64_t skipped, std::uint64_t count, Callback& callback) const {
    std::uint64_t offset = 0;
    for (std::size_t d = 0; d < at.size(); ++d) {
      if (at[d] >= extent_[d]) return;
      offset = offset * extent_[d] + at[d];
    }
    if (!at.empty()) count = std::min(count, extent_.back() - at.back());
    callback(skipped, offset, count);
  }

  const Normalized& selection_;
  const Shape& extent_;
  bool same_space_;
  std::vector<std::uint64_t> before_;  // elements in the runs before each
};

}  // namespace fiver::select
