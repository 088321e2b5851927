// The facts about datasets that several verbs print.
#pragma once

#include <optional>
#include <string>

#include "fiver/dataset.hpp"

namespace fiver::tools {

/// "{10, 20}", "scalar", "empty".
std::string shape_text(const Dataspace& space);
std::string shape_text(const Shape& shape);
/// "compact", "contiguous", "external", "chunked", "virtual".
std::string layout_name(const Dataset& dataset);
/// "shuffle + deflate(4)", from registered names; "" without filters.
std::string filters_text(const FilterPipeline& filters);
/// The name by which people know the filter; its number when it has none.
std::string filter_name(const FilterSpec& filter);
/// Bytes of all elements, decoded; nothing when that does not fit in 64 bits.
std::optional<std::uint64_t> logical_size(const Dataset& dataset);
/// logical / stored, or nothing where one of them is 0.
std::optional<double> ratio(std::uint64_t logical, std::uint64_t stored);
/// "12.3x".
std::string ratio_text(double ratio);

}  // namespace fiver::tools
