// What makes a datatype one that elements can have: parts inside their wholes, sizes that agree (format specification IV.A.2.d).
// The decoder holds what it read against these rules, the encoder what it is about to write.
#pragma once

#include <optional>
#include <string>

#include "base/field_widths.hpp"
#include "fiver/values/datatype.hpp"

namespace fiver::format {

/// Why no element can have this type, or nothing. Parts of the type are taken as checked.
std::optional<std::string> datatype_problem(const Datatype& type, FieldWidths widths);

/// Something legal that a healthy file hardly has: a number whose precision would fit in half its bytes.
std::optional<std::string> datatype_oddity(const Datatype& type);

}  // namespace fiver::format
