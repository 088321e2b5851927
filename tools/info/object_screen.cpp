#include <fmt/format.h>

#include "common/advice.hpp"
#include "common/escaping.hpp"
#include "common/facts.hpp"
#include "common/value_text.hpp"
#include "fiver/fiver.hpp"
#include "info/screens.hpp"

namespace fiver::tools {
namespace {

constexpr std::size_t most_attributes = 40;

std::string maximum_text(const Dataspace& space) {
  if (!space.max_dims || *space.max_dims == space.dims) return {};
  std::string text = ", may grow to {";
  for (std::size_t i = 0; i < space.max_dims->size(); ++i) {
    text += i == 0 ? "" : ", ";
    text += (*space.max_dims)[i] == unlimited ? "unlimited" : std::to_string((*space.max_dims)[i]);
  }
  return text + "}";
}

const char* index_name(const ChunkedLayout& layout) {
  static constexpr const char* names[] = {"version 1 B-tree", "single chunk",     "implicit",
                                          "fixed array",      "extensible array", "version 2 B-tree"};
  return names[layout.index.index()];
}

std::string fill_text(const Dataset& dataset, const File& file) {
  const FillValue& fill = dataset.fill_value();
  if (fill.defined == FillValue::Defined::undefined) return "undefined";
  const bool plain = fill.defined == FillValue::Defined::by_user && !has_heap_parts(dataset.type()) &&
                     fill.bytes.size() == dataset.type().size();
  return plain ? value_text(file, dataset.type(), fill.bytes, {.quote_strings = true}) : "default";
}

void print_dataset(Console& console, const OpenTarget& open, const Dataset& dataset) {
  console.print("  type      {}\n  shape     {}{}\n", console.name(to_string(dataset.type())),
                shape_text(dataset.space()), maximum_text(dataset.space()));
  console.print("  storage   {}", layout_name(dataset));
  const auto layout = dataset.layout();
  if (const auto* chunked = std::get_if<ChunkedLayout>(&layout)) {
    std::uint64_t bytes = dataset.type().size();
    for (const std::uint64_t n : chunked->chunk) bytes *= n;
    console.print(", {} of {} ({}), index: {}", plural(dataset.chunk_count(), "chunk"), shape_text(chunked->chunk),
                  bytes_text(bytes), index_name(*chunked));
  }
  if (dataset.is_virtual()) console.print(", {}", plural(dataset.virtual_mappings().size(), "mapping"));
  console.print("\n");
  const auto logical = logical_size(dataset);
  const std::uint64_t stored = dataset.stored_size();
  console.print("  size      {}", logical ? bytes_text(*logical) : "more than 16 EiB");
  if (!dataset.is_virtual()) {
    console.print(" in {}", bytes_text(stored));
    if (const auto r = ratio(logical.value_or(unlimited), stored)) console.print(", ratio {}", ratio_text(*r));
  }
  console.print("\n");
  if (!dataset.filters().empty()) console.print("  filters   {}\n", console.name(filters_text(dataset.filters())));
  console.print("  fill      {}\n", fill_text(dataset, open.file));
  for (const ExternalFile& file : dataset.external_files())
    console.print("  external  {} from byte {}\n", console.name(file.name), file.offset);
  if (dataset.is_virtual()) {
    const Plan plan = dataset.plan();
    console.print("  sources   {} with {}, {}\n", plural(plan.sources.size(), "dataset"),
                  plural(plan.chunks(), "chunk"), bytes_text(plan.stored_bytes()));
    for (std::size_t i = 0; i < plan.missing.size() && i < 10; ++i) {
      const MissingSource& missing = plan.missing[i];
      console.print("  {}   {}:{} ({})\n", console.paint(Colour::red, "missing"), console.name(missing.file),
                    console.name(missing.dataset), missing.reason);
    }
    if (plan.missing.size() > 10)
      console.print("            and {} missing\n", plural(plan.missing.size() - 10, "more source"));
  }
  for (const std::string& warning : chunk_warnings(dataset)) {
    console.print("  {}   {}\n", console.paint(Colour::yellow, "advice "), console.name(warning));
  }
}

}  // namespace

void print_object(Console& console, const OpenTarget& open) {
  const Object& object = open.object;
  const ObjectInfo info = object.info();
  console.print("{}  {}\n", console.paint(Colour::bold, console.name(full_name(open.target, open.target.object))),
                to_string(object.kind()));
  console.print("  header    version {}, {} at {}, {}\n", info.header_version, bytes_text(info.header_bytes),
                object.address().value, plural(info.hard_links, "hard link"));
  if (object.file().name() != open.file.name()) console.print("  file      {}\n", console.name(object.file().name()));
  if (!info.comment.empty()) console.print("  comment   {}\n", escape_for_terminal(info.comment));
  if (object.kind() == ObjectKind::dataset) print_dataset(console, open, object.as_dataset());
  if (object.kind() == ObjectKind::datatype)
    console.print("  type      {}\n", console.name(to_string(object.as_datatype().type())));
  if (object.kind() == ObjectKind::group) console.print("  members   {}\n", count_text(object.as_group().link_count()));
  const std::vector<Attribute> attributes = object.attributes();
  for (std::size_t i = 0; i < attributes.size() && i < most_attributes; ++i) {
    console.print("  @{} = {}\n", console.name(attributes[i].name()), short_value(attributes[i], object.file()));
  }
  if (attributes.size() > most_attributes)
    console.print("  and {}\n", plural(attributes.size() - most_attributes, "more attribute"));
}

void print_object(JsonWriter& out, const OpenTarget& open) {
  // Made whole before it is passed on: what can't be read must not leave half an entry.
  JsonWriter json;
  const Object& object = open.object;
  const ObjectInfo info = object.info();
  json.begin_object().key("file").string(object.file().name()).key("path").string(object.path());
  json.key("kind").string(to_string(object.kind())).key("address").number(object.address().value);
  json.key("hard_links").number(info.hard_links).key("header_bytes").number(info.header_bytes);
  if (object.kind() == ObjectKind::group) json.key("members").number(object.as_group().link_count());
  if (object.kind() == ObjectKind::datatype) json.key("type").string(to_string(object.as_datatype().type()));
  if (object.kind() == ObjectKind::dataset) {
    const Dataset dataset = object.as_dataset();
    json.key("type").string(to_string(dataset.type())).key("shape");
    dataset.space().kind == Dataspace::Kind::null ? json.null() : json.numbers(dataset.shape());
    if (const auto space = dataset.space(); space.max_dims) {
      json.key("max_shape").begin_array();
      for (const std::uint64_t n : *space.max_dims) n == unlimited ? json.null() : json.number(n);
      json.end_array();
    }
    json.key("layout").string(layout_name(dataset));
    if (const auto chunk = dataset.chunk_shape()) {
      json.key("chunk").numbers(*chunk).key("chunks").number(dataset.chunk_count());
    }
    json.key("filters").begin_array();
    for (const FilterSpec& filter : dataset.filters()) {
      json.begin_object()
          .key("id")
          .number(filter.id)
          .key("name")
          .string(filter_name(filter))
          .key("values")
          .numbers(filter.values)
          .end_object();
    }
    json.end_array()
        .key("fill")
        .string(fill_text(dataset, open.file))
        .key("stored_bytes")
        .number(dataset.stored_size());
    if (const auto logical = logical_size(dataset)) json.key("logical_bytes").number(*logical);
    json.key("advice").begin_array();
    for (const std::string& warning : chunk_warnings(dataset)) json.string(warning);
    json.end_array();
  }
  json.key("attributes").begin_object();
  for (const Attribute& attribute : object.attributes()) {
    json.key(attribute.name()).begin_object().key("type").string(to_string(attribute.type())).key("shape");
    attribute.space().kind == Dataspace::Kind::null ? json.null() : json.numbers(attribute.space().dims);
    json.key("value").string(short_value(attribute, object.file(), 1000)).end_object();
  }
  json.end_object().end_object();
  out.raw(json.take());
}

}  // namespace fiver::tools
