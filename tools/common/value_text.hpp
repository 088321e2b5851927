// Elements as text for people.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "fiver/array.hpp"
#include "fiver/file.hpp"

namespace fiver::tools {

struct ValueStyle {
  bool quote_strings =
      false;  ///< strings that stand alone in quotes too; inside compounds, arrays and sequences they always are
  bool escape = true;  ///< control and hidden characters of strings
};

/// One element of `type`, as Elements holds it: "42", "(1, 2.5)", "[1, 2]", "GREEN", an object reference as its path.
std::string value_text(const File& file, const Datatype& type, std::span<const std::byte> element,
                       ValueStyle style = {});

/// The bytes of a string of either kind, without padding.
std::string_view string_bytes(const Datatype& type, std::span<const std::byte> element);
bool is_string(const Datatype& type);

/// What an attribute holds, shortened to about `most` characters; "?" and the reason where it can't be read.
std::string short_value(const Attribute& attribute, const File& file, std::size_t most = 60);

}  // namespace fiver::tools
