// The verbs of h5: each adds its options to the command line and, when it is the one asked for, stores what to do.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "common/console.hpp"

namespace fiver::tools {

/// Returns the exit status: 0 fine, 1 trouble with the input.
using Action = std::function<int()>;

void add_info(CLI::App& app, Console& console, Action& chosen);
void add_ls(CLI::App& app, Console& console, Action& chosen);
void add_cat(CLI::App& app, Console& console, Action& chosen);
void add_chunks(CLI::App& app, Console& console, Action& chosen);
void add_explain(CLI::App& app, Console& console, Action& chosen);
void add_check(CLI::App& app, Console& console, Action& chosen);
void add_digest(CLI::App& app, Console& console, Action& chosen);

}  // namespace fiver::tools
