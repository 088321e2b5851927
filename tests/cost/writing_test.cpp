// What commits cost: calls of storage and bytes, for the common steps, in a small file and in one that has a thousand times as much. Counted, not
// timed.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "common/watched_filter.hpp"
#include "fiver/fiver.hpp"
#include "io/counting_storage.hpp"
#include "io/forwarding_storage.hpp"
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
    {"appended frame, order, small file", {5, 4305, 0, 0, 0}},
    {"another frame, order, small file", {4, 4305, 0, 0, 0}},
    {"overwritten frame, order, small file", {5, 4305, 0, 0, 1}},
    {"created group, order, small file", {3, 1318, 1, 0, 0}},
    {"created dataset with its elements, order, small file", {4, 2334, 0, 0, 0}},
    {"attribute, order, small file", {2, 1171, 0, 0, 0}},
    {"attribute changed, order, small file", {2, 1171, 0, 0, 0}},
    {"flush of nothing again, order, small file", {0, 0, 0, 0, 0}},
    {"flush without a change, full, small file", {0, 0, 0, 0, 0}},
    {"appended frame, full, small file", {5, 4305, 0, 2, 0}},
    {"another frame, full, small file", {4, 4305, 0, 2, 0}},
    {"overwritten frame, full, small file", {5, 4305, 0, 2, 1}},
    {"created group, full, small file", {3, 1318, 1, 2, 0}},
    {"created dataset with its elements, full, small file", {4, 2334, 0, 2, 0}},
    {"attribute, full, small file", {2, 1171, 0, 2, 0}},
    {"attribute changed, full, small file", {2, 1171, 0, 2, 0}},
    {"flush of nothing again, full, small file", {0, 0, 0, 0, 0}},
    {"flush without a change, order, large file", {0, 0, 0, 0, 0}},
    {"appended frame, order, large file", {6, 8401, 0, 0, 0}},
    {"another frame, order, large file", {5, 8401, 0, 0, 0}},
    {"overwritten frame, order, large file", {6, 6353, 0, 0, 3}},
    {"created group, order, large file", {3, 1318, 1, 0, 0}},
    {"created dataset with its elements, order, large file", {4, 2334, 0, 0, 0}},
    {"attribute, order, large file", {2, 1171, 0, 0, 0}},
    {"attribute changed, order, large file", {2, 1171, 0, 0, 0}},
    {"flush of nothing again, order, large file", {0, 0, 0, 0, 0}},
    {"flush without a change, full, large file", {0, 0, 0, 0, 0}},
    {"appended frame, full, large file", {6, 8401, 0, 2, 0}},
    {"another frame, full, large file", {6, 8401, 0, 2, 0}},
    {"overwritten frame, full, large file", {6, 6353, 0, 2, 3}},
    {"created group, full, large file", {3, 1318, 1, 2, 0}},
    {"created dataset with its elements, full, large file", {4, 2334, 0, 2, 0}},
    {"attribute, full, large file", {2, 1171, 0, 2, 0}},
    {"attribute changed, full, large file", {2, 1171, 0, 2, 0}},
    {"flush of nothing again, full, large file", {0, 0, 0, 0, 0}},
    // A heap of a few KiB is written whole, as are its trees.
    {"link into a group of 100", {6, 5504, 0, 0, 2}},
    {"link renamed among 100", {10, 9984, 0, 0, 1}},
    {"link removed from 100", {6, 5504, 0, 0, 2}},
    {"attribute beside 100", {5, 9121, 0, 0, 0}},
    {"attribute replaced beside 100", {6, 9121, 0, 0, 2}},
    {"link, full, into a group of 100", {6, 5504, 0, 2, 0}},
    // A larger one gets a new copy of its last block and of the tables above it; its header is rewritten in place, with a sync of its own. A
    // renamed link has both names for a moment, and the path to each is written.
    {"link into a group of 1000", {10, 4277, 1, 0, 2}},
    {"link renamed among 1000", {10, 5486, 0, 0, 6}},
    {"link removed from 1000", {6, 2891, 0, 0, 6}},
    {"attribute beside 1000", {10, 5303, 0, 0, 1}},
    {"attribute replaced beside 1000", {9, 4791, 0, 0, 6}},
    {"link, full, into a group of 1000", {10, 4325, 0, 3, 3}},
    {"link into a group of 100000", {13, 5503, 1, 0, 3}},
    {"link renamed among 100000", {16, 9272, 0, 0, 9}},
    {"link removed from 100000", {8, 3915, 0, 0, 7}},
    {"attribute beside 10000", {14, 10007, 0, 0, 1}},
    {"attribute replaced beside 10000", {8, 8471, 0, 0, 9}},
    {"link, full, into a group of 100000", {13, 6575, 0, 3, 3}},
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

/// Also counts how often it is asked for its size: a system call.
class AskedStorage final : public io::ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::uint64_t size() const override {
    ++asked;
    return ForwardingStorage::size();
  }
  mutable std::uint64_t asked = 0;
};

