// refresh() while others read: a read keeps the extent it began with, handles keep what they saw, and new handles see what the file says.
#include "fiver/fiver.hpp"
#include "io/memory_storage.hpp"
#include "meeting.hpp"
#include "sample.hpp"

namespace fiver::tests {
namespace {

constexpr std::uint64_t short_rows = 60;

/// A file whose dataset "d" has `rows`, its data always all sample_rows: two of these differ only in the dataset's header.
Bytes file_of(std::uint64_t rows) {
  FileBuilder builder;
  auto spec = dataset_of(sample_values(), {rows, sample_columns});
  return builder.finish(builder.add_group({hard_link("d", builder.add_dataset(spec))}));
}

/// A file in memory that can be made short or long by one write.
class Changing {
 public:
  Changing() {
    while (short_[first_] == long_[first_]) ++first_;
    while (short_[end_ - 1] == long_[end_ - 1]) --end_;
  }
  const std::shared_ptr<io::MemoryStorage>& storage() const { return storage_; }
  void write(std::uint64_t rows) {
    storage_->write_at(first_, ByteView(rows == short_rows ? short_ : long_).subspan(first_, end_ - first_));
  }

 private:
  Bytes short_ = file_of(short_rows), long_ = file_of(sample_rows);
  std::size_t first_ = 0, end_ = short_.size();
  std::shared_ptr<io::MemoryStorage> storage_ = std::make_shared<io::MemoryStorage>(short_);
};

void expect_sound(const Dataset& dataset) {
  const auto rows = dataset.shape()[0];
  ASSERT_TRUE(rows == short_rows || rows == sample_rows) << rows;
  const auto got = dataset.read<std::uint16_t>();
  ASSERT_EQ(got.shape(), (Shape{rows, sample_columns}));
  for (std::uint64_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i], sample_value(i));
}

TEST(Refresh, OfAFileThatStaysDisturbsNobody) {
  const auto sample = make_sample();
  Options options;
  options.runtime = runtime_with(std::make_shared<WatchedFilter>(), 2);
  auto file = File::open(std::make_shared<io::MemoryStorage>(sample.file), options);
  std::vector<Dataset> kept;
  for (const auto& path : sample.paths) kept.push_back(file.dataset(path));
  std::atomic<int> reading{4};
  on_threads(6, [&](unsigned number) {
    if (number >= 4) {
      auto mine = file;
      auto object = file.object(sample.paths[number]);
      while (reading > 0) {
        mine.refresh();
        object.refresh();
      }
      return;
    }
    for (int round = 0; round < 30; ++round)
      for (std::size_t i = 0; i < kept.size(); ++i) {
        const auto got = (round % 2 == 0 ? kept[i] : file.dataset(sample.paths[i])).read<std::uint16_t>();
        for (std::uint64_t e = 0; e < got.size(); ++e) ASSERT_EQ(got[e], sample_value(e));
      }
    --reading;
  });
}

TEST(Refresh, EveryReadSeesOneExtent) {
  Changing changing;
  Options options;
  options.runtime = runtime_with(nullptr, 2);
  const auto file = File::open(changing.storage(), options);
  const auto before = file.dataset("d");
  std::atomic<int> reading{5};
  on_threads(6, [&](unsigned number) {
    if (number == 5) {
      auto mine = file;
      for (bool longer = true; reading > 0; longer = !longer) {
        changing.write(longer ? sample_rows : short_rows);
        mine.refresh();
      }
      return;
    }
    for (int round = 0; round < 200; ++round) {
      if (number == 0) {
        ASSERT_EQ(before.shape()[0], short_rows);
        expect_sound(before);
      } else {
        expect_sound(file.dataset("d"));
      }
    }
    --reading;
  });
}

TEST(Refresh, ShowsWhatIsWrittenToTheNextHandle) {
  Changing changing;
  Options options;
  options.runtime = runtime_with(nullptr, 2);
  auto file = File::open(changing.storage(), options);
  const auto before = file.dataset("d");
  auto mine = file.dataset("d");
  changing.write(sample_rows);
  EXPECT_EQ(file.dataset("d").shape()[0], short_rows);  // nobody has asked yet
  file.refresh();
  EXPECT_EQ(file.dataset("d").shape()[0], sample_rows);
  EXPECT_EQ(before.shape()[0], short_rows);
  EXPECT_EQ(before.read<std::uint16_t>().size(), short_rows * sample_columns);
  mine.refresh();
  EXPECT_EQ(mine.shape()[0], sample_rows);
}

/// A reader that has the old bytes in hand when the file changes and is refreshed must not put them where later readers find them.
TEST(Refresh, AReaderThatIsLateDoesNotBringOldBytesBack) {
  for (const bool whole_file : {true, false}) {
    Changing changing;
    std::mutex mutex;
    std::condition_variable changed;
    bool hold = false, held = false;
    const auto storage = std::make_shared<WatchedStorage>(changing.storage(), nullptr, [&](std::uint64_t) {
      std::unique_lock lock(mutex);
      if (!hold || held) return;
      held = true;
      changed.notify_all();
      changed.wait(lock, [&] { return !hold; });
    });
    Options options;
    options.runtime = runtime_with(nullptr, 2);
    auto file = File::open(storage, options);
    auto keeper = file.object("d");  // keeps the object's state alive, as any open handle does
    file.refresh();
    hold = true;
    std::thread late([&] { expect_sound(file.dataset("d")); });
    {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return held; });
    }
    changing.write(sample_rows);
    if (whole_file)
      file.refresh();
    else
      keeper.refresh();
    {
      const std::lock_guard lock(mutex);
      hold = false;
      changed.notify_all();
    }
    late.join();
    EXPECT_EQ(file.dataset("d").shape()[0], sample_rows) << (whole_file ? "file" : "object");
  }
}

}  // namespace
}  // namespace fiver::tests
