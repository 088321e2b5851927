// Objects of the file's global heap collections (format specification III.E), each collection fetched and parsed once while it is
// in use.
#pragma once

#include "base/heap_access.hpp"
#include "base/shared_cache.hpp"
#include "format/global_heap.hpp"
#include "meta/file_view.hpp"
#include "meta/pending_heap.hpp"

namespace fiver::meta {

class GlobalHeapReader final : public HeapReader {
 public:
  explicit GlobalHeapReader(const FileView& file, std::size_t cache_bytes = 64 << 20)
      : file_(file), kept_(cache_bytes) {}

  SharedBytes read(HeapId id) const override;
  ByteView read_next(HeapId id, Recent& recent) const override;
  /// What a collection has; nothing where that can't be read.
  std::optional<format::GlobalHeapCollection> find_contents(Address address) const;
  void clear() const { kept_.clear(); }
  /// Another collection stands there now.
  void forget(Address address) const { kept_.erase(address.value); }
  /// Collections that are not in the file yet. `pending` lives as long as this is used.
  void look_first_in(const PendingHeap* pending) { pending_ = pending; }

 private:
  struct Collection {
    SharedBytes bytes;
    format::GlobalHeapCollection index;
  };
  std::shared_ptr<const Collection> fetch(Address address) const;
  std::shared_ptr<const Collection> collection(Address address) const;
  static ByteView object_in(const Collection& collection, HeapId id);

  const FileView& file_;
  const PendingHeap* pending_ = nullptr;
  mutable SharedCache<std::uint64_t, Collection> kept_;
};

}  // namespace fiver::meta
