// Virtual mappings held against the model: pairs of elements, where they go, and what stays cheap.
#include "select/mapping.hpp"

#include <gtest/gtest.h>

#include "fiver/values/error.hpp"
#include "select/mapping_index.hpp"
#include "select/model_test.hpp"
#include "select/partition.hpp"

namespace fiver::select {
namespace {

using model::below;
using model::Random;

using Moves = std::vector<std::pair<std::uint64_t, std::uint64_t>>;  // source offset, place in the result

/// Both lists in order, element by element.
Moves expect(const Selection& read, const Shape& extent, const std::vector<Shape>& target,
             const std::vector<Shape>& source, const Shape& source_extent) {
  Moves moves;
  const auto wanted = model::elements(read, extent);
  for (std::size_t i = 0; i < std::min(target.size(), source.size()); ++i) {
    bool exists = true;
    for (std::size_t d = 0; d < source_extent.size(); ++d) exists = exists && source[i][d] < source_extent[d];
    for (std::size_t j = 0; exists && j < wanted.size(); ++j)
      if (wanted[j] == target[i]) moves.emplace_back(model::linear(source[i], source_extent), j);
  }
  std::sort(moves.begin(), moves.end());
  return moves;
}

Moves found(const Placed& placed, const Shape& chunk) {
  Moves moves;
  const auto cut = partition(placed, chunk);
  cut.for_each([&](const ChunkCopy& copy) {
    for_each_run(copy, [&](std::uint64_t from, std::uint64_t to, std::uint64_t count) {
      for (std::uint64_t i = 0; i < count; ++i) {
        Shape at(chunk.size(), 0);
        auto rest = from + i;
        for (auto d = chunk.size(); d-- > 0; rest /= chunk[d])
          at[d] = copy.coordinates()[d] * chunk[d] + rest % chunk[d];
        moves.emplace_back(model::linear(at, placed.extent), to + i);
      }
    });
  });
  std::sort(moves.begin(), moves.end());
  EXPECT_EQ(moves.size(), placed.element_count);
  return moves;
}

/// A selection of exactly `count` elements, by cutting a random one down to points or finding a box of a fitting shape.
Selection of_count(Random& random, const Shape& extent, std::size_t count) {
  for (int attempt = 0; attempt < 200; ++attempt) {
    auto selection = model::random_selection(random, extent, 2 + below(random, 4));
    if (model::elements(selection, extent).size() == count) return selection;
  }
  PointList list;
  list.rank = static_cast<unsigned>(extent.size());
  for (std::size_t i = 0; i < count; ++i)
    for (const auto size : extent) list.coordinates.push_back(below(random, size));
  return list;
}

Shape enlarged(Random& random, Shape shape) {
  for (auto& size : shape) size += below(random, 3);
  return shape;
}

TEST(Mapping, RandomAgainstTheModel) {
  Random random(99);
  std::uint64_t by_axes = 0, moved = 0;
  for (int round = 0; round < 12000; ++round) {
    const std::uint64_t largest[] = {1, 30, 8, 5, 4};
    const auto rank = 1 + below(random, 4), source_rank = 1 + below(random, 4);
    const auto extent = model::random_shape(random, rank, largest[rank]);
    const auto source_extent = model::random_shape(random, source_rank, largest[source_rank]);
    const auto target_space = enlarged(random, extent), source_space = enlarged(random, source_extent);
    const auto target = model::random_selection(random, target_space, 2 + below(random, 4));
    const auto targets = model::elements(target, target_space);
    const auto source = of_count(random, source_space, targets.size());
    const auto read = model::random_selection(random, extent, below(random, 6));
    const auto placed = intersect_mapped(normalize(read, extent), target, source, source_extent);
    const auto expected = expect(read, extent, targets, model::elements(source, source_space), source_extent);
    ASSERT_EQ(found(placed, model::random_shape(random, source_rank, 5)), expected) << round;
    by_axes += placed.element_count != 0 && std::holds_alternative<std::vector<Axis>>(placed.form);
    moved += placed.element_count != 0;
  }
  EXPECT_GT(by_axes, 200U);
  EXPECT_GT(moved, 2000U);
}

/// Equal dimensions apart from units on either side: the fast path, which must be taken.
TEST(Mapping, RandomSeparable) {
  Random random(5);
  for (int round = 0; round < 6000; ++round) {
    RegularHyperslab target, source;
    Shape extent, source_extent;
    const auto add = [&](RegularHyperslab& slab, Shape& into, std::uint64_t block, std::uint64_t count) {
      slab.start.push_back(below(random, count * block == 1 ? 2 : 3));
      slab.block.push_back(block);
      slab.count.push_back(count);
      slab.stride.push_back(block + below(random, 3));
      into.push_back(
          std::max<std::uint64_t>(1, slab.start.back() + (count - 1) * slab.stride.back() + block - below(random, 2)));
    };
    for (auto n = 1 + below(random, 2); n-- > 0;) {
      if (below(random, 3) == 0) add(target, extent, 1, 1);
      if (below(random, 3) == 0) add(source, source_extent, 1, 1);
      const auto length = 2 + below(random, 5);
      const bool single = below(random, 2) == 0;
      add(target, extent, single ? 1 : length, single ? length : 1);
      const bool halves = length % 2 == 0 && below(random, 2) == 0;
      add(source, source_extent, halves ? 2 : length, halves ? length / 2 : 1);
    }
    const auto read = model::random_selection(random, extent, below(random, 2) * 3);
    auto big = extent, source_big = source_extent;
    for (auto& size : big) ++size;
    for (auto& size : source_big) ++size;
    const auto placed = intersect_mapped(normalize(read, extent), target, source, source_extent);
    if (placed.element_count != 0) {
      ASSERT_TRUE(std::holds_alternative<std::vector<Axis>>(placed.form));
    }
    ASSERT_EQ(found(placed, model::random_shape(random, source_extent.size(), 5)),
              expect(read, extent, model::elements(target, big), model::elements(source, source_big), source_extent))
        << round;
  }
}

TEST(Mapping, InterleavedFrames) {
  // Source i has frames i, i + 4, i + 8 ... of a virtual dataset of 40,000.
  const Shape extent{40'000, 4'000, 4'000}, source_extent{10'000, 4'000, 4'000};
  const auto read = normalize(box({1'001, 0, 100}, {8, 4'000, 50}), extent);
  std::uint64_t elements = 0;
  for (std::uint64_t i = 0; i < 4; ++i) {
    const auto target = hyperslab({i, 0, 0}, {4, 1, 1}, {unlimited, 1, 1}, {1, 4'000, 4'000});
    const auto placed = intersect_mapped(
        read, target, hyperslab({0, 0, 0}, {1, 1, 1}, {unlimited, 1, 1}, {1, 4'000, 4'000}), source_extent);
    elements += placed.element_count;
    const auto cut = partition(placed, {1, 4'000, 4'000});
    ASSERT_EQ(cut.chunk_count(), 2U);
    EXPECT_EQ(cut.coordinates(0)[0], (1'001 - i + 3) / 4);
    EXPECT_EQ(cut.copy(0).result_offset(), (4 * ((1'001 - i + 3) / 4) + i - 1'001) * 4'000 * 50);
  }
  EXPECT_EQ(elements, 8U * 4'000 * 50);
  // All of one source is a whole chunk into one place, frame by frame.
  const auto whole = intersect_mapped(normalize(all(), extent), strided({1, 0, 0}, {4, 1, 1}, {10'000, 4'000, 4'000}),
                                      all(), source_extent);
  const auto cut = partition(whole, {1, 4'000, 4'000});
  ASSERT_EQ(cut.chunk_count(), 10'000U);
  EXPECT_TRUE(cut.copy(77).is_whole_chunk());
  EXPECT_EQ(cut.copy(77).result_offset(), (4ULL * 77 + 1) * 16'000'000);
}

TEST(Mapping, ExtentsThatDifferFromTheMapping) {
  const auto read = normalize(all(), {10, 3});
  // The source shrank: what it lost is not read.
  const auto shrunk = intersect_mapped(read, all(), box({0, 0}, {10, 3}), {4, 3});
  EXPECT_EQ(shrunk.element_count, 12U);
  const auto everything = intersect_mapped(read, box({2, 0}, {5, 3}), all(), {4, 3});
  EXPECT_EQ(everything.element_count, 12U);
  EXPECT_EQ(everything.result_base, 6U);
  EXPECT_EQ(intersect_mapped(read, all(), all(), {0, 3}).element_count, 0U);
  EXPECT_THROW(intersect_mapped(read, box({0, 0}, {2, 3}), box({0}, {7}), {7}), Error);
  // 2^40 even frames read of the odd ones: found out at once.
  const auto odd = normalize(strided({1}, {2}, {1ULL << 40}), {1ULL << 42});
  EXPECT_EQ(intersect_mapped(odd, strided({0}, {2}, {1ULL << 40}), all(), {1ULL << 40}).element_count, 0U);
}

TEST(Mapping, UnlimitedCounts) {
  const auto blocks = hyperslab({3, 0}, {10, 1}, {unlimited, 1}, {4, 6});
  EXPECT_EQ(unlimited_dimension(blocks), 0U);
  EXPECT_EQ(unlimited_block(blocks, 7), hyperslab({73, 0}, {10, 1}, {1, 1}, {4, 6}));
  EXPECT_THROW(unlimited_block(box({0}, {1}), 7), Error);
  for (std::uint64_t size = 0; size < 60; ++size) {
    const Shape extent{size, 6};
    const auto expected = model::elements(blocks, extent);
    EXPECT_EQ(model::elements(clip_unlimited(blocks, extent), extent), expected) << size;
    EXPECT_EQ(normalize_clipped(blocks, extent).element_count, expected.size());
    EXPECT_EQ(normalize(clip_unlimited(blocks, extent), extent).element_count, expected.size());
    // The virtual extent that a source of `size` rows asks for holds as many elements as the source has.
    const auto rows = hyperslab({0, 0}, {1, 1}, {unlimited, 1}, {1, 6});
    const auto needed = unlimited_extent(blocks, rows, extent);
    ASSERT_TRUE(needed);
    EXPECT_EQ(needed->dimension, 0U);
    EXPECT_EQ(normalize_clipped(blocks, {needed->size, 6}).element_count, size * 6);
    if (size > 0) {
      EXPECT_LT(normalize_clipped(blocks, {needed->size - 1, 6}).element_count, size * 6);
    }
    const auto with_gap = unlimited_extent(blocks, rows, extent, true);
    EXPECT_EQ(with_gap->size, size % 4 != 0 || size == 0 ? needed->size : 3 + size / 4 * 10);
  }
  EXPECT_FALSE(unlimited_extent(blocks, box({0, 0}, {4, 6}), {4, 6}));
  // The virtual side ends in the middle of a block: the source's rest has no place.
  Random random(3);
  for (std::uint64_t size = 1; size < 40; ++size) {
    const Shape extent{size, 6}, source_extent{1 + below(random, 20), 6};
    const auto rows = hyperslab({0, 0}, {1, 1}, {unlimited, 1}, {1, 6});
    const auto placed = intersect_mapped(normalize(all(), extent), blocks, rows, source_extent);
    EXPECT_EQ(found(placed, {3, 4}), expect(all(), extent, model::elements(blocks, extent),
                                            model::elements(rows, source_extent), source_extent));
  }
}

TEST(MappingIndex, AgainstAllPairs) {
  Random random(11);
  for (int round = 0; round < 300; ++round) {
    const auto extent = model::random_shape(random, 1 + below(random, 3), 50);
    std::vector<Box> boxes;
    for (auto n = below(random, 200); n-- > 0;) boxes.push_back(model::random_box(random, extent));
    const MappingIndex index(boxes);
    for (int query = 0; query < 20; ++query) {
      const auto wanted = model::random_box(random, extent);
      std::vector<std::size_t> expected;
      for (std::size_t i = 0; i < boxes.size(); ++i) {
        bool meet = true;
        for (std::size_t d = 0; d < extent.size(); ++d)
          meet = meet && wanted.size[d] != 0 && boxes[i].size[d] != 0 &&
                 wanted.start[d] < boxes[i].start[d] + boxes[i].size[d] &&
                 boxes[i].start[d] < wanted.start[d] + wanted.size[d];
        if (meet) expected.push_back(i);
      }
      ASSERT_EQ(index.candidates(wanted), expected);
    }
  }
}

TEST(MappingIndex, TenThousandFrames) {
  std::vector<Box> boxes;
  for (std::uint64_t i = 0; i < 10'000; ++i) boxes.push_back({{i, 0, 0}, {1, 4'000, 4'000}});
  const MappingIndex index(boxes);
  for (std::uint64_t i = 0; i < 10'000; ++i)
    ASSERT_EQ(index.candidates({{i, 17, 4}, {1, 1, 1}}), std::vector<std::size_t>{static_cast<std::size_t>(i)});
}

}  // namespace
}  // namespace fiver::select
