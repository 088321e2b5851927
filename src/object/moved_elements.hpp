// Elements as another file has to store them: parts of variable length get objects of its heap, references lead to what is there.
#pragma once

#include <functional>
#include <optional>

#include "fiver/values/datatype.hpp"
#include "object/file_state.hpp"

namespace fiver::object {

/// True when elements of this type say where something else is in their file.
bool names_places(const Datatype& type);
/// The type in a file whose addresses have that width.
Datatype with_widths(const Datatype& type, FieldWidths widths);

class ElementMover {
 public:
  /// Where an object of the source file is now; nothing: references to it become null.
  using Places = std::function<std::optional<Address>(Address)>;

  ElementMover(const FileState& from, FileState& to, Places places)
      : from_(from), to_(to), places_(std::move(places)) {}

  /// `stored`: packed elements of the type, as the source has them. One call after the other: the same calls put the same heap objects.
  Bytes move(const Datatype& type, ByteView stored) const;

 private:
  void move_one(const Datatype& from, const Datatype& to, ByteView in, MutableBytes out) const;
  void move_variable(const Datatype& from, const Datatype& to, ByteView in, MutableBytes out) const;
  void move_compound(const Datatype& from, const Datatype& to, ByteView in, MutableBytes out) const;
  void move_many(const Datatype& from, const Datatype& to, ByteView in, MutableBytes out) const;
  Bytes move_reference(ReferenceKind kind, ByteView in) const;

  const FileState& from_;
  FileState& to_;
  Places places_;
  mutable HeapReader::Recent recent_;  ///< of the call under way: neighbours mostly stand in one collection
};

}  // namespace fiver::object
