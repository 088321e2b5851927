// Standard output and standard error: buffering, closed pipes, colour, progress, and messages of one line.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace fiver::tools {

/// The reader of standard output has gone: the command ends quietly.
struct ClosedPipe {};

enum class Colour { none, bold, dim, red, green, yellow, blue, cyan };

class Console {
 public:
  /// Looks at what the descriptors 1 and 2 lead to and at NO_COLOR; SIGPIPE is ignored from here on.
  Console();

  /// To standard output. Throws ClosedPipe, or Error{io} when it can't be written.
  void write(std::string_view bytes);
  template <class... T>
  void print(fmt::format_string<T...> format, T&&... values) {
    fmt::format_to(std::back_inserter(buffer_), format, std::forward<T>(values)...);
    if (buffer_.size() >= most_buffered) flush();
  }
  void flush();

  bool out_is_terminal() const { return out_is_terminal_; }
  /// A name or string from a file: escaped when standard output is a terminal, its own bytes otherwise.
  std::string name(std::string_view bytes) const;
  /// Coloured when standard output is a terminal and NO_COLOR is not set. The text must be escaped already.
  std::string paint(Colour colour, std::string_view text) const;

  /// One line on standard error, "h5: MESSAGE", escaped; standard output is flushed first.
  void complain(std::string_view message);
  void complain(const std::exception& error);

  /// The progress line on standard error, replaced at most ten times a second; nothing when that is no terminal.
  void progress(std::string_view text);
  void end_progress();

 private:
  static constexpr std::size_t most_buffered = 64U << 10;
  std::string buffer_;
  bool out_is_terminal_ = false, error_is_terminal_ = false, colour_ = false;
  bool progress_shown_ = false;
  std::int64_t progress_time_ = 0;
};

/// "1.2 MiB", "17 bytes".
std::string bytes_text(std::uint64_t bytes);
/// "12 345 678", digits in threes.
std::string count_text(std::uint64_t count);
/// "1 chunk", "3 chunks".
std::string plural(std::uint64_t count, std::string_view noun);

}  // namespace fiver::tools
