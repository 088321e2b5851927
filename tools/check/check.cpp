// h5 check: reads a file whole, verifies every checksum, decodes every chunk, and reports each fault.
#include "fiver/check.hpp"

#include <fmt/format.h>

#include <chrono>
#include <memory>

#include "common/json_writer.hpp"
#include "common/target.hpp"
#include "common/usage_error.hpp"
#include "common/verbs.hpp"

namespace fiver::tools {
namespace {

struct Arguments {
  std::vector<std::string> names;
  bool json = false, structures_only = false, quiet = false;
  std::uint64_t most_faults = 1000;
};

std::string fault_text(const Target& target, const Fault& fault) {
  std::string text = full_name(target, fault.object) + ": " + fault.message;
  if (fault.address) text += fmt::format(" (at address {})", fault.address->value);
  return text;
}

const char* severity_name(const Fault& fault) {
  return fault.severity == Fault::Severity::error ? "error" : "warning";
}

void write_json(JsonWriter& json, const Target& target, const CheckReport& report) {
  json.begin_object().key("file").string(target.file).key("sound").boolean(report.sound());
  json.key("objects")
      .number(report.objects)
      .key("attributes")
      .number(report.attributes)
      .key("chunks")
      .number(report.chunks);
  json.key("stored_bytes").number(report.stored_bytes).key("decoded_bytes").number(report.decoded_bytes);
  json.key("faults").begin_array();
  for (const Fault& fault : report.faults) {
    json.begin_object().key("severity").string(severity_name(fault)).key("kind").string(to_string(fault.kind));
    json.key("object").string(fault.object);
    if (fault.address) json.key("address").number(fault.address->value);
    json.key("message").string(fault.message).end_object();
  }
  json.end_array().end_object();
}

int check_file(Console& console, const Arguments& arguments, const Target& target, JsonWriter& json) {
  if (target.names_object && !target.object.empty()) throw UsageError(target.argument + ": check takes whole files");
  const File file = open_file(target);
  const auto start = std::chrono::steady_clock::now();
  const auto seconds = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
  CheckOptions options;
  options.decode_data = !arguments.structures_only;
  options.most_faults = arguments.most_faults;
  std::uint64_t errors = 0, warnings = 0;
  options.on_fault = [&](const Fault& fault) {
    ++(fault.severity == Fault::Severity::error ? errors : warnings);
    if (arguments.json || errors + warnings > arguments.most_faults) return;
    console.end_progress();
    const bool is_error = fault.severity == Fault::Severity::error;
    console.print("{} {}\n", console.paint(is_error ? Colour::red : Colour::yellow, is_error ? "error:  " : "warning:"),
                  console.name(fault_text(target, fault)));
    console.flush();
  };
  options.progress = [&](std::uint64_t done, std::uint64_t in_all) {
    const double share = in_all == 0 ? 1 : static_cast<double>(done) / static_cast<double>(in_all);
    const double rate = seconds() > 0 ? static_cast<double>(done) / seconds() : 0;
    console.progress(fmt::format("{}: {:3.0f} % of {}, {}/s", target.file, 100 * share, bytes_text(in_all),
                                 bytes_text(static_cast<std::uint64_t>(rate))));
  };
  const CheckReport report = check(file, options);
  console.end_progress();
  if (arguments.json) {
    write_json(json, target, report);
  } else if (!arguments.quiet) {
    console.print(
        "{}: {}, {}, {}, {} decoded: {}\n", console.name(target.file), plural(report.objects, "object"),
        plural(report.attributes, "attribute"), plural(report.chunks, "chunk"), bytes_text(report.decoded_bytes),
        report.sound() ? console.paint(Colour::green, warnings == 0 ? "sound" : "sound, " + plural(warnings, "warning"))
                       : console.paint(Colour::red, plural(errors, "error") + ", " + plural(warnings, "warning")));
  }
  if (report.sound()) return 0;
  console.complain(fmt::format("{}: {} found", target.file, plural(errors, "fault")));
  return 1;
}

int run(Console& console, const Arguments& arguments) {
  JsonWriter json([&](std::string_view text) { console.write(text); });
  if (arguments.json) json.begin_array();
  const int status = for_each_target(
      console, arguments.names, [&](const Target& target) { return check_file(console, arguments, target, json); });
  if (arguments.json) {
    json.end_array();
    json.end_line();
  }
  return status;
}

}  // namespace

void add_check(CLI::App& app, Console& console, Action& chosen) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand(
      "check", "Read a file whole: every structure, checksum and chunk. Reports each fault and goes on.");
  verb->add_option("FILE", arguments->names, "HDF5 files")->required();
  verb->add_flag("--structures-only", arguments->structures_only, "leave the data undecoded");
  verb->add_option("--most-faults", arguments->most_faults, "faults printed of a file (1000)")
      ->check(CLI::PositiveNumber);
  verb->add_flag("-q,--quiet", arguments->quiet, "faults only");
  verb->add_flag("--json", arguments->json, "an array with an entry a file");
  verb->footer(
      "Exit status 1 when a fault is an error; warnings alone leave it 0.\n"
      "Examples:\n"
      "  h5 check scan.h5\n"
      "  h5 check -q *.h5 && echo all sound\n"
      "  h5 check --json scan.h5 | jq '.[].faults[].message'");
  verb->callback(
      [arguments, &console, &chosen] { chosen = [arguments, &console] { return run(console, *arguments); }; });
}

}  // namespace fiver::tools
