// A storage's bytes in immutable pages, for metadata: many small structures cost one read. Files open for reading keep theirs until
// a refresh; a structure whose checksum fails is read again past the cache, since a writer may be at work.
#pragma once

#include <cstdint>
#include <memory>

#include "base/heap_access.hpp"
#include "base/shared_cache.hpp"
#include "fiver/spi/storage.hpp"

namespace fiver::meta {

class PageCache {
 public:
  static constexpr std::size_t page_size = 64 << 10;
  /// Reads of more than this are not cached.
  static constexpr std::size_t most_cached_read = 4 * page_size;

  PageCache(std::shared_ptr<const Storage> storage, std::size_t most_bytes);

  /// `size` bytes from `offset`, fewer only where the storage ends.
  SharedBytes read(std::uint64_t offset, std::size_t size);
  /// As read(), from the storage itself; pages that hold these bytes are dropped.
  SharedBytes read_past(std::uint64_t offset, std::size_t size);
  void clear() { pages_.clear(); }

 private:
  struct Page {
    Bytes bytes;
  };
  std::shared_ptr<const Page> page(std::uint64_t number, std::size_t least);
  SharedBytes read_directly(std::uint64_t offset, std::size_t size) const;

  std::shared_ptr<const Storage> storage_;
  SharedCache<std::uint64_t, Page> pages_;
};

}  // namespace fiver::meta
