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
  /// The same, for what is going to be rewritten: not across a line of 512 bytes where it fits between two.
  virtual Address allocate_record(std::uint64_t size) { return allocate(size); }
  /// The bytes of space from allocate(), whole.
  virtual void write(Address address, Bytes bytes) = 0;
  /// The one way to change what the committed state leads to, for the headers of heaps, which all blocks of the heap name: `now` takes the
  /// place of `before`, both of one size that does not cross a line of 512 bytes. Whatever `before` leads to must be found from `now`, too: it
  /// comes into the file when all that is fresh is there, and before the object header that needs it.
  virtual void rewrite(Address address, Bytes before, Bytes now) = 0;
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
