// What commits cost: calls of storage and bytes, for the common steps, in a small file and in one that has a thousand times as much. Counted, not
// timed.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "common/watched_filter.hpp"
#include "fiver/fiver.hpp"
#include "io/counting_storage.hpp"
#include "io/memory_storage.hpp"

namespace fiver::tests {
namespace {

struct WriteCost {
  std::uint64_t writes = 0, bytes = 0, resizes = 0, syncs = 0, reads = 0;
  friend bool operator==(const WriteCost&, const WriteCost&) = default;
};

std::string text(const WriteCost& cost) {
  return fmt::format("{{{}, {}, {}, {}, {}}}", cost.writes, cost.bytes, cost.resizes, cost.syncs, cost.reads);
}

struct Row {
  std::string_view job;
  WriteCost cost;
};

// Writes, bytes written, resizes, syncs and reads. A frame is 1024 bytes. In native files a header is rewritten in place, after a journal record of
// its old and new image; "order" writes the same bytes as "full" without the two syncs. What a step costs depends on the file's size only by the depth
// of the index: the path of nodes of 2048 bytes from its root to the chunk is written anew, one in the small file, two or three in the large one
// (blocks that lie side by side are one write).
//   job, {writes, bytes, resizes, syncs, reads}
constexpr Row table[] = {
    {"flush without a change, order, small file", {0, 0, 0, 0, 0}},
    {"appended frame, order, small file", {5, 4305, 0, 0, 1}},
    {"another frame, order, small file", {4, 4305, 0, 0, 2}},
    {"overwritten frame, order, small file", {5, 4305, 0, 0, 1}},
    {"created group, order, small file", {3, 1318, 1, 0, 0}},
    {"created dataset with its elements, order, small file", {4, 2334, 0, 0, 0}},
    {"attribute, order, small file", {2, 1171, 0, 0, 0}},
    {"attribute changed, order, small file", {2, 1171, 0, 0, 0}},
    {"flush of nothing again, order, small file", {0, 0, 0, 0, 0}},
    {"flush without a change, full, small file", {0, 0, 0, 0, 0}},
    {"appended frame, full, small file", {5, 4305, 0, 2, 1}},
    {"another frame, full, small file", {4, 4305, 0, 2, 2}},
    {"overwritten frame, full, small file", {5, 4305, 0, 2, 1}},
    {"created group, full, small file", {3, 1318, 1, 2, 0}},
    {"created dataset with its elements, full, small file", {4, 2334, 0, 2, 0}},
    {"attribute, full, small file", {2, 1171, 0, 2, 0}},
    {"attribute changed, full, small file", {2, 1171, 0, 2, 0}},
    {"flush of nothing again, full, small file", {0, 0, 0, 0, 0}},
    {"flush without a change, order, large file", {0, 0, 0, 0, 0}},
    {"appended frame, order, large file", {6, 8401, 0, 0, 3}},
    {"another frame, order, large file", {5, 8401, 0, 0, 2}},
    {"overwritten frame, order, large file", {6, 6353, 0, 0, 3}},
    {"created group, order, large file", {3, 1318, 1, 0, 0}},
    {"created dataset with its elements, order, large file", {4, 2334, 0, 0, 0}},
    {"attribute, order, large file", {2, 1171, 0, 0, 0}},
    {"attribute changed, order, large file", {2, 1171, 0, 0, 0}},
    {"flush of nothing again, order, large file", {0, 0, 0, 0, 0}},
    {"flush without a change, full, large file", {0, 0, 0, 0, 0}},
    {"appended frame, full, large file", {6, 8401, 0, 2, 3}},
    {"another frame, full, large file", {6, 8401, 0, 2, 2}},
    {"overwritten frame, full, large file", {6, 6353, 0, 2, 4}},
    {"created group, full, large file", {3, 1318, 1, 2, 0}},
    {"created dataset with its elements, full, large file", {4, 2334, 0, 2, 0}},
    {"attribute, full, large file", {2, 1171, 0, 2, 0}},
    {"attribute changed, full, large file", {2, 1171, 0, 2, 0}},
    {"flush of nothing again, full, large file", {0, 0, 0, 0, 0}},
    // The group's links and attributes are written whole.
    {"link into a group of 100", {8, 13454, 1, 0, 2}},
    {"attribute beside 100", {5, 9121, 0, 0, 1}},
    {"link into a group of 1000", {9, 102494, 1, 0, 6}},
    {"attribute beside 1000", {5, 69729, 0, 0, 4}},
};

constexpr std::uint64_t columns = 256;

/// A file with `frames` frames of a KiB in "d", and `objects` groups in "many", ten to a group.
struct Written {
  std::shared_ptr<io::CountingStorage> storage =
      std::make_shared<io::CountingStorage>(std::make_shared<io::MemoryStorage>());
  std::optional<File> file;
  std::optional<Dataset> dataset;
  std::uint64_t rows;

