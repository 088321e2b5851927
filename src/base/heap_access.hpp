// What conversion needs of the global heap, where variable-length elements keep their bytes, without knowing files.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "base/bytes.hpp"
#include "fiver/values/address.hpp"

namespace fiver {

/// Bytes and what keeps them alive.
struct SharedBytes {
  std::shared_ptr<const void> keeper;
  ByteView bytes;
};

/// The address of a variable-length element's bytes: object `index` of the global heap collection at `collection`.
struct HeapId {
  Address collection;
  std::uint32_t index = 0;
  friend auto operator<=>(const HeapId&, const HeapId&) = default;
};

class HeapReader {
 public:
  virtual ~HeapReader() = default;
  /// The whole object. Throws Error{corrupt} when the collection can't be read or has no such object. May be called from any
  /// thread.
  virtual SharedBytes read(HeapId id) const = 0;

  /// What a run of reads hands on from one to the next: neighbouring elements mostly stand in one collection.
  struct Recent {
    std::optional<Address> collection;
    std::shared_ptr<const void> keeper;
  };
  /// As read(), for one of many objects; the bytes live until the next call with the same `recent`.
  virtual ByteView read_next(HeapId id, Recent& recent) const {
    auto object = read(id);
    recent = {id.collection, std::move(object.keeper)};
    return object.bytes;
  }
};

class HeapWriter {
 public:
  virtual ~HeapWriter() = default;
  /// Puts an object, returns where it is. Called serially.
  virtual HeapId put(ByteView object) = 0;
};

}  // namespace fiver
