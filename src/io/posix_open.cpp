#include "io/posix_open.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <system_error>
#include <utility>

namespace fiver::io {

namespace {

const char* kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  if (S_ISCHR(mode) || S_ISBLK(mode)) return "a device";
  return "of an unknown kind";
}

void require_regular(const std::string& path, const struct stat& info) {
  if (S_ISREG(info.st_mode)) return;
  throw std::move(Error(ErrorKind::invalid_argument, fmt::format("not a regular file but {}", kind_of(info.st_mode)))
                      .in_file(path));
}

int flags_of(OpenMode mode) {
  // Without O_NONBLOCK, opening a pipe would wait for its other end; a regular file does not care.
  constexpr int always = O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  switch (mode) {
    case OpenMode::read:
      return always | O_RDONLY;
    case OpenMode::read_write:
      return always | O_RDWR;
    case OpenMode::create:
      return always | O_RDWR | O_CREAT;
    case OpenMode::create_exclusive:
      return always | O_RDWR | O_CREAT | O_EXCL;
  }
  return always | O_RDONLY;
}

ErrorKind kind_of_open_error(int number) {
  switch (number) {
    case ENOENT:
    case ENOTDIR:
      return ErrorKind::not_found;
    case EEXIST:
      return ErrorKind::conflict;
    case EISDIR:
    case ENXIO:
    case ENAMETOOLONG:
      return ErrorKind::invalid_argument;
    case EMFILE:
    case ENFILE:
      return ErrorKind::limit;
    default:
      return ErrorKind::io;
  }
}

}  // namespace

Error system_error(ErrorKind kind, const std::string& path, const std::string& what, int number) {
  return std::move(Error(kind, fmt::format("{}: {}", what, std::generic_category().message(number))).in_file(path));
}

OpenedFile open_regular(const std::string& path, OpenMode mode, const std::shared_ptr<DescriptorBudget>& budget) {
  if (path.find('\0') != std::string::npos)
    throw std::move(Error(ErrorKind::invalid_argument, "the path has a zero byte in it").in_file(path.c_str()));
  // Opening a device can already do something to it (a tape rewinds), so look first.
  struct stat before;
  if (stat(path.c_str(), &before) == 0) require_regular(path, before);
  if (budget) budget->make_room();
  int number = -1;
  while (true) {
    number = retry_interrupted([&] { return open(path.c_str(), flags_of(mode), 0666); });
    if (number >= 0) break;
    const int error = errno;
    if ((error == EMFILE || error == ENFILE) && budget && budget->make_room(true)) continue;
    throw system_error(kind_of_open_error(error), path, "cannot open it", error);
  }
  auto descriptor = std::make_shared<const Descriptor>(number, budget);
  struct stat info;
  if (fstat(number, &info) != 0) throw system_error(ErrorKind::io, path, "cannot stat it", errno);
  require_regular(path, info);
  return {std::move(descriptor), info};
}

int sync_directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  const auto directory = slash == std::string::npos ? std::string(".") : path.substr(0, slash + 1);
  const int number = retry_interrupted([&] { return open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (number < 0) return 0;
  const Descriptor closes(number, nullptr);
  if (retry_interrupted([&] { return fsync(number); }) == 0 || errno == EINVAL || errno == ENOTSUP) return 0;
  return errno;
}

}  // namespace fiver::io
