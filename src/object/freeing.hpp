// What an object that nothing leads to any more takes in the file.
#pragma once

#include "chunk/live_index.hpp"
#include "meta/change_set.hpp"
#include "object/draft.hpp"
#include "object/file_state.hpp"

namespace fiver::object {

/// Gives all of it to the freed space of `changes`: header, links, attributes, chunks and their index, contiguous elements. `chunks`: those
/// that no commit has written, of a dataset that was being written. Objects of the global heap stay.
void free_object(FileState& file, meta::ChangeSet& changes, const Draft& object,
                 const chunk::LiveIndex::Frozen* chunks);

}  // namespace fiver::object
