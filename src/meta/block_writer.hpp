// What the writers of structures ask of a commit in the making: fresh space, bytes for it, and word of what the file will no longer lead
// to. Nothing that the committed state leads to is touched: a changed structure is written anew beside the old one, and the object
// header that names it, the object's one commit record, is rewritten last by who owns the commit.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "base/field_widths.hpp"
#include "fiver/values/address.hpp"

namespace fiver::meta {

class BlockWriter {
 public:
  virtual ~BlockWriter() = default;
  virtual FieldWidths widths() const = 0;
  /// Fresh space of `size` bytes, aligned to 8. The same calls in the same order give the same addresses. Throws io, limit.
  virtual Address allocate(std::uint64_t size) = 0;
  /// The bytes of space from allocate(), whole.
  virtual void write(Address address, Bytes bytes) = 0;
  /// The next committed state does not lead to these bytes: their space comes back once it is committed and nobody reads them.
  virtual void free(Address address, std::uint64_t size) = 0;

  /// allocate() and write().
  Address put(Bytes bytes) {
    const auto address = allocate(bytes.size());
    write(address, std::move(bytes));
    return address;
  }
};

}  // namespace fiver::meta
