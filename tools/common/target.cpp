#include "common/target.hpp"

#include <algorithm>
#include <filesystem>

#include "common/usage_error.hpp"
#include "fiver/values/error.hpp"

namespace fiver::tools {
namespace {

bool is_regular_file(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_regular_file(path, error);
}

}  // namespace

Target split_target(const std::string& argument) {
  const auto cut = [&](std::size_t end) {
    Target target{argument, argument.substr(0, end), {}, end < argument.size()};
    if (target.names_object) target.object = argument.substr(end + 1);
    return target;
  };
  for (std::size_t end = argument.size(); end != std::string::npos && end > 0; end = argument.rfind('/', end - 1)) {
    if (is_regular_file(argument.substr(0, end))) return cut(end);
  }
  if (const auto percent = argument.find('%'); percent != std::string::npos) {
    const auto slash = argument.find('/', percent);
    return cut(slash == std::string::npos ? argument.size() : slash);
  }
  return Target{argument, argument, {}, false};
}

File open_file(const Target& target) {
  std::error_code error;
  if (std::filesystem::is_directory(target.file, error)) {
    throw Error(ErrorKind::invalid_argument, "a folder, not an HDF5 file").in_file(target.file);
  }
  return File::open(target.file);
}

OpenTarget open_target(const Target& target) {
  File file = open_file(target);
  Object object = file.object("/" + target.object);
  return {target, std::move(file), std::move(object)};
}

std::string full_name(const Target& target, const std::string& path) {
  return target.file + (path.starts_with('/') ? "" : "/") + path;
}

int for_each_target(Console& console, const std::vector<std::string>& arguments,
                    const std::function<int(const Target&)>& work) {
  int status = 0;
  for (const std::string& argument : arguments) {
    try {
      status = std::max(status, work(split_target(argument)));
    } catch (const UsageError&) {
      throw;
    } catch (const std::exception& error) {
      console.complain(error);
      status = std::max(status, 1);
    }
  }
  return status;
}

}  // namespace fiver::tools
