#include "object/stored_chunks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "object/virtual_view.hpp"
#include "select/partition.hpp"

namespace fiver::object {
namespace {

Shape coordinates_of(std::uint64_t offset, const Shape& extent) {
  Shape coordinates(extent.size());
  for (auto i = extent.size(); i-- > 0;) {
    coordinates[i] = extent[i] == 0 ? 0 : offset % extent[i];
    offset = extent[i] == 0 ? 0 : offset / extent[i];
  }
  return coordinates;
}

/// The offset of the first placed element in its extent, row-major.
std::uint64_t first_offset(const select::Placed& placed) {
  Shape whole = placed.extent;
  for (auto& length : whole) length = std::max<std::uint64_t>(length, 1);
  std::uint64_t first = unlimited;
  select::Partition(placed, std::move(whole)).for_each([&](const select::ChunkCopy& copy) {
    select::for_each_run(copy,
                         [&](std::uint64_t from, std::uint64_t, std::uint64_t) { first = std::min(first, from); });
  });
  return first;
}

/// Nothing is allocated where `found` was filled for the same dataset before.
void fill_real(FoundChunk& found, const std::shared_ptr<const Handle>& owner,
               const std::shared_ptr<const pipeline::StoredElements>& stored, std::span<const std::uint64_t> scaled,
               const chunk::ChunkRecord& record) {
  const auto& file = owner->file()->state();
  found.scaled.assign(scaled.begin(), scaled.end());
  found.record = record;
  found.info.offset.resize(scaled.size());
  for (std::size_t i = 0; i < scaled.size(); ++i) found.info.offset[i] = scaled[i] * stored->chunk()[i];
  if (found.owner != owner || found.info.file.empty()) {
    found.owner = owner;
    found.stored = stored;
    found.info.file = file.name();
  }
  found.info.file_offset = file.view().base() + record.address.value;
  found.info.stored_size = record.stored_size;
  found.info.filter_mask = record.filter_mask;
}

/// The one "chunk" of contiguous data.
std::optional<FoundChunk> contiguous_chunk(const std::shared_ptr<const Handle>& owner) {
  const auto facts = owner->dataset();
  const auto* contiguous = std::get_if<ContiguousLayout>(&facts->layout);
  if (contiguous == nullptr || !contiguous->address) return std::nullopt;
  const chunk::ChunkRecord record{*contiguous->address, data_bytes(facts->space, facts->type), 0};
  FoundChunk found;
  fill_real(found, owner, owner->stored(), {}, record);
  found.info.offset.assign(facts->space.dims.size(), 0);
  return found;
}

/// The part of a chunk inside its dataset's extent.
select::Normalized inside(const FoundChunk& chunk) {
  const auto& extent = chunk.owner->space().dims;
  Box box{chunk.info.offset, chunk.stored->is_chunked() ? chunk.stored->chunk() : extent};
  for (std::size_t i = 0; i < extent.size(); ++i) box.size[i] = std::min(box.size[i], extent[i] - box.start[i]);
  return select::normalize(BoxUnion{{box}}, extent);
}

void check_inside(const Shape& element, const Shape& extent) {
  bool inside = element.size() == extent.size();
  for (std::size_t i = 0; inside && i < extent.size(); ++i) inside = element[i] < extent[i];
  if (!inside)
    throw Error(ErrorKind::invalid_argument,
                fmt::format("element ({}) is not in the extent ({})", fmt::join(element, ","), fmt::join(extent, ",")));
}

/// Moves a source's chunk to where the mapping shows it; false when it does not lie whole in the mapping.
bool move_through(const VirtualMapping& mapping, const Shape& virtual_extent, FoundChunk& chunk) {
  const auto part = inside(chunk);
  const auto shown = select::intersect_mapped(part, mapping.source, mapping.target, virtual_extent);
  if (shown.element_count != part.element_count) return false;
  chunk.info.offset = coordinates_of(first_offset(shown), virtual_extent);
  return true;
}

}  // namespace

void for_each_stored_chunk(const std::shared_ptr<const Handle>& dataset, const std::function<bool(FoundChunk&)>& each) {
  dataset->guarded([&] {
    if (const auto view = dataset->virtual_view()) {
      bool go_on = true;
      view->for_each_mapping([&](const VirtualMapping& mapping) {
        const auto source =
            go_on ? view->source(plain_name(mapping.source_file), plain_name(mapping.source_dataset)) : nullptr;
        if (!source || !source->dataset) return;
        for_each_stored_chunk(source->dataset, [&](FoundChunk& chunk) {
          if (move_through(mapping, dataset->space().dims, chunk)) go_on = each(chunk);
          return go_on;
        });
      });
      return;
    }
    if (auto whole = contiguous_chunk(dataset)) {
      each(*whole);
      return;
    }
    dataset->settle();
    const auto stored = dataset->stored();
    if (!stored->is_chunked()) return;
    FoundChunk found;
    stored->index()->for_each([&](std::span<const std::uint64_t> scaled, const chunk::ChunkRecord& record) {
      fill_real(found, dataset, stored, scaled, stored->as_stored(scaled, record));
      return each(found);
    });
  });
}

std::optional<FoundChunk> find_stored_chunk(const std::shared_ptr<const Handle>& dataset, const Shape& element) {
  return dataset->guarded([&]() -> std::optional<FoundChunk> {
    check_inside(element, dataset->space().dims);
    if (const auto view = dataset->virtual_view()) {
      const auto wanted = select::normalize(BoxUnion{{Box{element, Shape(element.size(), 1)}}}, dataset->space().dims);
      std::optional<FoundChunk> found;
      view->for_each_mapping([&](const VirtualMapping& mapping) {
        // Before the source is opened: there may be ten thousand.
        if (found || select::intersect_mapped(wanted, mapping.target, mapping.target, wanted.extent).element_count == 0)
          return;
        const auto source = view->source(plain_name(mapping.source_file), plain_name(mapping.source_dataset));
        if (!source->dataset) return;
        const auto& extent = source->dataset->space().dims;
        const auto there = select::intersect_mapped(wanted, mapping.target, mapping.source, extent);
        if (there.element_count == 0) return;
        found = find_stored_chunk(source->dataset, coordinates_of(first_offset(there), extent));
        if (found && !move_through(mapping, dataset->space().dims, *found)) found.reset();
      });
      return found;
    }
    if (auto whole = contiguous_chunk(dataset)) return whole;
    dataset->settle();
    const auto stored = dataset->stored();
    if (!stored->is_chunked()) return std::nullopt;
    Shape scaled;
    for (std::size_t i = 0; i < element.size(); ++i) scaled.push_back(element[i] / stored->chunk()[i]);
    const auto place = stored->find(scaled);
    if (!place.record) return std::nullopt;
    FoundChunk found;
    fill_real(found, dataset, stored, scaled, *place.record);
    return found;
  });
}

}  // namespace fiver::object
