// Objects of a fractal heap by their ids (format specification III.G): dense links, dense attributes, shared messages.
#pragma once

#include <mutex>
#include <optional>

#include "base/mutexes.hpp"
#include "base/shared_cache.hpp"
#include "format/fractal_heap.hpp"
#include "meta/btree2_reader.hpp"
#include "meta/file_view.hpp"

namespace fiver::meta {

class FractalHeapReader {
 public:
  /// `file` must outlive the reader.
  FractalHeapReader(const FileView& file, Address header);

  std::uint16_t id_length() const { return header_.id_length; }

 private:
  struct Block {
    SharedBytes bytes;
  };
  struct Found {
    std::shared_ptr<const Block> block;
    std::uint64_t start = 0, size = 0;  ///< of the block, in the heap's space
  };

 public:
  /// Blocks that a run of reads holds on to: in the order of a name tree, neighbours lie in any of the heap's blocks, and asking the
  /// caches for each costs more than decoding it. For one thread.
  class Held {
   public:
    const Found* find(std::uint64_t offset) const;
    void keep(const Found& found, std::uint64_t offset, std::uint64_t heap_bytes);

   private:
    static constexpr std::uint64_t granule = 512, most_slots = 1 << 15, most_bytes = 16 << 20;
    Found& slot_of(std::uint64_t offset) { return slots_[offset / granule % slots_.size()]; }

    std::vector<Found> slots_;  ///< by granule of the heap's space
    std::uint64_t bytes_ = 0;   ///< not fewer than the blocks in the slots have
  };
  /// The object. Throws corrupt when no block has it.
  SharedBytes read(ByteView id, Held* held = nullptr) const;

 private:
  FractalHeapReader(const FileView& file, Address header, bool is_newest);
  SharedBytes read_by_header(ByteView id, Held* held) const;
  const FractalHeapReader& newest() const;
  struct Table {
    format::FractalHeapIndirectBlock decoded;
  };
  SharedBytes read_managed(const format::ManagedHeapId& id, Held* held) const;
  Found find_block(std::uint64_t offset) const;
  SharedBytes read_huge(Address address, std::uint64_t stored, std::uint32_t mask, std::uint64_t size) const;
  SharedBytes read_huge_by_key(std::uint64_t key) const;
  std::shared_ptr<const Table> table(Address address, unsigned rows) const;
  std::shared_ptr<const Block> direct_block(const format::FractalHeapChild& child, std::uint64_t size) const;
  Bytes undo_filters(std::uint32_t mask, ByteView stored, std::uint64_t size) const;

  const FileView& file_;
  Address address_;
  format::FractalHeapHeader header_;
  format::FractalHeapGeometry geometry_;
  mutable SharedCache<std::uint64_t, Block> blocks_;
  mutable SharedCache<std::uint64_t, Table> tables_;
  std::unique_ptr<BTree2Reader> huge_;
  bool is_newest_;  ///< its header was read from the storage itself
  mutable Mutex newest_mutex_;
  mutable std::unique_ptr<const FractalHeapReader> newest_;
};

}  // namespace fiver::meta
