#include "meta/page_cache.hpp"

#include <algorithm>

namespace fiver::meta {

PageCache::PageCache(std::shared_ptr<const Storage> storage, std::size_t most_bytes)
    : storage_(std::move(storage)), pages_(most_bytes) {}

std::shared_ptr<const PageCache::Page> PageCache::page(std::uint64_t number, std::size_t least) {
  const auto generation = pages_.generation();
  auto found = pages_.find(number);
  if (found && found->bytes().size() >= least) return found;
  if (found) pages_.erase(number);  // it was cut by the end of a file that has grown since
  const std::uint64_t count = number == next_.load() ? std::min(2 * ahead_.load(), most_ahead) : 1;
  next_ = number + count;
  ahead_ = count;
  const auto block = read_directly(number * page_size, page_size * count);
  std::shared_ptr<const Page> first;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto from = std::min<std::size_t>(i * page_size, block.bytes.size());
    const auto size = std::min(page_size, block.bytes.size() - from);
    if (i > 0 && size == 0) break;
    auto fresh = std::make_shared<const Page>(Page{{block.keeper, block.bytes.subspan(from, size)}});
    if (i == 0) first = fresh;  // the one that is kept may have come from a shorter file
    pages_.insert(number + i, std::move(fresh), size, generation);
  }
  return first;
}

SharedBytes PageCache::read_on(std::uint64_t offset, std::size_t least) {
  const std::size_t within = offset % page_size;
  if (within + least > page_size) return read(offset, least);
  auto kept = page(offset / page_size, within + least);
  const auto bytes = kept->bytes();
  return {std::move(kept), bytes.subspan(std::min(within, bytes.size()))};
}

SharedBytes PageCache::read(std::uint64_t offset, std::size_t size) {
  if (size > most_cached_read) return read_directly(offset, size);
  const std::uint64_t first = offset / page_size;
  const std::size_t within = offset % page_size;
  if (within + size <= page_size) {
    auto held = read_on(offset, size);
    held.bytes = held.bytes.first(std::min(size, held.bytes.size()));
    return held;
  }
  auto joined = std::make_shared<Bytes>();
  joined->reserve(size);
  for (std::uint64_t number = first; joined->size() < size; ++number) {
    const std::size_t from = number == first ? within : 0;
    const std::size_t wanted = std::min(size - joined->size(), page_size - from);
    const auto kept = page(number, from + wanted);
    const ByteView bytes = kept->bytes();
    if (bytes.size() <= from) break;
    const auto part = bytes.subspan(from, std::min(wanted, bytes.size() - from));
    joined->insert(joined->end(), part.begin(), part.end());
    if (part.size() < wanted) break;
  }
  const ByteView view = *joined;
  return {std::move(joined), view};
}

SharedBytes PageCache::read_past(std::uint64_t offset, std::size_t size) {
  for (std::uint64_t number = offset / page_size; number * page_size < offset + size; ++number) pages_.erase(number);
  return read_directly(offset, size);
}

void PageCache::drop(std::uint64_t offset, std::uint64_t size) {
  if (size == 0) return;
  pages_.outdate();
  for (std::uint64_t number = offset / page_size; number <= (offset + size - 1) / page_size; ++number)
    pages_.erase(number);
}

SharedBytes PageCache::read_directly(std::uint64_t offset, std::size_t size) const {
  // Not set to zero first: that would cost about as much as reading it.
  std::shared_ptr<std::byte[]> bytes(new std::byte[size]);
  const auto got = storage_->read_at(offset, {bytes.get(), size});
  const ByteView view(bytes.get(), got);
  return {std::move(bytes), view};
}

}  // namespace fiver::meta
