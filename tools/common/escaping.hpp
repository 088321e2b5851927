// Names and strings from files, made harmless for a terminal: a file must not be able to move the cursor, reverse the reading order or hide
// letters of a name.
#pragma once

#include <string>
#include <string_view>

namespace fiver::tools {

/// What may pass besides printable characters.
enum class LineBreaks { escaped, kept };

/// Control characters become \n, \t or \x1b; bytes that are not UTF-8 \xe9; characters that reverse text, or have no width, \u{202e}.
std::string escape_for_terminal(std::string_view bytes, LineBreaks breaks = LineBreaks::escaped);

/// As h5ls writes names: blanks, quotes and backslashes behind a backslash, everything outside printable ASCII as three octal digits.
std::string escape_as_h5ls(std::string_view bytes);

}  // namespace fiver::tools
