// Parts of chunks that were written and wait: a log of pieces for each chunk, so that a chunk which many calls write to is encoded once.
// Not locked: its dataset's writer is.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "base/buffer_pool.hpp"
#include "base/bytes.hpp"
#include "fiver/values/dataspace.hpp"
#include "select/partition.hpp"

namespace fiver::object {

/// Memory that several calls share, so that it is large enough for huge pages. It goes with the last of them.
struct StageBlock {
  BufferPool::Buffer buffer;
  std::size_t used = 0;
};

/// A large call: its elements in the stored type, those of a chunk together. The runs are the partition's, computed once more when they are
/// needed: a list of them may be larger than the elements.
struct StagedCall {
  select::Partition partition;
  std::vector<std::uint64_t> first;  ///< of each chunk in the bytes, in elements
  std::shared_ptr<const StageBlock> block;
  MutableBytes bytes;  ///< of the block
};

/// Elements of one chunk from one call, in the stored type: bytes of its own, or a part of a call's.
struct StagedPiece {
  std::vector<select::Run> runs;           ///< in elements of the chunk
  Bytes bytes;                             ///< of all runs, packed
  std::shared_ptr<const StagedCall> call;  ///< then runs and bytes are empty
  std::uint64_t part = 0;                  ///< number of the chunk in the call's partition
  std::uint64_t stamp = 0;                 ///< the number of the call

  /// Bytes of memory that it takes, without those of a call.
  std::uint64_t cost() const { return sizeof(StagedPiece) + runs.capacity() * sizeof(select::Run) + bytes.capacity(); }
};

class Stage {
 public:
  using Pieces = std::vector<StagedPiece>;

  bool empty() const { return chunks_.empty(); }
  /// Bytes of memory that all pieces take.
  std::uint64_t cost() const { return cost_; }
  /// A piece that continues the last one of its chunk is joined to it, when both are later than `last_whole`: no whole chunk was
  /// written between them.
  void add(const Shape& scaled, StagedPiece piece, std::uint64_t last_whole);
  /// True when some chunk between these coordinates, both included, may have pieces.
  bool touches(const Shape& first, const Shape& last) const;
  std::map<Shape, Pieces> take();
  /// What take() gave, to stand before what came since.
  void put_back(std::map<Shape, Pieces> chunks, std::uint64_t last_whole);

 private:
  std::map<Shape, Pieces> chunks_;
  std::uint64_t cost_ = 0;
};

/// Where the last piece alone has every element of a chunk of `volume` elements in order, and is later than `after`: those. Else nothing.
ByteView sole_cover(const Stage::Pieces& pieces, std::uint64_t after, std::uint64_t volume, std::size_t element_size);
/// True when the pieces later than `after` have every element of a chunk of `volume` elements.
bool cover(const Stage::Pieces& pieces, std::uint64_t after, std::uint64_t volume);
/// The pieces came in the order in which their calls got so far, which need not be that of their stamps.
std::uint64_t newest(const Stage::Pieces& pieces);
/// Puts the pieces later than `after` over a decoded chunk, in their order.
void overlay(const Stage::Pieces& pieces, std::uint64_t after, std::size_t element_size, MutableBytes chunk);

}  // namespace fiver::object
