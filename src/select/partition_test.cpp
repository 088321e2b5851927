// Partitions held against the model, on thousands of random selections and grids; then what must stay cheap on huge extents.
#include "select/partition.hpp"

#include <gtest/gtest.h>

#include <map>
#include <tuple>

#include "fiver/values/error.hpp"
#include "select/model_test.hpp"

namespace fiver::select {
namespace {

using model::below;
using model::Random;

using Moves = std::vector<std::pair<std::uint64_t, std::uint64_t>>;  // chunk offset, result offset

struct Expected {
  std::map<Shape, Moves> chunks;
};

Expected expect(const Selection& selection, const Shape& extent, const Shape& chunk) {
  Expected expected;
  std::uint64_t place = 0;
  for (const auto& at : model::elements(selection, extent)) {
    Shape scaled, inside;
    for (std::size_t d = 0; d < at.size(); ++d) {
      scaled.push_back(at[d] / chunk[d]);
      inside.push_back(at[d] % chunk[d]);
    }
    expected.chunks[scaled].emplace_back(model::linear(inside, chunk), place++);
  }
  return expected;
}

/// Expands a copy, and checks that its runs could not be longer.
Moves expand(const ChunkCopy& copy) {
  Moves moves;
  for_each_run(copy, [&](std::uint64_t from, std::uint64_t to, std::uint64_t count) {
    EXPECT_NE(count, 0U);
    if (!moves.empty()) {
      EXPECT_FALSE(moves.back().first + 1 == from && moves.back().second + 1 == to) << "runs not merged";
    }
    for (std::uint64_t i = 0; i < count; ++i) moves.emplace_back(from + i, to + i);
  });
  return moves;
}

void check(const Selection& selection, const Shape& extent, const Shape& chunk) {
  const auto expected = expect(selection, extent, chunk);
  const auto found = partition(selection, extent, chunk);
  ASSERT_EQ(found.chunk_count(), expected.chunks.size());
  auto next = expected.chunks.begin();  // a map of shapes is in row-major order
  std::uint64_t index = 0;
  found.for_each([&](const ChunkCopy& copy) {
    ASSERT_EQ(copy.coordinates(), next->first);
    ASSERT_EQ(found.coordinates(index), next->first);
    const auto moves = expand(copy);
    ASSERT_EQ(moves, next->second);
    ASSERT_EQ(copy.element_count(), moves.size());
    ASSERT_EQ(copy.result_offset(), moves.front().second);
    std::uint64_t volume = 1, part = 1;
    for (std::size_t d = 0; d < extent.size(); ++d) {
      volume *= chunk[d];
      part *= std::min(chunk[d], extent[d] - next->first[d] * chunk[d]);
    }
    bool in_order = moves.size() == volume;
    for (std::size_t i = 0; i < moves.size() && in_order; ++i)
      in_order = moves[i].first == i && moves[i].second == moves[0].second + i;
    ASSERT_EQ(copy.is_whole_chunk(), in_order);
    if (copy.covers_extent_part() || !std::holds_alternative<PointList>(selection)) {
      auto distinct = moves;
      std::sort(distinct.begin(), distinct.end());
      const auto end = std::unique(distinct.begin(), distinct.end(), [](auto a, auto b) { return a.first == b.first; });
      ASSERT_EQ(copy.covers_extent_part(), static_cast<std::uint64_t>(end - distinct.begin()) == part);
    }
    ++next;
    ++index;
  });
}

TEST(Partition, RandomSelectionsAgainstTheModel) {
  Random random(20240607);
  for (int round = 0; round < 12000; ++round) {
    const auto rank = below(random, 6);
    const std::uint64_t largest[] = {1, 40, 12, 7, 5, 4};
    const auto extent = model::random_shape(random, rank, largest[rank]);
    auto chunk = model::random_shape(random, rank, largest[rank]);
    if (below(random, 3) == 0 && rank > 1)
      std::copy(extent.begin() + 1, extent.end(), chunk.begin() + 1);  // whole rows
    const auto selection = model::random_selection(random, extent, below(random, 6));
    SCOPED_TRACE(round);
    check(selection, extent, chunk);
    if (HasFatalFailure() || HasNonfatalFailure()) return;
  }
}

TEST(Partition, NormalizedCountsAndBounds) {
  Random random(7);
  for (int round = 0; round < 4000; ++round) {
    const auto extent = model::random_shape(random, 1 + below(random, 3), 9);
    const auto selection = model::random_selection(random, extent, below(random, 6));
    const auto elements = model::elements(selection, extent);
    const auto normalized = normalize(selection, extent);
    ASSERT_EQ(normalized.element_count, elements.size());
    if (elements.empty()) continue;
    for (std::size_t d = 0; d < extent.size(); ++d) {
      auto low = elements[0][d], high = low;
      for (const auto& at : elements) low = std::min(low, at[d]), high = std::max(high, at[d]);
      ASSERT_EQ(normalized.bounds.start[d], low);
      ASSERT_EQ(normalized.bounds.size[d], high - low + 1);
    }
  }
}

TEST(Partition, ContiguousIsOneRun) {
  const Shape extent{7, 5, 6};
  for (const auto& selection : {all(), box({2, 0, 0}, {3, 5, 6})}) {
    int runs = 0;
    const auto found = partition(selection, extent, extent);
    ASSERT_EQ(found.chunk_count(), 1U);
    for_each_run(found.copy(0), [&](auto, auto, auto) { ++runs; });
    EXPECT_EQ(runs, 1);
  }
  EXPECT_TRUE(partition(all(), extent, extent).copy(0).is_whole_chunk());
}

TEST(Partition, HugeExtentsCostNothing) {
  const Shape extent{1ULL << 40, 1ULL << 30, 1ULL << 30}, chunk{1, 1000, 1000};
  const auto one = partition(box({1ULL << 39, 5, 999'999'999}, {1, 1, 1}), extent, chunk);
  ASSERT_EQ(one.chunk_count(), 1U);
  EXPECT_EQ(one.coordinates(0), (Shape{1ULL << 39, 0, 999'999}));
  // Counted before anything is listed: 2^40 frames of one element, each in its chunk.
  const auto many = partition(box({0, 5, 7}, {1ULL << 40, 1, 1}), extent, chunk);
  EXPECT_EQ(many.chunk_count(), 1ULL << 40);
  EXPECT_EQ(many.coordinates((1ULL << 40) - 1), (Shape{(1ULL << 40) - 1, 0, 0}));
  // Blocks farther apart than chunks are long, so that chunks between them stay untouched.
  const auto sparse = partition(hyperslab({3}, {10'007}, {1ULL << 40}, {5'000}), {1ULL << 60}, {1'000});
  std::uint64_t count = 0;
  for (std::uint64_t k = 0; k < 1000; ++k) count += (3 + k * 10'007 + 4'999) / 1'000 - (3 + k * 10'007) / 1'000 + 1;
  std::vector<std::uint64_t> first;
  for (std::uint64_t k = 0; k < 1000; ++k)
    for (auto c = (3 + k * 10'007) / 1'000; c <= (3 + k * 10'007 + 4'999) / 1'000; ++c) first.push_back(c);
  ASSERT_EQ(first.size(), count);
  for (std::uint64_t i = 0; i < count; ++i) ASSERT_EQ(sparse.coordinates(i), Shape{first[i]});
  const auto last = sparse.copy(sparse.chunk_count() - 1);
  const auto end = 3 + ((1ULL << 40) - 1) * 10'007 + 4'999;
  EXPECT_EQ(last.coordinates(), Shape{end / 1'000});
  EXPECT_EQ(last.segments().back().from + last.segments().back().length - 1, end % 1'000);
}

TEST(Partition, ManyBoxesOfOneRegularHyperslabStaySeparable) {
  BoxUnion boxes;
  for (std::uint64_t i = 0; i < 10; ++i)
    for (std::uint64_t j = 0; j < 4; ++j) boxes.boxes.push_back({{100 * i, 50 * j + 1}, {10, 20}});
  EXPECT_TRUE(std::holds_alternative<Separable>(normalize(boxes, {1ULL << 50, 1ULL << 50}).form));
  boxes.boxes.pop_back();
  EXPECT_TRUE(std::holds_alternative<Runs>(normalize(boxes, {1000, 1000}).form));
}

template <class Call>
Error error_of(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorKind::io, "nothing was thrown");
}

TEST(Partition, Refusals) {
  const auto outside = error_of([] { normalize(box({1, 2}, {3, 9}), {10, 10}); });
  EXPECT_EQ(outside.kind(), ErrorKind::invalid_argument);
  EXPECT_NE(outside.reason().find("[2, 2 + 9) in dimension 1 lies outside its extent of 10"), std::string::npos)
      << outside.what();
  EXPECT_EQ(error_of([] { normalize(points({{1}, {10}}), {10}); }).kind(), ErrorKind::invalid_argument);
  EXPECT_EQ(error_of([] { normalize(box({1}, {unlimited}), {10}); }).kind(), ErrorKind::invalid_argument);
  EXPECT_EQ(error_of([] { normalize(box({unlimited - 1}, {3}), {10}); }).kind(), ErrorKind::invalid_argument);
  EXPECT_EQ(error_of([] { normalize(strided({5}, {unlimited / 2}, {4}), {10}); }).kind(), ErrorKind::invalid_argument);
  EXPECT_EQ(error_of([] { normalize(box({1, 1}, {1, 1}), {10}); }).kind(), ErrorKind::invalid_argument);
  EXPECT_EQ(error_of([] { partition(all(), {10}, {0}); }).kind(), ErrorKind::invalid_argument);
  EXPECT_EQ(error_of([] { partition(all(), {10}, {1, 1}); }).kind(), ErrorKind::invalid_argument);
  const Shape petabytes{1ULL << 40, 1ULL << 20};
  EXPECT_EQ(error_of([&] { normalize(all(), {1ULL << 40, 1ULL << 40}); }).kind(), ErrorKind::limit);
  BoxUnion overlapping{{{{0, 0}, {1ULL << 40, 9}}, {{1, 1}, {1ULL << 39, 99}}}};
  EXPECT_EQ(error_of([&] { normalize(overlapping, petabytes); }).kind(), ErrorKind::limit);
  BoxUnion few_runs{{{{0, 0}, {1ULL << 30, 1ULL << 20}}, {{1ULL << 32, 0}, {7, 1ULL << 20}}}};
  EXPECT_EQ(std::get<Runs>(normalize(few_runs, petabytes).form).size(), 2U);
  EXPECT_EQ(error_of([&] {
              Partition(packed(normalize(few_runs, petabytes)), {1, 1}, 1000);
            }).kind(),
            ErrorKind::limit);
  EXPECT_EQ(partition(few_runs, petabytes, petabytes).chunk_count(), 1U);
}

TEST(Selections, MakersRefuseWhatDoesNotFit) {
  EXPECT_THROW(box({1, 2}, {3}), Error);
  EXPECT_THROW(hyperslab({0}, {2}, {5}, {3}), Error);
  EXPECT_NO_THROW(hyperslab({0}, {2}, {1}, {3}));
  EXPECT_THROW(points({{1, 2}, {3}}), Error);
  EXPECT_THROW(unite(points({{1}}), box({1}, {1})), Error);
  EXPECT_THROW(unite(box({1}, {1}), hyperslab({0}, {2}, {unlimited}, {1})), Error);
  EXPECT_THROW(unite(box({1}, {1}), box({1, 1}, {1, 1})), Error);
  EXPECT_EQ(unite(box({1}, {2}), strided({5}, {2}, {2})), Selection(BoxUnion{{{{1}, {2}}, {{5}, {1}}, {{7}, {1}}}}));
}

}  // namespace
}  // namespace fiver::select
