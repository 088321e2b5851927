// Writing and giving up the links of a group outside its header (format specification III.A to III.D, III.G, IV.A.2.c, g, r): in a
// fractal heap with trees of names and creation orders, or in the symbol table of an old-style group.
#pragma once

#include <span>

#include "fiver/values/link.hpp"
#include "format/group_messages.hpp"
#include "meta/dense_update.hpp"

namespace fiver::meta {

/// `links_by_name`: in the order of their names' bytes, no name twice. Returns `info` with the addresses of what was written; all else in
/// it stays. Throws invalid_argument for links out of order, and without the creation order that `info` says is tracked.
format::LinkInfo write_dense_links(BlockWriter& writer, std::span<const Link* const> links_by_name,
                                   const format::LinkInfo& info);
struct LinkChanges {
  std::vector<const Link*> added, removed;  ///< a name may stand in both
  std::uint64_t count = 0;                  ///< of the links that the file has
};
/// Writes only what the changes reach (update_dense()); none where all is to be written anew.
std::optional<DenseUpdate> update_dense_links(const FileView& file, BlockWriter& writer, const format::LinkInfo& info,
                                              std::uint64_t used, bool dead_end_is_free, const LinkChanges& changes);
/// The links of a state between (write_dense_between()); the heap is the one that was updated.
format::LinkInfo write_dense_links_between(const FileView& file, BlockWriter& writer, const format::LinkInfo& info,
                                           const DenseUpdate& update, const std::set<std::string_view>& kept);
/// Gives the heap and the trees that `info` names to free(); none are fine.
void free_dense_links(const FileView& file, BlockWriter& writer, const format::LinkInfo& info);

/// Hard and soft links with ASCII names, without creation order.
bool symbol_table_can_hold(const Link& link);
/// As write_dense_links(), for an old-style group: `leaf_k` and `internal_k` are the file's. Throws invalid_argument for links that
/// a symbol table can't hold.
format::SymbolTableMessage write_symbol_table(BlockWriter& writer, std::span<const Link* const> links_by_name,
                                              unsigned leaf_k, unsigned internal_k);
/// Gives the tree, its leaves and the heap of names to free().
void free_symbol_table(const FileView& file, BlockWriter& writer, const format::SymbolTableMessage& table,
                       unsigned leaf_k, unsigned internal_k);

}  // namespace fiver::meta
