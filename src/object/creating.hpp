// Headers of new objects, in the style of their file.
#pragma once

#include <memory>

#include "fiver/group.hpp"
#include "object/draft.hpp"
#include "object/file_state.hpp"

namespace fiver::object {

std::shared_ptr<Draft> group_draft(const FileState& file, const NewGroup& settings);
/// A group that comes to be because it is on the way to another object: it keeps the order of its links where the group above does.
std::shared_ptr<Draft> group_on_the_way_draft(const FileState& file, bool tracks_links);
/// Throws invalid_argument for settings that contradict each other, unsupported for filters that can't encode.
std::shared_ptr<Draft> dataset_draft(FileState& file, const Datatype& type, const Dataspace& space,
                                     const NewDataset& settings);
/// Of a dataset that exists elsewhere: what its writer chose is taken as it is, filters that nobody knows here included.
std::shared_ptr<Draft> copied_dataset_draft(FileState& file, const Datatype& type, const Dataspace& space,
                                            const NewDataset& settings);
std::shared_ptr<Draft> datatype_draft(const FileState& file, const Datatype& type);

/// The header goes to the file at once, where nothing leads to it yet: others may share its messages from now on.
void write_header_now(FileState& file, const std::shared_ptr<ObjectState>& state, const std::shared_ptr<Draft>& draft);

/// Elements of a chunk for data of that shape: between 16 KiB and 1 MiB, larger for larger data, long in the last dimensions.
Shape suitable_chunk(const Dataspace& space, std::uint32_t element_size);

}  // namespace fiver::object
