// What an object may have left in the file's global heap since its last commit: values that were replaced, and what was put for elements that
// later calls may have written over. A commit finds out which heap objects the new state does not lead to.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/heap_access.hpp"
#include "select/placed.hpp"

namespace fiver::meta {
class HeapLedger;
}

namespace fiver::object {

class FileState;
struct FrozenObject;

/// Objects of one collection, one after the other.
struct HeapRange {
  HeapId first;
  std::uint32_t count = 0;
};

struct HeapDebris {
  std::vector<std::shared_ptr<const Bytes>> attributes;  ///< messages of attributes that were replaced or removed
  Bytes elements;                                        ///< of compact storage, as they were
  /// Of calls that began and ended since the last commit, for elements that are all in what the next one writes.
  std::vector<HeapRange> put;
  bool overlaps = false;  ///< two of those calls may have written one element
  /// Around all that they wrote; the first and the last coordinate of each dimension.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> box;

  void note_call(std::vector<HeapRange> ranges, const select::Placed& to);
  /// What a commit that failed took comes back.
  void take_back(HeapDebris&& older);
};

/// Tells the ledger which heap objects the object led to when it was committed last, or has put since, and leads to no more. `deleted`: it
/// leads to none.
void note_gone_heap_objects(FileState& file, const FrozenObject& object, bool deleted, meta::HeapLedger& ledger);

}  // namespace fiver::object
