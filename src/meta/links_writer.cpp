#include "meta/links_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/checksum.hpp"
#include "format/btree1.hpp"
#include "format/btree2_records.hpp"
#include "format/link_message.hpp"
#include "format/local_heap.hpp"
#include "format/symbol_table.hpp"
#include "meta/btree2_writer.hpp"
#include "meta/fractal_heap_writer.hpp"

namespace fiver::meta {
namespace {

using format::BTree2Type;
using Links = std::span<const Link* const>;

constexpr std::uint32_t tree_node_size = 512;  // libhdf5's for trees of links
/// Data of a heap of names: room for a few more before libhdf5 must move it.
constexpr std::size_t least_local_heap = 88;

void expect_name_order(Links links) {
  for (std::size_t i = 1; i < links.size(); ++i)
    if (links[i - 1]->name >= links[i]->name)
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("group: link \"{}\" follows \"{}\"", links[i]->name, links[i - 1]->name));
}

Address write_tree(BlockWriter& writer, BTree2Type type, std::size_t record_size, ByteView records) {
  format::BTree2Header tree;
  tree.type = static_cast<std::uint8_t>(type);
  tree.node_size = tree_node_size;
  tree.record_size = static_cast<std::uint16_t>(record_size);
  const auto record = [&](std::uint64_t i) {
    return records.subspan(static_cast<std::size_t>(i) * record_size, record_size);
  };
  return build_btree2(writer, tree, records.size() / record_size, record);
}

std::uint64_t order_of(const Link& link) {
  if (!link.creation_order || *link.creation_order < 0)
    throw Error(ErrorKind::invalid_argument,
                fmt::format("group: it tracks creation order, link \"{}\" has none", link.name));
  return static_cast<std::uint64_t>(*link.creation_order);
}

}  // namespace

format::LinkInfo write_dense_links(BlockWriter& writer, Links links, const format::LinkInfo& info) {
  expect_name_order(links);
  // Links of one hash stay in the order of their names, as the name tree has them. Objects are put in the tree's order: who lists a
  // group, here and in libhdf5, follows the tree.
  std::vector<std::pair<std::uint32_t, const Link*>> by_hash;
  by_hash.reserve(links.size());
  for (const auto* link : links) by_hash.emplace_back(lookup3(bytes_of(link->name)), link);
  std::stable_sort(by_hash.begin(), by_hash.end(), [](const auto& a, const auto& b) { return a.first < b.first; });

  const auto widths = writer.widths();
  FractalHeapBuilder heap(writer, link_heap_parameters);
  constexpr auto name_record_size = 4 + format::link_heap_id_size;
  Encoder names(widths);
  std::vector<std::pair<std::uint64_t, std::size_t>> by_order;  // creation order, and the place in by_hash
  for (const auto& [hash, link] : by_hash) {
    if (info.order_tracked || info.order_indexed) {
      const auto order = order_of(*link);
      if (info.order_indexed) by_order.emplace_back(order, by_order.size());
    }
    Encoder message(widths);
    format::encode_link(message, *link);
    const auto id = heap.add(message.view());
    format::encode_link_name_record(names, {hash, format::PackedHeapId(id)});
  }
  auto written = info;
  written.heap = heap.finish();
  written.name_tree = write_tree(writer, BTree2Type::link_name, name_record_size, names.view());
  written.order_tree.reset();
  if (!info.order_indexed) return written;

  std::sort(by_order.begin(), by_order.end());
  Encoder orders(widths);
  for (std::size_t i = 0; i < by_order.size(); ++i) {
    const auto [order, place] = by_order[i];
    if (i > 0 && by_order[i - 1].first == order)
      throw Error(ErrorKind::invalid_argument, fmt::format("group: two links have creation order {}, one is \"{}\"",
                                                           order, by_hash[place].second->name));
    const auto name_record =
        format::decode_link_name_record(names.view().subspan(place * name_record_size, name_record_size));
    format::encode_link_order_record(orders, {order, name_record.id});
  }
  written.order_tree =
      write_tree(writer, BTree2Type::link_creation_order, 8 + format::link_heap_id_size, orders.view());
  return written;
}

namespace {

DenseStorage storage_of(const format::LinkInfo& info) {
  return {info.heap.value(), info.name_tree.value(), info.order_tree};
}

}  // namespace

