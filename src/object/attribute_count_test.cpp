#include "fiver/attribute_count.hpp"

#include <gtest/gtest.h>

#include "fiver/fiver.hpp"
#include "io/memory_storage.hpp"

namespace fiver::object {
namespace {

TEST(AttributeCount, IsThatOfTheNames) {
  for (const auto style : {Compatibility::native, Compatibility::earliest}) {
    const auto storage = std::make_shared<io::MemoryStorage>();
    {
      const auto file = File::create(storage, {.compatibility = style});
      for (const int count : {0, 1, 8, 9, 300}) {
        const auto group = file.root().create_group(std::to_string(count));
        for (int i = 0; i < count; ++i) group.set_attribute("attribute " + std::to_string(i), i);
        EXPECT_EQ(attribute_count(group), static_cast<std::uint64_t>(count));
      }
      const auto group = file.group("300");
      file.flush();
      group.remove_attribute("attribute 7");
      EXPECT_EQ(attribute_count(group), 299U);
      file.close();
    }
    const auto file = File::open(std::make_shared<io::ImageStorage>(storage->content()));
    for (const auto* name : {"0", "1", "8", "9", "300"})
      EXPECT_EQ(attribute_count(file.group(name)), file.group(name).attribute_names().size()) << name;
  }
}

}  // namespace
}  // namespace fiver::object
