// h5 cat: the content of datasets, for people and pipes.
#include <memory>

#include "cat/formats.hpp"
#include "common/verbs.hpp"

namespace fiver::tools {

void add_cat(CLI::App& app, Console& console, Action& chosen) {
  struct Arguments {
    std::vector<std::string> names;
    bool csv = false, npy = false, raw = false, json = false;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* verb = app.add_subcommand("cat", "Print the content of a dataset, or of a part of it.");
  verb->add_option("FILE/PATH[SELECTION]", arguments->names, "datasets; the selection as NumPy writes it")->required();
  CLI::Option* csv = verb->add_flag("--csv", arguments->csv, "comma-separated values");
  CLI::Option* npy = verb->add_flag("--npy", arguments->npy, "NumPy's file format");
  CLI::Option* raw = verb->add_flag("--raw", arguments->raw, "the elements' bytes as stored, filters undone");
  CLI::Option* json = verb->add_flag("--json", arguments->json, "JSON, arrays nested");
  csv->excludes(npy, raw, json);
  npy->excludes(raw, json);
  raw->excludes(json);
  verb->footer(
      "Without an option: one-dimensional bytes as they are, strings a line each, numbers in rows.\n"
      "Examples:\n"
      "  h5 cat sources.h5/README.md\n"
      "  h5 cat 'scan.h5/entry/data/data[10:20,:,5]'\n"
      "  h5 cat --csv results.h5/peaks > peaks.csv\n"
      "  h5 cat --npy 'scan.h5/entry/data/data[0]' > frame.npy");
  verb->callback([arguments, &console, &chosen] {
    chosen = [arguments, &console] {
      return for_each_target(console, arguments->names, [&](const Target& target) {
        const Part part = open_part(target);
        const auto print = arguments->csv    ? print_csv
                           : arguments->npy  ? print_npy
                           : arguments->raw  ? print_raw
                           : arguments->json ? print_json
                                             : print_text;
        print(console, part);
        return 0;
      });
    };
  });
}

}  // namespace fiver::tools