/// A frame that others follow: its chunk; the path of its index with the journal record; the superblock, which tells where the file ends now; the
/// dataset's header. Nothing is asked, however many frames there are, and nothing is read but where a full node of the index is split: its neighbour. A ready-made chunk is one write.
TEST(WriteCosts, OfFramesAndChunksOneByOne) {
  Options options;
  options.runtime = runtime_with(nullptr, 1);
  options.mode = WriterMode::swmr;
  const auto asked = std::make_shared<AskedStorage>(std::make_shared<io::MemoryStorage>());
  const auto storage = std::make_shared<io::CountingStorage>(asked);
  const auto file = File::create(storage, {}, options);
  constexpr std::uint64_t height = 144, width = 240;
  const auto followed =
      file.root().create_dataset<std::uint16_t>("d", {unlimited, height, width}, {.chunk = Shape{1, height, width}});
  const auto ready = file.root().create_dataset<std::uint8_t>("ready", {1000, 1000}, {.chunk = Shape{1, 1000}});
  file.flush();
  const std::vector<std::uint16_t> pixels(height * width, 3);
  const auto append = [&](std::uint64_t i) {
    followed.resize({i + 1, height, width});
    followed.write(pixels, frame(i));
    file.flush();
  };
  std::uint64_t looks = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    storage->reset();
    asked->asked = 0;
    append(i);
    const auto counts = storage->counts();
    if (i < 2) continue;  // the first ones find the file as it was made
    EXPECT_EQ(counts.writes, 4U) << i;
    EXPECT_EQ(counts.resizes + counts.syncs, 0U) << i;
    looks += counts.reads + asked->asked;
    EXPECT_LT(counts.bytes_written, height * width * 2 + 8000);
  }
  EXPECT_LE(looks, 1000U / 25);
  const std::vector<std::byte> chunk(1000, std::byte{7});
  storage->reset();
  asked->asked = 0;
  for (std::uint64_t i = 0; i < 1000; ++i) ready.write_chunk({i, 0}, chunk);
  EXPECT_EQ(storage->counts().writes, 1000U);
  EXPECT_EQ(storage->counts().bytes_written, 1000U * 1000);
  EXPECT_EQ(storage->counts().reads + asked->asked, 0U);
}

/// Links and attributes beyond a few are kept in a heap and in trees of names: a commit extends the heap by a block and writes the paths to what
/// changed. What a link costs grows with their number only by the depth of these.
TEST(WriteCosts, OfLinksAndAttributesAmongMany) {
  for (const int count : {100, 1000, 100000}) {
    Written written(false);
    const auto group = written.file->root().create_group("wide");
    const int attributes = std::min(count, 10000);  // each looks through all for its name
    for (int i = 0; i < count; ++i) group.create_soft_link(fmt::format("link_{:06}", i), "/d");
    for (int i = 0; i < attributes; ++i) group.set_attribute(fmt::format("attribute_{:06}", i), i);
    written.file->flush();
    // The first one looks for the end of the heap.
    group.create_soft_link("one", "/d");
    group.set_attribute("one", 1);
    written.file->flush();
    const auto flush = [&] { written.file->flush(); };
    expect(fmt::format("link into a group of {}", count), written.cost_of([&] {
      group.create_soft_link("one more", "/d");
      flush();
    }));
    expect(fmt::format("link renamed among {}", count), written.cost_of([&] {
      group.move("one more", "another");
      flush();
    }));
    expect(fmt::format("link removed from {}", count), written.cost_of([&] {
      group.remove("another");
      flush();
    }));
    expect(fmt::format("attribute beside {}", attributes), written.cost_of([&] {
      group.set_attribute("one more", 1);
      flush();
    }));
    expect(fmt::format("attribute replaced beside {}", attributes), written.cost_of([&] {
      group.set_attribute("one more", 2);
      flush();
    }));
    expect(fmt::format("link, full, into a group of {}", count), written.cost_of([&] {
      group.create_soft_link("the last", "/d");
      written.file->flush(Durability::full);
    }));
  }
}

/// Ten thousand commits of one link each write ten times what a thousand do, and the space of what they replace is used again.
TEST(WriteCosts, ManyCommitsAreLinear) {
  Written written(false);
  const auto group = written.file->root().create_group("wide");
  const auto commits = [&](int from, int to) {
    return written.cost_of([&] {
      for (int i = from; i < to; ++i) {
        group.create_soft_link(fmt::format("link_{:06}", i), "/d");
        written.file->flush();
      }
    });
  };
  const auto first = commits(0, 1000), rest = commits(1000, 10000);
  EXPECT_LT(first.bytes, 1000U * 5000);
  EXPECT_LT(rest.bytes, 9000U * 6500);
  EXPECT_LT(rest.writes, 9000U * 12);
  EXPECT_LT(written.storage->size(), std::uint64_t{3} << 20);
  // As many that replace an attribute, and with it nothing grows.
  for (int i = 0; i < 100; ++i) group.set_attribute(fmt::format("attribute_{:06}", i), i);
  written.file->flush();
  const auto size = written.storage->size();
  const auto replaced = written.cost_of([&] {
    for (int i = 0; i < 3000; ++i) {
      group.set_attribute(fmt::format("attribute_{:06}", i % 100), i);
      written.file->flush();
    }
  });
  EXPECT_LT(replaced.bytes, 3000U * 9500);
  EXPECT_LT(written.storage->size(), size + (200 << 10));
}

}  // namespace
}  // namespace fiver::tests
