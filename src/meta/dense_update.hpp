// Changing what a group's links or an object's attributes are stored in, where they are many: a fractal heap with trees of names and of
// creation orders (format specification III.A.2 records 5, 6, 8 and 9, III.G). Both are the same but for their records. What is written
// grows with the changes, and only by the depth of the trees with the number of links or attributes.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "meta/block_writer.hpp"
#include "meta/file_view.hpp"
#include "meta/fractal_heap_writer.hpp"

namespace fiver::meta {

/// What is different for links and attributes.
struct DenseKind {
  std::uint8_t name_type, order_type;  ///< of the trees
  std::uint16_t name_record, order_record;
  const FractalHeapParameters& heap;
  std::uint32_t (*hash)(ByteView name_record);
  /// None where the object is in another heap.
  std::optional<format::PackedHeapId> (*id)(ByteView name_record);
  std::uint64_t (*order)(ByteView order_record);
  std::string (*name)(ByteView object, FieldWidths widths);
  void (*encode_name)(Encoder&, std::uint32_t hash, const format::PackedHeapId&, std::uint64_t order);
  void (*encode_order)(Encoder&, std::uint64_t order, const format::PackedHeapId&);
};
extern const DenseKind dense_links, dense_attributes;

struct DenseStorage {
  Address heap, names;
  std::optional<Address> orders;
};
struct DenseChange {
  std::string_view name;
  std::uint64_t order = 0;  ///< creation order; what a tree of names without it says otherwise
  ByteView object;          ///< of what is added
};
struct DenseChanges {
  std::vector<DenseChange> added, removed;  ///< a name may stand in both: it is replaced
  std::uint64_t count = 0;                  ///< of what the file has
};

/// What was added, or removed: its records in the trees.
struct DenseRecord {
  std::string name;
  std::uint64_t order = 0;
  Bytes name_record, order_record;
};
struct DenseUpdate {
  DenseStorage now;
  std::uint64_t used = 0;  ///< where the heap's objects end
  std::vector<DenseRecord> added, removed;
};

/// Writes the trees anew as far as they change and extends the heap. `used`: of the last update of this heap, 0 when it is not known; then
/// the space behind the last object of a name is used again when `dead_end_is_free`, that is when nobody can have an older state of the
/// file. None, and nothing is written, where all is to be written anew: heaps and trees of others, and heaps that are mostly dead.
std::optional<DenseUpdate> update_dense(const FileView& file, BlockWriter& writer, const DenseKind& kind,
                                        const DenseStorage& storage, std::uint64_t used, bool dead_end_is_free,
                                        const DenseChanges& changes);
/// The trees of a state between `storage` and what an update made of it: those of `kept` names are not removed yet, and not replaced.
DenseStorage write_dense_between(const FileView& file, BlockWriter& writer, const DenseKind& kind,
                                 const DenseStorage& storage, const DenseUpdate& update,
                                 const std::set<std::string_view>& kept);

}  // namespace fiver::meta
