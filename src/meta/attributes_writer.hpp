// Writing and giving up dense attributes (format specification III.A.2 records 8 and 9, III.G, IV.A.2.m and v).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.hpp"
#include "format/group_messages.hpp"
#include "meta/dense_update.hpp"

namespace fiver::meta {

struct DenseAttribute {
  ByteView message;        ///< encoded, of any size; of a shared one: its 8-byte id in the file's shared heap
  std::string_view name;   ///< as in the message
  std::uint8_t flags = 0;  ///< of the message; format::message_shared: it stays in the file's shared heap
  std::optional<std::uint32_t> creation_order;  ///< needed where it is tracked
};

/// `attributes`: in any order, no name twice. Returns `info` with the addresses of what was written; all else in it stays. Throws
/// invalid_argument for a name twice, and without the creation order that `info` says is tracked.
format::AttributeInfo write_dense_attributes(BlockWriter& writer, std::span<const DenseAttribute> attributes,
                                             const format::AttributeInfo& info);
struct AttributeChanges {
  std::vector<DenseAttribute> added;    ///< none of the shared heap
  std::vector<DenseAttribute> removed;  ///< without messages; a name may stand in both
  std::uint64_t count = 0;              ///< of the attributes that the file has
};
/// Writes only what the changes reach (update_dense()); none where all is to be written anew.
std::optional<DenseUpdate> update_dense_attributes(const FileView& file, BlockWriter& writer,
                                                   const format::AttributeInfo& info, std::uint64_t used,
                                                   bool dead_end_is_free, const AttributeChanges& changes);
/// Gives the heap and the trees that `info` names to free(); none are fine.
void free_dense_attributes(const FileView& file, BlockWriter& writer, const format::AttributeInfo& info);

}  // namespace fiver::meta
