// The command h5: chooses a verb, and turns whatever went wrong into one line and an exit status: 0 fine, 1 trouble with the input, 2 usage.
#include <cstdlib>
#include <sstream>

#include "common/console.hpp"
#include "common/usage_error.hpp"
#include "common/verbs.hpp"

namespace fiver::tools {
namespace {

int run(int argc, char** argv, Console& console) {
  CLI::App app{"Look into HDF5 files.", "h5"};
  app.require_subcommand(1);
  app.footer(
      "Objects are written FILE/path/in/file, parts of a dataset FILE/path[10:20,:,5].\n"
      "Exit status: 0 fine, 1 trouble with the input, 2 wrong usage.\n"
      "`h5 VERB --help` shows examples.");
  Action chosen;
  add_info(app, console, chosen);
  add_ls(app, console, chosen);
  add_cat(app, console, chosen);
  add_chunks(app, console, chosen);
  add_explain(app, console, chosen);
  add_check(app, console, chosen);
  add_digest(app, console, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked_for_help) {
    std::ostringstream out, error;
    app.exit(asked_for_help, out, error);
    console.write(out.str());
    console.flush();
    return 0;
  } catch (const CLI::ParseError& wrong) {
    const auto verbs = app.get_subcommands();
    const std::string verb = verbs.empty() ? "" : verbs.front()->get_name() + " ";
    console.complain(fmt::format("{} (h5 {}--help shows how)", wrong.what(), verb));
    return 2;
  }
  const int status = chosen();
  console.end_progress();
  console.flush();
  return status;
}

}  // namespace
}  // namespace fiver::tools

int main(int argc, char** argv) {
  using namespace fiver::tools;
  Console console;
  try {
    return run(argc, argv, console);
  } catch (const ClosedPipe&) {
    return 0;
  } catch (const UsageError& error) {
    try {
      console.complain(error);
    } catch (const ClosedPipe&) {
    }
    return 2;
  } catch (const std::exception& error) {
    try {
      console.complain(error);
    } catch (...) {
    }
    return 1;
  }
}
