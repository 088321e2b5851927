// Space against a model that keeps one flag for every 8 bytes.
#include "meta/space.hpp"

#include <gtest/gtest.h>

#include <random>

#include "fiver/values/error.hpp"

namespace fiver::meta {
namespace {

constexpr std::uint64_t unit = 8;

class Flags {
 public:
  explicit Flags(std::uint64_t used) : used_(used / unit, true) {}

  /// Throws when something is there.
  void take(std::uint64_t address, std::uint64_t size) {
    ASSERT_EQ(address % unit, 0U);
    const auto first = address / unit, end = (address + size + unit - 1) / unit;
    if (end > used_.size()) used_.resize(end, false);
    for (auto i = first; i < end; ++i) {
      ASSERT_FALSE(used_[i]) << "byte " << i * unit << " is handed out twice";
      used_[i] = true;
    }
  }
  void give_back(std::uint64_t address, std::uint64_t size) {
    for (auto i = address / unit; i < (address + size + unit - 1) / unit; ++i) used_[i] = false;
  }
  std::uint64_t free_below(std::uint64_t end) const {
    std::uint64_t bytes = 0;
    for (std::uint64_t i = 0; i < end / unit; ++i) bytes += i >= used_.size() || !used_[i] ? unit : 0;
    return bytes;
  }
  /// Whether so many bytes are free in one piece below `end`.
  bool has_room(std::uint64_t size, std::uint64_t end) const {
    std::uint64_t run = 0;
    for (std::uint64_t i = 0; i < end / unit; ++i) {
      run = i < used_.size() && used_[i] ? 0 : run + unit;
      if (run >= size) return true;
    }
    return false;
  }

 private:
  std::vector<bool> used_;
};

TEST(Space, HandsOutNothingTwiceAndForgetsNothing) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    const std::uint64_t start = 96 + 8 * (random() % 10), base = seed % 2 == 0 ? 0 : 512 + 8 * (random() % 64);
    Space space(start, base);
    Flags flags(start);
    std::vector<Extent> held;
    for (int step = 0; step < 3000; ++step) {
      const auto size = 1 + random() % (random() % 4 == 0 ? 2000 : 200);
      const auto padded = (size + unit - 1) / unit * unit;
      switch (random() % 5) {
        case 0:
        case 1: {
          const bool fits = flags.has_room(padded, space.end());
          const auto end = space.end();
          const auto address = space.allocate(size);
          ASSERT_EQ(address.value + padded <= end, fits) << "free space is used before the file grows";
          flags.take(address.value, size);
          held.push_back({address, size});
          break;
        }
        case 2: {
          const auto address = space.allocate_record(size);
          if (padded <= Space::sector) {
            const auto place = (base + address.value) % Space::sector;
            ASSERT_LE(place + padded, Space::sector) << "a record across a line";
          }
          flags.take(address.value, size);
          held.push_back({address, size});
          break;
        }
        default:
          if (held.empty()) break;
          std::swap(held[random() % held.size()], held.back());
          flags.give_back(held.back().address.value, held.back().size);
          space.give_back(held.back());
          held.pop_back();
      }
      if (random() % 200 == 0) {
        const auto before = space.end(), after = space.trim();
        ASSERT_LE(after, before);
        ASSERT_EQ(after, space.end());
        if (after > start) {
          ASSERT_FALSE(flags.has_room(unit, after) && flags.free_below(after) != space.free_bytes());
        }
      }
      ASSERT_EQ(space.free_bytes(), flags.free_below(space.end())) << "seed " << seed << ", step " << step;
    }
    // Everything given back: nothing is left but what was there before.
    for (const auto& extent : held) space.give_back(extent);
    EXPECT_EQ(space.trim(), start);
    EXPECT_EQ(space.free_bytes(), 0U);
  }
}

TEST(Space, GivesTheSameAddressesForTheSameCalls) {
  const auto run = [] {
    std::mt19937 random(1);
    Space space(512, 0);
    std::vector<std::uint64_t> addresses;
    std::vector<Extent> held;
    for (int step = 0; step < 500; ++step) {
      if (random() % 3 == 0 && !held.empty()) {
        space.give_back(held.back());
        held.pop_back();
      } else {
        const std::uint64_t size = 1 + random() % 600;
        held.push_back({random() % 2 == 0 ? space.allocate(size) : space.allocate_record(size), size});
        addresses.push_back(held.back().address.value);
      }
    }
    return addresses;
  };
  EXPECT_EQ(run(), run());
}

TEST(Space, TakesTheSmallestPieceThatIsLargeEnough) {
  Space space(0, 0);
  std::vector<Address> at;
  for (const std::uint64_t size : {64U, 8U, 32U, 8U, 48U, 8U}) at.push_back(space.allocate(size));
  space.give_back({at[0], 64});
  space.give_back({at[2], 32});
  space.give_back({at[4], 48});
  EXPECT_EQ(space.allocate(40), at[4]);
  EXPECT_EQ(space.allocate(32), at[2]);
  EXPECT_EQ(space.allocate(1), (Address{at[4].value + 40}));
  EXPECT_EQ(space.allocate(64), at[0]);
}

TEST(Space, RefusesMoreThanAFileMayHave) {
  Space space(512, 0);
  EXPECT_THROW(space.allocate(std::uint64_t{1} << 63), Error);
  EXPECT_THROW(space.allocate(std::uint64_t{1} << 62), Error);
  EXPECT_EQ(space.end(), 512U);
  EXPECT_EQ(space.allocate(8).value, 512U);
}

/// Chunks of a file by libhdf5 stand one behind the other to the byte.
TEST(Space, LeavesTheNeighboursOfWhatOthersHavePlacedAlone) {
  Space space(4096, 0);
  space.give_back({Address{1001}, 31});  // up to 1032
  space.give_back({Address{2000}, 29});  // up to 2029, where something else begins
  space.give_back({Address{3001}, 5});   // within a unit
  EXPECT_EQ(space.free_bytes(), 24U + 24U);
  const auto first = space.allocate(20), second = space.allocate(24);
  EXPECT_EQ(first.value, 1008U);
  EXPECT_EQ(second.value, 2000U);
  // What was handed out here comes back with its last unit.
  space.give_back({first, 20});
  EXPECT_EQ(space.free_bytes(), 24U);
  EXPECT_EQ(space.allocate(8).value, 1008U);
  const auto behind = space.allocate(100);
  EXPECT_GE(behind.value, 4096U);
  const auto before = space.free_bytes();
  space.give_back({behind, 100});
  EXPECT_EQ(space.free_bytes(), before + 104);
}

TEST(Space, BehindAnEndWithinAUnitIsAligned) {
  Space space(4093, 0);
  const auto first = space.allocate(10);
  EXPECT_EQ(first.value, 4096U);
  space.give_back({first, 10});
  EXPECT_EQ(space.allocate(16), first);
}

TEST(Space, GivesNothingBackForNothing) {
  Space space(512, 0);
  space.give_back({Address{64}, 0});
  EXPECT_EQ(space.free_bytes(), 0U);
}

}  // namespace
}  // namespace fiver::meta
