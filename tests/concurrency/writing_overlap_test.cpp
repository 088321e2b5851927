// Proofs that writers don't wait for each other: two threads are inside encode of one dataset, and inside writing, at the same time.
#include <gtest/gtest.h>

#include "interleaving.hpp"
#include "meeting.hpp"

namespace fiver::tests {
namespace {

TEST(WritingOverlap, TwoCallersAreInsideEncodeOfOneDataset) {
  MeetingPoint encode;
  Options options;
  options.runtime = runtime_with(std::make_shared<WatchedFilter>([] {}, [&] { encode.enter(); }), 1);
  const auto file = File::create(std::make_shared<io::MemoryStorage>(), {}, options);
  const auto dataset = create_rows(file, 8, 4);
  encode.arm();
  on_threads(2, [&](unsigned number) { dataset.write(many(16, 1), frame(4 * number, 4)); });
  EXPECT_TRUE(encode.met());
}

TEST(WritingOverlap, TwoCallersAreInsideEncodeOfOneChunk) {
  MeetingPoint encode;
  Options options;
  options.runtime = runtime_with(std::make_shared<WatchedFilter>([] {}, [&] { encode.enter(); }), 1);
  const auto file = File::create(std::make_shared<io::MemoryStorage>(), {}, options);
  const auto dataset = create_rows(file, 4, 4);
  encode.arm();
  on_threads(2, [&](unsigned number) { dataset.write(many(16, static_cast<int>(number))); });
  EXPECT_TRUE(encode.met());
}

TEST(WritingOverlap, OneWriteEncodesOnAllWorkers) {
  constexpr unsigned workers = 4;
  for (const bool parts : {false, true}) {
    MeetingPoint encode(workers);
    Options options;
    options.runtime = runtime_with(std::make_shared<WatchedFilter>([] {}, [&] { encode.enter(); }), workers);
    const auto file = File::create(std::make_shared<io::MemoryStorage>(), {}, options);
    const auto dataset = create_rows(file, 64, 4);
    encode.arm();
    if (parts) {  // staged, and encoded when the file is flushed
      dataset.write(many(128, 1), strided({0, 0}, {2, 1}, {32, 4}));
      file.flush();
    } else {
      dataset.write(many(256, 1));
    }
    EXPECT_TRUE(encode.met()) << (parts ? "parts of chunks" : "whole chunks");
  }
}

TEST(WritingOverlap, FramesThatOneCallerWritesOneByOneAreEncodedOnAllWorkers) {
  constexpr unsigned workers = 4;
  constexpr int width = 32 << 10;  // calls of less are not kept together
  MeetingPoint encode(workers);
  Options options;
  options.runtime = runtime_with(std::make_shared<WatchedFilter>([] {}, [&] { encode.enter(); }), workers);
  const auto file = File::create(std::make_shared<io::MemoryStorage>(), {}, options);
  const auto dataset = create_rows(file, workers + 1, 1, width);
  dataset.write(many(width, 0), frame(0));  // nobody knows yet that more will come
  encode.arm();
  for (unsigned row = 1; row <= workers; ++row) dataset.write(many(width, static_cast<int>(row)), frame(row));
  file.flush();
  EXPECT_TRUE(encode.met());
  for (unsigned row = 0; row <= workers; ++row)
    EXPECT_EQ(dataset.read<std::int32_t>(frame(row)).span()[7], many(width, static_cast<int>(row))[7]);
}

TEST(WritingOverlap, TwoCallersAreInsideWritingDirectChunks) {
  MeetingPoint writing;
  Interleaved test;
  const auto dataset = create_rows(test.create(), 8, 4);
  test.storage->on_write = [&](std::uint64_t, std::size_t) { writing.enter(); };
  writing.arm();
  const auto stored = many(16, 1);
  on_threads(2, [&](unsigned number) { dataset.write_chunk({4 * number, 0}, std::as_bytes(std::span(stored)), 1); });
  EXPECT_TRUE(writing.met());
}

TEST(WritingOverlap, ACommitHoldsUpNoWriterAndNoReader) {
  Interleaved test;
  const auto file = test.create();
  const auto dataset = create_rows(file, 8, 4);
  dataset.write(many(32, 1));
  file.flush(Durability::full);  // from here on there is room behind the contents
  file.root().set_attribute("a", 4);
  bool went_on = false;
  test.in_write.arm([&] {  // in the midst of the commit, another thread does all of this
    std::thread([&] {
      dataset.write(many(16, 2), frame(0, 4));
      dataset.write(many(4, 3), frame(5));
      file.root().create_group("g").set_attribute("a", 1);
      dataset.resize({12, 4});
      went_on = dataset.read<int>(frame(5))[0] == 3 && file.find("g");
    }).join();
  });
  file.flush();
  EXPECT_TRUE(went_on);
  EXPECT_FALSE(test.reopened().find("g"));
  EXPECT_EQ(test.reopened().dataset("d").read<int>(frame(5))[0], 1);
  file.flush();
  EXPECT_TRUE(test.reopened().find("g"));
  EXPECT_EQ(test.reopened().dataset("d").shape()[0], 12U);
}

}  // namespace
}  // namespace fiver::tests
