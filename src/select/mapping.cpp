#include "select/mapping.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/checked.hpp"
#include "fiver/values/error.hpp"
#include "select/lookup.hpp"

namespace fiver::select {

namespace {

[[noreturn]] void exceed(std::uint64_t max_runs) {
  throw Error(ErrorKind::limit, fmt::format("selection: a virtual mapping of more than {} runs", max_runs));
}

/// A mapping's side in an extent that is large enough for all of it: targets and sources may reach beyond their datasets.
Normalized normalize_freely(const Selection& selection, Shape extent, std::uint64_t max_runs) {
  if (unlimited_dimension(selection)) return normalize_clipped(selection, extent, max_runs);
  if (const auto box = bounds(selection); box && box->start.size() == extent.size())
    for (std::size_t d = 0; d < extent.size(); ++d) extent[d] = std::max(extent[d], box->start[d] + box->size[d]);
  return normalize(selection, extent, max_runs);
}

/// "Everything" and unlimited counts follow the extents as they are found, so their sizes need not agree with the other side's.
bool follows_extent(const Selection& selection) {
  return std::holds_alternative<AllSelection>(selection) || unlimited_dimension(selection).has_value();
}

Placed nothing(const Shape& extent) {
  return {extent, 0, 0, std::vector<Segment>{}, true};
}

/// Which dimension of the source pairs with which of the target: those of more than one element, in their order.
struct Pairing {
  static constexpr unsigned alone = max_rank;
  std::vector<unsigned> of_source;  ///< the target's dimension, or `alone`
};

std::optional<Pairing> pair_dimensions(const Separable& target, const Separable& source, bool flexible) {
  const auto agree = [flexible](const Progression& a, const Progression& b) {
    return flexible || a.length() == b.length();
  };
  Pairing pairing;
  if (target.size() == source.size() && std::equal(target.begin(), target.end(), source.begin(), agree)) {
    for (unsigned d = 0; d < source.size(); ++d) pairing.of_source.push_back(d);
    return pairing;
  }
  unsigned t = 0;
  const auto skip_units = [&] {
    while (t < target.size() && target[t].length() == 1) ++t;
  };
  for (const auto& s : source) {
    if (s.length() == 1) {
      pairing.of_source.push_back(Pairing::alone);
      continue;
    }
    skip_units();
    if (t == target.size() || !agree(target[t], s)) return std::nullopt;
    pairing.of_source.push_back(t++);
  }
  skip_units();
  if (t != target.size()) return std::nullopt;
  return pairing;
}

void append(std::vector<Segment>& segments, Segment more) {
  if (!segments.empty()) {
    auto& last = segments.back();
    if (last.from + last.length == more.from && last.to + last.length == more.to) {
      last.length += more.length;
      return;
    }
  }
  segments.push_back(more);
}

/// Positions in `target` that `read` has too, with their positions in `read`: {from: target, to: read}.
std::vector<Segment> common_positions(const Progression& target, const Progression& read, std::uint64_t max_runs) {
  std::vector<Segment> common;
  const auto begin = std::max(target.start, read.start);
  // Two progressions meet in a pattern that repeats: one period without a meeting means none at all.
  std::optional<std::uint64_t> period;
  if (target.count > 1 && read.count > 1) period = checked_multiply(target.stride, read.stride);
  std::uint64_t steps = 0;
  for (auto c = begin;;) {
    const auto t = target.count_below(c);
    if (t >= target.length()) break;
    const auto at = target.at(t);
    const auto r = read.count_below(at);
    if (r >= read.length()) break;
    c = read.at(r);
    if (++steps / 16 > max_runs || common.size() > max_runs) exceed(max_runs);
    if (c == at) {
      const auto length = std::min(target.consecutive_from(t), read.consecutive_from(r));
      append(common, {t, r, length});
      c += length;
    } else if (common.empty() && period && c - begin > *period) {
      break;
    }
  }
  return common;
}

/// {from: target position, to: place} becomes {from: source coordinate, to: place}; what lies beyond `extent` is dropped.
std::vector<Segment> in_source(const std::vector<Segment>& positions, const Progression& source, std::uint64_t extent,
                               std::uint64_t max_runs) {
  std::vector<Segment> result;
  for (auto rest : positions) {
    while (rest.length != 0) {
      const auto at = source.at(rest.from);
      if (at >= extent) return result;
      const auto length = std::min(rest.length, source.consecutive_from(rest.from));
      append(result, {at, rest.to, std::min(length, extent - at)});
      if (result.size() > max_runs) exceed(max_runs);
      rest = {rest.from + length, rest.to + length, rest.length - length};
    }
  }
  return result;
}

/// The product of per-dimension maps: cost and memory follow the segments of each dimension.
Placed by_dimension(const Separable& read, const Separable& target, const Separable& source, const Pairing& pairing,
                    const Shape& source_extent, bool distinct, std::uint64_t max_runs) {
  Placed result{source_extent, 1, 0, std::vector<Axis>{}, distinct};
  Shape stride(read.size(), 1);
  for (auto d = read.size(); d-- > 1;) stride[d - 1] = stride[d] * read[d].length();
  std::vector<std::vector<Segment>> common;
  for (std::size_t d = 0; d < target.size(); ++d) {
    common.push_back(common_positions(target[d], read[d], max_runs));
    if (common.back().empty()) return nothing(source_extent);
    // A dimension of one element that no dimension of the source pairs with only moves the whole.
    const bool paired = std::find(pairing.of_source.begin(), pairing.of_source.end(), d) != pairing.of_source.end();
    if (!paired) result.result_base += common.back().front().to * stride[d];
  }
  std::vector<Axis> axes;
  for (std::size_t d = 0; d < source.size(); ++d) {
    const auto with = pairing.of_source[d];
    if (with == Pairing::alone) {
      if (source[d].start >= source_extent[d]) return nothing(source_extent);
      axes.push_back({source[d], 1});
      continue;
    }
    auto segments = in_source(common[with], source[d], source_extent[d], max_runs);
    if (segments.empty()) return nothing(source_extent);
    std::uint64_t length = 0;
    for (const auto& s : segments) length += s.length;
    result.element_count *= length;  // no more than `read` has
    if (segments.size() == 1) {      // stays lazy
      const auto& s = segments.front();
      result.result_base += s.to * stride[with];
      axes.push_back({Progression{s.from, s.length, 1, s.length}, stride[with]});
    } else {
      axes.push_back({std::move(segments), stride[with]});
    }
  }
  result.form = std::move(axes);
  return result;
}

std::uint64_t rows_of(const Normalized& selection) {
  if (const auto* runs = std::get_if<Runs>(&selection.form)) return runs->size();
  const auto& dims = std::get<Separable>(selection.form);
  return dims.empty() ? 1 : selection.element_count / dims.back().length() * dims.back().count;
}

/// Element by element in the order of both selections, by runs: any kinds, any shapes.
Placed by_runs(const Normalized& read, const Normalized& target, const Normalized& source, const Shape& source_extent,
               std::uint64_t pairs, std::uint64_t max_runs) {
  if (!checked_product(source_extent)) exceed(max_runs);
  std::vector<Segment> result;
  std::uint64_t rows = 0;
  const Elements elements(source, source_extent);
  const auto place = [&](std::uint64_t position, std::uint64_t to, std::uint64_t length) {
    if (position >= pairs) return;
    elements.runs(position, std::min(length, pairs - position),
                  [&](std::uint64_t skipped, std::uint64_t offset, std::uint64_t n) {
                    append(result, {offset, to + skipped, n});
                    if (++rows / 16 > max_runs || result.size() > max_runs) exceed(max_runs);
                  });
  };
  // Who has fewer rows is walked and looked up in the other, but a list is never sorted for each of many mappings.
  const bool read_leads = std::holds_alternative<Runs>(read.form) || rows_of(read) <= rows_of(target);
  const auto& leader = read_leads ? read : target;
  const Positions follower(read_leads ? target : read);
  std::uint64_t position = 0;
  for_each_row(leader, [&](const Shape& row, std::uint64_t length) {
    follower.find(row, length, [&](std::uint64_t skipped, std::uint64_t found, std::uint64_t n) {
      if (read_leads)
        place(found, position + skipped, n);
      else
        place(position + skipped, found, n);
    });
    if (++rows / 16 > max_runs) exceed(max_runs);
    position += length;
  });
  std::uint64_t count = 0;
  for (const auto& s : result) count += s.length;
  return {source_extent, count, 0, std::move(result), read.distinct && source.distinct && target.distinct};
}

}  // namespace

Placed intersect_mapped(const Normalized& read, const Selection& target, const Selection& source,
                        const Shape& source_extent, std::uint64_t max_runs) {
  auto to = normalize_freely(target, read.extent, max_runs);
  auto from = normalize_freely(source, source_extent, max_runs);
  const bool flexible = follows_extent(target) || follows_extent(source);
  if (!flexible && to.element_count != from.element_count)
    throw Error(ErrorKind::invalid_argument,
                fmt::format("virtual mapping: {} elements of the source for {} of the virtual dataset",
                            from.element_count, to.element_count));
  if (to.element_count == 0 || from.element_count == 0 || read.element_count == 0) return nothing(source_extent);
  auto* to_dims = std::get_if<Separable>(&to.form);
  auto* from_dims = std::get_if<Separable>(&from.form);
  const auto* read_dims = std::get_if<Separable>(&read.form);
  std::optional<Pairing> pairing;
  if (to_dims != nullptr && from_dims != nullptr) pairing = pair_dimensions(*to_dims, *from_dims, flexible);
  if (pairing) {
    for (std::size_t d = 0; d < from_dims->size(); ++d) {
      if (pairing->of_source[d] == Pairing::alone) continue;
      auto &s = (*from_dims)[d], &t = (*to_dims)[pairing->of_source[d]];
      const auto length = std::min(s.length(), t.length());
      s = s.first(length);
      t = t.first(length);
    }
    if (read_dims != nullptr)
      return by_dimension(*read_dims, *to_dims, *from_dims, *pairing, source_extent, read.distinct, max_runs);
    to.element_count = from.element_count = 1;
    for (const auto& p : *to_dims) to.element_count *= p.length();
    from.element_count = to.element_count;
  } else if (flexible && to.element_count != from.element_count) {
    throw Error(
        ErrorKind::invalid_argument,
        fmt::format("virtual mapping: {} elements of the source for {} of the virtual dataset, in other dimensions",
                    from.element_count, to.element_count));
  }
  return by_runs(read, to, from, source_extent, to.element_count, max_runs);
}

std::optional<UnlimitedExtent> unlimited_extent(const Selection& target, const Selection& source,
                                                const Shape& source_extent, bool trailing_gap) {
  const auto grows = unlimited_dimension(target), follows = unlimited_dimension(source);
  if (!grows || !follows) return std::nullopt;
  const auto& slab = std::get<RegularHyperslab>(target);
  const auto start = slab.start[*grows], stride = slab.stride[*grows], block = slab.block[*grows];
  const auto clipped = normalize_clipped(source, source_extent);
  if (clipped.element_count == 0) return UnlimitedExtent{*grows, 0};
  const auto length = std::get<Separable>(clipped.form)[*follows].length();
  std::optional<std::uint64_t> end;
  if (block == unlimited || block == stride) {
    end = checked_add(start, length);
  } else {
    if (block == 0 || stride < block)
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("selection: blocks of {}, {} apart in dimension {}", block, stride, *grows));
    const auto whole = length / block, part = length % block;
    const bool to_gap = trailing_gap || part != 0;
    end = checked_multiply(to_gap ? whole : whole - 1, stride);
    if (end) end = checked_add(*end, start);
    if (end) end = checked_add(*end, part != 0 ? part : (to_gap ? 0 : block));
  }
  if (!end) throw Error(ErrorKind::limit, "selection: a virtual extent beyond 64 bits");
  return UnlimitedExtent{*grows, *end};
}

}  // namespace fiver::select
