// Building and giving up whole fractal heaps (format specification III.G): the objects of dense groups and dense attributes.
// Objects come one after the other; a block is written as soon as the next object does not fit it, so that a heap of any size takes the
// memory of one block and a few bytes for each. The statistics and the growth of the root are libhdf5's, which goes on inserting.
#pragma once

#include <cstdint>
#include <vector>

#include "format/btree2_records.hpp"
#include "format/fractal_heap.hpp"
#include "meta/block_writer.hpp"
#include "meta/file_view.hpp"

namespace fiver::meta {

struct FractalHeapParameters {
  std::uint16_t width = 4;
  std::uint64_t starting_size = 512, most_direct = 65536;
  std::uint16_t heap_bits = 32;
  std::uint32_t most_managed = 4096;
  std::uint16_t id_length = 7;
  bool checksum_direct_blocks = true;
};

/// What libhdf5 takes for the links of a group, and for the attributes of an object.
inline constexpr FractalHeapParameters link_heap_parameters{};
inline constexpr FractalHeapParameters attribute_heap_parameters{
    .starting_size = 1024, .heap_bits = 40, .id_length = 8};

class FractalHeapBuilder {
 public:
  /// `writer` must outlive the builder. Throws invalid_argument for parameters that no heap can have.
  FractalHeapBuilder(BlockWriter& writer, const FractalHeapParameters& parameters);

  /// Puts an object of at least one byte, returns its id. Throws limit when the heap's bits can't count further.
  Bytes add(ByteView object);
  /// Writes what is left and the header, whose address it returns. The builder is done then.
  Address finish();

 private:
  struct Block {
    std::uint64_t offset = 0, size = 0;
  };
  struct Stored {
    std::uint64_t offset = 0;
    Address address;
  };
  Bytes add_managed(ByteView object);
  Bytes add_huge(ByteView object);
  void start_block(std::uint64_t least_size);
  void end_block();
  Block next_block(std::uint64_t least_size) const;
  void grow_root(const Block& block);
  std::uint64_t room_of_table(unsigned rows) const;
  Address write_table(std::uint64_t offset, unsigned rows, std::size_t& next);
  Address write_huge_tree();
  Bytes encode(const format::FractalHeapId& id) const;

  BlockWriter& writer_;
  FieldWidths widths_;
  format::FractalHeapHeader header_;
  format::FractalHeapGeometry geometry_;
  Address address_;
  Bytes block_;                      ///< the open direct block, empty when there is none
  std::uint64_t block_offset_ = 0;   ///< of the open block in the heap's space
  std::size_t block_used_ = 0;       ///< bytes of it, with its header
  std::uint64_t next_offset_ = 0;    ///< where the next block may go
  std::uint64_t managed_bytes_ = 0;  ///< of objects
  std::vector<Stored> blocks_;       ///< direct blocks by their offsets
  std::vector<format::HugeObjectRecord> huge_;
};

/// Gives all that belongs to the heap at `header` to free(): its blocks, huge objects, their tree, and the record of its free space.
/// Throws corrupt when a block stands in two places.
void free_fractal_heap(const FileView& file, BlockWriter& writer, Address header);

}  // namespace fiver::meta
