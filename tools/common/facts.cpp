#include "common/facts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "fiver/values/error.hpp"

namespace fiver::tools {
namespace {

constexpr std::uint16_t deflate = 1, bitshuffle = 32008;

}  // namespace

std::string shape_text(const Shape& shape) {
  return fmt::format("{{{}}}", fmt::join(shape, ", "));
}

std::string shape_text(const Dataspace& space) {
  switch (space.kind) {
    case Dataspace::Kind::null:
      return "empty";
    case Dataspace::Kind::scalar:
      return "scalar";
    case Dataspace::Kind::simple:
      return shape_text(space.dims);
  }
  return {};
}

std::string layout_name(const Dataset& dataset) {
  if (std::holds_alternative<CompactLayout>(dataset.layout())) return "compact";
  if (std::holds_alternative<ChunkedLayout>(dataset.layout())) return "chunked";
  if (std::holds_alternative<VirtualLayout>(dataset.layout())) return "virtual";
  return dataset.external_files().empty() ? "contiguous" : "external";
}

std::string filter_name(const FilterSpec& filter) {
  if (std::string name = registered_filter_name(filter.id); !name.empty()) return name;
  return filter.name.empty() ? fmt::format("filter {}", filter.id)
                             : fmt::format("filter {} \"{}\"", filter.id, filter.name);
}

std::string filters_text(const FilterPipeline& filters) {
  std::string text;
  for (const FilterSpec& filter : filters) {
    if (!text.empty()) text += " + ";
    text += filter_name(filter);
    if (filter.id == deflate && filter.values.size() == 1) text += fmt::format("({})", filter.values[0]);
    if (filter.id == bitshuffle && filter.values.size() >= 5) {
      text += filter.values[4] == 2 ? "(LZ4)" : filter.values[4] == 3 ? "(zstd)" : "";
    }
  }
  return text;
}

std::optional<std::uint64_t> logical_size(const Dataset& dataset) {
  if (dataset.space().kind == Dataspace::Kind::null) return 0;
  std::uint64_t bytes = dataset.type().size();
  for (const std::uint64_t n : dataset.shape()) {
    if (n == 0) return 0;
  }
  for (const std::uint64_t n : dataset.shape()) {
    if (bytes > unlimited / n) return {};
    bytes *= n;
  }
  return bytes;
}

std::optional<double> ratio(std::uint64_t logical, std::uint64_t stored) {
  if (logical == 0 || stored == 0) return {};
  return static_cast<double>(logical) / static_cast<double>(stored);
}

std::string ratio_text(double ratio) {
  return ratio < 9.95 ? fmt::format("{:.1f}x", ratio) : fmt::format("{:.0f}x", ratio);
}

}  // namespace fiver::tools