std::optional<DenseUpdate> update_dense_links(const FileView& file, BlockWriter& writer, const format::LinkInfo& info,
                                              std::uint64_t used, bool dead_end_is_free, const LinkChanges& changes) {
  if (info.order_indexed != info.order_tree.has_value()) return std::nullopt;
  const bool ordered = info.order_tracked || info.order_indexed;
  DenseChanges dense;
  dense.count = changes.count;
  for (const auto* link : changes.removed) dense.removed.push_back({link->name, ordered ? order_of(*link) : 0, {}});
  std::vector<Bytes> messages;
  messages.reserve(changes.added.size());
  for (const auto* link : changes.added) {
    Encoder message(writer.widths());
    format::encode_link(message, *link);
    messages.push_back(std::move(message).take());
    dense.added.push_back({link->name, ordered ? order_of(*link) : 0, messages.back()});
  }
  return update_dense(file, writer, dense_links, storage_of(info), used, dead_end_is_free, dense);
}

format::LinkInfo write_dense_links_between(const FileView& file, BlockWriter& writer, const format::LinkInfo& info,
                                           const DenseUpdate& update, const std::set<std::string_view>& kept) {
  const auto between = write_dense_between(file, writer, dense_links, storage_of(info), update, kept);
  auto written = info;
  written.name_tree = between.names;
  written.order_tree = between.orders;
  return written;
}

void free_dense_links(const FileView& file, BlockWriter& writer, const format::LinkInfo& info) {
  if (info.heap) free_fractal_heap(file, writer, *info.heap);
  if (info.name_tree) free_btree2(file, writer, *info.name_tree);
  if (info.order_tree) free_btree2(file, writer, *info.order_tree);
}

bool symbol_table_can_hold(const Link& link) {
  const auto* soft = std::get_if<SoftLink>(&link.target);
  if (soft == nullptr && !std::holds_alternative<HardLink>(link.target)) return false;
  if (soft != nullptr && (soft->path.empty() || soft->path.find('\0') != std::string::npos)) return false;
  return !link.creation_order && link.charset == CharacterSet::ascii && !link.name.empty() &&
         link.name.find('\0') == std::string::npos;
}

namespace {

/// How many items go to node `i` of `nodes`: no two differ by more than one.
std::size_t share(std::size_t items, std::size_t nodes, std::size_t i) {
  return items / nodes + (i < items % nodes ? 1 : 0);
}

/// Nodes that leave a quarter free, so that libhdf5's next insertions split few of them.
std::size_t nodes_for(std::size_t items, unsigned k) {
  const auto fill = std::max<std::size_t>(1, std::size_t{k} * 3 / 2);
  return (items + fill - 1) / fill;
}

/// Nodes of one level, and for each the offset of its greatest name.
struct Level {
  std::vector<Address> nodes;
  std::vector<std::uint64_t> last_names;
};

Level write_leaves(BlockWriter& writer, Links links, unsigned k, format::LocalHeapBuilder& names) {
  Level level;
  const auto count = nodes_for(links.size(), k);
  std::vector<format::SymbolTableEntry> entries;
  for (std::size_t i = 0, next = 0; i < count; ++i) {
    entries.clear();
    for (const auto end = next + share(links.size(), count, i); next < end; ++next) {
      const auto& link = *links[next];
      if (!symbol_table_can_hold(link))
        throw Error(ErrorKind::invalid_argument,
                    fmt::format("group: a symbol table has no place for what link \"{}\" says", link.name));
      auto& entry = entries.emplace_back();
      entry.name_offset = names.add(link.name);
      if (const auto* soft = std::get_if<SoftLink>(&link.target)) {
        const auto offset = names.add(soft->path);
        if (offset > std::numeric_limits<std::uint32_t>::max())
          throw Error(ErrorKind::limit, "group: the names of a symbol table with soft links pass 4 GiB");
        entry.cache = format::CachedSoftLink{static_cast<std::uint32_t>(offset)};
      } else {
        entry.header = std::get<HardLink>(link.target).target;
      }
    }
    level.nodes.push_back(writer.put(format::encode_symbol_table_node(entries, writer.widths(), k)));
    level.last_names.push_back(entries.back().name_offset);
  }
  return level;
}

/// A level of the tree above `below`, at least one node.
Level write_tree_level(BlockWriter& writer, const Level& below, unsigned k, std::uint8_t number) {
  Level level;
  const auto children = below.nodes.size();
  // What fits one node needs no other: the root may be full.
  const auto count = children <= 2 * std::size_t{k} ? 1 : nodes_for(children, k);
  const auto size = format::btree1_group_node_size(k, writer.widths());
  for (std::size_t i = 0; i < count; ++i) level.nodes.push_back(writer.allocate(size));
  for (std::size_t i = 0, next = 0; i < count; ++i) {
    format::BTree1GroupNode node;
    node.level = number;
    if (i > 0) node.left = level.nodes[i - 1];
    if (i + 1 < count) node.right = level.nodes[i + 1];
    const auto end = next + share(children, count, i);
    if (next < end) node.keys.push_back(next == 0 ? 0 : below.last_names[next - 1]);
    for (; next < end; ++next) {
      node.children.push_back(below.nodes[next]);
      node.keys.push_back(below.last_names[next]);
    }
    level.last_names.push_back(node.keys.empty() ? 0 : node.keys.back());
    writer.write(level.nodes[i], format::encode_btree1_group_node(node, writer.widths(), k));
  }
  return level;
}

}  // namespace

