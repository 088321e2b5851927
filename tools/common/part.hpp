// FILE/object[selection], opened: a dataset and the part of it that is meant.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "common/selection_syntax.hpp"
#include "common/target.hpp"
#include "fiver/dataset.hpp"

namespace fiver::tools {

struct Part {
  Target target;  ///< its object without the selection
  File file;      ///< that holds the dataset, which a link may have led to
  Dataset dataset;
  std::vector<AxisRange> ranges;  ///< one a dimension; all of it without a selection
  bool selected = false;          ///< a selection was given
};

/// An object whose whole name ends in ']' is that object. Throws not_found, invalid_argument for what is no dataset, UsageError.
Part open_part(const Target& target);

/// Reads the part in pieces of about `most` bytes, in order, each a run of whole rows, and hands them to `use` until it returns false. Pieces
/// end at chunk borders where they can, so that no chunk is decoded twice. Lists on standard error which sources are missing.
void for_each_piece(Console& console, const Part& part, std::uint64_t most,
                    const std::function<bool(const Elements&)>& use);

}  // namespace fiver::tools
