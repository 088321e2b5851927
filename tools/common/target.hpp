// What the arguments of h5 name: FILE, FILE/object, FILE/object[selection].
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "common/console.hpp"
#include "fiver/file.hpp"

namespace fiver::tools {

struct Target {
  std::string argument;  ///< as given
  std::string file;
  std::string object;         ///< what follows the file and one '/', without that '/'; empty: the file itself
  bool names_object = false;  ///< false where nothing, not even a '/', follows the file
};

/// The file is the longest beginning of the argument, up to a '/' or its end, that is a regular file. Where there is none, a part with a '%'
/// is taken for the name of a family of files, and else the whole argument, so that opening it says what is wrong.
Target split_target(const std::string& argument);

struct OpenTarget {
  Target target;
  File file;
  Object object;
};

File open_file(const Target& target);
/// Throws not_found.
OpenTarget open_target(const Target& target);
/// "FILE/path" of an object in it.
std::string full_name(const Target& target, const std::string& path);

/// Calls `work` for each; what it throws becomes a message, and the others still have their turn. The exit status: 0, or 1 after trouble.
int for_each_target(Console& console, const std::vector<std::string>& arguments,
                    const std::function<int(const Target&)>& work);

}  // namespace fiver::tools
