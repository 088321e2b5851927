#include "meta/old_group_reader.hpp"

#include <fmt/format.h>

#include <mutex>

#include "meta/address_set.hpp"

namespace fiver::meta {

struct OldGroupReader::Walk {
  FunctionRef<bool(Address leaf)> visit;
  AddressSet seen{};  // nodes and leaves: a tree that meets itself has no end
};

OldGroupReader::OldGroupReader(const FileView& file, const format::SymbolTableMessage& table, unsigned leaf_k,
                               unsigned internal_k)
    : file_(file), table_(table), leaf_k_(leaf_k), internal_k_(internal_k), nodes_(4 << 20), leaves_(4 << 20) {}

std::shared_ptr<const OldGroupReader::Node> OldGroupReader::node(Address address) const {
  return nodes_.get(address.value, [&] {
    const auto size = format::btree1_group_node_size(internal_k_, file_.widths());
    auto fresh =
        std::make_shared<const Node>(file_.decode_at(address, size, "group B-tree node", [&](const SharedBytes& b) {
          return format::decode_btree1_group_node(b.bytes, file_.widths(), internal_k_);
        }));
    return std::pair(std::move(fresh), static_cast<std::size_t>(size));
  });
}

OldGroupReader::Entries OldGroupReader::read_leaf(Address address) const {
  const auto size = format::symbol_table_node_size(leaf_k_, file_.widths());
  return file_.decode_at(address, size, "symbol table node", [&](const SharedBytes& b) {
    return format::decode_symbol_table_node(b.bytes, file_.widths(), leaf_k_);
  });
}

std::shared_ptr<const OldGroupReader::Entries> OldGroupReader::leaf(Address address) const {
  return leaves_.get(address.value, [&] {
    const auto size = format::symbol_table_node_size(leaf_k_, file_.widths());
    return std::pair(std::make_shared<const Entries>(read_leaf(address)), static_cast<std::size_t>(size));
  });
}

/// The heap of look-ups. A few look-ups read a few names; when many come, all names are fetched once: searching them through the
/// page cache costs more than the names' bytes.
std::shared_ptr<const LocalHeapReader> OldGroupReader::names() const {
  constexpr std::uint64_t bytes_worth_a_lookup = 16 << 10, most_loaded = 16 << 20;
  std::uint64_t lookups = 0;
  std::shared_ptr<const LocalHeapReader> known;
  {
    std::lock_guard lock(mutex_);
    lookups = ++lookups_;
    known = names_;
  }
  const bool load = known && !known->is_loaded() && known->can_load() && known->data_size() <= most_loaded &&
                    known->data_size() / bytes_worth_a_lookup <= lookups;
  if (known && !load) return known;
  auto fresh = std::make_shared<LocalHeapReader>(file_, table_.heap);
  if (load) fresh->load();
  std::lock_guard lock(mutex_);
  names_ = fresh;
  return fresh;
}

Link OldGroupReader::link_of(const format::SymbolTableEntry& entry, const LocalHeapReader& names) const {
  Link link;
  link.name = names.text(entry.name_offset);
  if (const auto* soft = std::get_if<format::CachedSoftLink>(&entry.cache)) {
    link.target = SoftLink{names.text(soft->text_offset)};
    return link;
  }
  if (!entry.header)
    throw Error(ErrorKind::corrupt, fmt::format("symbol table node: \"{}\" has no address", link.name));
  link.target = HardLink{*entry.header};
  return link;
}

bool OldGroupReader::walk(Address address, int level, Walk& state) const {
  if (!state.seen.insert(address.value))
    throw Error(ErrorKind::corrupt, "group B-tree: a node is part of itself or of two others").at(address);
  const auto kept = node(address);
  const auto& decoded = *kept;
  if (level >= 0 && decoded.level != level)
    throw Error(ErrorKind::corrupt,
                fmt::format("group B-tree: a node of level {} where level {} belongs", decoded.level, level))
        .at(address);
  if (decoded.level > file_.limits().tree_depth)
    throw Error(ErrorKind::limit, fmt::format("group B-tree: {} levels", decoded.level)).at(address);
  for (const auto child : decoded.children) {
    if (decoded.level > 0) {
      if (!walk(child, decoded.level - 1, state)) return false;
      continue;
    }
    if (!state.seen.insert(child.value))
      throw Error(ErrorKind::corrupt, "group B-tree: a symbol table node stands in two places").at(child);
    if (!state.visit(child)) return false;
  }
  return true;
}

void OldGroupReader::for_each(const std::function<bool(Link&&)>& visit) const {
  LocalHeapReader names(file_, table_.heap);
  names.load();
  std::uint64_t count = 0;
  auto each_leaf = [&](Address leaf) {
    const auto entries = read_leaf(leaf);
    count += entries.size();
    for (const auto& entry : entries)
      if (!visit(link_of(entry, names))) return false;
    return true;
  };
  Walk state{each_leaf};
  if (walk(table_.btree, -1, state)) keep_count(count);
}

void OldGroupReader::keep_count(std::uint64_t count) const {
  if (!file_.follows_writer()) count_.store(count, std::memory_order_relaxed);
}

std::uint64_t OldGroupReader::count() const {
  if (const auto known = count_.load(std::memory_order_relaxed); known != not_counted) return known;
  std::uint64_t count = 0;
  auto each_leaf = [&](Address leaf) {
    count += file_.decode_at(leaf, format::symbol_table_node_start, "symbol table node", [&](const SharedBytes& b) {
      return format::decode_symbol_table_count(b.bytes, file_.widths(), leaf_k_);
    });
    return true;
  };
  Walk state{each_leaf};
  walk(table_.btree, -1, state);
  keep_count(count);
  return count;
}

std::uint64_t OldGroupReader::estimated_count() const {
  constexpr std::uint64_t least_name = 8;  // each starts at a multiple of it
  return LocalHeapReader(file_, table_.heap).data_size() / least_name;
}

std::optional<Link> OldGroupReader::find(std::string_view name) const {
  const auto heap = this->names();
  const auto& names = *heap;
  Address address = table_.btree;
  for (int level = -1;;) {
    const auto kept = node(address);
    const auto& decoded = *kept;
    if (level >= 0 && decoded.level != level)
      throw Error(ErrorKind::corrupt,
                  fmt::format("group B-tree: a node of level {} where level {} belongs", decoded.level, level))
          .at(address);
    // Child i holds names above key i and up to key i + 1: the first child whose upper key is not below the name.
    std::size_t low = 0, high = decoded.children.size();
    while (low < high) {
      const auto middle = (low + high) / 2;
      if (names.compare(decoded.keys[middle + 1], name) < 0)
        low = middle + 1;
      else
        high = middle;
    }
    if (low == decoded.children.size()) return std::nullopt;
    address = decoded.children[low];
    if (decoded.level == 0) break;
    level = decoded.level - 1;
  }
  const auto kept_leaf = leaf(address);
  const auto& entries = *kept_leaf;
  std::size_t low = 0, high = entries.size();
  while (low < high) {
    const auto middle = (low + high) / 2;
    if (names.compare(entries[middle].name_offset, name) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == entries.size()) return std::nullopt;
  auto link = link_of(entries[low], names);
  if (link.name != name) return std::nullopt;
  return link;
}

}  // namespace fiver::meta
