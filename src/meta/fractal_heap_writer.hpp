// Building, extending and giving up fractal heaps (format specification III.G): the objects of dense groups and dense attributes.
// Objects come one after the other; a block is written as soon as the next object does not fit it, so that a heap of any size takes the
// memory of one block and a few bytes for each. The statistics and the growth of the root are libhdf5's, which goes on inserting.
//
// Every block of a heap names the address of the heap's header, and libhdf5 looks at it: a heap is not changed without its header
// staying where it is. So a heap of ours only gains. Objects are put behind the last one: the direct block they come to stand in, and the
// tables above it, are written anew, and the header is rewritten in place (BlockWriter::rewrite). What is removed keeps its bytes and only
// leaves the statistics, so that whoever still has the trees of an older state finds all objects that these name. When little of a heap is
// alive, all that is left goes to a new one.
#pragma once

#include <cstdint>
#include <optional>
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

/// The width, the first block, the bits and the ids are what libhdf5 takes for the links of a group, and for the attributes of an object. It
/// has blocks of up to 64 KiB and objects of up to 4 KiB in them. Ours are small, since a block is written anew for each object that comes
/// to it: a link costs 2 KiB of heap instead of 64. No object takes more than half of most blocks, or they would stay half empty.
inline constexpr FractalHeapParameters link_heap_parameters{.most_direct = 2048, .most_managed = 512};
inline constexpr FractalHeapParameters attribute_heap_parameters{
    .starting_size = 1024, .most_direct = 4096, .heap_bits = 40, .most_managed = 1024, .id_length = 8};

/// Where the next object goes in a heap that is in the file.
struct FractalHeapEnd {
  struct Table {
    Address address;
    unsigned rows = 0;
    format::FractalHeapIndirectBlock block;
  };
  Address address;  ///< of the header
  Bytes header_bytes;
  format::FractalHeapHeader header;
  std::vector<Table> path;  ///< from the root to the table that has the last block
  Address block_address;
  std::uint64_t block_offset = 0;
  Bytes block;  ///< the last direct block
};

/// None where the heap is not as a FractalHeapBuilder with these parameters leaves it (libhdf5's keep a list of their free space, which
/// would have to be kept up), or so small that it is as cheaply written anew.
std::optional<FractalHeapEnd> find_fractal_heap_end(const FileView& file, Address header,
                                                    const FractalHeapParameters& parameters);

class FractalHeapBuilder {
 public:
  /// `writer` must outlive the builder. Throws invalid_argument for parameters that no heap can have.
  FractalHeapBuilder(BlockWriter& writer, const FractalHeapParameters& parameters);
  /// Goes on with a heap in the file, whose objects end at `used` in the heap's space, within its last block.
  FractalHeapBuilder(const FileView& file, BlockWriter& writer, FractalHeapEnd end, std::uint64_t used);

  /// Puts an object of at least one byte, returns its id. Throws limit when the heap's bits can't count further.
  Bytes add(ByteView object);
  /// The same, without memory for the id. Throws unsupported for ids of more than 16 bytes.
  format::PackedHeapId add_packed(ByteView object);
  /// An object of the heap in the file is not alive any more.
  void remove(ByteView id);
  /// True when the heap in the file would be at most half as large with `live` objects alone, by what its header tells.
  bool is_mostly_dead(std::uint64_t live) const;
  /// Writes what is left and the header, whose address it returns. The builder is done then.
  Address finish();
  /// Where the objects end, in the heap's space.
  std::uint64_t used() const { return block_offset_ + block_used_; }

 private:
  struct Block {
    std::uint64_t offset = 0, size = 0;
  };
  struct Stored {
    std::uint64_t offset = 0;
    Address address;
  };
  format::ManagedHeapId add_managed(ByteView object);
  Bytes add_huge(ByteView object);
  void start_block(std::uint64_t least_size);
  void end_block();
  Block next_block(std::uint64_t least_size) const;
  void grow_root(const Block& block);
  const FractalHeapEnd::Table* table_of(std::uint64_t offset) const;
  std::uint64_t room_of_table(unsigned rows) const;
  Address write_table(std::uint64_t offset, unsigned rows, std::size_t& next);
  Address write_huge_tree();
  Bytes encode(const format::FractalHeapId& id) const;

  const FileView* file_ = nullptr;  ///< of a heap that is extended
  BlockWriter& writer_;
  FieldWidths widths_;
  FractalHeapEnd old_;  ///< without its block
  format::FractalHeapHeader header_;
  format::FractalHeapGeometry geometry_;
  Address address_;
  Bytes block_;  ///< the open direct block, empty when there is none
  bool block_changed_ = true;
  bool block_in_file_ = false;
  std::uint64_t block_offset_ = 0;   ///< of the open block in the heap's space
  std::size_t block_used_ = 0;       ///< bytes of it, with its header
  std::uint64_t next_offset_ = 0;    ///< where the next block may go
  std::uint64_t managed_bytes_ = 0;  ///< of objects
  std::vector<Stored> blocks_;       ///< direct blocks that are written, by their offsets
  std::vector<format::HugeObjectRecord> huge_;
};

/// Gives all that belongs to the heap at `header` to free(): its blocks, huge objects, their tree, and the record of its free space.
/// Throws corrupt when a block stands in two places.
void free_fractal_heap(const FileView& file, BlockWriter& writer, Address header);

}  // namespace fiver::meta
