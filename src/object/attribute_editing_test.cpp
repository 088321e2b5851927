// Many attributes of one object: set, set again, renamed and removed, against a map.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "fiver/fiver.hpp"
#include "io/memory_storage.hpp"

namespace fiver {
namespace {

TEST(AttributeEditing, ManyAttributesAreFoundAgain) {
  const auto storage = std::make_shared<io::MemoryStorage>();
  const auto file = File::create(storage);
  std::map<std::string, int> expected;
  std::mt19937 random(7);
  const auto any = [&] { return fmt::format("name {}", random() % 120); };
  const auto check = [&](const File& seen, int step) {
    const auto all = seen.root().attributes();
    ASSERT_EQ(all.size(), expected.size()) << step;
    for (const auto& attribute : all) ASSERT_EQ(attribute.read<int>().at(0), expected.at(attribute.name())) << step;
  };
  for (int step = 0; step < 3000; ++step) {
    const auto name = any();
    const auto kind = random() % 10;
    if (kind < 6 || expected.count(name) == 0) {
      file.root().set_attribute(name, step);
      expected[name] = step;
    } else if (kind < 8) {
      file.root().remove_attribute(name);
      expected.erase(name);
    } else if (const auto to = any(); expected.count(to) == 0) {
      file.root().rename_attribute(name, to);
      expected[to] = expected[name];
      expected.erase(name);
    }
    if (step % 250 == 0) check(file, step);
    if (step % 100 == 0) file.flush();
    // Now and then few are left, and many come again.
    if (step % 1000 == 999)
      for (; expected.size() > 5; expected.erase(expected.begin()))
        file.root().remove_attribute(expected.begin()->first);
  }
  file.close();
  check(File::open(storage), -1);
}

}  // namespace
}  // namespace fiver
