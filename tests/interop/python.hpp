// Scripts with h5py, for tests that ask the stock library.
#pragma once

#include <cstdlib>
#include <string>

#include "gtest/gtest.h"

namespace fiver::interop {

inline std::string source_folder() {
  const char* folder = std::getenv("FIVER_SOURCE");
  return folder == nullptr ? std::string() : folder;
}

/// Runs tests/interop/SCRIPT with the interpreter of the demo's environment; true when it ends well. What it says goes to this test's output.
inline bool run_python(const std::string& script, const std::string& arguments) {
  const auto command = "python=$('" + source_folder() +
                       "/scripts/python-env.sh' demo | tail -n 1) && \"$python\" -B '" + source_folder() +
                       "/tests/interop/" + script + "' " + arguments + " 2>&1";
  return std::system(("bash -c \"" +
                      [&] {
                        std::string quoted;
                        for (const char c : command) {
                          if (c == '"' || c == '$' || c == '\\') quoted += '\\';
                          quoted += c;
                        }
                        return quoted;
                      }() +
                      "\"")
                         .c_str()) == 0;
}

inline bool has_python() {
  return !source_folder().empty() &&
         std::system(("'" + source_folder() + "/scripts/python-env.sh' demo > /dev/null 2>&1").c_str()) == 0;
}

}  // namespace fiver::interop
