#include "pipeline/chunk_memory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

namespace fiver::pipeline {
namespace {

constexpr std::size_t piece = 1024;

chunk::ChunkRecord record(std::uint64_t number) {
  return {Address{number * 4096}, 100, 0};
}

struct Rig {
  explicit Rig(std::uint64_t pieces) : budget(std::make_shared<Budget>(2 * pieces * piece)) {}
  std::shared_ptr<Budget> budget;
  std::shared_ptr<ChunkMemory> memory = std::make_shared<ChunkMemory>(budget);
};

/// Puts a chunk in unless it is known; true when it was.
bool touch(Shelf& shelf, std::uint64_t number) {
  if (const auto known = shelf.find(record(number))) {
    EXPECT_EQ(known->bytes[0], std::byte(number));
    EXPECT_EQ(known->bytes[piece - 1], std::byte(number));
    return true;
  }
  auto room = shelf.reserve();
  if (!room) return false;
  std::ranges::fill(room.bytes(), std::byte(number));
  shelf.keep(record(number), std::move(room), piece);
  return false;
}

TEST(Shelf, GivesWhatWasPutInUnderTheWholeRecordOnly) {
  Rig rig(32);
  Shelf shelf(rig.memory, piece);
  EXPECT_FALSE(touch(shelf, 1));
  EXPECT_TRUE(touch(shelf, 1));
  EXPECT_FALSE(shelf.find({record(1).address, 101, 0}));
  EXPECT_FALSE(shelf.find({record(1).address, 100, 1}));
  EXPECT_FALSE(shelf.find(record(2)));
}

TEST(Shelf, WhatIsKnownGrowsAndNeverChanges) {
  Rig rig(32);
  Shelf shelf(rig.memory, piece);
  auto room = shelf.reserve();
  room.bytes()[0] = std::byte{1};
  shelf.keep(record(1), std::move(room), 1);
  const auto before = shelf.find(record(1));
  const Bytes more{std::byte{2}, std::byte{3}}, other{std::byte{9}};
  shelf.extend(record(1), 2, more);  // would leave a hole
  EXPECT_EQ(shelf.find(record(1))->size, 1U);
  shelf.extend(record(1), 1, more);
  shelf.extend(record(1), 1, other);  // known by now
  const auto after = shelf.find(record(1));
  EXPECT_EQ(before->size, 1U);
  ASSERT_EQ(after->size, 3U);
  EXPECT_EQ(after->bytes[1], std::byte{2});
  EXPECT_EQ(after->bytes[2], std::byte{3});
  shelf.extend(record(1), 3, Bytes(piece));  // more than there is room for
  EXPECT_EQ(shelf.find(record(1))->size, 3U);
}

TEST(Shelf, RoomThatIsNotKeptIsUsedAgain) {
  Rig rig(32);
  Shelf shelf(rig.memory, piece);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(shelf.reserve());  // as for a chunk that does not decode
  EXPECT_EQ(rig.memory->bytes(), piece);
}

TEST(Shelf, StaysWithinItsShareOfTheBudgetAndGoesWithIt) {
  Rig rig(32);
  {
    Shelf one(rig.memory, piece), two(rig.memory, piece);
    for (std::uint64_t i = 0; i < 1000; ++i) touch(i % 2 == 0 ? one : two, i % 200);
    EXPECT_GT(rig.memory->bytes(), 16 * piece);
    EXPECT_LE(rig.budget->peak(), rig.memory->limit());
  }
  EXPECT_EQ(rig.memory->bytes(), 0U);
  EXPECT_EQ(rig.budget->used(), 0U);
}

TEST(Shelf, AllOfOneDatasetCanBeGivenUpForAnother) {
  Rig rig(32);
  Shelf old(rig.memory, piece), fresh(rig.memory, piece);
  for (std::uint64_t i = 0; i < 32; ++i) touch(old, i);
  std::uint64_t found = 0;
  for (std::uint64_t i = 0; i < 64 * 8 * 4; ++i) found += touch(fresh, i % 8) ? 1 : 0;
  EXPECT_GT(found, 64U * 8);  // patience costs some rounds
}

TEST(Shelf, ASweepOverTwiceTheMemoryStillFindsAPart) {
  Rig rig(64);
  Shelf shelf(rig.memory, piece);
  for (std::uint64_t i = 0; i < 128; ++i) touch(shelf, i);
  std::uint64_t found = 0;
  constexpr std::uint64_t rounds = 20;
  for (std::uint64_t i = 0; i < rounds * 128; ++i) found += touch(shelf, i % 128) ? 1 : 0;
  EXPECT_GT(found, rounds * 128 / 4);  // the newest in place of the oldest would find none
}

TEST(Shelf, WhoHoldsWhatIsDroppedMayReadOn) {
  Rig rig(16);
  Shelf shelf(rig.memory, piece);
  touch(shelf, 1);
  const auto held = shelf.find(record(1));
  for (std::uint64_t i = 2; i < 2000; ++i) touch(shelf, i % 256);
  EXPECT_EQ(held->bytes[piece - 1], std::byte{1});
}

TEST(Shelf, IsNotUsedForPiecesThatCannotFit) {
  Rig rig(4);
  Shelf shelf(rig.memory, 5 * piece), enormous(rig.memory, ~std::uint64_t{0});
  EXPECT_FALSE(shelf.reserve());
  EXPECT_FALSE(enormous.reserve());
}

TEST(Shelf, LeavesAloneWhatOthersHaveOfTheBudget) {
  Rig rig(32);
  Shelf shelf(rig.memory, piece);
  const auto others = rig.budget->lease_anyway(rig.budget->limit());
  EXPECT_FALSE(shelf.reserve());
  EXPECT_EQ(rig.memory->bytes(), 0U);
}

TEST(Shelf, ManyThreadsPutInDropAndRead) {
  Rig rig(24);
  std::vector<std::unique_ptr<Shelf>> shelves;
  for (int i = 0; i < 3; ++i) shelves.push_back(std::make_unique<Shelf>(rig.memory, piece));
  std::vector<std::thread> threads;
  for (unsigned number = 0; number < 4; ++number)
    threads.emplace_back([&, number] {
      Shelf mine(rig.memory, piece);
      for (std::uint64_t i = 0; i < 4000; ++i) {
        touch(*shelves[(i + number) % 3], i * (number + 1) % 40);
        if (i % 16 == 0) touch(mine, i % 64);
        if (i % 1000 == 999) {
          const Shelf passing(rig.memory, piece);
        }
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_LE(rig.memory->bytes(), rig.memory->limit());
  shelves.clear();
  EXPECT_EQ(rig.budget->used(), 0U);
}

}  // namespace
}  // namespace fiver::pipeline
