// What happens to space that is given up: it is used again, and the file is cut when it closes.
#include <gtest/gtest.h>

#include "fiver/filters.hpp"
#include "io/memory_storage.hpp"
#include "property/model.hpp"

namespace fiver::property {
namespace {

void fill_file(const File& file) {
  const auto root = file.root();
  for (int i = 0; i < 20; ++i) {
    const auto group = root.create_group("group " + std::to_string(i), {i % 2 == 0});
    for (int k = 0; k < 30; ++k) group.create_soft_link("link " + std::to_string(k), "/nowhere");
    for (int k = 0; k < 12; ++k) group.set_attribute("attribute " + std::to_string(k), std::vector<int>(50, k));
    NewDataset chunked;
    chunked.chunk = Shape{10, 10};
    if (i % 3 == 0) chunked.filters = {filters::deflate(1)};
    const auto dataset = group.create_dataset<int>("chunked", {unlimited, 50}, chunked);
    dataset.resize({50, 50});
    dataset.write(std::vector<int>(2500, i));
    group.create_dataset<double>("contiguous", {100}).write(std::vector<double>(100, i));
  }
}

TEST(Space, AFileOfWhichEverythingWasRemovedIsAsSmallAsAnEmptyOne) {
  for (const bool flush : {false, true}) {
    const auto storage = std::make_shared<io::MemoryStorage>();
    const auto file = File::create(storage);
    fill_file(file);
    if (flush) file.flush();
    for (const auto& link : file.root().links()) file.root().remove(link.name);
    if (flush) file.flush();
    file.close();
    EXPECT_LE(storage->size(), 8192U) << "flush " << flush;
  }
}

/// Space that was free when the file was closed is not known any more (docs/limits.md); what is removed now is used again.
TEST(Space, WhatIsRemovedFromAFileThatWasOpenedAgainIsUsedAgain) {
  for (const auto compatibility : {Compatibility::native, Compatibility::earliest}) {
    const auto storage = std::make_shared<io::MemoryStorage>();
    NewFile settings;
    settings.compatibility = compatibility;
    {
      const auto file = File::create(storage, settings);
      fill_file(file);
      file.close();
    }
    const auto before = storage->size();
    const auto file = File::edit(storage);
    for (const auto& link : file.root().links()) file.root().remove(link.name);
    file.flush(Durability::full);
    fill_file(file);
    file.close();
    EXPECT_LE(storage->size(), before + before / 4) << "compatibility " << static_cast<int>(compatibility);
  }
}

/// Bytes of the file after so many rounds of overwriting everything and a flush.
template <class Round>
std::uint64_t size_after(unsigned rounds, Durability durability, Round&& round) {
  const auto storage = std::make_shared<io::MemoryStorage>();
  const auto file = File::create(storage);
  fill_file(file);
  for (unsigned i = 0; i < rounds; ++i) {
    round(file, i);
    file.flush(durability);
  }
  return storage->size();
}

TEST(Space, OverwritingAgainAndAgainDoesNotGrowTheFile) {
  const auto overwrite = [](const File& file, unsigned i) {
    for (int g = 0; g < 20; ++g) {
      const auto group = file.group("group " + std::to_string(g));
      group.dataset("chunked").write(std::vector<int>(2500, static_cast<int>(i)));
      group.set_attribute("attribute 3", std::vector<int>(50, static_cast<int>(i)));
      group.remove("link " + std::to_string(i % 30));
      group.create_soft_link("link " + std::to_string(i % 30), "/x" + std::to_string(i));
    }
  };
  for (const auto durability : {Durability::none, Durability::order, Durability::full}) {
    const auto few = size_after(6, durability, overwrite), many = size_after(60, durability, overwrite);
    EXPECT_LE(many, few + few / 5) << "durability " << static_cast<int>(durability);
  }
}

TEST(Space, CreatingAndRemovingAgainAndAgainDoesNotGrowTheFile) {
  const auto replace = [](const File& file, unsigned i) {
    const auto root = file.root();
    if (i > 0) root.remove("passing");
    NewDataset chunked;
    chunked.chunk = Shape{100};
    const auto dataset = root.create_dataset<int>("passing/data", {unlimited}, chunked);
    dataset.resize({5000 + i});
    dataset.write(std::vector<int>(5000 + i, 1));
  };
  for (const auto durability : {Durability::none, Durability::order, Durability::full}) {
    const auto few = size_after(6, durability, replace), many = size_after(100, durability, replace);
    EXPECT_LE(many, few + few / 5) << "durability " << static_cast<int>(durability);
  }
}

}  // namespace
}  // namespace fiver::property
