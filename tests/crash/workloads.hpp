// What the crash tests do to files: each a list of steps with flushes between them, the same for the same seed.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "script.hpp"

namespace fiver::tests {

enum class Maker : std::uint8_t {
  fiver,      ///< a new file in Fiver's own style
  old_style,  ///< a new file with Compatibility::earliest
  libhdf5,    ///< a file that libhdf5 made, in its newest style
};

struct Workload {
  std::string name;
  Maker maker = Maker::fiver;
  NewFile settings{};
  std::function<void(Script&, unsigned seed)> run;
};

const std::vector<Workload>& workloads();

// Parts of workloads.cpp and mixtures.cpp.
void append_frames(Script& script, unsigned seed);
void edit_indexes(Script& script, unsigned seed);
void mix(Script& script, unsigned seed);
void edit_wide(Script& script, unsigned seed);

}  // namespace fiver::tests
