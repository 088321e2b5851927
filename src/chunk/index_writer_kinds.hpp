// What the files of index_writer share: one for each kind of index that is more than an address.
#pragma once

#include <unordered_set>
#include <vector>

#include "chunk/index_writer.hpp"
#include "format/chunk_element.hpp"

namespace fiver::chunk {

/// The arguments of write_chunk_index(), checked.
struct IndexWrite {
  const meta::FileView& file;
  meta::BlockWriter& writer;
  const ChunkedLayout& now;
  const ChunkGrid& old_grid;
  const ChunkGrid& new_grid;
  bool filtered;
  unsigned chunk_k;
  std::span<const ChunkChange> changes;
  format::ChunkElementFormat elements;
  std::shared_ptr<meta::BTree2Path>* path;
};

// Each returns the address of the new index, nothing when it would hold no chunk. Old blocks are freed.
std::optional<Address> write_btree1_index(const IndexWrite& write);
std::optional<Address> write_btree2_index(const IndexWrite& write);
std::optional<Address> write_fixed_array_index(const IndexWrite& write);
std::optional<Address> write_extensible_array_index(const IndexWrite& write);

/// What frees the blocks of an index. A block that is named twice is corrupt: its space would be handed out twice.
class FreeOnce {
 public:
  explicit FreeOnce(meta::BlockWriter& writer) : writer_(writer) {}
  void operator()(Address address, std::uint64_t size);

 private:
  meta::BlockWriter& writer_;
  std::unordered_set<std::uint64_t> freed_;
};
void free_btree1_index(const meta::FileView& file, FreeOnce& free, Address root, unsigned rank, unsigned chunk_k);
void free_fixed_array_index(const meta::FileView& file, FreeOnce& free, Address header,
                            const format::ChunkElementFormat& elements);
void free_extensible_array_index(const meta::FileView& file, FreeOnce& free, Address header,
                                 const format::ChunkElementFormat& elements);

struct NumberedElement {
  std::uint64_t number = 0;
  format::ChunkElement element;
};
/// The elements that an array is to have, by number: those of the old index and the changes to them.
std::vector<NumberedElement> numbered_elements(const IndexWrite& write);
/// Throws limit when a block of an index is larger than a file may make us hold.
std::size_t checked_block_size(const meta::FileView& file, std::uint64_t size, std::string_view what);
format::ChunkElement element_of(const ChunkRecord& record, const format::ChunkElementFormat& format);

}  // namespace fiver::chunk
