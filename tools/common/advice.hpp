// Chunk shapes: what one costs a kind of read, and which would cost less.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/selection_syntax.hpp"
#include "fiver/dataset.hpp"

namespace fiver::tools {

/// What a read of `ranges` touches when the chunks have this shape.
struct ReadCost {
  std::uint64_t chunks = 0;
  std::uint64_t decoded_bytes = 0;
  double useful_share = 1;  ///< of the decoded bytes
};
ReadCost cost_of(const Shape& shape, const Shape& chunk, const std::vector<AxisRange>& ranges,
                 std::uint64_t element_size);

/// A chunk shape of about as many bytes as `chunk` (within 64 KiB and 4 MiB), of which reading `ranges` wastes least.
Shape better_chunk(const Shape& shape, const Shape& chunk, const std::vector<AxisRange>& ranges,
                   std::uint64_t element_size);

/// What is unhelpful about the chunks of a dataset, one sentence each: too small, too large, frames or slices that touch nearly everything.
std::vector<std::string> chunk_warnings(const Dataset& dataset);

}  // namespace fiver::tools
