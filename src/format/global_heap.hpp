// Global heap collections: variable-length elements, region references, virtual mappings. Format specification III.E.
//   "GCOL" version:u8 reserved:3 size:L, padded to 8; objects to the end of the collection
//   object: index:u16 reference count:u16 reserved:u32 size:L, padded to 8; data padded to 8
//   object 0 is the free space; its size counts its own header
// An index that is present is alive: libhdf5 writes reference count 0 for live objects.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/bytes.hpp"
#include "base/field_widths.hpp"

namespace fiver::format {

inline constexpr std::uint64_t least_global_heap_size = 4096;
/// Indices are 16 bits wide and start at 1.
inline constexpr std::uint32_t most_global_heap_objects = 65535;

struct GlobalHeapObject {
  std::uint16_t index = 0;
  std::uint16_t reference_count = 0;
  std::uint64_t offset = 0;  ///< of the data, from the start of the collection
  std::uint64_t size = 0;
  friend bool operator==(const GlobalHeapObject&, const GlobalHeapObject&) = default;
};

struct GlobalHeapCollection {
  std::uint64_t size = 0;                        ///< bytes of the whole collection
  std::vector<GlobalHeapObject> objects;         ///< by index
  std::uint64_t free_offset = 0, free_size = 0;  ///< object 0 with its header; size 0 where there is none

  /// The object with that index, or null.
  const GlobalHeapObject* find(std::uint32_t index) const;
  friend bool operator==(const GlobalHeapCollection&, const GlobalHeapCollection&) = default;
};

/// The bytes to fetch first: enough for the collection's size.
std::size_t global_heap_header_size(FieldWidths widths);
/// The bytes that an object header takes, before its data.
std::size_t global_heap_object_header_size(FieldWidths widths);
/// The size of the whole collection, from its first global_heap_header_size() bytes.
std::uint64_t decode_global_heap_size(ByteView header, FieldWidths widths);
/// `collection` has at least the bytes that decode_global_heap_size() tells.
GlobalHeapCollection decode_global_heap(ByteView collection, FieldWidths widths);

struct NewGlobalHeapObject {
  std::uint16_t index = 0;
  std::uint16_t reference_count = 0;
  ByteView data;
};
/// The bytes that a collection needs for objects of these sizes; never less than 4096.
std::uint64_t global_heap_size_for(std::span<const std::uint64_t> object_sizes, FieldWidths widths);
/// A collection of exactly `size` bytes; what is left over becomes object 0. Throws invalid_argument when they do not fit.
Bytes encode_global_heap(std::span<const NewGlobalHeapObject> objects, std::uint64_t size, FieldWidths widths);

/// The same object by object, each put where it will stand.
class GlobalHeapBuilder {
 public:
  GlobalHeapBuilder(std::uint64_t size, FieldWidths widths);

  bool fits(std::uint64_t object_size) const;
  /// Throws invalid_argument when it does not fit, and for index 0.
  void add(std::uint16_t index, std::uint16_t reference_count, ByteView data);
  /// Bytes up to the end of the last object.
  std::uint64_t used() const { return used_; }
  std::uint64_t size() const { return bytes_.size(); }
  /// A collection of `size` bytes, at least those that are used.
  Bytes finish(std::uint64_t size) &&;

 private:
  void put_header(std::uint16_t index, std::uint16_t reference_count, std::uint64_t size);

  std::size_t header_size_;
  unsigned length_width_;
  Bytes bytes_;
  std::size_t used_ = 0;
};

}  // namespace fiver::format