  explicit Written(bool large) : rows(large ? 4000 : 4) {
    Options options;
    options.runtime = runtime_with(nullptr, 1);
    file = File::create(storage, {}, options);
    NewDataset settings;
    settings.chunk = Shape{1, columns};
    dataset = file->root().create_dataset<std::uint32_t>("d", {unlimited, columns}, settings);
    dataset->resize({rows, columns});
    dataset->write(std::vector<std::uint32_t>(rows * columns, 7));
    for (int i = 0; i < (large ? 1000 : 1); ++i)
      file->root().create_group(fmt::format("many/{}/{}/{}", i / 100, i / 10 % 10, i % 10)).set_attribute("number", i);
    file->flush(Durability::full);
    file->flush(Durability::full);
    append(Durability::full);  // its index is what later ones find
  }

  void append(Durability durability) {
    dataset->resize({++rows, columns});
    dataset->write(std::vector<std::uint32_t>(columns, 9), frame(rows - 1));
    file->flush(durability);
  }

  WriteCost cost_of(const std::function<void()>& job) const {
    storage->reset();
    job();
    const auto counts = storage->counts();
    return {counts.writes, counts.bytes_written, counts.resizes, counts.syncs, counts.reads};
  }
};

void expect(std::string_view job, const WriteCost& cost) {
  const auto row = std::find_if(std::begin(table), std::end(table), [&](const Row& each) { return each.job == job; });
  if (row == std::end(table))
    ADD_FAILURE() << "\"" << job << "\" is not in the table: {\"" << job << "\", " << text(cost) << "},";
  else
    EXPECT_TRUE(cost == row->cost) << "\"" << job << "\" costs " << text(cost) << "; the table says "
                                   << text(row->cost);
}

TEST(WriteCosts, OfEachStep) {
  for (const bool large : {false, true}) {
    const std::string_view in = large ? "large" : "small";
    const auto job = [&](std::string_view what) { return fmt::format("{}, {} file", what, in); };
    for (const auto durability : {Durability::order, Durability::full}) {
      const std::string_view name = durability == Durability::full ? "full" : "order";
      const auto what = [&](std::string_view step) { return job(fmt::format("{}, {}", step, name)); };
      Written written(large);
      const auto flush = [&] { written.file->flush(durability); };
      expect(what("flush without a change"), written.cost_of(flush));
      expect(what("appended frame"), written.cost_of([&] { written.append(durability); }));
      expect(what("another frame"), written.cost_of([&] { written.append(durability); }));
      expect(what("overwritten frame"), written.cost_of([&] {
        written.dataset->write(std::vector<std::uint32_t>(columns, 8), frame(1));
        flush();
      }));
      const auto group = written.file->root().create_group("new");
      flush();
      expect(what("created group"), written.cost_of([&] {
        group.create_group("g");
        flush();
      }));
      expect(what("created dataset with its elements"), written.cost_of([&] {
        group.create_dataset<std::uint32_t>("d", {columns}).write(std::vector<std::uint32_t>(columns, 5));
        flush();
      }));
      expect(what("attribute"), written.cost_of([&] {
        group.set_attribute("a", 1);
        flush();
      }));
      expect(what("attribute changed"), written.cost_of([&] {
        group.set_attribute("a", 2);
        flush();
      }));
      expect(what("flush of nothing again"), written.cost_of(flush));
    }
  }
}

/// Groups and attributes beyond a few are kept in trees, which are written whole with each commit that changes them: what a link costs grows
/// with their number.
TEST(WriteCosts, OfLinksAndAttributesAmongMany) {
  for (const int count : {100, 1000}) {
    Written written(false);
    const auto group = written.file->root().create_group("wide");
    for (int i = 0; i < count; ++i) group.create_soft_link(fmt::format("link_{:06}", i), "/d");
    for (int i = 0; i < count; ++i) group.set_attribute(fmt::format("attribute_{:06}", i), i);
    written.file->flush();
    expect(fmt::format("link into a group of {}", count), written.cost_of([&] {
      group.create_soft_link("one more", "/d");
      written.file->flush();
    }));
    expect(fmt::format("attribute beside {}", count), written.cost_of([&] {
      group.set_attribute("one more", 1);
      written.file->flush();
    }));
  }
}

}  // namespace
}  // namespace fiver::tests
