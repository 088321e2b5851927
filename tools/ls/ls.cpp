// h5 ls: what is in a file. Plain and -r as h5ls 1.10 prints them, so that scripts go on working; --tree for people.
#include <memory>

#include "common/verbs.hpp"
#include "ls/listing.hpp"

namespace fiver::tools {
namespace {

struct Arguments {
  std::vector<std::string> names;
  bool recursive = false, tree = false, json = false, attributes = false;
  unsigned depth = 0;
};

int list(Console& console, const Arguments& arguments) {
  std::vector<Listed> for_json;
  int status = for_each_target(console, arguments.names, [&](const Target& target) {
    Listed listed = look_up(target);
    if (arguments.json) {
      for_json.push_back(std::move(listed));
      return 0;
    }
    if (arguments.tree) return list_tree(console, listed, {arguments.depth, arguments.attributes});
    return list_plain(console, listed, {arguments.recursive, arguments.recursive && arguments.names.size() > 1});
  });
  if (arguments.json && !for_json.empty()) {
    status = std::max(status, list_json(console, for_json, arguments.recursive || arguments.tree));
  }
  return status;
}

}  // namespace

void add_ls(CLI::App& app, Console& console, Action& chosen) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("ls", "List a file, a group or an object.");
  verb->add_option("FILE[/PATH]", arguments->names, "files, or objects in them")->required();
  verb->add_flag("-r,--recursive", arguments->recursive, "all levels, as h5ls -r prints them");
  verb->add_flag("--tree", arguments->tree, "a tree with shapes, types, stored sizes, filters and link targets");
  verb->add_option("--depth", arguments->depth, "levels of the tree")->check(CLI::PositiveNumber);
  verb->add_flag("-A,--attributes", arguments->attributes, "attributes in the tree");
  verb->add_flag("--json", arguments->json, "an array with an entry an object or link");
  verb->footer(
      "Examples:\n"
      "  h5 ls scan.h5                      # the root group's members\n"
      "  h5 ls -r scan.h5/entry             # everything below /entry\n"
      "  h5 ls --tree -A --depth 3 scan.h5\n"
      "  h5 ls -r --json scan.h5 | jq '.[] | select(.kind == \"dataset\") | .path'");
  verb->callback(
      [arguments, &console, &chosen] { chosen = [arguments, &console] { return list(console, *arguments); }; });
}

}  // namespace fiver::tools
