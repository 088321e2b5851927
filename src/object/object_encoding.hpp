// From an object as a commit found it to the bytes of its header and of all that the header leads to.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "chunk/live_index.hpp"
#include "fiver/values/layout.hpp"
#include "meta/change_set.hpp"
#include "meta/dense_update.hpp"
#include "object/draft.hpp"

namespace fiver::object {

class ObjectState;

/// One object in a commit.
struct FrozenObject {
  std::shared_ptr<ObjectState> state;
  std::shared_ptr<Draft> draft;                    ///< goes on changing
  Draft cut;                                       ///< as it was
  std::optional<LiveLinks::Frozen> links;          ///< where they changed
  std::optional<chunk::LiveIndex::Frozen> chunks;  ///< of chunked datasets
};

struct EncodedObject {
  Bytes image;                                    ///< of the first block
  StoredParts stored;                             ///< what the header leads to now
  std::vector<DraftMessage> updated;              ///< messages that name blocks, as they are now
  std::optional<Layout> layout;                   ///< a chunked dataset's
  chunk::ChunkGrid grid;                          ///< and its chunks
  bool keeps_attributes = false;                  ///< those of the cut are what the heap has now
  std::optional<meta::DenseUpdate> links_update;  ///< the links were changed where they are, not written anew
};

/// Puts all but the first block into `changes`, and what stood there before to its freed space.
EncodedObject encode_object(FileState& file, meta::ChangeSet& changes, const FrozenObject& object);
/// An object that was encoded, between its old state and that: with the links that came and with those that it loses and that are in `kept`. A
/// new link of such a name waits. Frees nothing.
EncodedObject encode_between(FileState& file, meta::ChangeSet& changes, const FrozenObject& object,
                             const EncodedObject& encoded, const std::vector<const Link*>& kept);

/// Bytes of messages that the first block of a new object gets: what it has now, and some room to grow.
std::uint64_t room_for(const Draft& draft, std::uint64_t growth);
/// Bytes of the first block with that room.
std::uint64_t block_size(const Draft& draft);

}  // namespace fiver::object
