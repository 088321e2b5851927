#include "meta/heap_ledger.hpp"

namespace fiver::meta {
namespace {

/// A commit looks at so many bytes of collections: one that removes more leaves the rest of them in the file.
constexpr std::uint64_t most_looked_at = 256 << 20;

}  // namespace

HeapLedger::Collection& HeapLedger::known(Address address) {
  const auto found = collections_.find(address.value);
  if (found != collections_.end()) return found->second;
  Collection collection;
  if (looked_at_ < most_looked_at) {
    if (const auto contents = look_(address)) {
      looked_at_ += contents->size;
      for (const auto& object : contents->objects) {
        if (object.index >= collection.alive.size()) collection.alive.resize(std::size_t{object.index} + 1);
        collection.alive[object.index] = true;
      }
      collection.count = contents->objects.size();
      collection.hold = std::make_shared<Hold>(give_back_, Extent{address, contents->size});
    }
  }
  return collections_.emplace(address.value, std::move(collection)).first->second;
}

void HeapLedger::note_gone(HeapId id) {
  if (!trusted_) return;
  auto& collection = known(id.collection);
  if (!collection.hold) return;
  if (id.index >= collection.alive.size() || !collection.alive[id.index])
    return distrust();  // two elements led there, or none should have
  collection.alive[id.index] = false;
  --collection.count;
  noted_.push_back(id);
  to_hold_.insert(id.collection.value);
}

std::vector<std::shared_ptr<const void>> HeapLedger::take_holds() {
  std::vector<std::shared_ptr<const void>> holds;
  for (const auto address : to_hold_) holds.push_back(collections_.at(address).hold);
  to_hold_.clear();
  return holds;
}

void HeapLedger::committed() {
  looked_at_ = 0;
  for (const auto& id : noted_) {
    const auto found = collections_.find(id.collection.value);
    if (found == collections_.end() || found->second.count != 0) continue;
    if (trusted_) found->second.hold->let_go();
    collections_.erase(found);
  }
  noted_.clear();
  std::erase_if(collections_, [](const auto& entry) { return !entry.second.hold; });
}

void HeapLedger::failed() {
  looked_at_ = 0;
  for (const auto& id : noted_) {
    auto& collection = collections_.at(id.collection.value);
    collection.alive[id.index] = true;
    ++collection.count;
  }
  noted_.clear();
  to_hold_.clear();
  std::erase_if(collections_, [](const auto& entry) { return !entry.second.hold; });
}

}  // namespace fiver::meta
