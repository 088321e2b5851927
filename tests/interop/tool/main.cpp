// fiver_interop make FOLDER | edit FILE ROUND | append FILE live|swmr COUNT close|die | wide FILE SEED COMMITS
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "tool.hpp"

int main(int count, char** words) {
  const std::vector<std::string> arguments(words + 1, words + count);
  try {
    if (arguments.size() == 2 && arguments[0] == "make") {
      fiver::interop::make_files(arguments[1], fiver::Compatibility::native);
      fiver::interop::make_files(arguments[1], fiver::Compatibility::earliest);
      return 0;
    }
    if (arguments.size() == 3 && arguments[0] == "edit") {
      fiver::interop::edit_file(arguments[1], static_cast<unsigned>(std::atoi(arguments[2].c_str())));
      return 0;
    }
    if (arguments.size() == 5 && arguments[0] == "append") {
      const auto mode = arguments[2] == "swmr" ? fiver::WriterMode::swmr : fiver::WriterMode::live;
      fiver::interop::append_frames(arguments[1], mode, static_cast<unsigned>(std::atoi(arguments[3].c_str())),
                                    arguments[4] == "die");
      return 0;
    }
    if (arguments.size() == 4 && arguments[0] == "wide") {
      fiver::interop::change_wide_groups(arguments[1], static_cast<unsigned>(std::atoi(arguments[2].c_str())),
                                         static_cast<unsigned>(std::atoi(arguments[3].c_str())));
      return 0;
    }
  } catch (const fiver::Error& error) {
    std::fprintf(stderr, "%s%s\n", error.kind() == fiver::ErrorKind::unsupported ? "unsupported: " : "", error.what());
    return error.kind() == fiver::ErrorKind::unsupported ? 3 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  std::fprintf(stderr,
               "usage: fiver_interop make FOLDER | edit FILE ROUND | append FILE live|swmr COUNT close|die |"
               " wide FILE SEED COMMITS\n");
  return 2;
}
