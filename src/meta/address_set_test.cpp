#include "meta/address_set.hpp"

#include <gtest/gtest.h>

#include <random>
#include <unordered_set>

namespace fiver::meta {
namespace {

TEST(AddressSet, AgreesWithAStandardSet) {
  std::mt19937_64 random(7);
  AddressSet set;
  std::unordered_set<std::uint64_t> standard;
  for (unsigned i = 0; i < 20000; ++i) {
    const auto address = i % 3 == 0 ? random() : random() % 4096 * 8;
    ASSERT_EQ(set.insert(address), standard.insert(address).second);
    ASSERT_EQ(set.size(), standard.size());
  }
}

TEST(AddressSet, HoldsEveryValue) {
  AddressSet set;
  for (const auto address : {std::uint64_t{0}, ~std::uint64_t{0}, ~std::uint64_t{0} - 1}) {
    EXPECT_TRUE(set.insert(address));
    EXPECT_FALSE(set.insert(address));
  }
  EXPECT_EQ(set.size(), 3U);
}

}  // namespace
}  // namespace fiver::meta
