// h5 chunks: where every stored chunk is: its coordinates, file, offset, size and filter mask.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "common/facts.hpp"
#include "common/json_writer.hpp"
#include "common/target.hpp"
#include "common/verbs.hpp"
#include "fiver/fiver.hpp"

namespace fiver::tools {
namespace {

struct Arguments {
  std::vector<std::string> names;
  bool json = false;
};

class ChunkTable {
 public:
  ChunkTable(Console& console, bool json)
      : console_(console),
        json_(json ? std::make_optional<JsonWriter>([&](std::string_view text) { console.write(text); })
                   : std::nullopt) {
    if (json_) json_->begin_array();
  }

  void finish() {
    if (!json_) return;
    json_->end_array();
    json_->end_line();
  }

  /// `shown`: the path by which it was asked for.
  void dataset(const Target& target, const std::string& path, const Dataset& dataset) {
    const std::string shown = full_name(target, path);
    const std::vector<ChunkInfo> chunks = dataset.chunk_map();
    const std::uint64_t chunk_bytes = decoded_bytes(dataset);
    if (json_) {
      write_json(target, path, dataset, chunks);
    } else {
      write_table(shown, dataset, chunks, chunk_bytes);
    }
  }

 private:
  static std::uint64_t decoded_bytes(const Dataset& dataset) {
    std::uint64_t bytes = dataset.type().size();
    for (const std::uint64_t n : dataset.chunk_shape().value_or(Shape{})) bytes *= n;
    return bytes;
  }

  void write_table(const std::string& shown, const Dataset& dataset, const std::vector<ChunkInfo>& chunks,
                   std::uint64_t chunk_bytes) {
    std::string title = console_.paint(Colour::bold, console_.name(shown));
    title += fmt::format("  {} {}", console_.name(to_string(dataset.type())), shape_text(dataset.space()));
    const auto shape = dataset.chunk_shape();
    title += shape ? fmt::format(", chunks {} of {}", shape_text(*shape), bytes_text(chunk_bytes))
                   : ", " + layout_name(dataset);
    if (!dataset.filters().empty()) title += ", " + console_.name(filters_text(dataset.filters()));
    std::uint64_t stored = 0;
    std::size_t widest = 11, widest_file = 4;
    for (const ChunkInfo& chunk : chunks) {
      stored += chunk.stored_size;
      widest = std::max(widest, coordinates(chunk).size());
      widest_file = std::max(widest_file, chunk.file.size());
    }
    console_.print("{}\n{} stored, {}\n", title, plural(chunks.size(), "chunk"), bytes_text(stored));
    if (chunks.empty()) return;
    console_.print("{:<{}}  {:<{}}  {:>14}  {:>12}  {:>6}  {}\n", "coordinates", widest, "file", widest_file, "offset",
                   "stored", shape ? "ratio" : "", "mask");
    for (const ChunkInfo& chunk : chunks) {
      const auto r = shape ? ratio(chunk_bytes, chunk.stored_size) : std::nullopt;
      console_.print("{:<{}}  {:<{}}  {:>14}  {:>12}  {:>6}  {:#x}\n", coordinates(chunk), widest,
                     console_.name(chunk.file), widest_file, chunk.file_offset, chunk.stored_size,
                     r ? ratio_text(*r) : "", chunk.filter_mask);
    }
  }

  void write_json(const Target& target, const std::string& path, const Dataset& dataset,
                  const std::vector<ChunkInfo>& chunks) {
    JsonWriter& json = *json_;
    json.begin_object().key("file").string(target.file).key("path").string(path);
    json.key("shape").numbers(dataset.shape()).key("layout").string(layout_name(dataset));
    if (const auto shape = dataset.chunk_shape()) json.key("chunk").numbers(*shape);
    json.key("filters").begin_array();
    for (const FilterSpec& filter : dataset.filters()) {
      json.begin_object().key("id").number(filter.id).key("name").string(filter_name(filter));
      json.key("values").numbers(filter.values).end_object();
    }
    json.end_array().key("chunks").begin_array();
    for (const ChunkInfo& chunk : chunks) {
      json.begin_object().key("offset").numbers(chunk.offset).key("file").string(chunk.file);
      json.key("file_offset").number(chunk.file_offset).key("stored_size").number(chunk.stored_size);
      json.key("filter_mask").number(chunk.filter_mask).end_object();
    }
    json.end_array().end_object();
  }

  static std::string coordinates(const ChunkInfo& chunk) { return fmt::format("({})", fmt::join(chunk.offset, ", ")); }

  Console& console_;
  std::optional<JsonWriter> json_;
};

/// Every dataset below that has chunks, its own or its sources'.
int whole_group(Console& console, ChunkTable& table, const Target& target, const Group& group) {
  int status = 0;
  const auto trouble = [&](const std::string&, const Error& error) {
    console.complain(error);
    status = 1;
  };
  walk(
      group,
      [&](const std::string& path, const Object& object) {
        try {
          if (object.kind() != ObjectKind::dataset) return true;
          const Dataset dataset = object.as_dataset();
          if (!dataset.chunk_shape() && !dataset.is_virtual()) return true;
          table.dataset(target, path, dataset);
        } catch (const Error& error) {
          trouble(path, error);
        }
        return true;
      },
      trouble);
  return status;
}

int run(Console& console, const Arguments& arguments) {
  ChunkTable table(console, arguments.json);
  const int status = for_each_target(console, arguments.names, [&](const Target& target) {
    const OpenTarget open = open_target(target);
    if (open.object.kind() == ObjectKind::group) return whole_group(console, table, target, open.object.as_group());
    if (open.object.kind() == ObjectKind::datatype) {
      throw Error(ErrorKind::invalid_argument, "is a datatype, which has no chunks")
          .in_object(open.object.path())
          .in_file(target.file);
    }
    table.dataset(target, "/" + target.object, open.object.as_dataset());
    return 0;
  });
  table.finish();
  return status;
}

}  // namespace

void add_chunks(CLI::App& app, Console& console, Action& chosen) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("chunks", "List the stored chunks of a dataset, or of all datasets of a file.");
  verb->add_option("FILE[/PATH]", arguments->names, "datasets, or files and groups for all chunked datasets in them")
      ->required();
  verb->add_flag("--json", arguments->json, "an array with an entry a dataset");
  verb->footer(
      "Bit i of the mask is set where filter i was not applied. Of a virtual dataset, its sources' chunks are listed.\n"
      "Examples:\n"
      "  h5 chunks scan.h5/entry/data/data\n"
      "  h5 chunks --json scan.h5 | jq '.[0].chunks | length'");
  verb->callback(
      [arguments, &console, &chosen] { chosen = [arguments, &console] { return run(console, *arguments); }; });
}

}  // namespace fiver::tools
