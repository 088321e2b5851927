// h5 explain: what reading a part of a dataset will touch, before it is read, and which chunk shape would make it cheap.
#include <fmt/format.h>

#include <memory>

#include "common/advice.hpp"
#include "common/facts.hpp"
#include "common/json_writer.hpp"
#include "common/part.hpp"
#include "common/verbs.hpp"
#include "fiver/values/error.hpp"

namespace fiver::tools {
namespace {

/// Below this useful share, and above this many wasted bytes, a read is worth advice.
constexpr double poor_share = 0.25;
constexpr std::uint64_t least_waste = 1U << 20;
constexpr std::size_t most_sources = 20;

struct Arguments {
  std::vector<std::string> names;
  bool json = false;
};

struct Cure {
  Shape chunk;
  ReadCost cost;
};

/// Of a virtual dataset, its first source's.
std::optional<Shape> chunk_shape_of(const Part& part, const Plan& plan) {
  if (!part.dataset.is_virtual() || plan.sources.empty()) return part.dataset.chunk_shape();
  try {
    const PlanSource& source = plan.sources.front();
    auto chunk = File::open(source.file).dataset(source.dataset).chunk_shape();
    return chunk && chunk->size() == part.ranges.size() ? chunk : std::nullopt;
  } catch (const Error&) {
    return {};  // no advice then
  }
}

std::optional<Cure> cure_of(const Part& part, const Plan& plan) {
  if (plan.useful_share() >= poor_share || plan.decoded_bytes() - plan.used_bytes() < least_waste) return {};
  const auto chunk = chunk_shape_of(part, plan);
  if (!chunk) return {};
  const std::uint64_t size = part.dataset.type().size();
  Shape better = better_chunk(part.dataset.shape(), *chunk, part.ranges, size);
  const ReadCost cost = cost_of(part.dataset.shape(), better, part.ranges, size);
  if (cost.useful_share < 2 * plan.useful_share()) return {};
  return Cure{std::move(better), cost};
}

void print_words(Console& console, const Part& part, const Plan& plan) {
  const Dataset& dataset = part.dataset;
  console.print("{}\n", console.paint(Colour::bold, console.name(part.target.argument)));
  console.print("  selects  {} of {} {} ({})\n", plural(plan.elements, "element"),
                console.name(to_string(dataset.type())), shape_text(dataset.space()),
                bytes_text(plan.elements * plan.element_size));
  console.print("  stored   {}", layout_name(dataset));
  if (const auto chunk = dataset.chunk_shape()) console.print(", chunks {}", shape_text(*chunk));
  if (!dataset.filters().empty()) console.print(", {}", console.name(filters_text(dataset.filters())));
  console.print("\n  reads    {}, {} from {}\n",
                plural(plan.chunks(), dataset.chunk_shape() || dataset.is_virtual() ? "chunk" : "block"),
                bytes_text(plan.stored_bytes()), plural(plan.sources.size(), "dataset"));
  console.print("  decodes  {}, of which {} are asked for: {:.3g} %\n", bytes_text(plan.decoded_bytes()),
                bytes_text(plan.used_bytes()), 100 * plan.useful_share());
  if (plan.fill_elements > 0)
    console.print("  fills    {} never written, with the fill value\n", plural(plan.fill_elements, "element"));
  if (dataset.is_virtual()) {
    for (std::size_t i = 0; i < plan.sources.size() && i < most_sources; ++i) {
      const PlanSource& source = plan.sources[i];
      console.print("  source   {}:{}  {}, {}\n", console.name(source.file), console.name(source.dataset),
                    plural(source.chunks, "chunk"), bytes_text(source.stored_bytes));
    }
    if (plan.sources.size() > most_sources)
      console.print("  and {}\n", plural(plan.sources.size() - most_sources, "more source"));
  }
  for (std::size_t i = 0; i < plan.missing.size() && i < most_sources; ++i) {
    const MissingSource& missing = plan.missing[i];
    console.print("  {}  {}:{} ({}), {} as fill values\n", console.paint(Colour::red, "missing"),
                  console.name(missing.file), console.name(missing.dataset), missing.reason,
                  plural(missing.elements, "element"));
  }
  if (plan.missing.size() > most_sources)
    console.print("  and {} missing\n", plural(plan.missing.size() - most_sources, "more source"));
  if (const auto cure = cure_of(part, plan)) {
    console.print("  advice   chunks of {} would make this {}, {} decoded, {:.3g} % of them asked for\n",
                  shape_text(cure->chunk), plural(cure->cost.chunks, "chunk"), bytes_text(cure->cost.decoded_bytes),
                  100 * cure->cost.useful_share);
  }
}

void print_json(JsonWriter& json, const Part& part, const Plan& plan) {
  json.begin_object().key("file").string(part.target.file).key("path").string(part.dataset.path());
  json.key("shape").numbers(part.dataset.shape()).key("type").string(to_string(part.dataset.type()));
  if (const auto chunk = part.dataset.chunk_shape()) json.key("chunk").numbers(*chunk);
  json.key("elements").number(plan.elements).key("element_size").number(plan.element_size);
  json.key("fill_elements").number(plan.fill_elements).key("chunks").number(plan.chunks());
  json.key("stored_bytes").number(plan.stored_bytes()).key("decoded_bytes").number(plan.decoded_bytes());
  json.key("used_bytes").number(plan.used_bytes()).key("useful_share").real(plan.useful_share());
  json.key("sources").begin_array();
  for (const PlanSource& source : plan.sources) {
    json.begin_object().key("file").string(source.file).key("dataset").string(source.dataset);
    json.key("chunks").number(source.chunks).key("stored_bytes").number(source.stored_bytes);
    json.key("decoded_bytes").number(source.decoded_bytes).key("used_bytes").number(source.used_bytes).end_object();
  }
  json.end_array().key("missing").begin_array();
  for (const MissingSource& missing : plan.missing) {
    json.begin_object().key("file").string(missing.file).key("dataset").string(missing.dataset);
    json.key("reason").string(missing.reason).key("elements").number(missing.elements).end_object();
  }
  json.end_array();
  if (const auto cure = cure_of(part, plan)) {
    json.key("better_chunk").begin_object().key("chunk").numbers(cure->chunk).key("chunks").number(cure->cost.chunks);
    json.key("decoded_bytes")
        .number(cure->cost.decoded_bytes)
        .key("useful_share")
        .real(cure->cost.useful_share)
        .end_object();
  }
  json.end_object();
}

int run(Console& console, const Arguments& arguments) {
  JsonWriter json([&](std::string_view text) { console.write(text); });
  if (arguments.json) json.begin_array();
  const int status = for_each_target(console, arguments.names, [&](const Target& target) {
    const Part part = open_part(target);
    const Plan plan = part.dataset.plan(to_selection(part.ranges));
    arguments.json ? print_json(json, part, plan) : print_words(console, part, plan);
    return 0;
  });
  if (arguments.json) {
    json.end_array();
    json.end_line();
  }
  return status;
}

}  // namespace

void add_explain(CLI::App& app, Console& console, Action& chosen) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb =
      app.add_subcommand("explain", "Say what reading a part of a dataset will touch, without reading it.");
  verb->add_option("FILE/PATH[SELECTION]", arguments->names, "datasets; the selection as NumPy writes it")->required();
  verb->add_flag("--json", arguments->json, "an array with an entry an argument");
  verb->footer(
      "When most of what is decoded is thrown away, a chunk shape is named that would cure it.\n"
      "Examples:\n"
      "  h5 explain 'scan.h5/entry/data/data[0]'            # one frame\n"
      "  h5 explain 'scan.h5/entry/data/data[:,100,200]'    # one pixel through all frames");
  verb->callback(
      [arguments, &console, &chosen] { chosen = [arguments, &console] { return run(console, *arguments); }; });
}

}  // namespace fiver::tools
