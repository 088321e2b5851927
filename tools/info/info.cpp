// h5 info: one screen about a file or an object.
#include <memory>

#include "common/verbs.hpp"
#include "info/screens.hpp"

namespace fiver::tools {
namespace {

struct Arguments {
  std::vector<std::string> names;
  bool json = false;
};

int run(Console& console, const Arguments& arguments) {
  JsonWriter json([&](std::string_view text) { console.write(text); });
  if (arguments.json) json.begin_array();
  const int status = for_each_target(console, arguments.names, [&](const Target& target) {
    if (!target.names_object || target.object.empty()) {
      const FileFacts facts = gather(open_file(target));
      arguments.json ? print_file(json, target, facts) : print_file(console, target, facts);
      if (facts.trouble) console.complain(target.file + ": parts of it can't be read (h5 check says more)");
      return facts.trouble ? 1 : 0;
    }
    const OpenTarget open = open_target(target);
    arguments.json ? print_object(json, open) : print_object(console, open);
    return 0;
  });
  if (arguments.json) {
    json.end_array();
    json.end_line();
  }
  return status;
}

}  // namespace

void add_info(CLI::App& app, Console& console, Action& chosen) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb =
      app.add_subcommand("info", "One screen about a file or an object: what wrote it, sizes, filters, warnings.");
  verb->add_option("FILE[/PATH]", arguments->names, "files, or objects in them")->required();
  verb->add_flag("--json", arguments->json, "an array with an entry an argument");
  verb->footer(
      "Examples:\n"
      "  h5 info scan_master.h5\n"
      "  h5 info scan_master.h5/entry/data/data\n"
      "  h5 info --json *.h5 | jq '.[] | [.file, .stored_bytes]'");
  verb->callback(
      [arguments, &console, &chosen] { chosen = [arguments, &console] { return run(console, *arguments); }; });
}

}  // namespace fiver::tools
