// The stored chunks of a dataset, real or virtual, in the coordinates of the dataset asked.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "fiver/chunk.hpp"
#include "object/handle.hpp"

namespace fiver::object {

/// A chunk where it is stored.
struct FoundChunk {
  ChunkInfo info;
  std::shared_ptr<const Handle> owner;  ///< the dataset that stores it
  std::shared_ptr<const pipeline::StoredElements> stored;
  Shape scaled;               ///< its coordinates there
  chunk::ChunkRecord record;  ///< its mask says "all" for partial chunks stored unfiltered
};

/// Calls `each` for every stored chunk, until it returns false; through a virtual dataset for those that lie whole in one mapping. It is one
/// object whose memory is used again; `each` may move from it.
void for_each_stored_chunk(const std::shared_ptr<const Handle>& dataset, const std::function<bool(FoundChunk&)>& each);
/// The chunk that holds an element. Throws invalid_argument when the element is outside the extent.
std::optional<FoundChunk> find_stored_chunk(const std::shared_ptr<const Handle>& dataset, const Shape& element);

/// What a Chunk needs to decode itself.
struct ChunkContext {
  std::shared_ptr<const Handle> owner;
  std::shared_ptr<const pipeline::StoredElements> stored;
  std::uint32_t mask = 0;
};

}  // namespace fiver::object
