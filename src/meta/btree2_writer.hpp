// Writing version 2 B-trees (format specification III.A.2): whole from sorted records, or changed by path copy. Every node but the
// root holds at least merge percent of what fits, and internal ones two records where two fit into half a node: libhdf5, when it
// removes from a tree, takes thinner nodes for the root or empties them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/function_ref.hpp"
#include "format/btree2.hpp"
#include "meta/block_writer.hpp"
#include "meta/file_view.hpp"

namespace fiver::meta {

/// One record to be put into a tree or taken out. The bytes are the caller's and outlive the call.
struct BTree2Change {
  ByteView key;  ///< a record that `order` finds equal to the one meant; may be the new record itself
  std::optional<ByteView>
      record;  ///< takes the place of the one there, or is inserted; absent: the one there is removed
};

/// Writes a tree of `count` records, record(0), record(1) ... asked for in order, and returns its header's address. Of `parameters`
/// type, node size, record size and the two percentages are used. Throws invalid_argument when a node would hold fewer than two records.
Address build_btree2(BlockWriter& writer, const format::BTree2Header& parameters, std::uint64_t count,
                     FunctionRef<ByteView(std::uint64_t i)> record);

/// The nodes that lead to the last change of a tree, in memory: the next change near it reads nothing.
struct BTree2Path;
/// Of the header of the tree as the update left it.
Address address_of(const BTree2Path& path);

/// Applies `changes`, sorted by `order` and all different, and returns the new header's address. `order(a, b)` is negative, 0 or
/// positive as record a stands before, at or after b. Nodes that lead to a change are written anew, once each, and neighbours only
/// where a split or merge takes them in; what they replace is freed, the old header too. Removing what is not there changes nothing.
/// Without changes the tree stays as it is. `path`: in, what an earlier update left, of this tree or another; out, what this one leaves, to be
/// used once its blocks are in the file. Its bytes are the same with and without.
Address update_btree2(const FileView& file, BlockWriter& writer, Address header, std::span<const BTree2Change> changes,
                      FunctionRef<int(ByteView a, ByteView b)> order, std::shared_ptr<BTree2Path>* path = nullptr);

/// Frees the header and all nodes.
void free_btree2(const FileView& file, BlockWriter& writer, Address header);

}  // namespace fiver::meta
