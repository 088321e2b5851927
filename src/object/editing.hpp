// Changing what a file holds: the bodies of the public classes' writing verbs share this.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "fiver/group.hpp"
#include "object/dataset_writer.hpp"
#include "object/handle.hpp"

namespace fiver::object {

/// Where a path's last name stands.
struct Place {
  std::shared_ptr<const Handle> group;
  std::string name;
};

/// The group that is to hold the path's last name. Groups on the way are made when `make` is set, else not_found. Throws invalid_argument for a path
/// without a last name and for names that no link can have.
Place find_place(const std::shared_ptr<const Handle>& start, std::string_view path, bool make);

/// Puts a link to what `make` gives, under the lock of the file's edits. Throws invalid_argument when the name is taken.
void add_link(const Place& place, Link link);
/// A new object behind a new hard link.
std::shared_ptr<const Handle> add_object(const Place& place, const std::shared_ptr<Draft>& draft, std::uint64_t growth);
/// Takes a link away, and the object with it when it was the last one.
void remove_link(const Place& place);

/// A link leaves one place for another, at once for who looks.
void move_link(const Place& from, const Place& to);

/// The writer of a dataset's elements, made when it is first asked for.
std::shared_ptr<DatasetWriter> elements_of(const Handle& dataset);

/// Changes the number of links to an object. Datasets and attributes that share a committed datatype count as links to it.
void count_links(FileState& file, Address object, int difference);
/// The object loses a link, and goes with its last one.
void release(FileState& file, Address object);
/// The committed datatype that a dataset's or attribute's message shares.
std::optional<Address> shared_type_of(const DraftMessage& message, FieldWidths widths);

/// The style of new objects in this group: old-style where the file is.
bool makes_old_objects(const FileState& file);
Draft new_draft(const FileState& file, bool track_order);

}  // namespace fiver::object
