#include "chunk/index_writer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "chunk/linear_index.hpp"
#include "format/extensible_array.hpp"
#include "format/fixed_array.hpp"
#include "meta/block_writer_testing.hpp"

namespace fiver::chunk {
namespace {

using Model = std::map<Shape, ChunkRecord>;
using Batch = std::map<Shape, std::optional<ChunkRecord>>;
using Blocks = std::map<std::uint64_t, std::uint64_t>;

constexpr std::uint32_t element_size = 8;

/// A dataset without a file: its index, and what the index should say.
class Indexed {
 public:
  Indexed(ChunkIndexKind kind, Shape dims, Shape most, Shape chunk, bool filtered, bool wide = false, unsigned k = 32,
          FieldWidths widths = {})
      : blocks(widths), space_(Dataspace::simple(std::move(dims), std::move(most))), filtered_(filtered), k_(k) {
    layout.chunk = std::move(chunk);
    layout.element_size = element_size;
    layout.wide_sizes = wide;
    layout.index = kind;
  }

  ChunkGrid grid() const { return ChunkGrid::of(layout, space_, Limits{}); }
  const Dataspace& space() const { return space_; }
  std::unique_ptr<ChunkIndex> open(const meta::FileView& file) const {
    return open_chunk_index(file, layout, grid(), filtered_, k_);
  }

