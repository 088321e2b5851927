#include "object/name_order.hpp"

#include <gtest/gtest.h>

#include <random>

namespace fiver::object {
namespace {

struct Thing {
  std::string name;
  int number = 0;
  friend bool operator==(const Thing&, const Thing&) = default;
};

void expect_order(std::vector<Thing> things) {
  for (int number = 0; auto& thing : things) thing.number = number++;
  auto expected = things;
  std::stable_sort(expected.begin(), expected.end(), [](const Thing& a, const Thing& b) { return a.name < b.name; });
  sort_by_name(things, [](const Thing& thing) -> const std::string& { return thing.name; });
  EXPECT_TRUE(things == expected);
}

TEST(NameOrder, IsThatOfTheBytes) {
  expect_order({});
  expect_order({{"one"}});
  expect_order({{"b"}, {"a"}});
  expect_order({{"b"}, {"a"}, {"b"}, {"a"}});
  expect_order({{"same"}, {"same"}, {"samf"}, {"sam"}, {"same longer than a key"}, {"same longer than a kex"}});
  using namespace std::string_literals;
  expect_order({{"a\0"s}, {"a"}, {"a\xff"}, {"a\x7f"}, {""}});
}

TEST(NameOrder, OfRandomNames) {
  std::mt19937 random(3);
  for (unsigned round = 0; round < 200; ++round) {
    std::vector<Thing> things(random() % 300);
    const std::string start(random() % 12, 'x');
    for (auto& thing : things) {
      thing.name = start;
      for (auto n = random() % 14; n > 0; --n) thing.name += static_cast<char>('a' + random() % 3);
    }
    expect_order(std::move(things));
  }
}

}  // namespace
}  // namespace fiver::object
