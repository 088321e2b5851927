// Opening a regular file, and telling what the system says of it.
#pragma once

#include <sys/stat.h>

#include <cerrno>
#include <memory>
#include <string>

#include "fiver/values/error.hpp"
#include "io/descriptor_budget.hpp"
#include "io/posix_storage.hpp"

namespace fiver::io {

/// "what: text of the error number", about a file.
Error system_error(ErrorKind kind, const std::string& path, const std::string& what, int number);

/// The call's result, made again while a signal interrupts it.
template <class Call>
auto retry_interrupted(Call&& call) {
  while (true) {
    const auto result = call();
    if (result >= 0 || errno != EINTR) return result;
  }
}

struct OpenedFile {
  std::shared_ptr<const Descriptor> descriptor;
  struct stat info;
};

/// Throws as open_file does. Asks the budget, which may be null, for room first.
OpenedFile open_regular(const std::string& path, OpenMode mode, const std::shared_ptr<DescriptorBudget>& budget);

/// Makes the names in the directory of `path` durable. 0, or the error number. A directory that cannot be read cannot be synced: 0.
int sync_directory_of(const std::string& path);

}  // namespace fiver::io
