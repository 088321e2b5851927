// What random programs do to datasets: storage of every kind, elements written whole, by frames, by stored chunks, extents changed.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "fiver/filters.hpp"
#include "property/program.hpp"
#include "select/model_test.hpp"

namespace fiver::property {

void Program::choose_storage(Node& node) {
  const auto& type = element_types()[node.type];
  auto& settings = node.settings;
  const auto kind = below(random_, 10);
  if (kind == 0) node.space = Dataspace::scalar();
  if (kind == 1) node.space = Dataspace::null();
  if (kind >= 2) {
    const std::uint64_t largest[] = {0, 300, 24, 9, 5};
    const auto rank = 1 + below(random_, 4);
    auto dims = select::model::random_shape(random_, rank, largest[rank]);
    if (one_in(random_, 10)) dims[below(random_, rank)] = 0;
    node.space = Dataspace::simple(dims);
  }
  if (one_in(random_, 3) && !type.is_variable()) {
    node.fill = type.make(random_);
    settings.fill.defined = FillValue::Defined::by_user;
    const auto bytes = std::as_bytes(std::span(node.fill));
    settings.fill.bytes.assign(bytes.begin(), bytes.end());
  } else {
    node.fill.assign(type.is_variable() ? 0 : type.stored.size(), '\0');
  }
  if (kind < 2 || kind == 3) return;
  if (kind == 2) {
    settings.compact = true;
    return;
  }
  Shape chunk, most = node.space.dims;
  for (auto& length : most)
    if (one_in(random_, 2)) length = one_in(random_, 2) ? unlimited : length + below(random_, 8);
  if (most != node.space.dims) node.space.max_dims = most;
  for (std::size_t i = 0; i < most.size(); ++i) {
    chunk.push_back(
        1 + below(random_, std::min<std::uint64_t>(std::max<std::uint64_t>(most[i], 1), most.size() == 1 ? 50 : 6)));
    if (one_in(random_, 6) && node.space.dims[i] != 0) chunk.back() = node.space.dims[i];
    if (most[i] == 0) return void(node.space.max_dims.reset());
  }
  settings.chunk = chunk;
  settings.filter_partial_chunks = !one_in(random_, 5);
  if (type.is_variable() || one_in(random_, 2)) return;
  const auto is_number = type.stored.is<IntegerType>() || type.stored.is<FloatType>();
  switch (below(random_, 12)) {
    case 0:
      settings.filters = {filters::deflate(static_cast<int>(below(random_, 10)))};
      break;
    case 1:
      settings.filters = {filters::shuffle(), filters::deflate(1)};
      break;
    case 2:
      settings.filters = {filters::fletcher32()};
      break;
    case 3:
      settings.filters = {filters::lzf()};
      break;
    case 4:
      settings.filters = {filters::shuffle(), filters::lzf(), filters::fletcher32()};
      break;
    case 5:
      settings.filters = {filters::lz4()};
      break;
    case 6:
      settings.filters = {filters::zstd(1)};
      break;
    case 7:
      settings.filters = {filters::bzip2(1)};
      break;
    case 8:
      settings.filters = {filters::bitshuffle_lz4()};
      break;
    case 9:
      if (is_number) settings.filters = {filters::nbit()};
      break;
    case 10:
      if (type.stored.is<IntegerType>()) settings.filters = {filters::scale_offset_integer()};
      break;
    default:
      settings.filters = {filters::blosc("lz4", 5)};
      break;
  }
}

void Program::create_dataset() {
  const auto place = new_place();
  auto node = std::make_shared<Node>();
  node->kind = ObjectKind::dataset;
  node->type = random_type(false);
  node->track_order = one_in(random_, 4);
  node->settings.track_order = node->track_order;
  node->links_to = 1;
  choose_storage(*node);
  const auto& type = element_types()[node->type];
  std::string filters;
  for (const auto& filter : node->settings.filters) filters += fmt::format(" filter {}", filter.id);
  note(fmt::format("create_dataset {} {} ({}) of ({}) chunk ({}){}{}{}", place.path, to_string(type.stored),
                   fmt::join(node->space.dims, ","), fmt::join(node->space.max_dims.value_or(Shape{}), ","),
                   fmt::join(node->settings.chunk.value_or(Shape{}), ","), filters,
                   node->settings.compact ? " compact" : "", node->settings.fill.bytes.empty() ? "" : " fill"));
  file_->root().create_dataset(place.path, type.stored, node->space, node->settings);
  node->values.assign(static_cast<std::size_t>(node->space.element_count()), node->fill);
  place.node->links.push_back({last_name(place.path), node});
}

void Program::write() {
  const auto found = find(ObjectKind::dataset);
  if (!found.node || found.node->values.empty()) return;
  auto& node = *found.node;
  const auto& type = element_types()[node.type];
  const auto& dims = node.space.dims;
  const auto kind = below(random_, 6);
  const auto selection = dims.empty() ? all() : select::model::random_selection(random_, dims, kind);
  const auto places = select::model::elements(selection, dims);
  const auto values = random_values(node.type, places.size());
  note(fmt::format("write {} kind {}: {} elements", found.path, kind, values.size()));
  const auto dataset = file_->dataset(found.path);
  auto form = memory_form(type, values);
  if (one_in(random_, 3))
    if (auto wide = as_int64(type, values)) form = std::move(*wide);
  dataset.write_converted(form.memory, form.bytes, selection);
  for (std::size_t i = 0; i < places.size(); ++i)
    node.values[static_cast<std::size_t>(select::model::linear(places[i], dims))] = values[i];
}

/// A frame after the other, as from a detector: pieces that continue each other.
void Program::write_frames() {
  const auto found = find(ObjectKind::dataset);
  if (!found.node || found.node->values.empty() || found.node->space.dims.empty()) return;
  auto& node = *found.node;
  const auto& dims = node.space.dims;
  const auto volume = node.values.size() / static_cast<std::size_t>(dims[0]);
  note(fmt::format("write {} by frames", found.path));
  const auto dataset = file_->dataset(found.path);
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(dims[0], 40); ++i) {
    const auto values = random_values(node.type, volume);
    const auto form = memory_form(element_types()[node.type], values);
    Shape start(dims.size()), size = dims;
    start[0] = i;
    size[0] = 1;
    dataset.write_converted(form.memory, form.bytes, box(start, size));
    std::copy(values.begin(), values.end(), node.values.begin() + static_cast<std::ptrdiff_t>(i * volume));
  }
}

