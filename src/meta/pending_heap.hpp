// Global heap collections that a writer fills (format specification III.E). A collection that is in the file is never added to: what a commit
// leaves is full, or as large as what is in it.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "base/field_widths.hpp"
#include "base/heap_access.hpp"
#include "base/mutexes.hpp"
#include "format/global_heap.hpp"
#include "meta/space.hpp"

namespace fiver::meta {

class PendingHeap final : public HeapWriter {
 public:
  PendingHeap(Space& space, FieldWidths widths) : space_(space), widths_(widths) {}

  /// Any thread, one after the other.
  HeapId put(ByteView object) override;

  /// The collection as it stands, when it is not in the file yet.
  std::optional<SharedBytes> find(Address collection) const;
  /// What was put so far gets no neighbours any more.
  void close();
  /// Bytes that wait to be written.
  std::uint64_t waiting_bytes() const;

  /// Collections to be written now; they stay findable until written() is told. With `all`, the one that is being filled, too.
  std::vector<std::pair<Address, std::shared_ptr<const Bytes>>> take(bool all);
  void written(Address collection);
  /// What was taken and not written is to be taken again.
  void untake();

 private:
  struct Open {
    Address address;
    format::GlobalHeapBuilder builder;
    std::uint32_t objects = 0;
  };
  void close_open();  // the lock is held

  Space& space_;
  FieldWidths widths_;
  mutable Mutex mutex_;
  std::optional<Open> open_;
  mutable std::shared_ptr<const Bytes> open_bytes_;  ///< as find() gave it, until something is added
  std::map<std::uint64_t, std::shared_ptr<const Bytes>> closed_;
  std::vector<Address> untaken_;  ///< of closed_, those that take() has not given
  std::uint64_t next_size_ = 4096;
};

}  // namespace fiver::meta
