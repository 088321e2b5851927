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

std::shared_ptr<const GlobalHeapReader::Collection> GlobalHeapReader::collection(Address address) const {
  if (pending_ != nullptr) {
    if (auto bytes = pending_->find(address)) {
      auto collection = std::make_shared<Collection>();
      collection->index = format::decode_global_heap(bytes->bytes, file_.widths());
      collection->bytes = std::move(*bytes);
      return collection;
    }
  }
  return kept_.get(address.value, [&] {
    auto fresh = fetch(address);
    const auto cost = static_cast<std::size_t>(fresh->index.size);
    return std::pair(std::move(fresh), cost);
  });
}

std::optional<format::GlobalHeapCollection> GlobalHeapReader::find_contents(Address address) const {
  try {
    if (pending_ != nullptr)
      if (const auto bytes = pending_->find(address)) return format::decode_global_heap(bytes->bytes, file_.widths());
    if (const auto known = kept_.find(address.value)) return known->index;
    return fetch(address)->index;
  } catch (const Error&) {
    return std::nullopt;
  }
}

ByteView GlobalHeapReader::object_in(const Collection& collection, HeapId id) {
  const auto* object = collection.index.find(id.index);
  if (object == nullptr)
    throw Error(ErrorKind::corrupt, fmt::format("global heap collection has no object {}", id.index)).at(id.collection);
  return collection.bytes.bytes.subspan(static_cast<std::size_t>(object->offset),
                                        static_cast<std::size_t>(object->size));
}

SharedBytes GlobalHeapReader::read(HeapId id) const {
  const auto kept = collection(id.collection);
  return {kept, object_in(*kept, id)};
}

ByteView GlobalHeapReader::read_next(HeapId id, Recent& recent) const {
  if (recent.collection != id.collection) recent = {id.collection, collection(id.collection)};
  return object_in(*static_cast<const Collection*>(recent.keeper.get()), id);
}

}  // namespace fiver::meta
