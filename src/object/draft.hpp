// An object's header as its next commit will write it: messages in memory, with the parts that grow (links, attributes, chunks) beside it.
// Changed under the lock of the file's edits (file_writer.hpp).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "format/group_messages.hpp"
#include "format/message_types.hpp"
#include "format/object_header.hpp"
#include "meta/object_header_reader.hpp"
#include "meta/space.hpp"
#include "object/garbage.hpp"
#include "object/heap_debris.hpp"
#include "object/live_links.hpp"

namespace fiver::object {

class DatasetWriter;
class FileState;

struct DraftMessage {
  std::uint16_t type = 0;
  std::uint8_t flags = 0;
  std::optional<std::uint32_t> creation_index;  ///< of attributes, where it is tracked
  std::shared_ptr<const Bytes> body;
  std::string name;  ///< of attributes
};

/// The names that a draft's attributes have, or had, by their hashes: says of most new ones that they are new, however many there are.
class AttributeNames {
 public:
  bool may_have(std::uint32_t hash) const;
  void add(std::uint32_t hash);

 private:
  std::vector<std::uint32_t> slots_;  // 0: free; linear probing, at most half full
  std::size_t count_ = 0;
};

/// What the committed header leads to in blocks of its own: given up when the next commit has written them anew.
struct StoredParts {
  std::vector<meta::Extent> continuations;
  std::optional<format::LinkInfo> dense_links;
  std::optional<format::SymbolTableMessage> symbol_table;
  std::optional<format::AttributeInfo> dense_attributes;
  /// What the heap of dense attributes has.
  std::shared_ptr<const std::vector<DraftMessage>> attributes;
  /// Where the objects of the two heaps end, in the heap's space; 0 before this draft has put one there.
  std::uint64_t links_used = 0, attributes_used = 0;
};

struct Draft {
  Address address;
  bool in_file = false;  ///< a commit has written it
  bool dirty = false;
  bool deleted = false;  ///< no link leads to it any more
  format::ObjectHeaderPrefix prefix;
  std::uint64_t room = 0;  ///< bytes of messages that the first block has
  Bytes image;             ///< the first block as it is in the file
  std::uint32_t reference_count = 1, committed_references = 1;
  std::vector<DraftMessage>
      messages;  ///< all but: continuations, nil, attribute info, reference count; links once `links` is there
  bool attribute_order_tracked = false, attribute_order_indexed = false;
  std::uint32_t next_attribute_order = 0;
  std::shared_ptr<AttributeNames> attribute_names;  ///< of all attributes, once many were set
  std::shared_ptr<LiveLinks> links;                 ///< of a group, once they are changed
  std::shared_ptr<DatasetWriter> dataset;           ///< of a dataset, once its elements or extent are changed
  StoredParts stored;
  std::vector<meta::Extent> abandoned;  ///< blocks of elements that were moved since the last commit
  HeapDebris debris;
  bool block_is_fresh = false;       ///< the block of contiguous elements is not in any commit yet
  std::shared_ptr<Garbage> garbage;  ///< what readers of the object hold

  const DraftMessage* find(format::MessageType type) const;
  const DraftMessage* find_attribute(std::string_view name) const;
  /// Puts a message in the place of the one of its type, or at the end.
  void set(format::MessageType type, std::uint8_t flags, Bytes body);
  void remove(format::MessageType type);
};

/// Reads it, dense attributes included; links are left to load_links().
std::shared_ptr<Draft> load_draft(FileState& file, Address address);
/// The links of a group whose draft has none in memory yet.
std::shared_ptr<LiveLinks> load_links(FileState& file, const Draft& draft);
/// Takes them over: the header's own link messages leave the draft.
void take_links(Draft& draft, std::shared_ptr<LiveLinks> links);
/// The header as readers see it.
meta::ObjectHeader header_of(const Draft& draft);

}  // namespace fiver::object
