// What changed in dense links and attributes between two commits, written as such (meta/dense_update.hpp).
#pragma once

#include <optional>
#include <vector>

#include "meta/change_set.hpp"
#include "meta/dense_update.hpp"
#include "object/draft.hpp"

namespace fiver::object {

class FileState;

/// Brings `stored`, the dense links that the file has, to where they are in `links`. Nothing happens where they have to be written anew.
std::optional<meta::DenseUpdate> update_links(FileState& file, meta::ChangeSet& changes, const LiveLinks::Frozen& links,
                                              StoredParts& stored);
/// The same for attributes: one that changed has another message than the heap was given. False where they have to be written anew.
bool update_attributes(FileState& file, meta::ChangeSet& changes, const std::vector<const DraftMessage*>& attributes,
                       StoredParts& stored);

}  // namespace fiver::object
