#include "meta/btree2_writer.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "meta/block_writer_testing.hpp"
#include "meta/btree2_reader.hpp"
#include "meta/btree2_shape.hpp"

namespace fiver::meta {
namespace {

constexpr std::uint16_t record_size = 16;
using Model = std::map<std::uint64_t, std::uint64_t>;

Bytes record_of(std::uint64_t key, std::uint64_t value) {
  Bytes bytes(record_size);
  store_little(key, MutableBytes(bytes));
  store_little(value, MutableBytes(bytes).subspan(8));
  return bytes;
}

const auto order = [](ByteView a, ByteView b) {
  const auto left = load_little<std::uint64_t>(a), right = load_little<std::uint64_t>(b);
  return left < right ? -1 : left > right ? 1 : 0;
};

format::BTree2Header parameters(std::uint32_t node_size) {
  format::BTree2Header header;
  header.type = 10;
  header.node_size = node_size;
  header.record_size = record_size;
  return header;
}

Address build(BlockWriter& blocks, std::uint32_t node_size, const Model& model) {
  std::vector<Bytes> records;
  for (const auto& [key, value] : model) records.push_back(record_of(key, value));
  std::uint64_t expected = 0;
  auto record = [&](std::uint64_t i) {
    EXPECT_EQ(i, expected++);
    return ByteView(records.at(static_cast<std::size_t>(i)));
  };
  return build_btree2(blocks, parameters(node_size), records.size(), record);
}

/// A batch: absent values are removals.
using Batch = std::map<std::uint64_t, std::optional<std::uint64_t>>;

Address update(MemoryBlocks& blocks, Address header, const Batch& batch, std::shared_ptr<BTree2Path>* path = nullptr,
               const FileView* file = nullptr) {
  std::vector<Bytes> records;
  for (const auto& [key, value] : batch) records.push_back(record_of(key, value.value_or(0)));
  std::vector<BTree2Change> changes;
  for (const auto& [key, value] : batch) {
    const ByteView bytes = records.at(changes.size());
    changes.push_back({bytes, value ? std::optional(bytes) : std::nullopt});
  }
  return update_btree2(file != nullptr ? *file : *blocks.view(), blocks, header, changes, order, path);
}

void merge_into(Model& model, const Batch& batch) {
  for (const auto& [key, value] : batch) {
    if (value)
      model[key] = *value;
    else
      model.erase(key);
  }
}

/// The blocks of the tree, after checking the counts and fill of each node.
struct Walked {
  std::map<std::uint64_t, std::uint64_t> blocks;
  unsigned depth = 0;
  std::uint64_t leaves = 0, records = 0;
};

std::uint64_t walk(const FileView& file, const format::BTree2Geometry& geometry, const format::BTree2Child& child,
                   unsigned level, bool root, Walked& walked) {
  EXPECT_TRUE(walked.blocks.emplace(child.address.value, geometry.node_size()).second);
  const auto bounds = BTree2NodeBounds::of(geometry, level, 40);
  EXPECT_GE(child.records, root ? 1 : bounds.least);
  EXPECT_LE(child.records, bounds.most);
  const auto bytes = file.read(child.address, geometry.node_size(), "node");
  const auto node = format::decode_btree2_node(bytes.bytes, file.widths(), geometry, level, child.records);
  auto total = child.records;
  for (const auto& below : node.children) total += walk(file, geometry, below, level - 1, false, walked);
  if (level == 0) ++walked.leaves;
  EXPECT_EQ(total, child.total);
  return total;
}

Walked walk(const FileView& file, Address address) {
  Walked walked;
  const auto size = format::btree2_header_size(file.widths());
  const auto header = format::decode_btree2_header(file.read(address, size, "header").bytes, file.widths());
  walked.blocks.emplace(address.value, size);
  walked.depth = header.depth;
  if (header.root)
    walked.records = walk(file, format::BTree2Geometry(header, file.widths()),
                          {*header.root, header.root_records, header.total_records.value}, header.depth, true, walked);
  EXPECT_EQ(walked.records, header.total_records.value);
  return walked;
}

Walked expect_tree(const MemoryBlocks& blocks, Address header, const Model& model) {
  const auto file = blocks.view();
  Model found;
  const BTree2Reader reader(*file, header);
  std::optional<std::uint64_t> before;
  auto visit = [&](ByteView record) {
    const auto key = load_little<std::uint64_t>(record);
    EXPECT_TRUE(!before || *before < key);
    before = key;
    found[key] = load_little<std::uint64_t>(record.subspan(8));
    return true;
  };
  reader.for_each(visit);
  EXPECT_EQ(found, model);
  auto walked = walk(*file, header);
  // Every block ever written is either part of the tree or was freed, whole.
  auto accounted = walked.blocks;
  for (const auto& [address, size] : blocks.freed()) EXPECT_TRUE(accounted.emplace(address, size).second) << address;
  std::map<std::uint64_t, std::uint64_t> written;
  for (const auto& [address, bytes] : blocks.written()) written[address] = bytes.size();
  EXPECT_EQ(accounted, written);
  return walked;
}

TEST(BTree2Writer, TreesOfAllSizesAreBuiltWellFilled) {
  std::set<unsigned> depths;
  for (std::uint64_t count = 0; count < 1200; count += count < 260 ? 1 : 97) {
    Model model;
    for (std::uint64_t i = 0; i < count; ++i) model[3 * i] = i;
    MemoryBlocks blocks;
    const auto walked = expect_tree(blocks, build(blocks, 128, model), model);
    depths.insert(walked.depth);
    if (count == 0) {
      EXPECT_EQ(walked.blocks.size(), 1U);
    }
    if (count > 500) {
      EXPECT_LE(walked.leaves, count / 6);
    }  // 7 fit into a leaf
    if (::testing::Test::HasFailure()) FAIL() << count << " records";
  }
  EXPECT_EQ(depths, (std::set<unsigned>{0, 1, 2, 3, 4}));
}

TEST(BTree2Writer, RandomBatchesLeaveWhatAMapHolds) {
  unsigned deepest = 0;
  for (unsigned seed = 0; seed < 40; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](std::uint64_t n) { return std::uniform_int_distribution<std::uint64_t>(0, n - 1)(random); };
    const std::uint64_t keys = std::uint64_t{1} << (3 + below(9));
    const std::uint32_t node_size = below(2) == 0 ? 128 : 128 + static_cast<std::uint32_t>(below(300));
    MemoryBlocks blocks;
    Model model;
    while (model.size() < keys / 2 && below(30) != 0) model[below(keys)] = below(1000);
    auto header = build(blocks, node_size, model);
    for (unsigned step = 0; step < 25; ++step) {
      Batch batch;
      const auto size = 1 + below(below(4) == 0 ? keys : 6);
      const auto removals = below(11);  // of ten
      for (std::uint64_t i = 0; i < size; ++i)
        batch[below(keys)] = below(10) < removals ? std::nullopt : std::optional(below(1000));
      if (below(8) == 0)  // a stretch of keys, all removed
        for (auto first = below(keys), i = first; i < first + keys / 3; ++i) batch[i] = std::nullopt;
      header = update(blocks, header, batch);
      merge_into(model, batch);
      deepest = std::max(deepest, expect_tree(blocks, header, model).depth);
      if (::testing::Test::HasFailure()) FAIL() << "seed " << seed << ", step " << step;
    }
  }
  EXPECT_GE(deepest, 3U);
}

TEST(BTree2Writer, WhatStaysInMemoryChangesNoByte) {
  for (const unsigned seed : {1U, 2U, 3U}) {
    std::mt19937 random(seed);
    Model model;
    for (std::uint64_t i = 0; i < 400; ++i) model[10 * i] = i;
    MemoryBlocks plain, kept;
    auto header = build(plain, 128, model);
    ASSERT_EQ(build(kept, 128, model), header);
    std::shared_ptr<BTree2Path> path;
    for (int round = 0; round < 150; ++round) {
      Batch batch;
      const auto last = model.empty() ? 0 : model.rbegin()->first;
      if (round % 3 == 0)
        batch[last + 1] = random();
      else
        for (auto left = random() % 30; left-- > 0;)
          batch[random() % 5000] = random() % 2 == 0 ? std::optional<std::uint64_t>(random()) : std::nullopt;
      merge_into(model, batch);
      const auto next = update(plain, header, batch);
      ASSERT_EQ(update(kept, header, batch, &path), next);
      header = next;
      ASSERT_EQ(kept.written(), plain.written());
      ASSERT_EQ(kept.freed(), plain.freed());
    }
    expect_tree(kept, header, model);
  }
}

TEST(BTree2Writer, AfterTheFirstAppendingReadsNothing) {
  Model model;
  for (std::uint64_t i = 0; i < 300; ++i) model[i] = i;
  MemoryBlocks blocks;
  auto header = build(blocks, 4096, model);  // two leaves with room
  std::shared_ptr<BTree2Path> path;
  header = update(blocks, header, {{300, 300}}, &path);
  const auto nothing = MemoryBlocks().view();
  for (std::uint64_t i = 301; i < 350; ++i) header = update(blocks, header, {{i, i}}, &path, nothing.get());
  for (std::uint64_t i = 300; i < 350; ++i) model[i] = i;
  expect_tree(blocks, header, model);
  EXPECT_THROW(update(blocks, header, {{1, 1}}, &path, nothing.get()), Error);  // the other leaf is not in memory
}

TEST(BTree2Writer, APathSaysNothingOfAnotherTree) {
  MemoryBlocks blocks;
  std::shared_ptr<BTree2Path> path;
  update(blocks, build(blocks, 128, {{5, 5}, {6, 6}}), {{7, 7}}, &path);
  const auto other = update(blocks, build(blocks, 128, {{1, 1}}), {{2, 2}}, &path);
  const auto file = blocks.view();
  EXPECT_EQ(BTree2Reader(*file, other).size(), 2U);
}

TEST(BTree2Writer, ATreeIsEmptiedAndFilledAgain) {
  Model model;
  for (std::uint64_t i = 0; i < 700; ++i) model[i] = i;
  MemoryBlocks blocks;
  auto header = build(blocks, 128, model);
  Batch all, back;
  for (const auto& [key, value] : model) {
    all[key] = std::nullopt;
    if (key != 350) back[key] = value + 1;
  }
  auto all_but_one = all;
  all_but_one.erase(350);
  header = update(blocks, header, all_but_one);
  EXPECT_EQ(expect_tree(blocks, header, {{350, 350}}).depth, 0U);
  header = update(blocks, header, back);
  merge_into(model, back);
  EXPECT_EQ(expect_tree(blocks, header, model).depth, 3U);
  header = update(blocks, header, all);
  EXPECT_EQ(expect_tree(blocks, header, {}).blocks.size(), 1U);
  header = update(blocks, header, {{5, 6}});
  expect_tree(blocks, header, {{5, 6}});
}

TEST(BTree2Writer, RecordsRemovedOneByOneInAnyOrder) {
  for (const unsigned way : {0U, 1U, 2U}) {
    Model model;
    for (std::uint64_t i = 0; i < 300; ++i) model[i] = i;
    MemoryBlocks blocks;
    auto header = build(blocks, 128, model);
    for (std::uint64_t i = 0; i < 300; ++i) {
      const auto key = way == 0 ? i : way == 1 ? 299 - i : i * 7 % 300;
      header = update(blocks, header, {{key, std::nullopt}});
      model.erase(key);
      expect_tree(blocks, header, model);
      if (::testing::Test::HasFailure()) FAIL() << "way " << way << ", key " << key;
    }
  }
}

TEST(BTree2Writer, AppendingRecordByRecordFillsTheTree) {
  MemoryBlocks blocks;
  Model model;
  auto header = build(blocks, 128, model);
  for (std::uint64_t i = 0; i < 600; ++i) {
    header = update(blocks, header, {{i, i}});
    model[i] = i;
  }
  const auto walked = expect_tree(blocks, header, model);
  EXPECT_LE(walked.leaves, 600U / 7);
}

TEST(BTree2Writer, OneRecordAppendedToAMillionCostsOnePath) {
  const std::uint64_t count = 1'000'000;
  MemoryBlocks blocks;
  Bytes one;
  auto record = [&](std::uint64_t i) {
    one = record_of(i, i);
    return ByteView(one);
  };
  auto header = build_btree2(blocks, parameters(2048), count, record);
  const auto depth = BTree2Reader(*blocks.view(), header).header().depth;
  EXPECT_EQ(depth, 3U);
  unsigned cheapest = 0;
  for (std::uint64_t i = 0; i < 40; ++i) {
    const auto written = blocks.written().size(), freed = blocks.freed().size();
    const auto end = blocks.end();
    header = update(blocks, header, {{count + i, i}});
    const auto fresh = blocks.written().size() - written;
    // The tree was built full: one append splits on every level, those after it don't.
    EXPECT_LE(fresh, 2 * (depth + 1U) + 1);
    EXPECT_LE(blocks.freed().size() - freed, depth + 2U);
    if (fresh == depth + 2U && blocks.end() - end <= (depth + 1U) * 2048 + 38 + 7) ++cheapest;
  }
  EXPECT_GE(cheapest, 39U);
  const auto file = blocks.view();
  // A replaced record never moves another.
  MemoryBlocks second(FieldWidths{}, blocks.end());
  const auto old = record_of(count / 2, 8);
  const BTree2Change replaced{old, ByteView(old)};
  update_btree2(*file, second, header, std::span(&replaced, 1), order);
  EXPECT_LE(second.written().size(), depth + 2U);
  EXPECT_EQ(second.freed().size(), second.written().size());
}

TEST(BTree2Writer, ManyChangesWriteEachNodeOnce) {
  Model model;
  for (std::uint64_t i = 0; i < 20'000; ++i) model[2 * i] = i;
  MemoryBlocks blocks;
  const auto header = build(blocks, 512, model);
  const auto nodes = blocks.written().size();
  Batch batch;
  for (std::uint64_t i = 0; i < 20'000; ++i) batch[2 * i] = i + 1;
  const auto updated = update(blocks, header, batch);
  merge_into(model, batch);
  EXPECT_EQ(blocks.written().size(), 2 * nodes);
  EXPECT_EQ(blocks.freed().size(), nodes);
  expect_tree(blocks, updated, model);
}

TEST(BTree2Writer, FreeingGivesBackEveryBlock) {
  for (const std::uint64_t count : {0U, 1U, 8U, 500U}) {
    Model model;
    for (std::uint64_t i = 0; i < count; ++i) model[i] = i;
    MemoryBlocks blocks;
    const auto header = build(blocks, 128, model);
    free_btree2(*blocks.view(), blocks, header);
    std::map<std::uint64_t, std::uint64_t> written;
    for (const auto& [address, bytes] : blocks.written()) written[address] = bytes.size();
    EXPECT_EQ(blocks.freed(), written);
  }
}

TEST(BTree2Writer, NarrowAddressesAndTheSameBytesEachTime) {
  const FieldWidths narrow{4, 4};
  Model model;
  for (std::uint64_t i = 0; i < 400; ++i) model[i] = i;
  const auto make = [&] {
    MemoryBlocks blocks(narrow);
    const auto header = update(blocks, build(blocks, 128, model), {{1000, 1}, {17, std::nullopt}});
    auto expected = model;
    merge_into(expected, {{1000, 1}, {17, std::nullopt}});
    expect_tree(blocks, header, expected);
    return blocks.written();
  };
  EXPECT_EQ(make(), make());
}

TEST(BTree2Writer, WrongCallsAreRefused) {
  MemoryBlocks blocks;
  const auto header = build(blocks, 128, {{1, 1}, {2, 2}});
  const auto file = blocks.view();
  const auto written = blocks.written().size();
  EXPECT_EQ(update_btree2(*file, blocks, header, {}, order), header);
  EXPECT_EQ(blocks.written().size(), written);
  const auto a = record_of(5, 5), b = record_of(4, 4);
  const std::vector<BTree2Change> unsorted{{a, ByteView(a)}, {b, ByteView(b)}}, twice{{a, ByteView(a)}, {a, {}}};
  EXPECT_THROW(update_btree2(*file, blocks, header, unsorted, order), Error);
  EXPECT_THROW(update_btree2(*file, blocks, header, twice, order), Error);
  const Bytes shorter(8);
  const BTree2Change wrong{a, ByteView(shorter)};
  EXPECT_THROW(update_btree2(*file, blocks, header, std::span(&wrong, 1), order), Error);
  // Leaves of one record can't be split into two that hold something.
  EXPECT_THROW(build(blocks, 40, {{1, 1}}), Error);
}

}  // namespace
}  // namespace fiver::meta
