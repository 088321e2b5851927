#include "meta/global_heap_reader.hpp"

#include <fmt/format.h>

namespace fiver::meta {

std::shared_ptr<const GlobalHeapReader::Collection> GlobalHeapReader::fetch(Address address) const {
  return file_.retried(address, [&](bool past_cache) {
    const auto widths = file_.widths();
    const auto start =
        file_.fetch(address, format::global_heap_header_size(widths), "global heap collection", past_cache);
    const auto size = format::decode_global_heap_size(start.bytes, widths);
    auto collection = std::make_shared<Collection>();
    collection->bytes = file_.fetch(address, size, "global heap collection", past_cache);
    collection->index = format::decode_global_heap(collection->bytes.bytes, widths);
    return std::shared_ptr<const Collection>(std::move(collection));
  });
}

SharedBytes GlobalHeapReader::read(HeapId id) const {
  const auto collection = kept_.get(id.collection.value, [&] {
    auto fresh = fetch(id.collection);
    const auto cost = static_cast<std::size_t>(fresh->index.size);
    return std::pair(std::move(fresh), cost);
  });
  const auto* object = collection->index.find(id.index);
  if (object == nullptr)
    throw Error(ErrorKind::corrupt, fmt::format("global heap collection has no object {}", id.index)).at(id.collection);
  return {collection, collection->bytes.bytes.subspan(static_cast<std::size_t>(object->offset),
                                                      static_cast<std::size_t>(object->size))};
}

}  // namespace fiver::meta
