// h5 digest: everything a file says, as JSON of one canonical form, so that two readers, or two files, can be compared by text.
#include <memory>

#include "common/target.hpp"
#include "common/usage_error.hpp"
#include "common/verbs.hpp"
#include "digest/document.hpp"
#include "fiver/values/error.hpp"

namespace fiver::tools {

void add_digest(CLI::App& app, Console& console, Action& chosen) {
  auto files = std::make_shared<std::vector<std::string>>();
  CLI::App* verb =
      app.add_subcommand("digest", "Print everything in a file as canonical JSON, data as SHA-256 (form h5digest-1).");
  verb->add_option("FILE", *files, "HDF5 files; one line of JSON each")->required();
  verb->add_flag("--json")->description("the only form; accepted for likeness with the other verbs");
  verb->footer(
      "Examples:\n"
      "  h5 digest scan.h5\n"
      "  h5 digest scan.h5 | jq '.objects[\"/entry/data/data\"].data.sha256'\n"
      "  cmp <(h5 digest a.h5) <(h5 digest b.h5)     # the same content?\n"
      "Parts that can't be read have \"error\", data of a filter without a decoder \"unsupported\": NUMBER.");
  verb->callback([files, &console, &chosen] {
    chosen = [files, &console] {
      return for_each_target(console, *files, [&console](const Target& target) {
        if (target.names_object && !target.object.empty()) {
          throw UsageError(target.argument + ": digest takes whole files");
        }
        console.write(digest_document(open_file(target)));
        return 0;
      });
    };
  });
}

}  // namespace fiver::tools
