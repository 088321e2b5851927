#include "cli/command.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "base/checksum.hpp"

namespace fiver::cli {
namespace {

struct Pipe {
  int read_end = -1, write_end = -1;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  return {ends[0], ends[1]};
}

/// Reads both until they end, whichever speaks first.
void drain(int first, std::string& first_text, int second, std::string& second_text) {
  std::array<pollfd, 2> files{pollfd{first, POLLIN, 0}, pollfd{second, POLLIN, 0}};
  const std::array<std::string*, 2> texts{&first_text, &second_text};
  while (files[0].fd >= 0 || files[1].fd >= 0) {
    if (::poll(files.data(), files.size(), 60000) <= 0) throw std::runtime_error("the command does not end");
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (files[i].fd < 0 || files[i].revents == 0) continue;
      std::array<char, 65536> buffer{};
      const ssize_t got = ::read(files[i].fd, buffer.data(), buffer.size());
      if (got > 0) {
        texts[i]->append(buffer.data(), static_cast<std::size_t>(got));
      } else {
        files[i].fd = -1;  // the end, or a terminal whose other side has closed
      }
    }
  }
}

}  // namespace

std::string h5_path() {
  const char* path = std::getenv("FIVER_H5");
  if (path == nullptr) path = std::getenv("H5");
  return path == nullptr ? "h5" : path;
}

std::string corpus() {
  const char* folder = std::getenv("FIVER_CORPUS");
  return folder != nullptr && std::filesystem::is_directory(folder) ? folder : "";
}

Outcome run(const std::vector<std::string>& command, Stdout out, const std::vector<std::string>& environment) {
  Pipe output, error = make_pipe();
  switch (out) {
    case Stdout::pipe:
    case Stdout::closed_pipe:
      output = make_pipe();
      break;
    case Stdout::full_disk:
      output = {-1, ::open("/dev/full", O_WRONLY | O_CLOEXEC)};
      break;
    case Stdout::terminal:
      if (::openpty(&output.read_end, &output.write_end, nullptr, nullptr, nullptr) != 0)
        throw std::runtime_error("openpty");
      ::fcntl(output.read_end, F_SETFD, FD_CLOEXEC);
      break;
  }
  if (out == Stdout::closed_pipe) {
    ::close(output.read_end);
    output.read_end = -1;
  }
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("fork");
  if (child == 0) {
    std::signal(SIGPIPE, SIG_DFL);  // as a shell hands it on
    ::dup2(output.write_end, STDOUT_FILENO);
    ::dup2(out == Stdout::terminal ? output.write_end : error.write_end, STDERR_FILENO);
    ::unsetenv("NO_COLOR");
    ::setenv("TERM", "xterm", 1);
    for (const std::string& setting : environment) ::putenv(const_cast<char*>(setting.c_str()));
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(output.write_end);
  ::close(error.write_end);
  Outcome outcome;
  drain(output.read_end, outcome.out, error.read_end, outcome.error);
  if (output.read_end >= 0) ::close(output.read_end);
  ::close(error.read_end);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return outcome;
}

void write_file_of_links(const std::string& path, const std::vector<SoftLinkTo>& links) {
  const auto put = [](std::string& out, std::uint64_t value, unsigned size) {
    for (unsigned i = 0; i < size; ++i) out.push_back(static_cast<char>((value >> (8 * i)) & 0xFFU));
  };
  const auto put_checksum = [&](std::string& out) { put(out, lookup3(std::as_bytes(std::span(out))), 4); };
  constexpr std::uint64_t undefined = ~std::uint64_t{0};

  std::string messages;
  const auto message = [&](std::uint8_t type, const std::string& body) {
    put(messages, type, 1);
    put(messages, body.size(), 2);
    put(messages, 0, 1);
    messages += body;
  };
  std::string link_info;
  put(link_info, 0, 2);
  put(link_info, undefined, 8);
  put(link_info, undefined, 8);
  message(2, link_info);
  message(10, std::string(2, '\0'));
  for (const SoftLinkTo& link : links) {
    std::string body = {1, 8, 1};  // version; a link type follows; soft
    put(body, link.name.size(), 1);
    body += link.name;
    put(body, link.target.size(), 2);
    body += link.target;
    message(6, body);
  }
  std::string header = {'O', 'H', 'D', 'R', 2, 1};  // two bytes of size
  put(header, messages.size(), 2);
  header += messages;
  put_checksum(header);

  std::string superblock = "\x89HDF\r\n\x1a\n";
  superblock += {2, 8, 8, 0};
  put(superblock, 0, 8);
  put(superblock, undefined, 8);
  put(superblock, 48 + header.size(), 8);
  put(superblock, 48, 8);
  put_checksum(superblock);

  std::ofstream(path, std::ios::binary) << superblock << header;
}

}  // namespace fiver::cli
