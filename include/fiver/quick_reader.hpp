// Small reads of one dataset, over and over: what a read has to find out about the dataset is found out once. For who reads an element or
// a row at a time and cannot say beforehand which (bindings to languages whose users do that); all others read more at once.
#pragma once

#include <memory>
#include <span>

#include "fiver/dataset.hpp"

namespace fiver {

namespace object {
class QuickElements;
}

/// The object's file is not written to by this process: all that a handle says of it stays as it is.
bool is_settled(const Object& object);

class QuickReader {
 public:
  /// Results of more bytes than this are not its business.
  static constexpr std::size_t most_bytes = 16 << 10;

  /// Null for datasets of which no read is quick: virtual and external ones, elements that are not stored as `memory` has them.
  static std::shared_ptr<const QuickReader> make(const Dataset& dataset, const Datatype& memory);

  /// Extent. Of a file that this process writes to, as of make().
  const Dataspace& space() const;
  /// Of the dataset.
  bool is_settled() const;
  /// False once the dataset, in a file that this process writes to, was changed by more than writing to its elements: make() another one.
  bool is_current() const;

  /// The elements of a box, `size` of them from `start` in each dimension, into `into`, which has their size. False, with anything in `into`,
  /// where it takes more than a look: then Dataset::read_converted() does it, or says what is wrong.
  bool read(std::span<const std::uint64_t> start, std::span<const std::uint64_t> size, std::span<std::byte> into) const;

  explicit QuickReader(std::unique_ptr<const object::QuickElements> elements);
  ~QuickReader();

 private:
  std::unique_ptr<const object::QuickElements> elements_;
};

}  // namespace fiver
