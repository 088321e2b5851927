// What happens to the bytes of text and sequences of variable length, which stand in the file's global heap, when they are replaced or removed:
// a collection of which nothing is used any more is used again.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "fiver/filters.hpp"
#include "fiver/values/variable.hpp"
#include "io/memory_storage.hpp"
#include "property/model.hpp"

namespace fiver::property {
namespace {

Datatype text_of_files() {
  return {16, VariableStringType{StringPadding::null_terminated, CharacterSet::utf8}};
}

std::vector<std::string> texts(std::size_t count, unsigned round) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(fmt::format("text {} of round {}", i, round));
  return all;
}

struct Session {
  std::shared_ptr<io::MemoryStorage> storage = std::make_shared<io::MemoryStorage>();
  File file = File::create(storage);

  /// Bytes of the file after so many rounds, each with a commit.
  template <class Round>
  std::uint64_t size_after(unsigned from, unsigned to, Durability durability, Round&& round) {
    for (auto i = from; i < to; ++i) {
      round(file, i);
      file.flush(durability);
    }
    return storage->size();
  }
};

template <class Round>
void expect_bounded(unsigned few, unsigned many, Round&& round) {
  for (const auto durability : {Durability::none, Durability::order, Durability::full}) {
    Session run;
    const auto before = run.size_after(0, few, durability, round);
    const auto after = run.size_after(few, many, durability, round);
    EXPECT_LE(after, before + before / 2) << "durability " << static_cast<int>(durability);
  }
}

TEST(HeapSpace, ATextAttributeIsReplacedAThousandTimes) {
  expect_bounded(6, 1000, [](const File& file, unsigned i) {
    file.root().set_attribute("text", fmt::format("value {}", i));
    ASSERT_EQ(file.root().attribute("text").read_string(), fmt::format("value {}", i));
  });
}

TEST(HeapSpace, ManyTextAttributesAreReplacedInTurn) {
  expect_bounded(200, 1000, [](const File& file, unsigned i) {
    file.root().set_attribute(fmt::format("text {}", i % 20), fmt::format("value {}", i));
    if (i % 7 == 6) file.root().remove_attribute(fmt::format("text {}", (i - 3) % 20));
  });
}

template <class Make>
void overwrite_strings(Make&& make) {
  expect_bounded(6, 100, [&](const File& file, unsigned i) {
    const auto dataset = i == 0 ? make(file) : file.dataset("strings");
    dataset.write_strings(texts(1000, i));
    ASSERT_EQ(dataset.read_strings(), texts(1000, i));
  });
}

TEST(HeapSpace, ChunkedStringsAreOverwritten) {
  overwrite_strings([](const File& file) {
    NewDataset chunked;
    chunked.chunk = Shape{64};
    chunked.filters = {filters::deflate(1)};
    return file.root().create_dataset("strings", text_of_files(), Dataspace::simple({1000}), chunked);
  });
}

TEST(HeapSpace, ContiguousStringsAreOverwritten) {
  overwrite_strings([](const File& file) {
    return file.root().create_dataset("strings", text_of_files(), Dataspace::simple({1000}), {});
  });
}

TEST(HeapSpace, CompactStringsAreOverwritten) {
  overwrite_strings([](const File& file) {
    NewDataset compact;
    compact.compact = true;
    return file.root().create_dataset("strings", text_of_files(), Dataspace::simple({1000}), compact);
  });
}

TEST(HeapSpace, PartsOfStringsAreOverwrittenBetweenCommits) {
  expect_bounded(6, 60, [](const File& file, unsigned i) {
    NewDataset chunked;
    chunked.chunk = Shape{100};
    const auto dataset =
        i == 0 ? file.root().create_dataset("strings", text_of_files(), Dataspace::simple({1000}), chunked)
               : file.dataset("strings");
    auto expected = i == 0 ? std::vector<std::string>(1000) : dataset.read_strings();
    for (std::uint64_t part = 0; part < 8; ++part) {
      const auto from = (part * 130 + i * 37) % 850;
      const auto values = texts(150, 100 * i + static_cast<unsigned>(part));
      dataset.write_strings(values, box({from}, {150}));
      std::copy(values.begin(), values.end(), expected.begin() + static_cast<std::ptrdiff_t>(from));
    }
    ASSERT_EQ(dataset.read_strings(), expected);
  });
}

TEST(HeapSpace, StringsAreRemovedAndWrittenAgain) {
  expect_bounded(6, 60, [](const File& file, unsigned i) {
    if (i > 0) file.root().remove("passing");
    NewDataset chunked;
    chunked.chunk = Shape{300};
    static constexpr std::string_view nothing = "nothing";
    const VariablePart fill{nothing.size(), std::as_bytes(std::span(nothing)).data()};
    const auto bytes = std::as_bytes(std::span(&fill, 1));
    chunked.fill.defined = i % 2 == 0 ? FillValue::Defined::by_user : FillValue::Defined::by_default;
    if (i % 2 == 0) chunked.fill.bytes.assign(bytes.begin(), bytes.end());
    const auto dataset = file.root().create_dataset("passing/strings", text_of_files(),
                                                    Dataspace::simple({0}, Shape{unlimited}), chunked);
    dataset.resize({1000});
    dataset.write_strings(texts(900, i), box({0}, {900}));
    dataset.set_attribute("unit", fmt::format("unit {}", i));
  });
}

/// Many at once, and empty ones among them.
TEST(HeapSpace, ManyStringsAreOverwritten) {
  const auto many = [](unsigned round) {
    auto all = texts(20000, round);
    for (std::size_t i = round % 5; i < all.size(); i += 5) all[i].clear();
    all[round * 100] = std::string(100000 + round, 'x');
    return all;
  };
  expect_bounded(4, 12, [&](const File& file, unsigned i) {
    NewDataset chunked;
    chunked.chunk = Shape{3000};
    const auto dataset =
        i == 0 ? file.root().create_dataset("strings", text_of_files(), Dataspace::simple({20000}), chunked)
               : file.dataset("strings");
    dataset.write_strings(many(i));
    ASSERT_EQ(dataset.read_strings(), many(i));
  });
}

TEST(HeapSpace, OneTwoAndEightWorkersPutManyStringsAtTheSamePlaces) {
  std::vector<Bytes> files;
  for (const unsigned threads : {1U, 2U, 8U}) {
    Options options;
    Runtime::Settings settings;
    settings.threads = threads;
    options.runtime = std::make_shared<Runtime>(settings);
    const auto storage = std::make_shared<io::MemoryStorage>();
    const auto file = File::create(storage, {}, options);
    const auto dataset =
        file.root().create_dataset("strings", text_of_files(), Dataspace::simple({100000}), NewDataset{});
    dataset.write_strings(texts(100000, 1));
    dataset.write_strings(texts(50000, 2), box({7}, {50000}));
    file.close();
    files.push_back(storage->content());
    auto expected = texts(100000, 1);
    const auto second = texts(50000, 2);
    std::copy(second.begin(), second.end(), expected.begin() + 7);
    EXPECT_EQ(File::open(storage).dataset("strings").read_strings(), expected);
  }
  EXPECT_TRUE(files[0] == files[1] && files[0] == files[2]);
}

/// What is not replaced stays, whatever is.
TEST(HeapSpace, WhatIsUsedStays) {
  Session run;
  NewDataset chunked;
  chunked.chunk = Shape{50};
  const auto dataset =
      run.file.root().create_dataset("strings", text_of_files(), Dataspace::simple({0}, Shape{unlimited}), chunked);
  std::vector<std::string> expected;
  for (unsigned i = 0; i < 200; ++i) {
    const auto length = 20 + 7 * i % 300;
    expected.resize(length);
    dataset.resize({length});
    const auto from = 11 * i % (length - 10);
    const auto values = texts(10, i);
    dataset.write_strings(values, box({from}, {10}));
    std::copy(values.begin(), values.end(), expected.begin() + static_cast<std::ptrdiff_t>(from));
    run.file.root().set_attribute(fmt::format("text {}", i % 5), fmt::format("value {}", i));
    if (i % 3 != 0) run.file.flush(i % 2 == 0 ? Durability::order : Durability::full);
    ASSERT_EQ(dataset.read_strings(), expected) << i;
  }
  run.file.close();
  const auto again = File::open(run.storage);
  EXPECT_EQ(again.dataset("strings").read_strings(), expected);
  for (unsigned i = 195; i < 200; ++i)
    EXPECT_EQ(again.root().attribute(fmt::format("text {}", i % 5)).read_string(), fmt::format("value {}", i));
}

/// A reader goes on with what it has opened, and so does what it leads to.
TEST(HeapSpace, WhoLooksAtAnOlderStateFindsItsText) {
  Session run;
  run.file.root().set_attribute("a", std::string("the first"));
  run.file.root().set_attribute("b", std::string("the other"));
  run.file.flush();
  const auto seen = run.file.root().attribute("a");
  for (unsigned i = 0; i < 50; ++i) {
    run.file.root().set_attribute("a", fmt::format("a {}", i));
    run.file.root().set_attribute("b", fmt::format("b {}", i));
    run.file.flush();
  }
  EXPECT_EQ(seen.read_string(), "the first");
}

/// Elements that were written as stored bytes may lead where others lead: nothing comes back from then on.
TEST(HeapSpace, AChunkThatWasCopiedAsItIsKeepsItsText) {
  Session run;
  NewDataset chunked;
  chunked.chunk = Shape{10};
  const auto dataset = run.file.root().create_dataset("strings", text_of_files(), Dataspace::simple({20}), chunked);
  dataset.write_strings(texts(10, 1), box({0}, {10}));
  run.file.flush();
  dataset.write_chunk({10}, dataset.read_chunk({0}).bytes, 0);
  run.file.flush();
  for (unsigned i = 2; i < 20; ++i) {
    dataset.write_strings(texts(10, i), box({0}, {10}));
    run.file.flush();
  }
  EXPECT_EQ(dataset.read_strings(box({10}, {10})), texts(10, 1));
}

}  // namespace
}  // namespace fiver::property
