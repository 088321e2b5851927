#include "object/new_mappings.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/checked.hpp"
#include "format/selection_encoding.hpp"
#include "object/reading.hpp"

namespace fiver::object {
namespace {

/// Elements of a selection; nothing where that depends on an extent, or has no end.
std::optional<std::uint64_t> count_of(const Selection& selection) {
  if (std::holds_alternative<NoneSelection>(selection)) return 0;
  if (const auto* points = std::get_if<PointList>(&selection)) return points->size();
  if (const auto* boxes = std::get_if<BoxUnion>(&selection); boxes != nullptr && boxes->boxes.size() == 1)
    return Dataspace::simple(boxes->boxes.front().size).element_count();
  const auto* slab = std::get_if<RegularHyperslab>(&selection);
  if (slab == nullptr) return std::nullopt;
  std::optional<std::uint64_t> count = 1;
  for (std::size_t i = 0; i < slab->count.size() && count; ++i) {
    if (slab->count[i] == unlimited || slab->block[i] == unlimited) return std::nullopt;
    count = checked_multiply(*count, slab->count[i]);
    if (count) count = checked_multiply(*count, slab->block[i]);
  }
  return count;
}

bool is_unlimited(const Selection& selection) {
  const auto* slab = std::get_if<RegularHyperslab>(&selection);
  const auto ends = [](const Shape& shape) { return std::find(shape.begin(), shape.end(), unlimited) == shape.end(); };
  return slab != nullptr && !(ends(slab->count) && ends(slab->block));
}

VirtualMapping complete(const VirtualMapping& given, const Dataspace& space) {
  auto mapping = given;
  mapping.target = completed(given.target, space.dims);
  const auto rank = format::selection_rank(mapping.target);
  if (rank != 0 && rank != space.rank())
    throw Error(ErrorKind::invalid_argument,
                fmt::format("a selection of {} dimensions in a virtual dataset of {}", rank, space.rank()));
  if (is_unlimited(mapping.target)) {
    if (format::selection_rank(given.source) == format::selection_rank(given.target))
      mapping.source = completed(given.source, space.dims);
    return mapping;
  }
  const auto shown = std::holds_alternative<AllSelection>(mapping.target)
                         ? space.element_count()
                         : select::normalize(mapping.target, space.dims).element_count;
  auto count = count_of(mapping.source);
  if (count && *count != shown) {
    mapping.source = completed(given.source, space.dims);
    count = count_of(mapping.source);
  }
  if (count && *count != shown)
    throw Error(ErrorKind::invalid_argument,
                fmt::format("{} elements of a virtual dataset are {} of \"{}\"", shown, *count, given.source_dataset));
  return mapping;
}

}  // namespace

std::vector<VirtualMapping> complete_mappings(const std::vector<VirtualMapping>& mappings, const Dataspace& space) {
  std::vector<VirtualMapping> complete_ones;
  for (const auto& mapping : mappings) complete_ones.push_back(complete(mapping, space));
  return complete_ones;
}

}  // namespace fiver::object
