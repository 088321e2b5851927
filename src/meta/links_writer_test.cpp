#include "meta/links_writer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <unordered_map>

#include "base/checksum.hpp"
#include "format/btree1.hpp"
#include "format/btree2_records.hpp"
#include "meta/block_writer_testing.hpp"
#include "meta/btree2_reader.hpp"
#include "meta/links_reader.hpp"
#include "meta/old_group_reader.hpp"

namespace fiver::meta {
namespace {

using format::MessageType;

Link hard_link(std::string name, std::uint64_t target = 4096) {
  return {std::move(name), CharacterSet::ascii, {}, HardLink{{target}}};
}
Link soft_link(std::string name, std::string path) {
  return {std::move(name), CharacterSet::ascii, {}, SoftLink{std::move(path)}};
}

/// `count` links of all kinds, or of those that a symbol table holds, with names of 1 and 60,000 bytes among them.
std::vector<Link> sample_links(std::size_t count, bool old) {
  std::vector<Link> links;
  for (std::size_t i = 0; i < count; ++i) {
    const auto name = i == 3 ? "z" : i == 5 ? std::string(60000, 'x') : "link " + std::to_string(i);
    auto link = i % 4 == 1 ? soft_link(name, "/path/to " + name) : hard_link(name, 1000 + i);
    if (!old && i % 4 == 2) link.target = ExternalLink{"file.h5", "/there"};
    if (!old && i % 4 == 3) link.target = UserLink{99, Bytes(i % 300)};
    if (!old && i % 5 == 0) link.charset = CharacterSet::utf8;
    links.push_back(std::move(link));
  }
  return links;
}

/// Pairs of names with one hash, found by trying: 100,000 names have about one.
std::vector<std::pair<std::string, std::string>> names_of_one_hash() {
  std::unordered_map<std::uint32_t, std::string> seen;
  std::vector<std::pair<std::string, std::string>> pairs;
  for (int i = 0; i < 300000; ++i) {
    auto name = "n" + std::to_string(i);
    const auto [other, is_new] = seen.emplace(lookup3(bytes_of(name)), name);
    if (!is_new) pairs.emplace_back(other->second, name);
  }
  return pairs;
}

std::vector<const Link*> by_name(const std::vector<Link>& links) {
  std::vector<const Link*> sorted;
  for (const auto& link : links) sorted.push_back(&link);
  std::sort(sorted.begin(), sorted.end(), [](const Link* a, const Link* b) { return a->name < b->name; });
  return sorted;
}

void expect_all_freed(const MemoryBlocks& blocks) {
  std::map<std::uint64_t, std::uint64_t> written;
  for (const auto& [address, bytes] : blocks.written()) written[address] = bytes.size();
  EXPECT_TRUE(blocks.freed() == written) << blocks.freed().size() << " blocks freed of " << written.size();
}

/// What the readers find under a header with this one message.
void expect_links(const FileView& view, MessageType type, ByteView message, const std::vector<Link>& links) {
  ObjectHeader header;
  header.messages.push_back({static_cast<std::uint16_t>(type), 0, {}, message, 0});
  const auto reader = open_links(view, header, 4, 16);
  EXPECT_EQ(reader->count(), links.size());
  std::vector<Link> listed;
  reader->for_each([&](Link&& link) {
    listed.push_back(std::move(link));
    return true;
  });
  std::sort(listed.begin(), listed.end(), [](const Link& a, const Link& b) { return a.name < b.name; });
  const auto expected = by_name(links);
  EXPECT_TRUE(std::equal(listed.begin(), listed.end(), expected.begin(), expected.end(),
                         [](const Link& a, const Link* b) { return a == *b; }));
  const auto step = std::max<std::size_t>(1, links.size() / 500);
  for (std::size_t i = 0; i < links.size(); i += step) EXPECT_EQ(reader->find(links[i].name), links[i]);
  EXPECT_EQ(reader->find("no such name"), std::nullopt);
}

void expect_dense_round_trip(std::vector<Link> links, bool tracked, bool indexed, FieldWidths widths = {}) {
  // Orders that are not those of the names, with gaps.
  if (tracked)
    for (std::size_t i = 0; i < links.size(); ++i)
      links[i].creation_order = static_cast<std::int64_t>(2 * (links.size() - i));
  MemoryBlocks blocks(widths);
  format::LinkInfo before;
  before.order_tracked = tracked;
  before.order_indexed = indexed;
  before.max_creation_index = tracked ? 1 << 20 : 0;
  const auto info = write_dense_links(blocks, by_name(links), before);
  ASSERT_TRUE(info.heap && info.name_tree);
  EXPECT_EQ(info.order_tree.has_value(), indexed);
  EXPECT_EQ(info.max_creation_index, before.max_creation_index);
  Encoder message(widths);
  format::encode_link_info(message, info);
  const auto view = blocks.view();
  expect_links(*view, MessageType::link_info, message.view(), links);
  if (indexed) {
    const BTree2Reader orders(*view, *info.order_tree);
    EXPECT_EQ(orders.size(), links.size());
    std::uint64_t last = 0;
    auto each = [&](ByteView record) {
      const auto order = format::decode_link_order_record(record).order;
      EXPECT_GT(order, last);
      last = order;
      return true;
    };
    orders.for_each(each);
    EXPECT_EQ(last, 2 * links.size());
  }
  free_dense_links(*view, blocks, info);
  expect_all_freed(blocks);
}

void expect_table_round_trip(const std::vector<Link>& links, FieldWidths widths = {}) {
  MemoryBlocks blocks(widths);
  const auto table = write_symbol_table(blocks, by_name(links), 4, 16);
  Encoder message(widths);
  format::encode_symbol_table_message(message, table);
  const auto view = blocks.view();
  expect_links(*view, MessageType::symbol_table, message.view(), links);
  free_symbol_table(*view, blocks, table, 4, 16);
  expect_all_freed(blocks);
}

TEST(LinksWriter, DenseRoundTrip) {
  for (const auto count : std::vector<std::size_t>{0, 1, 9, 1000, 100000}) {
    expect_dense_round_trip(sample_links(count, false), false, false);
    expect_dense_round_trip(sample_links(count, false), true, false);
    expect_dense_round_trip(sample_links(count, false), true, true);
  }
  expect_dense_round_trip(sample_links(200, false), true, true, {4, 4});
  expect_dense_round_trip(sample_links(200, false), false, false, {4, 8});
}

TEST(LinksWriter, NamesOfOneHashStandInTheirOwnOrder) {
  const auto pairs = names_of_one_hash();
  ASSERT_GE(pairs.size(), 3U);
  std::vector<Link> links = sample_links(100, false);
  for (const auto& [a, b] : pairs) {
    links.push_back(hard_link(b, 11));
    links.push_back(hard_link(a, 12));
  }
  expect_dense_round_trip(links, true, true);
  MemoryBlocks blocks;
  const auto info = write_dense_links(blocks, by_name(links), {});
  Encoder message;
  format::encode_link_info(message, info);
  ObjectHeader header;
  header.messages.push_back({static_cast<std::uint16_t>(MessageType::link_info), 0, {}, message.view(), 0});
  const auto view = blocks.view();
  std::pair<std::uint32_t, std::string> last;
  open_links(*view, header, 4, 16)->for_each([&](Link&& link) {
    std::pair next{lookup3(bytes_of(link.name)), link.name};
    EXPECT_LT(last, next);
    last = std::move(next);
    return true;
  });
}

TEST(LinksWriter, SymbolTableRoundTrip) {
  for (const auto count : std::vector<std::size_t>{0, 1, 6, 7, 9, 1000, 100000})
    expect_table_round_trip(sample_links(count, true));
  expect_table_round_trip(sample_links(300, true), {4, 4});
  expect_table_round_trip(sample_links(300, true), {8, 4});
}

TEST(LinksWriter, SymbolTableKeysAndSiblings) {
  const auto links = sample_links(1000, true);
  const auto sorted = by_name(links);
  MemoryBlocks blocks;
  const auto table = write_symbol_table(blocks, sorted, 4, 16);
  const auto view = blocks.view();
  LocalHeapReader names(*view, table.heap);
  names.load();
  const auto node_at = [&](Address address) {
    const auto bytes = view->read(address, format::btree1_group_node_size(16, {}), "node");
    return format::decode_btree1_group_node(bytes.bytes, {}, 16);
  };
  const auto root = node_at(table.btree);
  ASSERT_EQ(root.level, 1);
  ASSERT_GT(root.children.size(), 1U);
  EXPECT_EQ(root.left, std::nullopt);
  EXPECT_EQ(root.right, std::nullopt);
  std::size_t next = 0;
  for (std::size_t i = 0; i < root.children.size(); ++i) {
    const auto node = node_at(root.children[i]);
    EXPECT_EQ(node.left, i == 0 ? std::nullopt : std::optional(root.children[i - 1]));
    EXPECT_EQ(node.right, i + 1 == root.children.size() ? std::nullopt : std::optional(root.children[i + 1]));
    EXPECT_EQ(node.keys.front(), root.keys[i]);
    EXPECT_EQ(node.keys.back(), root.keys[i + 1]);
    EXPECT_LT(node.children.size(), 32U);  // room for more
    for (std::size_t j = 0; j < node.children.size(); ++j) {
      EXPECT_EQ(names.text(node.keys[j]), next == 0 ? "" : sorted[next - 1]->name);
      const auto leaf = format::decode_symbol_table_node(
          view->read(node.children[j], format::symbol_table_node_size(4, {}), "leaf").bytes, {}, 4);
      EXPECT_GE(leaf.size(), 5U);
      EXPECT_LE(leaf.size(), 6U);
      for (const auto& entry : leaf) EXPECT_EQ(names.text(entry.name_offset), sorted[next++]->name);
      EXPECT_EQ(names.text(node.keys[j + 1]), sorted[next - 1]->name);
    }
  }
  EXPECT_EQ(next, links.size());
}

TEST(LinksWriter, WhatASymbolTableCanHold) {
  EXPECT_TRUE(symbol_table_can_hold(hard_link("a")));
  EXPECT_TRUE(symbol_table_can_hold(soft_link("a", "b")));
  EXPECT_FALSE(symbol_table_can_hold(soft_link("a", "")));
  EXPECT_FALSE(symbol_table_can_hold(hard_link("")));
  auto link = hard_link("a");
  link.creation_order = 0;
  EXPECT_FALSE(symbol_table_can_hold(link));
  link = hard_link("a");
  link.charset = CharacterSet::utf8;
  EXPECT_FALSE(symbol_table_can_hold(link));
  for (const auto& target : {decltype(Link::target)(ExternalLink{"f", "/"}), decltype(Link::target)(UserLink{})}) {
    link = hard_link("a");
    link.target = target;
    EXPECT_FALSE(symbol_table_can_hold(link));
    const Link* const links[] = {&link};
    MemoryBlocks blocks;
    EXPECT_THROW(write_symbol_table(blocks, links, 4, 16), Error);
  }
}

TEST(LinksWriter, RefusesLinksOutOfOrder) {
  const auto a = hard_link("a"), b = hard_link("b");
  MemoryBlocks blocks;
  for (const std::vector<const Link*>& wrong : {std::vector{&b, &a}, std::vector{&a, &a}}) {
    EXPECT_THROW(write_dense_links(blocks, wrong, {}), Error);
    EXPECT_THROW(write_symbol_table(blocks, wrong, 4, 16), Error);
  }
  const std::vector right{&a, &b};
  EXPECT_THROW(write_symbol_table(blocks, right, 0, 16), Error);
  format::LinkInfo tracked;
  tracked.order_tracked = true;
  EXPECT_THROW(write_dense_links(blocks, right, tracked), Error);
  auto first = a, second = b;
  first.creation_order = second.creation_order = 5;
  tracked.order_indexed = true;
  const std::vector same{&first, &second};
  EXPECT_THROW(write_dense_links(blocks, same, tracked), Error);
}

TEST(LinksWriter, ALeafInTwoPlacesIsNotFreedTwice) {
  const auto links = sample_links(20, true);
  MemoryBlocks blocks;
  auto table = write_symbol_table(blocks, by_name(links), 4, 16);
  const auto bytes = blocks.view()->read(table.btree, format::btree1_group_node_size(16, {}), "node");
  auto node = format::decode_btree1_group_node(bytes.bytes, {}, 16);
  node.children[1] = node.children[0];
  table.btree = blocks.put(format::encode_btree1_group_node(node, {}, 16));
  EXPECT_THROW(free_symbol_table(*blocks.view(), blocks, table, 4, 16), Error);
}

}  // namespace
}  // namespace fiver::meta
