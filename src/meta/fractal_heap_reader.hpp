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
  /// The object. Throws corrupt when no block has it.
  SharedBytes read(ByteView id) const;

 private:
  FractalHeapReader(const FileView& file, Address header, bool is_newest);
  SharedBytes read_by_header(ByteView id) const;
  const FractalHeapReader& newest() const;
  struct Block {
    SharedBytes bytes;
  };
  struct Table {
    format::FractalHeapIndirectBlock decoded;
  };
  SharedBytes read_managed(const format::ManagedHeapId& id) const;
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
