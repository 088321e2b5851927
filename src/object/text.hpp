// Elements as text: strings of both kinds without their padding.
#pragma once

#include <string>
#include <vector>

#include "fiver/array.hpp"

namespace fiver::object {

/// Throws invalid_argument unless the elements are strings.
std::vector<std::string> strings_of(const Elements& elements);
/// A string without padding, or a number as decimal text.
std::string text_of_element(const Elements& elements, std::uint64_t index);

}  // namespace fiver::object
