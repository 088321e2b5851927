// Old-style groups: a version 1 B-tree of symbol table nodes, with the names in a local heap.
#pragma once

#include <atomic>

#include "base/function_ref.hpp"
#include "base/mutexes.hpp"
#include "base/shared_cache.hpp"
#include "format/btree1.hpp"
#include "format/group_messages.hpp"
#include "format/symbol_table.hpp"
#include "meta/links_reader.hpp"
#include "meta/local_heap_reader.hpp"

namespace fiver::meta {

class OldGroupReader final : public LinksReader {
 public:
  OldGroupReader(const FileView& file, const format::SymbolTableMessage& table, unsigned leaf_k, unsigned internal_k);

  void for_each(const std::function<bool(Link&&)>& visit) const override;
  std::optional<Link> find(std::string_view name) const override;
  std::uint64_t count() const override;
  std::uint64_t estimated_count() const override;

 private:
  static constexpr std::uint64_t not_counted = ~std::uint64_t{0};
  using Entries = std::vector<format::SymbolTableEntry>;
  struct Walk;
  using Node = format::BTree1GroupNode;
  std::shared_ptr<const Node> node(Address address) const;
  Entries read_leaf(Address address) const;
  std::shared_ptr<const Entries> leaf(Address address) const;
  std::shared_ptr<const LocalHeapReader> names() const;
  bool walk(Address address, int level, Walk& state) const;
  void keep_count(std::uint64_t count) const;
  Link link_of(const format::SymbolTableEntry& entry, const LocalHeapReader& names) const;

  const FileView& file_;
  format::SymbolTableMessage table_;
  unsigned leaf_k_, internal_k_;
  mutable SharedCache<std::uint64_t, Node> nodes_;
  mutable SharedCache<std::uint64_t, Entries> leaves_;  ///< of look-ups; a walk comes by each only once
  mutable Mutex mutex_;
  mutable std::shared_ptr<const LocalHeapReader> names_;
  mutable std::uint64_t lookups_ = 0;
  mutable std::atomic<std::uint64_t> count_{not_counted};
};

}  // namespace fiver::meta
