// Where the chunks of a dataset are: one interface over the six kinds of index (format specification IV.A.2.i, VII). An index is an
// immutable snapshot of what the file said when its nodes were read; any thread may ask.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "fiver/values/dataspace.hpp"
#include "fiver/values/layout.hpp"
#include "meta/file_view.hpp"

namespace fiver::chunk {

struct ChunkRecord {
  Address address;
  std::uint64_t stored_size = 0;  ///< bytes
  std::uint32_t filter_mask = 0;  ///< bit f set: filter f was skipped
  friend bool operator==(const ChunkRecord&, const ChunkRecord&) = default;
};

/// Coordinates of chunks are "scaled": offset in elements divided by the chunk's shape.
class ChunkIndex {
 public:
  using Visit = std::function<bool(std::span<const std::uint64_t> scaled, const ChunkRecord& record)>;
  virtual ~ChunkIndex() = default;
  /// The chunk, or nothing where none was ever written.
  virtual std::optional<ChunkRecord> find(std::span<const std::uint64_t> scaled) const = 0;
  /// Calls `visit` for each chunk inside the current extent, in the order of the index, until it returns false.
  virtual void for_each(const Visit& visit) const = 0;
};

/// What an index must know of its dataset, all checked.
struct ChunkGrid {
  Shape extent;                   ///< the dataset's, in elements
  Shape chunk;                    ///< elements of a chunk
  Shape counts;                   ///< chunks in each dimension of the extent
  Shape most_counts;              ///< of the maximum extent; `unlimited` where that is
  std::uint64_t chunk_bytes = 0;  ///< unfiltered

  bool contains(std::span<const std::uint64_t> scaled) const;
  /// Throws corrupt for ranks that differ, chunk dimensions of 0 or sizes that overflow; limit above Limits::chunk_bytes.
  static ChunkGrid of(const ChunkedLayout& layout, const Dataspace& space, const Limits& limits);
};

/// `chunk_k`: the file's parameter for version 1 B-trees. `file` must outlive the index.
std::unique_ptr<ChunkIndex> open_chunk_index(const meta::FileView& file, const ChunkedLayout& layout,
                                             const ChunkGrid& grid, bool filtered, unsigned chunk_k);

}  // namespace fiver::chunk
