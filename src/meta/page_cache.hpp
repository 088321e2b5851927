// A storage's bytes in immutable pages, for metadata: many small structures cost one read. Files open for reading keep theirs until
// a refresh; a structure whose checksum fails is read again past the cache, since a writer may be at work.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "base/heap_access.hpp"
#include "base/shared_cache.hpp"
#include "fiver/spi/storage.hpp"

namespace fiver::meta {

class PageCache {
 public:
  /// Small, since an object met by its name needs little of what is around it; where pages are missed one after the other, as in a
  /// walk, up to most_ahead of them come with one read.
  static constexpr std::size_t page_size = 8 << 10;
  static constexpr std::uint64_t most_ahead = 16;
  /// Reads of more than this are not cached.
  static constexpr std::size_t most_cached_read = 16 * page_size;

  PageCache(std::shared_ptr<const Storage> storage, std::size_t most_bytes);

  /// `size` bytes from `offset`, fewer only where the storage ends.
  SharedBytes read(std::uint64_t offset, std::size_t size);
  /// As read(), with what else its page holds after these bytes.
  SharedBytes read_on(std::uint64_t offset, std::size_t least);
  /// As read(), from the storage itself; pages that hold these bytes are dropped.
  SharedBytes read_past(std::uint64_t offset, std::size_t size);
  void clear() { pages_.clear(); }
  /// Forgets pages of a range that was written to; one that is being read meanwhile is not kept.
  void drop(std::uint64_t offset, std::uint64_t size);

 private:
  struct Page {
    SharedBytes kept;  ///< part of one read of several pages
    const ByteView& bytes() const { return kept.bytes; }
  };
  std::shared_ptr<const Page> page(std::uint64_t number, std::size_t least);
  SharedBytes read_directly(std::uint64_t offset, std::size_t size) const;

  std::shared_ptr<const Storage> storage_;
  SharedCache<std::uint64_t, Page> pages_;
  std::atomic<std::uint64_t> next_{1};   ///< the page after the last read
  std::atomic<std::uint64_t> ahead_{1};  ///< pages of the last read
};

}  // namespace fiver::meta
