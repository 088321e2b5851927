// Objects of the file's global heap collections (format specification III.E), each collection fetched and parsed once while it is
// in use.
#pragma once

#include "base/heap_access.hpp"
#include "base/shared_cache.hpp"
#include "format/global_heap.hpp"
#include "meta/file_view.hpp"

namespace fiver::meta {

class GlobalHeapReader final : public HeapReader {
 public:
  explicit GlobalHeapReader(const FileView& file, std::size_t cache_bytes = 64 << 20)
      : file_(file), kept_(cache_bytes) {}

  SharedBytes read(HeapId id) const override;
  ByteView read_next(HeapId id, Recent& recent) const override;
  void clear() const { kept_.clear(); }

 private:
  struct Collection {
    SharedBytes bytes;
    format::GlobalHeapCollection index;
  };
  std::shared_ptr<const Collection> fetch(Address address) const;
  std::shared_ptr<const Collection> collection(Address address) const;
  static ByteView object_in(const Collection& collection, HeapId id);

  const FileView& file_;
  mutable SharedCache<std::uint64_t, Collection> kept_;
};

}  // namespace fiver::meta