  ChunkRecord record(std::mt19937& random) const {
    const auto number = [&] { return random(); };
    return {Address{8 * (1 + std::uint64_t{number()} % 100'000)}, filtered_ ? number() % 60'000 : grid().chunk_bytes,
            filtered_ ? static_cast<std::uint32_t>(number() % 4) : 0};
  }

  /// Applies a batch under a new extent; what it leaves outside is removed.
  void change(const Batch& batch, std::optional<Shape> dims = {}) {
    const auto old_grid = grid();
    if (dims) space_.dims = *dims;
    const auto new_grid = grid();
    auto all = batch;
    for (const auto& [scaled, record] : model)
      if (!new_grid.contains(scaled)) all[scaled] = std::nullopt;
    std::vector<ChunkChange> changes;
    for (const auto& [scaled, record] : all) changes.push_back({scaled, record});
    layout = write_chunk_index(*blocks.view(), blocks, layout, old_grid, new_grid, filtered_, k_, changes);
    for (const auto& [scaled, record] : all) {
      if (record)
        model[scaled] = *record;
      else
        model.erase(scaled);
    }
  }

  void expect_model() const {
    const auto file = blocks.view();
    const auto index = open(*file);
    Model found;
    index->for_each([&](std::span<const std::uint64_t> scaled, const ChunkRecord& record) {
      EXPECT_TRUE(found.emplace(Shape(scaled.begin(), scaled.end()), record).second);
      return true;
    });
    EXPECT_EQ(found, model);
    std::size_t step = model.size() / 500 + 1, i = 0;
    for (const auto& [scaled, record] : model)
      if (i++ % step == 0) {
        EXPECT_EQ(index->find(scaled), record);
      }
    // Every block ever written is either in the index or was freed, whole and once.
    meta::MemoryBlocks scratch(blocks.widths());
    free_chunk_index(*file, scratch, layout, grid(), filtered_, k_);
    Blocks accounted = scratch.freed(), written;
    for (const auto& [address, size] : blocks.freed()) EXPECT_TRUE(accounted.emplace(address, size).second) << address;
    for (const auto& [address, bytes] : blocks.written()) written[address] = bytes.size();
    EXPECT_EQ(accounted, written);
  }

  meta::MemoryBlocks blocks;
  ChunkedLayout layout;
  Model model;

 private:
  Dataspace space_;
  bool filtered_;
  unsigned k_;
};

/// Random growth, shrinking, replacement and removal of chunks.
void try_random(ChunkIndexKind kind, unsigned unlimited_dims, unsigned seed) {
  std::mt19937 random(seed);
  const auto below = [&](std::uint64_t n) { return std::uniform_int_distribution<std::uint64_t>(0, n - 1)(random); };
  const auto rank = static_cast<std::size_t>(std::max<std::uint64_t>(1 + below(4), unlimited_dims));
  const std::uint64_t side = rank == 1 ? 400 : rank == 2 ? 25 : rank == 3 ? 9 : 5;
  Shape dims(rank), most(rank), chunk(rank);
  for (std::size_t d = 0; d < rank; ++d) {
    chunk[d] = 1 + below(5);
    most[d] = chunk[d] * (1 + below(side)) - below(chunk[d]);
    dims[d] = 1 + below(most[d]);
  }
  auto largest = most;
  for (unsigned left = unlimited_dims; left > 0;)
    if (auto& dim = most[static_cast<std::size_t>(below(rank))]; dim != unlimited) {
      dim = unlimited;
      --left;
    }
  const bool filtered = below(2) == 0, wide = below(2) == 0;
  Indexed data(kind, dims, most, chunk, filtered, wide, 2 + static_cast<unsigned>(below(6)),
               below(3) == 0 ? FieldWidths{4, 4} : FieldWidths{});
  for (unsigned step = 0; step < 12; ++step) {
    if (below(3) == 0)
      for (std::size_t d = 0; d < rank; ++d) dims[d] = 1 + below(largest[d]);
    Shape counts;
    for (std::size_t d = 0; d < rank; ++d) counts.push_back((dims[d] + chunk[d] - 1) / chunk[d]);
    Batch batch;
    const auto removals = below(10);
    for (auto left = below(below(3) == 0 ? 300 : 10); left > 0; --left) {
      Shape scaled;
      for (const auto count : counts) scaled.push_back(below(count));
      batch[scaled] = below(10) < removals ? std::nullopt : std::optional(data.record(random));
    }
    data.change(batch, dims);
    data.expect_model();
    if (::testing::Test::HasFailure()) FAIL() << "seed " << seed << ", step " << step;
  }
  Batch everything;
  for (const auto& [scaled, record] : data.model) everything[scaled] = std::nullopt;
  data.change(everything);
  data.expect_model();
}

TEST(ChunkIndexWriter, RandomChangesOfEveryKind) {
  for (unsigned seed = 0; seed < 60; ++seed) {
    try_random(BTree1Index{}, seed % 2, seed);
    try_random(FixedArrayIndex{seed % 2 == 0 ? std::uint8_t{10} : std::uint8_t{3}}, 0, seed);
    try_random(seed % 2 == 0 ? ExtensibleArrayIndex{} : ExtensibleArrayIndex{32, 1, 2, 2, 2}, 1, seed);
    try_random(BTree2Index{seed % 2 == 0 ? 2048U : 256U, 100, 40}, seed % 3, seed);
    if (::testing::Test::HasFailure()) FAIL() << "seed " << seed;
  }
}

std::vector<std::uint64_t> numbers(std::uint64_t count, std::uint64_t step) {
  std::vector<std::uint64_t> all;
  for (std::uint64_t i = 0; i < count; i += step) all.push_back(i);
  if (count > 0 && all.back() != count - 1) all.push_back(count - 1);
  return all;
}

/// One dimension of `count` chunks, every step-th and the last written.
Indexed filled(ChunkIndexKind kind, std::uint64_t count, std::uint64_t step, std::uint64_t most, bool filtered,
               bool wide) {
  Indexed data(kind, {2 * count}, {most}, {2}, filtered, wide);
  std::mt19937 random(static_cast<unsigned>(count));
  Batch batch;
  for (const auto i : numbers(count, step)) batch[{i}] = data.record(random);
  data.change(batch);
  return data;
}

format::ExtensibleArrayHeader array_header(const Indexed& data, const meta::FileView& file,
                                           const format::ChunkElementFormat& elements) {
  return format::decode_extensible_array_header(
      file.read(data.layout.index_address.value(), format::extensible_array_header_size(file.widths()), "header").bytes,
      file.widths(), elements);
}

TEST(ChunkIndexWriter, ExtensibleArraysOfAllSizes) {
  for (const std::uint64_t count : {0U, 1U, 4U, 5U, 20U, 21U, 1000U, 100'000U, 140'000U})
    for (const bool filtered : {false, true})
      for (const std::uint64_t step : {1U, 3000U}) {
        auto data = filled(ExtensibleArrayIndex{}, count, step, unlimited, filtered, filtered && step == 1);
        data.expect_model();
        if (count > 0) {
          std::mt19937 random(1);
          data.change({{{count - 1}, std::nullopt}, {{0}, data.record(random)}});
          data.expect_model();
          data.change({}, Shape{2 * (count / 2)});
          data.expect_model();
        }
        if (::testing::Test::HasFailure()) FAIL() << count << " chunks, step " << step;
      }
}

TEST(ChunkIndexWriter, TheStatisticsOfAnExtensibleArrayCountItsBlocks) {
  const auto plain = format::ChunkElementFormat::plain();
  const auto statistics = [&](std::uint64_t count, std::uint64_t step) {
    const auto data = filled(ExtensibleArrayIndex{}, count, step, unlimited, false, false);
    const auto h = array_header(data, *data.blocks.view(), plain);
    return std::vector<std::uint64_t>{h.super_blocks.value,     h.super_block_bytes.value, h.data_blocks.value,
                                      h.data_block_bytes.value, h.used_elements.value,     h.realised_elements.value};
  };
  // A data block: 6 + 8 + 4 + 4 bytes around its elements of 8.
  EXPECT_EQ(statistics(4, 1), (std::vector<std::uint64_t>{0, 0, 0, 0, 4, 4}));
  EXPECT_EQ(statistics(5, 1), (std::vector<std::uint64_t>{0, 0, 1, 22 + 16 * 8, 5, 20}));
  EXPECT_EQ(statistics(21, 1), (std::vector<std::uint64_t>{0, 0, 2, 22 + 128 + 22 + 256, 21, 52}));
  // Up to 244 in the index block's six data blocks; then super block 4 of 4 blocks of 64 elements, 22 bytes and 4 addresses.
  EXPECT_EQ(statistics(245, 1), (std::vector<std::uint64_t>{1, 22 + 32, 7, 7 * 22 + (240 + 64) * 8, 245, 308}));
  // Elements 0 and 3000 alone: super block 7 of 8 blocks of 256 from element 2036 on.
  EXPECT_EQ(statistics(3001, 3000), (std::vector<std::uint64_t>{1, 22 + 64, 1, 22 + 2048, 3001, 260}));
}

TEST(ChunkIndexWriter, PagesOfAnExtensibleArrayHaveTheirBits) {
  // Super block 13 has 64 data blocks of 2048 elements, two pages each; its elements start at 4 + 16 * (2^13 - 1).
  const std::uint64_t first = 4 + 16 * 8191;
  const auto at = first + 9 * 2048;
  Indexed data(ExtensibleArrayIndex{}, {2 * (at + 1)}, {unlimited}, {2}, false);
  std::mt19937 random(3);
  data.change({{{at}, data.record(random)}});
  data.expect_model();
  const auto plain = format::ChunkElementFormat::plain();
  const auto file = data.blocks.view();
  const auto header = array_header(data, *file, plain);
  const format::ExtensibleArrayGeometry geometry(header, {});
  const auto index = format::decode_extensible_array_index_block(
      file->read(*header.index_block, geometry.index_block_size(), "index block").bytes, {}, geometry, plain);
  const auto super = format::decode_extensible_array_super_block(
      file->read(index.super_blocks.at(9).value(), geometry.super_block_size(13), "super block").bytes, {}, geometry,
      plain, 13);
  EXPECT_EQ(super.block_offset, first - 4);
  for (std::uint64_t bit = 0; bit < 128; ++bit) EXPECT_EQ(format::page_bit(super.page_bitmap, bit), bit == 18) << bit;
  EXPECT_EQ(header.data_block_bytes.value, 22 + 2 * (1024 * 8 + 4));
  EXPECT_EQ(header.realised_elements.value, 4 + 2048);
}

TEST(ChunkIndexWriter, FixedArraysOfAllSizes) {
  for (const std::uint64_t count : {1U, 7U, 1024U, 1025U, 100'000U})
    for (const bool filtered : {false, true})
      for (const std::uint64_t step : {1U, 5000U}) {
        auto data = filled(FixedArrayIndex{}, count, step, 2 * count, filtered, filtered && step == 1);
        data.expect_model();
        std::mt19937 random(2);
        data.change({{{count / 2}, data.record(random)}, {{count - 1}, std::nullopt}});
        data.expect_model();
        if (::testing::Test::HasFailure()) FAIL() << count << " chunks, step " << step;
      }
}

TEST(ChunkIndexWriter, OnlyWrittenPagesOfAFixedArrayHaveTheirBit) {
  const auto data = filled(FixedArrayIndex{}, 9000, 8000, 2 * 9000, false, false);  // chunks 0, 8000 and 8999
  const auto plain = format::ChunkElementFormat::plain();
  const auto file = data.blocks.view();
  const auto header = format::decode_fixed_array_header(
      file->read(data.layout.index_address.value(), format::fixed_array_header_size({}), "header").bytes, {}, plain);
  EXPECT_EQ(header.elements.value, 9000U);
  const format::FixedArrayGeometry geometry(header, {});
  EXPECT_EQ(data.blocks.written().at(header.data_block->value).size(), geometry.block_size());
  const auto block = format::decode_fixed_array_block(
      file->read(*header.data_block, geometry.head_size(), "block").bytes, {}, geometry, plain);
  EXPECT_EQ(block.page_bitmap, (Bytes{std::byte{0x81}, std::byte{0x80}}));
}

TEST(ChunkIndexWriter, ALargeVersionOneTree) {
  auto data = filled(BTree1Index{}, 100'000, 1, 200'000, true, false);
  data.expect_model();
  // 64 children a node: leaves, their parents and so on, each level filled.
  EXPECT_EQ(data.blocks.written().size(), 1563U + 25 + 1);
}

TEST(ChunkIndexWriter, AChunkAppendedToALargeV2TreeCostsOnePath) {
  auto data = filled(BTree2Index{}, 100'000, 1, unlimited, true, false);
  std::mt19937 random(4);
  data.change({}, Shape{2 * 100'100});
  unsigned cheapest = 0;  // two internal nodes, a leaf and the header
  for (std::uint64_t i = 100'000; i < 100'020; ++i) {
    const auto before = data.blocks.written().size();
    data.change({{{i}, data.record(random)}});
    cheapest += data.blocks.written().size() - before == 4;
  }
  EXPECT_GE(cheapest, 18U);
  data.expect_model();
}

TEST(ChunkIndexWriter, OneChunkStandsInTheLayout) {
  for (const bool filtered : {false, true}) {
    Indexed data(SingleChunkIndex{filtered, 0, 0}, {4, 6}, {4, 6}, {4, 6}, filtered);
    data.change({});
    EXPECT_FALSE(data.layout.index_address);
    std::mt19937 random(5);
    const auto record = data.record(random);
    data.change({{{0, 0}, record}});
    EXPECT_EQ(data.layout.index_address, record.address);
    const SingleChunkIndex expected{filtered, filtered ? record.stored_size : 0, record.filter_mask};
    EXPECT_EQ(std::get<SingleChunkIndex>(data.layout.index), expected);
    data.expect_model();
    data.change({{{0, 0}, std::nullopt}});
    data.expect_model();
    EXPECT_EQ(std::get<SingleChunkIndex>(data.layout.index), (SingleChunkIndex{filtered, 0, 0}));
  }
}

TEST(ChunkIndexWriter, ImplicitChunksHaveTheirPlaces) {
  Indexed data(ImplicitIndex{}, {5, 6}, {9, 12}, {3, 4}, false);
  data.change({});
  ASSERT_TRUE(data.layout.index_address);
  const auto first = data.layout.index_address->value;
  EXPECT_EQ(data.blocks.end() - first, 3U * 3 * 3 * 4 * element_size);
  // The maximum extent has three chunks a row: (1,1) is the fifth.
  const ChunkRecord right{Address{first + 4 * 96}, 96, 0}, wrong{Address{first + 3 * 96}, 96, 0};
  const auto layout = data.layout;
  data.change({{{1, 1}, right}});
  EXPECT_EQ(data.layout, layout);
  EXPECT_EQ(data.open(*data.blocks.view())->find(Shape{1, 1}), right);
  EXPECT_THROW(data.change({{{1, 1}, wrong}}), Error);
  EXPECT_TRUE(data.blocks.freed().empty());
  Indexed endless(ImplicitIndex{}, {5}, {unlimited}, {3}, false);
  EXPECT_THROW(endless.change({}), Error);
}

TEST(ChunkIndexWriter, SizesThatTheIndexHasNoBytesForAreRefused) {
  const auto kinds = {ChunkIndexKind{BTree2Index{}}, ChunkIndexKind{FixedArrayIndex{}},
                      ChunkIndexKind{ExtensibleArrayIndex{}}, ChunkIndexKind{BTree1Index{}}};
  for (const auto& kind : kinds) {
    const bool array = std::holds_alternative<ExtensibleArrayIndex>(kind);
    const bool four = std::holds_alternative<BTree1Index>(kind);
    const Shape most{array ? unlimited : 100};
    const std::uint64_t bound = four ? std::uint64_t{1} << 32U : 65536;  // chunks of 16 bytes: sizes of two
    Indexed narrow(kind, {100}, most, {2}, true);
    narrow.change({{{3}, ChunkRecord{Address{8}, bound - 1, 0}}});
    narrow.expect_model();
    const auto written = narrow.blocks.written().size();
    try {
      narrow.change({{{4}, ChunkRecord{Address{8}, bound, 0}}});
      ADD_FAILURE() << "accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
      EXPECT_NE(error.reason().find(std::to_string(bound)), std::string::npos) << error.reason();
      EXPECT_NE(error.reason().find("(4)"), std::string::npos) << error.reason();
    }
    EXPECT_EQ(narrow.blocks.written().size(), written);
    EXPECT_TRUE(narrow.blocks.freed().empty());
    if (four) continue;
    Indexed wide(kind, {100}, most, {2}, true, true);
    wide.change({{{4}, ChunkRecord{Address{8}, std::uint64_t{1} << 40U, 1}}});
    wide.expect_model();
  }
}

TEST(ChunkIndexWriter, WrongChangesAreRefused) {
  Indexed data(BTree2Index{}, {10, 10}, {20, 20}, {2, 2}, false);
  const ChunkRecord record{Address{8}, 32, 0};
  EXPECT_THROW(data.change({{{5, 0}, record}}), Error);                          // beyond the extent
  EXPECT_THROW(data.change({{{0, 0, 0}, record}}), Error);                       // of another rank
  EXPECT_THROW(data.change({{{0, 0}, ChunkRecord{Address{8}, 31, 0}}}), Error);  // not a chunk's bytes
  EXPECT_THROW(data.change({{{0, 0}, ChunkRecord{Address{8}, 32, 1}}}), Error);  // a filter skipped that isn't there
  const std::vector<ChunkChange> unsorted{{{1, 0}, record}, {{0, 1}, record}};
  EXPECT_THROW(
      write_chunk_index(*data.blocks.view(), data.blocks, data.layout, data.grid(), data.grid(), false, 32, unsorted),
      Error);
  EXPECT_TRUE(data.blocks.written().empty());
  data.change({{{0, 0}, std::nullopt}});  // never written
  EXPECT_FALSE(data.layout.index_address);
}

TEST(ChunkIndexWriter, NothingChangedNothingWritten) {
  for (const auto& kind : {ChunkIndexKind{BTree2Index{}}, ChunkIndexKind{FixedArrayIndex{}},
                           ChunkIndexKind{BTree1Index{}}, ChunkIndexKind{SingleChunkIndex{}}}) {
    Indexed data(kind, {4}, {4}, {4}, false);
    data.change({{{0}, ChunkRecord{Address{8}, 32, 0}}});
    const auto layout = data.layout;
    const auto end = data.blocks.end();
    data.change({});
    EXPECT_EQ(data.layout, layout);
    EXPECT_EQ(data.blocks.end(), end);
  }
}

TEST(ChunkIndexWriter, TheKindChosenForANewDataset) {
  using Style = IndexStyle;
  const auto choose = [](Shape dims, Shape most, bool filtered, bool early, Style style) {
    return choose_chunk_index(Dataspace::simple(std::move(dims), std::move(most)), {4, 4}, filtered, early, style);
  };
  const ChunkIndexKind one{SingleChunkIndex{true, 0, 0}};
  EXPECT_EQ(choose({4, 4}, {4, 4}, true, false, Style::native), one);
  EXPECT_EQ(choose({4, 4}, {4, 4}, true, false, Style::libhdf5_latest), one);
  EXPECT_EQ(choose({4, 4}, {4, 4}, true, false, Style::earliest), ChunkIndexKind{BTree1Index{}});
  EXPECT_EQ(choose({4, 4}, {4, 8}, false, false, Style::native), ChunkIndexKind{BTree2Index{}});
  EXPECT_EQ(choose({4, 4}, {4, unlimited}, false, false, Style::native), ChunkIndexKind{BTree2Index{}});
  const auto latest = Style::libhdf5_latest;
  EXPECT_EQ(choose({4, 4}, {4, 8}, false, false, latest), ChunkIndexKind{FixedArrayIndex{}});
  EXPECT_EQ(choose({4, 4}, {4, 8}, false, true, latest), ChunkIndexKind{ImplicitIndex{}});
  EXPECT_EQ(choose({4, 4}, {4, 8}, true, true, latest), ChunkIndexKind{FixedArrayIndex{}});
  EXPECT_EQ(choose({4, 4}, {4, unlimited}, false, true, latest), ChunkIndexKind{ExtensibleArrayIndex{}});
  EXPECT_EQ(choose({4, 4}, {unlimited, unlimited}, false, false, latest), ChunkIndexKind{BTree2Index{}});
  EXPECT_EQ(choose_chunk_index(Dataspace::simple({4, 4}), {4, 4}, false, false, Style::native),
            (ChunkIndexKind{SingleChunkIndex{}}));
}

}  // namespace
}  // namespace fiver::chunk
