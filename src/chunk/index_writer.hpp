// Writing the six kinds of chunk index (format specification IV.A.2.i, VII). A version 2 B-tree is changed by path copy; arrays and
// version 1 B-trees are written anew, whole. Old blocks are freed; chunks themselves are their owner's business.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "chunk/chunk_index.hpp"
#include "meta/block_writer.hpp"
#include "meta/btree2_writer.hpp"

namespace fiver::chunk {

struct ChunkChange {
  Shape scaled;                       ///< which chunk, in chunks
  std::optional<ChunkRecord> record;  ///< where it is now; absent: it is removed
};

/// Applies `changes`, sorted by `scaled` (row-major) and all different, to the index that `now` names, and returns the layout that names
/// the new one. `old_grid` is of the committed extent, `new_grid` of the next; who shrinks a dataset passes removals for chunks
/// outside. Removing what is not there changes nothing. Throws invalid_argument for chunks outside the new grid, for stored sizes
/// that the index can't hold (layout version 4 has few bytes for them) and for unfiltered chunks of the wrong size.
/// An implicit index is created by a call without changes, which allocates the block of all chunks (its bytes are the caller's to
/// write); afterwards a change may only say what is computed anyway. `path`: as update_btree2() has it.
ChunkedLayout write_chunk_index(const meta::FileView& file, meta::BlockWriter& writer, const ChunkedLayout& now,
                                const ChunkGrid& old_grid, const ChunkGrid& new_grid, bool filtered, unsigned chunk_k,
                                std::span<const ChunkChange> changes,
                                std::shared_ptr<meta::BTree2Path>* path = nullptr);

/// Frees the blocks of the index, not the chunks.
void free_chunk_index(const meta::FileView& file, meta::BlockWriter& writer, const ChunkedLayout& layout,
                      const ChunkGrid& grid, bool filtered, unsigned chunk_k);

enum class IndexStyle : std::uint8_t {
  native,  ///< one chunk: single; otherwise a version 2 B-tree, the one that a commit changes in place of rewriting
  libhdf5_latest,  ///< what libhdf5 takes for layout versions 4 and 5
  earliest,        ///< a version 1 B-tree, layout version 3
};

/// The index of a new dataset. `early`: all chunks are allocated when the dataset is created.
ChunkIndexKind choose_chunk_index(const Dataspace& space, const Shape& chunk, bool filtered, bool early,
                                  IndexStyle style);

}  // namespace fiver::chunk
