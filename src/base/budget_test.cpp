// Budgets never exceed their limit unless told to; buffers are reused, and freed when the budget needs their room.
#include "base/budget.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <thread>
#include <vector>

#include "base/buffer_pool.hpp"
#include "fiver/values/error.hpp"

namespace fiver {
namespace {

constexpr std::size_t mib = std::size_t{1} << 20U;

TEST(Budget, GrantsUpToItsLimit) {
  Budget budget(100);
  EXPECT_TRUE(budget.try_take(60));
  EXPECT_FALSE(budget.try_take(41));
  EXPECT_FALSE(budget.try_take(~std::uint64_t{0}));
  EXPECT_EQ(budget.left(), 40U);
  {
    auto lease = budget.try_lease(40);
    ASSERT_TRUE(lease);
    const auto moved = std::move(*lease);
    EXPECT_EQ(budget.left(), 0U);
    const auto beyond = budget.lease_anyway(10);
    EXPECT_EQ(budget.used(), 110U);
    EXPECT_EQ(budget.left(), 0U);
    EXPECT_FALSE(budget.try_take(0));
  }
  EXPECT_EQ(budget.used(), 60U);
  EXPECT_EQ(budget.peak(), 110U);
}

TEST(Budget, HoldsUnderManyThreads) {
  Budget budget(10);
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 5000; ++i) {
        const auto lease = budget.try_lease(3);
        EXPECT_LE(budget.used(), 10U);
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(budget.used(), 0U);
  EXPECT_LE(budget.peak(), 9U);
}

TEST(BufferPool, ReusesWhatItHas) {
  const auto budget = std::make_shared<Budget>(64 * mib);
  BufferPool pool(budget);
  for (int i = 0; i < 100; ++i) {
    auto one = pool.take(5 * mib);
    auto two = pool.take(5 * mib - 100);  // the same step
    EXPECT_EQ(one.size(), 5 * mib);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(one.data()) % (2 * mib), 0U);
    std::memset(one.data(), i, one.size());
    std::memset(two.data(), i, two.size());
  }
  EXPECT_EQ(pool.allocations(), 2U);
  EXPECT_EQ(pool.idle_bytes(), budget->used());
  pool.trim();
  EXPECT_EQ(budget->used(), 0U);
}

TEST(BufferPool, WastesLittle) {
  BufferPool pool(std::make_shared<Budget>(0));
  for (std::size_t bytes :
       {std::size_t{0}, std::size_t{1}, std::size_t{4096}, std::size_t{4097}, std::size_t{100'000}, 38 * mib + 1}) {
    const auto buffer = pool.take(bytes);
    EXPECT_EQ(buffer.size(), bytes);
    EXPECT_GE(buffer.capacity(), bytes);
    EXPECT_LE(buffer.capacity(), std::max<std::size_t>(4096, bytes + bytes / 4));
  }
  EXPECT_EQ(pool.idle_bytes(), 0U);  // nothing is kept over budget
}

TEST(BufferPool, FreesIdleBuffersForOthers) {
  const auto budget = std::make_shared<Budget>(10 * mib);
  BufferPool pool(budget);
  { const auto a = pool.take(4 * mib), b = pool.take(6 * mib); }
  EXPECT_EQ(pool.idle_bytes(), 10 * mib);
  const auto c = pool.try_take(8 * mib);
  ASSERT_TRUE(c);
  EXPECT_LE(budget->used(), 10 * mib);
  EXPECT_FALSE(pool.try_take(4 * mib));
  const auto d = pool.take(4 * mib);
  EXPECT_GT(budget->used(), 10 * mib);
}

TEST(BufferPool, RefusesTheImpossible) {
  const auto budget = std::make_shared<Budget>(mib);
  BufferPool pool(budget);
  EXPECT_THROW(pool.take(~std::size_t{0}), Error);
  EXPECT_THROW(pool.try_take(~std::size_t{0} / 2 + 1), Error);
  EXPECT_EQ(budget->used(), 0U);
}

TEST(BufferPool, ServesManyThreads) {
  const auto budget = std::make_shared<Budget>(mib);
  BufferPool pool(budget);
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < 300; ++i) {
        const auto buffer = pool.take(10'000 * (1 + i % 30));
        std::memset(buffer.data(), t, buffer.size());
        EXPECT_EQ(std::to_integer<int>(buffer.span().back()), t);
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(budget->used(), pool.idle_bytes());
  EXPECT_LE(pool.idle_bytes(), mib);
}

}  // namespace
}  // namespace fiver
