// Many threads write one file: elements, extents, objects, links and attributes, while others read and flush. All that a call did when it returned is
// there for whoever looks, and in the file after a flush; nothing for ThreadSanitizer to say.
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "fiver/check.hpp"
#include "interleaving.hpp"
#include "meeting.hpp"

namespace fiver::tests {
namespace {

constexpr unsigned threads = 6;
#ifdef __SANITIZE_THREAD__
constexpr int rounds = 8;
#else
constexpr int rounds = 60;
#endif

void expect_sound(const File& file) {
  std::string found;
  for (const auto& fault : check(file).faults) found += fault.object + ": " + fault.message + "\n";
  EXPECT_EQ(found, "");
}

std::string name_of(const char* what, unsigned number, int round) {
  return std::string(what) + std::to_string(number) + "_" + std::to_string(round);
}

TEST(WritingThreads, OneDatasetByWholeChunksPartsAndDirectly) {
  Interleaved test(2);
  const auto file = test.create();
  // Chunks of 4 rows: for each thread one of its own, one by direct writes, then one that all write whole, and one that all have rows of.
  const auto rows = threads * 4, shared = 2 * rows, parts = shared + 4;
  const auto dataset = create_rows(file, parts + threads, 4, 16);
  on_threads(threads, [&](unsigned number) {
    for (int round = 1; round <= rounds; ++round) {
      const auto value = round * static_cast<int>(threads) + static_cast<int>(number);
      dataset.write(many(64, value), frame(4 * number, 4));
      const auto stored = many(64, value);
      dataset.write_chunk({rows + 4 * number, 0}, std::as_bytes(std::span(stored)), 1);
      dataset.write(many(64, value), frame(shared, 4));
      dataset.write(many(16, value), frame(parts + number));
      if (number == 0) file.flush();
      const auto own = dataset.read<int>(frame(parts + number));
      ASSERT_TRUE(std::all_of(own.begin(), own.end(), [&](int seen) { return seen == value; }));
      const auto all_have = dataset.read<int>(frame(shared, 4));
      ASSERT_TRUE(std::all_of(all_have.begin(), all_have.end(), [&](int seen) { return seen == all_have[0]; }));
    }
  });
  file.close();
  const auto reopened = test.reopened();
  expect_sound(reopened);
  const auto got = reopened.dataset("d").read<int>();
  for (unsigned number = 0; number < threads; ++number) {
    const auto last = rounds * static_cast<int>(threads) + static_cast<int>(number);
    for (std::uint64_t i = 0; i < 64; ++i) {
      ASSERT_EQ(got(4 * number + i / 16, i % 16), last);
      ASSERT_EQ(got(rows + 4 * number + i / 16, i % 16), last);
    }
    for (std::uint64_t i = 0; i < 16; ++i) ASSERT_EQ(got(parts + number, i), last);
  }
}

TEST(WritingThreads, ObjectsLinksAndAttributesAtOnce) {
  Interleaved test(2);
  const auto file = test.create();
  const auto shared = file.root().create_group("shared", {.track_order = true});
  on_threads(threads, [&](unsigned number) {
    for (int round = 0; round < rounds; ++round) {
      const auto group = shared.create_group(name_of("g", number, round));
      group.set_attribute("number", static_cast<int>(number));
      group.create_dataset<int>("d", {4}).write(many(4, round));
      shared.create_hard_link(name_of("h", number, round), group.dataset("d"));
      shared.create_soft_link(name_of("s", number, round), "/shared/" + name_of("g", number, round));
      file.root().set_attribute(name_of("a", number, round), round);
      file.root().require_group("common/" + std::to_string(round % 3));
      if (round % 3 == 1) shared.remove(name_of("s", number, round - 1));
      if (round % 3 == 2) shared.move(name_of("g", number, round - 1), "/common/" + name_of("moved", number, round));
      if (round % 5 == 4) file.root().remove_attribute(name_of("a", number, round - 2));
      if (number == 0 && round % 4 == 0) file.flush();
      ASSERT_EQ(shared.dataset(name_of("h", number, round)).read<int>()[0], round);
      ASSERT_TRUE(file.root().find_attribute(name_of("a", number, round)));
    }
  });
  const auto names = [](const Group& group) {
    std::set<std::string> found;
    for (const auto& link : group.links()) found.insert(link.name);
    return found;
  };
  std::set<std::string> wanted, wanted_attributes;
  for (unsigned number = 0; number < threads; ++number)
    for (int round = 0; round < rounds; ++round) {
      wanted.insert(name_of("h", number, round));
      if (round % 3 != 0 || round + 1 == rounds) wanted.insert(name_of("s", number, round));
      if (round % 3 != 1 || round + 1 == rounds) wanted.insert(name_of("g", number, round));
      if (round % 5 != 2 || round + 2 >= rounds) wanted_attributes.insert(name_of("a", number, round));
    }
  file.close();
  const auto reopened = test.reopened();
  expect_sound(reopened);
  EXPECT_EQ(names(reopened.group("shared")), wanted);
  const auto found = reopened.root().attribute_names();
  EXPECT_EQ(std::set<std::string>(found.begin(), found.end()), wanted_attributes);
  for (unsigned number = 0; number < threads; ++number)
    for (int round = 2; round < rounds; round += 3)
      EXPECT_EQ(reopened.dataset("/common/" + name_of("moved", number, round) + "/d").read<int>()[0], round - 1);
}

TEST(WritingThreads, OneNameIsGivenOnce) {
  Interleaved test;
  const auto file = test.create();
  for (int round = 0; round < rounds; ++round) {
    std::atomic<int> made{0}, refused{0};
    on_threads(threads, [&](unsigned number) {
      try {
        const auto path = "name" + std::to_string(round);
        if (number % 2 == 0)
          file.root().create_group(path);
        else
          file.root().create_dataset<int>(path, {3});
        ++made;
      } catch (const Error& error) {
        if (error.kind() == ErrorKind::invalid_argument) ++refused;
      }
    });
    ASSERT_EQ(made, 1);
    ASSERT_EQ(refused, static_cast<int>(threads) - 1);
  }
  file.close();
  EXPECT_EQ(test.reopened().root().link_count(), static_cast<std::uint64_t>(rounds));
  expect_sound(test.reopened());
}

TEST(WritingThreads, SeveralDatasetsGrowWhileOthersReadThem) {
  Interleaved test(2);
  const auto file = test.create();
  std::vector<Dataset> datasets;
  for (unsigned i = 0; i < 3; ++i) {
    NewDataset settings;
    settings.chunk = Shape{i + 1, 8};
    settings.filters = {{WatchedFilter::number, 0, "watched", {}}};
    datasets.push_back(file.root().create_dataset<int>("d" + std::to_string(i), {unlimited, 8}, settings));
  }
  std::atomic<bool> stop{false};
  std::vector<std::thread> readers;
  std::atomic<int> wrong{0};
  for (unsigned i = 0; i < 2; ++i)
    readers.emplace_back([&, i] {
      const auto seen = i == 0 ? file : File::open(test.storage, test.options);
      while (!stop) {
        for (unsigned d = 0; d < 3; ++d) {
          const auto dataset = seen.dataset("d" + std::to_string(d));
          try {
            const auto got = dataset.read<int>();  // one extent for all of it
            const auto rows = got.shape()[0];
            if (got.size() != rows * 8) ++wrong;
            for (std::uint64_t r = 0; r < rows; ++r)
              for (std::uint64_t c = 0; c < 8; ++c)
                if (got(r, c) != 0 && got(r, c) != static_cast<int>(r)) ++wrong;
          } catch (const Error& error) {
            ADD_FAILURE() << error.what();
          }
        }
        if (i == 0) file.flush();
      }
    });
  on_threads(3, [&](unsigned number) {
    const auto& dataset = datasets[number];
    for (int r = 0; r < rounds * 4; ++r) {
      const auto row = static_cast<std::uint64_t>(r);
      dataset.resize({row + 1, 8});
      dataset.write(many(8, r), frame(row));
    }
  });
  stop = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(wrong, 0);
  file.close();
  const auto reopened = test.reopened();
  expect_sound(reopened);
  for (unsigned d = 0; d < 3; ++d) {
    const auto got = reopened.dataset("d" + std::to_string(d)).read<int>();
    ASSERT_EQ(got.size(), static_cast<std::uint64_t>(rounds) * 32);
    for (std::uint64_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i], static_cast<int>(i / 8));
  }
}

TEST(WritingThreads, OneDatasetGrowsAndShrinksUnderItsWriters) {
  Interleaved test(2);
  const auto file = test.create();
  const auto dataset = create_rows(file, 64, 4, 8);
  on_threads(4, [&](unsigned number) {
    std::mt19937 random(number);
    for (int round = 0; round < rounds * 4; ++round) {
      const auto row = static_cast<std::uint64_t>(random() % 64);
      if (number == 0) {
        dataset.resize({1 + row, 8});
        continue;
      }
      try {
        dataset.write(many(8, static_cast<int>(row) + 1), frame(row));
        const auto got = dataset.read<int>(frame(row));
        for (const auto value : got) ASSERT_TRUE(value == 0 || value == static_cast<int>(row) + 1) << value;
      } catch (const Error& error) {  // the row is outside
        ASSERT_EQ(error.kind(), ErrorKind::invalid_argument) << error.what();
      }
    }
  });
  dataset.resize({1, 8});
  dataset.resize({64, 8});
  const auto got = dataset.read<int>();
  for (std::uint64_t i = 8; i < got.size(); ++i) ASSERT_EQ(got[i], 0) << "row " << i / 8 << " came back";
  file.close();
  expect_sound(test.reopened());
}

TEST(WritingThreads, AFlushHasAllThatReturnedBefore) {
  Interleaved test(2);
  const auto file = test.create();
  const auto dataset = create_rows(file, threads * 2, 4, 8);
  std::vector<std::atomic<int>> returned(threads);
  std::atomic<unsigned> left{threads};
  on_threads(threads + 1, [&](unsigned number) {
    if (number < threads) {
      for (int round = 1; round <= rounds; ++round) {
        dataset.write(many(16, round), frame(2 * number, 2));  // half a chunk
        file.root().set_attribute("thread" + std::to_string(number), round);
        returned[number] = round;
        std::this_thread::yield();
      }
      --left;
      return;
    }
    while (left > 0) {
      std::vector<int> before;
      for (const auto& each : returned) before.push_back(each);
      file.flush();
      const auto stored = test.reopened();
      const auto got = stored.dataset("d").read<int>();
      for (unsigned each = 0; each < threads; ++each) {
        ASSERT_GE(got(2 * each, 0), before[each]);
        ASSERT_GE(got(2 * each + 1, 7), before[each]);
        const auto attribute = stored.root().find_attribute("thread" + std::to_string(each));
        ASSERT_GE(attribute ? attribute->read<int>()[0] : 0, before[each]);
      }
    }
  });
}

}  // namespace
}  // namespace fiver::tests
