// The command h5, run as a shell runs it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

namespace fiver::cli {

struct Outcome {
  int status = -1;  ///< exit status, or minus the signal's number
  std::string out, error;
};

enum class Stdout {
  pipe,
  terminal,     ///< both outputs are a terminal; `out` has everything
  closed_pipe,  ///< nobody reads
  full_disk,    ///< /dev/full
};

/// Runs a program with these arguments and waits for it.
Outcome run(const std::vector<std::string>& command, Stdout out = Stdout::pipe,
            const std::vector<std::string>& environment = {});

/// The path of h5, from the environment that the test program is started with.
std::string h5_path();

inline Outcome h5(std::vector<std::string> arguments, Stdout out = Stdout::pipe,
                  const std::vector<std::string>& environment = {}) {
  arguments.insert(arguments.begin(), h5_path());
  return run(arguments, out, environment);
}

/// Writes a file in the working folder: superblock 2 and a root group with soft links.
struct SoftLinkTo {
  std::string name, target;
};
void write_file_of_links(const std::string& path, const std::vector<SoftLinkTo>& links);

/// The folder of real files, or "" where it is absent.
std::string corpus();

}  // namespace fiver::cli
