// An object header put together from its blocks: the prefix, then all messages of the first block and of every continuation, in
// order (format specification IV.A.1). Bodies of shared messages are not followed here: see shared_messages.hpp.
#pragma once

#include <optional>
#include <vector>

#include "format/object_header.hpp"
#include "format/small_messages.hpp"
#include "meta/extent.hpp"
#include "meta/file_view.hpp"

namespace fiver::meta {

struct ObjectHeader {
  Address address;
  format::ObjectHeaderPrefix prefix;
  std::vector<format::RawMessage> messages;  ///< without nil and continuation messages; bodies live in blocks
  std::vector<SharedBytes> blocks;
  std::vector<Extent> continuations;  ///< where the blocks after the first stand
  std::uint64_t bytes = 0;            ///< of all blocks
  std::uint64_t reference_count = 1;

  /// The first message of a type, or null.
  const format::RawMessage* find(format::MessageType type) const;
};

/// Throws corrupt for a header that makes no sense or whose continuations meet again, unsupported for a message that must be
/// understood and is not, limit.
ObjectHeader read_object_header(const FileView& file, Address address);

}  // namespace fiver::meta
