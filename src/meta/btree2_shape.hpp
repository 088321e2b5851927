// How many records the nodes of a version 2 B-tree that we write hold: what writers and their tests share.
#pragma once

#include <algorithm>
#include <vector>

#include "format/btree2.hpp"

namespace fiver::meta {

struct BTree2NodeBounds {
  std::uint64_t least = 1;  ///< in any node but the root
  std::uint64_t most = 0;

  /// Throws invalid_argument when a node has no room for two records: the parts of a split would be empty.
  static BTree2NodeBounds of(const format::BTree2Geometry& geometry, unsigned level, unsigned merge_percent);
  /// How `records`, more than most, are shared out: one record between two nodes, as few nodes as can be, each within the bounds.
  /// `packed` fills all but the last, for what grows at its end; otherwise all get the same, give or take one.
  std::vector<std::uint64_t> shares(std::uint64_t records, bool packed) const;
};

}  // namespace fiver::meta
