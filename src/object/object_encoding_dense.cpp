#include "object/object_encoding_dense.hpp"

#include <unordered_set>

#include "meta/attributes_writer.hpp"
#include "meta/links_writer.hpp"
#include "object/file_state.hpp"

namespace fiver::object {
namespace {

/// Other processes may look at an older state while the file is written live.
bool may_use_dead_space(const FileState& file) {
  return file.writer()->settings().mode == WriterMode::exclusive;
}

}  // namespace

std::optional<meta::DenseUpdate> update_links(FileState& file, meta::ChangeSet& changes, const LiveLinks::Frozen& links,
                                              StoredParts& stored) {
  meta::LinkChanges changed;
  for (const auto& name : links.fresh) {
    const auto found = links.links->find(name);
    if (found == links.links->end()) return std::nullopt;
    changed.added.push_back(&found->second);
  }
  for (const auto& link : links.removed) changed.removed.push_back(&link);
  const auto all = links.links->size() + changed.removed.size();
  if (all < changed.added.size()) return std::nullopt;
  changed.count = all - changed.added.size();
  auto& info = *stored.dense_links;
  auto update =
      meta::update_dense_links(file.view(), changes, info, stored.links_used, may_use_dead_space(file), changed);
  if (!update) return std::nullopt;
  info.name_tree = update->now.names;
  info.order_tree = update->now.orders;
  stored.links_used = update->used;
  return update;
}

bool update_attributes(FileState& file, meta::ChangeSet& changes, const std::vector<const DraftMessage*>& attributes,
                       StoredParts& stored) {
  if (!stored.attributes) return false;
  std::unordered_set<const Bytes*> before, now;
  for (const auto& message : *stored.attributes) before.insert(message.body.get());
  for (const auto* message : attributes) now.insert(message->body.get());
  meta::AttributeChanges changed;
  changed.count = stored.attributes->size();
  for (const auto* message : attributes)
    if (!before.contains(message->body.get()))
      changed.added.push_back({*message->body, message->name, message->flags, message->creation_index});
  for (const auto& message : *stored.attributes)
    if (!now.contains(message.body.get()))
      changed.removed.push_back({{}, message.name, message.flags, message.creation_index});
  if (changed.added.empty() && changed.removed.empty()) return true;
  auto& info = *stored.dense_attributes;
  const auto update = meta::update_dense_attributes(file.view(), changes, info, stored.attributes_used,
                                                    may_use_dead_space(file), changed);
  if (!update) return false;
  info.name_tree = update->now.names;
  info.order_tree = update->now.orders;
  stored.attributes_used = update->used;
  return true;
}

}  // namespace fiver::object
