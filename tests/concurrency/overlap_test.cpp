// Proofs that there is no lock around the work: two threads are inside decode, inside reading data and inside reading metadata of one file
// at the same time. Each waits there for the other; with a lock around it neither would come.
#include "fiver/fiver.hpp"
#include "io/memory_storage.hpp"
#include "meeting.hpp"
#include "object/handle.hpp"
#include "sample.hpp"

namespace fiver::tests {
namespace {

const Selection first_rows = box({0, 0}, {7, 16}), other_rows = box({7, 0}, {7, 16});  // a chunk each

Dataset open_dataset(const Bytes& file, const std::string& path, unsigned pool,
                     const std::shared_ptr<const Filter>& filter) {
  Options options;
  options.runtime = runtime_with(filter, pool);
  return File::open(std::make_shared<io::MemoryStorage>(file), options).dataset(path);
}

TEST(Overlap, TwoCallersAreInsideDecodeOfOneDataset) {
  MeetingPoint decode;
  const auto filter = std::make_shared<WatchedFilter>([&] { decode.enter(); });
  const auto dataset = open_dataset(make_sample().file, "/filtered/watched", 1, filter);
  decode.arm();
  on_threads(2, [&](unsigned number) { dataset.read<std::uint16_t>(number == 0 ? first_rows : other_rows); });
  EXPECT_TRUE(decode.met());
}

TEST(Overlap, TwoCallersAreInsideDecodeOfOneChunk) {
  MeetingPoint decode;
  const auto filter = std::make_shared<WatchedFilter>([&] { decode.enter(); });
  const auto dataset = open_dataset(make_sample().file, "/filtered/watched", 1, filter);
  decode.arm();
  on_threads(2, [&](unsigned) { dataset.read<std::uint16_t>(first_rows); });
  EXPECT_TRUE(decode.met());
}

TEST(Overlap, TwoWorkersOfOneReadAreInsideDecode) {
  MeetingPoint decode;
  const auto filter = std::make_shared<WatchedFilter>([&] { decode.enter(); });
  const auto dataset = open_dataset(make_sample().file, "/filtered/watched", 2, filter);
  decode.arm();
  const auto got = dataset.read<std::uint16_t>();
  EXPECT_TRUE(decode.met());
  const auto wanted = sample_values();
  EXPECT_TRUE(std::equal(got.begin(), got.end(), wanted.begin(), wanted.end()));
}

TEST(Overlap, TwoWorkersOfForEachChunkAreInsideTheCallersWork) {
  MeetingPoint work;
  const auto dataset = open_dataset(make_sample().file, "/filtered/deflate", 2, nullptr);
  work.arm();
  dataset.for_each_chunk([&](const Chunk&) { work.enter(); });
  EXPECT_TRUE(work.met());
}

TEST(Overlap, TwoFramesAreDecodedAtOnce) {
  MeetingPoint decode;
  const auto filter = std::make_shared<WatchedFilter>([&] { decode.enter(); });
  const auto dataset = open_dataset(make_sample().file, "/filtered/watched", 2, filter);
  decode.arm();
  std::uint64_t row = 0;
  for (const auto& frame : dataset.frames<std::uint16_t>())
    ASSERT_EQ(frame.pixels()[1], sample_value(row++ * sample_columns + 1));
  EXPECT_EQ(row, sample_rows);
  EXPECT_TRUE(decode.met());
}

class Reading : public testing::Test {
 protected:
  File open(unsigned pool, const std::string& name) {
    Options options;
    options.runtime = runtime_with(std::make_shared<WatchedFilter>(), pool);
    const auto memory = std::make_shared<io::MemoryStorage>(make_large(), name);
    return File::open(std::make_shared<WatchedStorage>(memory, [this](std::uint64_t) { reading_.enter(); }), options);
  }

  /// Two datasets whose headers are in different pages of the metadata cache, with half a megabyte of data each.
  static Bytes make_large() {
    FileBuilder builder;
    auto spec = dataset_of(sample_values(8000), {8000, sample_columns});
    std::vector<Link> links{hard_link("contiguous", builder.add_dataset(spec))};
    spec.chunk = Shape{1000, sample_columns};
    spec.filters = {{1, 0, "", {1}}};
    links.push_back(hard_link("chunked", builder.add_dataset(spec)));
    links.push_back(hard_link("alias", builder.add_dataset(spec)));
    return builder.finish(builder.add_group(links));
  }

  MeetingPoint reading_;
};

TEST_F(Reading, TwoCallersReadContiguousDataOfOneDataset) {
  const auto dataset = open(1, "two callers").dataset("contiguous");
  reading_.arm();
  on_threads(2, [&](unsigned number) { dataset.read<std::uint16_t>(frame(4000 * number, 10)); });
  EXPECT_TRUE(reading_.met());
}

TEST_F(Reading, TwoWorkersOfOneReadReadChunks) {
  const auto dataset = open(2, "two workers").dataset("chunked");
  dataset.plan();  // the index is known then: what is read next are chunks
  reading_.arm();
  const auto got = dataset.read<std::uint16_t>();
  EXPECT_TRUE(reading_.met());
  for (std::uint64_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i], sample_value(i));
}

TEST_F(Reading, TwoCallersReadMetadata) {
  const auto file = open(1, "metadata");
  const auto root = file.root();
  root.links();
  reading_.arm();
  on_threads(
      2, [&](unsigned number) { EXPECT_EQ(root.dataset(number == 0 ? "contiguous" : "chunked").shape()[0], 8000U); });
  EXPECT_TRUE(reading_.met());
}

TEST_F(Reading, OneSlowReadHoldsUpNobody) {
  // While one thread hangs in a read, first of the index, then of a chunk, another reads the same, opens the file again and goes on.
  for (const bool index_is_known : {false, true}) {
    std::mutex mutex;
    std::condition_variable changed;
    bool hold = false, held = false;
    std::thread::id slow;
    const auto memory = std::make_shared<io::MemoryStorage>(make_large());
    const auto storage = std::make_shared<WatchedStorage>(memory, [&](std::uint64_t) {
      std::unique_lock lock(mutex);
      if (!hold || std::this_thread::get_id() != slow) return;
      held = true;
      changed.notify_all();
      if (!changed.wait_for(lock, std::chrono::seconds(30), [&] { return !hold; })) hold = false;
    });
    Options options;
    options.runtime = runtime_with(nullptr, 2);
    const auto file = File::open(storage, options);
    const auto dataset = file.dataset("chunked");
    if (index_is_known) dataset.plan();
    std::thread reader([&] {
      {
        const std::lock_guard lock(mutex);
        slow = std::this_thread::get_id();
        hold = true;
      }
      const auto got = dataset.read<std::uint16_t>(frame(0), {1, {}, {}});
      EXPECT_EQ(got[3], sample_value(3));
    });
    {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return held; });
    }
    const auto again = File::open(storage, options);
    EXPECT_EQ(&again.handle().state(), &file.handle().state());
    const auto rest = again.dataset("chunked").read<std::uint16_t>(frame(1000, 7000));
    EXPECT_EQ(rest[0], sample_value(1000 * sample_columns));
    EXPECT_EQ(again.dataset("alias").read<std::uint16_t>(frame(0))[1], sample_value(1));
    EXPECT_EQ(dataset.read<std::uint16_t>(frame(0))[2], sample_value(2));  // the very chunk
    {
      const std::lock_guard lock(mutex);
      EXPECT_TRUE(hold) << "the others came through only when the slow read had given up";
      hold = false;
      changed.notify_all();
    }
    reader.join();
  }
}

}  // namespace
}  // namespace fiver::tests
