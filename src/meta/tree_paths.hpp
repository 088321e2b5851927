// The paths into version 2 B-trees that commits left in memory (btree2_writer.hpp), by the address of the tree's header; a few dozen of them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "meta/btree2_writer.hpp"

namespace fiver::meta {

/// Used by whoever has the turn to commit. A path is taken out while its tree is changed: it is gone when that fails.
class TreePaths {
 public:
  std::shared_ptr<BTree2Path> take(Address header) {
    const auto found = paths_.find(header.value);
    if (found == paths_.end()) return nullptr;
    auto path = std::move(found->second);
    paths_.erase(found);
    return path;
  }
  /// Another block is written there, or none is there any more.
  void forget(Address header) { paths_.erase(header.value); }
  void keep(std::shared_ptr<BTree2Path> path) {
    // The lowest address is, mostly, the oldest.
    while (paths_.size() >= most) paths_.erase(paths_.begin());
    const auto header = address_of(*path);
    paths_[header.value] = std::move(path);
  }

 private:
  static constexpr std::size_t most = 64;
  std::map<std::uint64_t, std::shared_ptr<BTree2Path>> paths_;
};

}  // namespace fiver::meta
