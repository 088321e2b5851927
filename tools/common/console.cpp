#include "common/console.hpp"

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <new>

#include "common/escaping.hpp"
#include "fiver/values/error.hpp"

namespace fiver::tools {
namespace {

std::int64_t milliseconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

/// Standard error; what can't be told is lost.
void write_to_error(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

Console::Console() {
  std::signal(SIGPIPE, SIG_IGN);
  out_is_terminal_ = ::isatty(STDOUT_FILENO) == 1;
  error_is_terminal_ = ::isatty(STDERR_FILENO) == 1;
  const char* no_colour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  const bool dumb = terminal != nullptr && std::strcmp(terminal, "dumb") == 0;
  colour_ = out_is_terminal_ && !dumb && (no_colour == nullptr || *no_colour == '\0');
}

void Console::write(std::string_view bytes) {
  if (buffer_.size() + bytes.size() < most_buffered) {
    buffer_.append(bytes);
    return;
  }
  flush();
  while (!bytes.empty()) {
    const auto part = bytes.substr(0, most_buffered);
    buffer_.assign(part);
    flush();
    bytes.remove_prefix(part.size());
  }
}

void Console::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      const int reason = errno;
      buffer_.clear();
      if (reason == EPIPE) throw ClosedPipe{};
      throw Error(ErrorKind::io, std::string("standard output: ") + std::strerror(reason));
    }
  }
  buffer_.clear();
}

std::string Console::name(std::string_view bytes) const {
  return out_is_terminal_ ? escape_for_terminal(bytes) : std::string(bytes);
}

std::string Console::paint(Colour colour, std::string_view text) const {
  if (!colour_ || colour == Colour::none) return std::string(text);
  const char* code = "0";
  switch (colour) {
    case Colour::none:
      break;
    case Colour::bold:
      code = "1";
      break;
    case Colour::dim:
      code = "2";
      break;
    case Colour::red:
      code = "31";
      break;
    case Colour::green:
      code = "32";
      break;
    case Colour::yellow:
      code = "33";
      break;
    case Colour::blue:
      code = "34";
      break;
    case Colour::cyan:
      code = "36";
      break;
  }
  return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

void Console::complain(std::string_view message) {
  flush();
  end_progress();
  write_to_error("h5: " + escape_for_terminal(message) + "\n");
}

void Console::complain(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) {
    complain("not enough memory");
  } else {
    complain(std::string_view(error.what()));
  }
}

void Console::progress(std::string_view text) {
  if (!error_is_terminal_) return;
  const std::int64_t now = milliseconds();
  if (progress_shown_ && now - progress_time_ < 100) return;
  progress_shown_ = true;
  progress_time_ = now;
  write_to_error("\r" + escape_for_terminal(text) + "\x1b[K");
}

void Console::end_progress() {
  if (!progress_shown_) return;
  progress_shown_ = false;
  write_to_error("\r\x1b[K");
}

std::string bytes_text(std::uint64_t bytes) {
  if (bytes < 1024) return plural(bytes, "byte");
  static constexpr const char* units[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double value = static_cast<double>(bytes) / 1024;
  unsigned unit = 0;
  while (value >= 1023.95 && unit < 5) value /= 1024, ++unit;
  return fmt::format("{:.{}f} {}", value, value < 99.95 ? 1 : 0, units[unit]);
}

std::string count_text(std::uint64_t count) {
  std::string text = std::to_string(count);
  if (text.size() <= 4) return text;
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, 1, ' ');
  return text;
}

std::string plural(std::uint64_t count, std::string_view noun) {
  const bool ends_in_y = noun.ends_with('y');
  if (count == 1) return fmt::format("1 {}", noun);
  if (ends_in_y) return fmt::format("{} {}ies", count_text(count), noun.substr(0, noun.size() - 1));
  return fmt::format("{} {}s", count_text(count), noun);
}

}  // namespace fiver::tools
