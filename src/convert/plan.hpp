// Elements of one datatype into elements of another: chosen once per read or write, run for every row or
// chunk by any thread. The rules are those of format.md section 6, "Type conversion"; each kernel's file says
// which it follows and where it differs.
#pragma once

#include <cstddef>
#include <memory>

#include "base/bytes.hpp"
#include "base/field_widths.hpp"
#include "base/heap_access.hpp"
#include "convert/arena.hpp"
#include "convert/memory_form.hpp"
#include "fiver/values/datatype.hpp"

namespace fiver::convert {

class Kernel;

class ConversionPlan {
 public:
  /// From the stored form to the memory form (variable-length parts: heap id -> VariablePart). `memory` is a
  /// memory_form() of anything that `stored` converts to. Throws invalid_argument, naming both types, when
  /// there is no conversion.
  static ConversionPlan make(const Datatype& stored, const Datatype& memory, FieldWidths widths);
  /// The way back: VariablePart -> heap id.
  static ConversionPlan make_for_writing(const Datatype& memory, const Datatype& stored, FieldWidths widths);

  /// The bytes stay as they are: memcpy serves as well.
  bool is_copy() const noexcept { return is_copy_; }
  /// The stored side has variable-length parts, so that a heap is read (or written).
  bool needs_heap() const noexcept { return needs_heap_; }
  /// Reading, the memory side has variable-length parts.
  bool needs_arena() const noexcept { return needs_arena_; }
  std::size_t source_size() const noexcept { return source_size_; }
  std::size_t target_size() const noexcept { return target_size_; }

  /// Only for plans made by make(). `count` elements, packed on both sides; the views hold at least that many (checked) and do not overlap.
  /// Bytes of the target that no member of a compound covers are left as they are. `heap` and `arena` may be
  /// null unless needs_heap(), needs_arena().
  void convert(ByteView source, MutableBytes target, std::size_t count, const HeapReader* heap = nullptr,
               Arena* arena = nullptr) const;
  /// Only for plans made for writing. Puts the same objects in the same order for the same elements.
  void convert_for_writing(ByteView source, MutableBytes target, std::size_t count, HeapWriter* heap) const;

 private:
  std::shared_ptr<const Kernel> kernel_;
  std::size_t source_size_ = 0, target_size_ = 0;
  bool is_copy_ = false, needs_heap_ = false, needs_arena_ = false, writes_ = false;
};

/// True when make() would succeed.
bool converts(const Datatype& stored, const Datatype& memory, FieldWidths widths = {});

}  // namespace fiver::convert