format::SymbolTableMessage write_symbol_table(BlockWriter& writer, Links links, unsigned leaf_k, unsigned internal_k) {
  expect_name_order(links);
  if (leaf_k == 0 || internal_k == 0)
    throw Error(ErrorKind::invalid_argument, fmt::format("group: K is {} and {}", leaf_k, internal_k));
  const auto widths = writer.widths();
  format::LocalHeapBuilder names;
  auto level = write_leaves(writer, links, leaf_k, names);
  std::uint8_t number = 0;
  do {
    level = write_tree_level(writer, level, internal_k, number++);
  } while (level.nodes.size() > 1);
  // The header and the data stand together where the widths allow it, as libhdf5 has them.
  const auto heap = writer.allocate(format::local_heap_header_size(widths));
  auto built = names.build(least_local_heap, widths);
  format::LocalHeapHeader header{{built.data.size()}, {built.free_list}, {}};
  header.data = writer.put(std::move(built.data));
  writer.write(heap, format::encode_local_heap_header(header, widths));
  return {level.nodes.front(), heap};
}

void free_symbol_table(const FileView& file, BlockWriter& writer, const format::SymbolTableMessage& table,
                       unsigned leaf_k, unsigned internal_k) {
  const auto widths = file.widths();
  std::unordered_set<std::uint64_t> seen;
  const auto free = [&](Address address, std::uint64_t size, std::string_view what) {
    if (!file.holds(address, size))
      throw Error(ErrorKind::corrupt, fmt::format("{} of {} bytes leaves the file", what, size)).at(address);
    if (!seen.insert(address.value).second)
      throw Error(ErrorKind::corrupt, fmt::format("{} stands in two places", what)).at(address);
    writer.free(address, size);
  };
  const auto node_size = format::btree1_group_node_size(internal_k, widths);
  const auto leaf_size = format::symbol_table_node_size(leaf_k, widths);
  std::vector<std::pair<Address, int>> open{{table.btree, -1}};  // nodes, and the level each must have
  while (!open.empty()) {
    const auto [address, level] = open.back();
    open.pop_back();
    const auto node = file.decode_at(address, node_size, "group B-tree node", [&](const SharedBytes& bytes) {
      return format::decode_btree1_group_node(bytes.bytes, widths, internal_k);
    });
    if (level >= 0 && node.level != level)
      throw Error(ErrorKind::corrupt,
                  fmt::format("group B-tree: a node of level {} where level {} belongs", node.level, level))
          .at(address);
    free(address, node_size, "group B-tree node");
    for (const auto child : node.children) {
      if (node.level > 0)
        open.emplace_back(child, node.level - 1);
      else
        free(child, leaf_size, "symbol table node");
    }
  }
  const auto header_size = format::local_heap_header_size(widths);
  const auto header = file.decode_at(table.heap, header_size, "local heap header", [&](const SharedBytes& bytes) {
    return format::decode_local_heap_header(bytes.bytes, widths);
  });
  free(table.heap, header_size, "local heap header");
  free(header.data, header.data_size.value, "local heap data");
}

}  // namespace fiver::meta