void Program::write_chunk() {
  const auto found = find(ObjectKind::dataset);
  if (!found.node || !found.node->settings.chunk || found.node->values.empty()) return;
  auto& node = *found.node;
  const auto& type = element_types()[node.type];
  if (type.is_variable()) return;
  const auto& chunk = *node.settings.chunk;
  const auto& dims = node.space.dims;
  Shape offset;
  bool partial = false;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    offset.push_back(below(random_, (dims[i] + chunk[i] - 1) / chunk[i]) * chunk[i]);
    partial = partial || offset[i] + chunk[i] > dims[i];
  }
  if (partial && !node.settings.filter_partial_chunks) return;
  std::string bytes;
  for (const auto& in_chunk : select::model::everything(chunk)) {
    Shape at = in_chunk;
    bool inside = true;
    for (std::size_t i = 0; i < at.size(); ++i) inside = (at[i] += offset[i]) < dims[i] && inside;
    if (!inside) {
      bytes += node.fill;
      continue;
    }
    const auto value = type.make(random_);
    node.values[static_cast<std::size_t>(select::model::linear(at, dims))] = value;
    bytes += value;
  }
  // None of the filters was applied, or only the shuffle that comes first.
  const auto filters = node.settings.filters.size();
  std::uint32_t mask = (1U << filters) - 1;
  if (filters > 0 && node.settings.filters[0].id == 2 && one_in(random_, 2)) {
    mask &= ~1U;
    const auto size = type.stored.size();
    const auto count = bytes.size() / size;
    std::string shuffled;
    for (std::size_t byte = 0; byte < size; ++byte)
      for (std::size_t i = 0; i < count; ++i) shuffled.push_back(bytes[i * size + byte]);
    bytes = shuffled;
  }
  note(fmt::format("write_chunk {} ({}) mask {}", found.path, fmt::join(offset, ","), mask));
  file_->dataset(found.path).write_chunk(offset, std::as_bytes(std::span(bytes)), mask);
}

void Program::resize() {
  const auto found = find(ObjectKind::dataset);
  if (!found.node || !found.node->space.max_dims) return;
  auto& node = *found.node;
  const auto old = node.space.dims;
  const auto& most = *node.space.max_dims;
  Shape dims = old;
  std::uint64_t volume = 1;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (most[i] != old[i] && !one_in(random_, 4))
      dims[i] = below(random_, std::min<std::uint64_t>(most[i], old[i] + (dims.size() == 1 ? 80 : 5)) + 1);
    volume *= dims[i];
  }
  if (volume > 3000) return;
  note(fmt::format("resize {} to ({})", found.path, fmt::join(dims, ",")));
  file_->dataset(found.path).resize(dims);
  Values values(static_cast<std::size_t>(volume), node.fill);
  std::size_t i = 0;
  for (const auto& at : select::model::everything(dims)) {
    bool inside = true;
    for (std::size_t d = 0; d < at.size(); ++d) inside = inside && at[d] < old[d];
    if (inside) values[i] = node.values[static_cast<std::size_t>(select::model::linear(at, old))];
    ++i;
  }
  node.values = std::move(values);
  node.space.dims = dims;
}

}  // namespace fiver::property
