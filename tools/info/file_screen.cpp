#include <fmt/format.h>

#include "common/facts.hpp"
#include "info/screens.hpp"

namespace fiver::tools {
namespace {

std::string format_text(const FileInfo& info) {
  std::string text = fmt::format("HDF5, superblock {}", info.superblock_version);
  if (info.user_block > 0) text += fmt::format(", user block of {}", bytes_text(info.user_block));
  if (info.file_space_strategy) text += fmt::format(", file space \"{}\"", *info.file_space_strategy);
  if (info.page_size > 0 && info.file_space_strategy == "page")
    text += fmt::format(" of {}", bytes_text(info.page_size));
  if (info.has_shared_messages) text += ", shared messages";
  if (info.has_cache_image) text += ", cache image";
  if (info.offset_size != 8 || info.length_size != 8)
    text += fmt::format(", offsets of {} and lengths of {} bytes", info.offset_size, info.length_size);
  return text;
}

std::string content_text(const FileFacts& facts) {
  std::string text = fmt::format("{}, {}", plural(facts.groups, "group"), plural(facts.datasets, "dataset"));
  const auto add = [&](std::uint64_t count, std::string_view noun) {
    if (count > 0) text += ", " + plural(count, noun);
  };
  if (facts.virtual_datasets > 0) text += fmt::format(" ({} virtual)", count_text(facts.virtual_datasets));
  add(facts.datatypes, "named datatype");
  add(facts.attributes, "attribute");
  add(facts.soft_links, "soft link");
  add(facts.external_links, "external link");
  add(facts.user_links, "user-defined link");
  return text;
}

}  // namespace

void print_file(Console& console, const Target& target, const FileFacts& facts) {
  console.print("{}  {}\n", console.paint(Colour::bold, console.name(target.file)), bytes_text(facts.info.size));
  console.print("  format    {}\n", format_text(facts.info));
  if (facts.origins.empty()) console.print("  made by   no convention recognised\n");
  for (std::size_t i = 0; i < facts.origins.size(); ++i) {
    console.print("  {}   {}\n", i == 0 ? "made by" : "       ", console.name(facts.origins[i]));
  }
  console.print("  contains  {}\n", content_text(facts));
  console.print("  data      {} of values in {}", bytes_text(facts.logical_bytes), bytes_text(facts.stored_bytes));
  if (const auto r = ratio(facts.logical_bytes, facts.stored_bytes)) console.print(", ratio {}", ratio_text(*r));
  console.print("\n");
  std::size_t shown = 0;
  for (const auto& [filters, count] : facts.filters) {
    console.print("  {}   {}: {}\n", shown++ == 0 ? "filters" : "       ", console.name(filters),
                  plural(count, "dataset"));
  }
  shown = 0;
  for (const LargeDataset& dataset : facts.largest) {
    console.print("  {}   {}  {} {}  {}", shown++ == 0 ? "largest" : "       ", console.name(dataset.path),
                  console.name(dataset.type), dataset.shape, bytes_text(dataset.logical));
    if (const auto r = ratio(dataset.logical, dataset.stored))
      console.print(" in {} ({})", bytes_text(dataset.stored), ratio_text(*r));
    console.print("\n");
  }
  for (const std::string& warning : facts.warnings) {
    console.print("  {}   {}\n", console.paint(Colour::yellow, "warning"), console.name(warning));
  }
}

void print_file(JsonWriter& json, const Target& target, const FileFacts& facts) {
  const FileInfo& info = facts.info;
  json.begin_object()
      .key("file")
      .string(target.file)
      .key("size")
      .number(info.size)
      .key("superblock")
      .number(info.superblock_version);
  json.key("user_block").number(info.user_block).key("end_of_file").number(info.end_of_file);
  json.key("open_for_writing").boolean(info.open_for_writing).key("swmr_writing").boolean(info.swmr_writing);
  if (info.file_space_strategy) json.key("file_space").string(*info.file_space_strategy);
  json.key("made_by").begin_array();
  for (const std::string& origin : facts.origins) json.string(origin);
  json.end_array().key("groups").number(facts.groups).key("datasets").number(facts.datasets);
  json.key("virtual_datasets").number(facts.virtual_datasets).key("datatypes").number(facts.datatypes);
  json.key("attributes").number(facts.attributes).key("soft_links").number(facts.soft_links);
  json.key("external_links").number(facts.external_links).key("user_links").number(facts.user_links);
  json.key("logical_bytes").number(facts.logical_bytes).key("stored_bytes").number(facts.stored_bytes);
  json.key("filters").begin_object();
  for (const auto& [filters, count] : facts.filters) json.key(filters).number(count);
  json.end_object().key("largest").begin_array();
  for (const LargeDataset& dataset : facts.largest) {
    json.begin_object()
        .key("path")
        .string(dataset.path)
        .key("type")
        .string(dataset.type)
        .key("shape")
        .string(dataset.shape);
    json.key("logical_bytes").number(dataset.logical).key("stored_bytes").number(dataset.stored).end_object();
  }
  json.end_array().key("warnings").begin_array();
  for (const std::string& warning : facts.warnings) json.string(warning);
  json.end_array().end_object();
}

}  // namespace fiver::tools
