// Groups: links in the header, in a fractal heap with a tree of names, and in a symbol table.
#include <algorithm>

#include "base/checksum.hpp"
#include "common/file_builder.hpp"
#include "fiver/values/error.hpp"
#include "format/btree1.hpp"
#include "format/btree2_records.hpp"
#include "format/fractal_heap.hpp"
#include "format/group_messages.hpp"
#include "format/link_message.hpp"
#include "format/local_heap.hpp"
#include "format/symbol_table.hpp"

namespace fiver::tests {
namespace {

using format::MessageType;

constexpr unsigned leaf_k = 4, internal_k = 16;  // what superblock 2 means when it says nothing

}  // namespace

Address FileBuilder::add_group(const std::vector<Link>& links, GroupForm form,
                               const std::vector<AttributeSpec>& attributes) {
  if (form == GroupForm::symbol_table) return add_header(symbol_table(links), attributes, 1);
  if (form == GroupForm::dense) return add_header(dense_links(links), attributes);
  std::vector<Message> messages{
      {MessageType::link_info, encoded([](Encoder& out) { format::encode_link_info(out, {}); })},
      {MessageType::group_info, encoded([](Encoder& out) { format::encode_group_info(out, {}); })}};
  for (const auto& link : links)
    messages.emplace_back(MessageType::link, encoded([&](Encoder& out) { format::encode_link(out, link); }));
  return add_header(std::move(messages), attributes);
}

std::vector<FileBuilder::Message> FileBuilder::dense_links(const std::vector<Link>& links) {
  format::FractalHeapHeader header;
  header.id_length = format::link_heap_id_size;
  header.flags = 2;
  header.most_managed = 4096;
  header.width = 4;
  header.starting_size = {512};
  header.most_direct = {65536};
  header.heap_bits = 32;
  header.starting_rows = 1;
  const auto address = append(Bytes(format::fractal_heap_header_size(widths_, 0)));
  const format::FractalHeapGeometry geometry(header, widths_);
  format::FractalHeapIndirectBlock table{address, 0, {}};
  std::vector<std::pair<std::uint32_t, Bytes>> names;  // hash and record
  for (std::size_t next = 0; next < links.size();) {
    const auto row = static_cast<unsigned>(table.children.size() / 4);
    if (row >= geometry.direct_rows())
      throw Error(ErrorKind::invalid_argument, "more links than direct blocks of the heap hold");
    const auto size = geometry.block_size(row), offset = geometry.row_offset(row) + table.children.size() % 4 * size;
    Bytes block(geometry.direct_block_header_size());
    for (; next < links.size(); ++next) {
      const auto object = encoded([&](Encoder& out) { format::encode_link(out, links[next]); });
      if (block.size() + object.size() > size) break;
      const format::FractalHeapId id = format::ManagedHeapId{offset + block.size(), object.size()};
      const auto hash = lookup3(bytes_of(links[next].name));
      const auto packed = format::PackedHeapId(format::encode_fractal_heap_id(id, header.id_length, widths_, geometry));
      names.emplace_back(hash, encoded([&](Encoder& out) { format::encode_link_name_record(out, {hash, packed}); }));
      block.insert(block.end(), object.begin(), object.end());
    }
    header.free_space.value += size - block.size();
    header.managed_allocated.value += size;
    header.iterator_offset.value = offset + size;
    block.resize(static_cast<std::size_t>(size));
    format::seal_fractal_heap_direct_block(block, {address, offset}, widths_, geometry);
    table.children.push_back({append(block), 0, 0});
  }
  header.current_rows = static_cast<std::uint16_t>((table.children.size() + 3) / 4);
  table.children.resize(header.current_rows * std::size_t{4});
  header.managed_size = {geometry.row_offset(header.current_rows)};
  header.managed_count = {links.size()};
  header.root = append(format::encode_fractal_heap_indirect_block(table, widths_, geometry));
  put(address, format::encode_fractal_heap_header(header, widths_));
  std::sort(names.begin(), names.end());
  std::vector<Bytes> records;
  for (auto& [hash, record] : names) records.push_back(std::move(record));
  format::LinkInfo info;
  info.heap = address;
  info.name_tree = add_btree2(static_cast<std::uint8_t>(format::BTree2Type::link_name), 512, records);
  return {{MessageType::link_info, encoded([&](Encoder& out) { format::encode_link_info(out, info); })},
          {MessageType::group_info, encoded([](Encoder& out) { format::encode_group_info(out, {}); })}};
}

std::vector<FileBuilder::Message> FileBuilder::symbol_table(std::vector<Link> links) {
  std::sort(links.begin(), links.end(), [](const Link& a, const Link& b) { return a.name < b.name; });
  format::LocalHeapBuilder heap;
  std::vector<std::uint64_t> last_names;  // of each leaf
  std::vector<Address> leaves;
  for (std::size_t first = 0; first < links.size(); first += 2 * leaf_k) {
    std::vector<format::SymbolTableEntry> entries;
    for (auto i = first; i < std::min(links.size(), first + 2 * leaf_k); ++i) {
      format::SymbolTableEntry entry{heap.add(links[i].name), {}, {}};
      if (const auto* soft = std::get_if<SoftLink>(&links[i].target))
        entry.cache = format::CachedSoftLink{static_cast<std::uint32_t>(heap.add(soft->path))};
      else
        entry.header = std::get<HardLink>(links[i].target).target;
      entries.push_back(entry);
    }
    last_names.push_back(entries.back().name_offset);
    leaves.push_back(append(format::encode_symbol_table_node(entries, widths_, leaf_k)));
  }
  const auto built = heap.build(heap.size(), widths_);
  const auto data = append(built.data);
  const auto names = append(format::encode_local_heap_header({{built.data.size()}, {built.free_list}, data}, widths_));
  const auto encode_node = [&](const BTree1Place& place) {
    format::BTree1GroupNode node{
        place.level, place.left, place.right, {place.first == 0 ? 0 : last_names[place.first - 1]}, place.children};
    for (std::size_t i = 1; i <= place.children.size(); ++i)
      node.keys.push_back(last_names[std::min(place.first + i * place.span, last_names.size()) - 1]);
    return format::encode_btree1_group_node(node, widths_, internal_k);
  };
  const auto tree = add_btree1(leaves, internal_k, format::btree1_group_node_size(internal_k, widths_), encode_node);
  return {{MessageType::symbol_table, encoded([&](Encoder& out) {
             format::encode_symbol_table_message(out, {tree, names});
           })}};
}

}  // namespace fiver::tests
