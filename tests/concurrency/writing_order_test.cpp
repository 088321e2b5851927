// Writes that meet at the worst moment, each made to happen: whatever the order in which whole chunks, parts of chunks, commits and resizes come to
// the same place, no write that returned is lost, and none comes back after a later one.
#include <gtest/gtest.h>

#include <future>

#include "interleaving.hpp"

namespace fiver::tests {
namespace {

std::vector<int> row(const Dataset& dataset, std::uint64_t number) {
  const auto got = dataset.read<int>(frame(number));
  return {got.begin(), got.end()};
}

TEST(WritingOrder, PartsFromBothSidesOfAWholeChunkStayApart) {
  const auto file = File::create(std::make_shared<io::MemoryStorage>());
  const auto dataset = create_rows(file, 4, 4, 4, false);
  dataset.write(many(4, 1), frame(0));
  dataset.write(many(16, 2));
  dataset.write(many(4, 3), frame(1));  // continues the first one in the chunk
  EXPECT_EQ(row(dataset, 0), many(4, 2));
  EXPECT_EQ(row(dataset, 1), many(4, 3));
  EXPECT_EQ(row(dataset, 2), many(4, 2));
}

TEST(WritingOrder, APartIsNotDroppedForALaterOneThatWasFaster) {
  Interleaved test;
  const auto dataset = create_rows(test.create(), 8, 4);
  // While the first call encodes chunk 0, another writes a row of chunk 1, and it is read.
  test.in_encode.arm([&] {
    dataset.write(many(4, 7), frame(7));
    EXPECT_EQ(row(dataset, 7), many(4, 7));
  });
  dataset.write(many(20, 5), frame(0, 5));
  EXPECT_TRUE(test.in_encode.done());
  EXPECT_EQ(row(dataset, 4), many(4, 5));
  EXPECT_EQ(row(dataset, 7), many(4, 7));
}

TEST(WritingOrder, APartIsNotDroppedBecauseASlowOneCameAfterIt) {
  Interleaved test;
  const auto dataset = create_rows(test.create(), 8, 4);
  test.in_encode.arm([&] {
    dataset.write(many(16, 6), frame(4, 4));  // chunk 1 whole
    dataset.write(many(4, 7), frame(7));
  });
  dataset.write(many(20, 5), frame(0, 5));  // the part of chunk 1 has the lowest number and comes last
  EXPECT_EQ(row(dataset, 7), many(4, 7));
  EXPECT_EQ(row(dataset, 6), many(4, 6));
}

TEST(WritingOrder, WhatIsStagedWhileACommitDrainsIsWrittenByTheNext) {
  Interleaved test;
  const auto file = test.create();
  const auto dataset = create_rows(file, 8, 4);
  dataset.write(many(4, 1), frame(0));
  test.in_write.arm([&] { dataset.write(many(4, 2), frame(4)); });
  file.flush();
  EXPECT_TRUE(test.in_write.done());
  file.flush();
  EXPECT_EQ(row(test.reopened().dataset("d"), 0), many(4, 1));
  EXPECT_EQ(row(test.reopened().dataset("d"), 4), many(4, 2));
}

TEST(WritingOrder, AnOldPartDoesNotComeBackOverAWholeChunkThatWasCommitted) {
  Interleaved test;
  const auto file = test.create();
  const auto dataset = create_rows(file, 8, 4);
  dataset.write(many(4, 1), frame(0));
  test.in_write.arm([&] {  // between a commit's last look at what is staged and its end
    dataset.write(many(4, 2), frame(4));
    dataset.write(many(16, 3), frame(4, 4));
  });
  file.flush();
  EXPECT_EQ(row(dataset, 4), many(4, 3));
  file.flush();
  EXPECT_EQ(row(test.reopened().dataset("d"), 4), many(4, 3));
}

TEST(WritingOrder, WhatIsWrittenWhileACommitWritesIsNotTakenBack) {
  Interleaved test;
  const auto file = test.create();
  NewDataset compact;
  compact.compact = true;
  const auto small = file.root().create_dataset<int>("compact", {4}, compact);
  const auto block = file.root().create_dataset<int>("contiguous", {4});
  small.write(many(4, 1));
  file.flush(Durability::full);  // from here on there is room behind the contents
  small.write(many(4, 4));
  test.in_write.arm([&] {
    small.write(many(4, 2));
    block.write(many(4, 3));
  });
  file.flush();
  EXPECT_EQ(small.read<int>()[0], 2);
  EXPECT_EQ(block.read<int>()[0], 3);
  file.flush();
  EXPECT_EQ(test.reopened().dataset("compact").read<int>()[0], 2);
  EXPECT_EQ(test.reopened().dataset("contiguous").read<int>()[0], 3);
}

TEST(WritingOrder, WhatGoesBehindACommitsRecordWaitsForIt) {
  // The record is the last thing in the file while it is needed: elements behind it would hide it, and be cut off with it.
  for (const auto durability : {Durability::none, Durability::order, Durability::full}) {
    Interleaved test;
    const auto file = test.create();
    const auto dataset = create_rows(file, 400, 100, 64);  // more than the room that is kept behind the contents
    const auto block = file.root().create_dataset<int>("contiguous", {40'000});
    std::thread other;
    std::promise<void> finished;
    test.in_write.arm([&] {
      other = std::thread([&] {
        dataset.write(many(25'600, 1));
        block.write(many(40'000, 2));
        finished.set_value();
      });
      finished.get_future().wait_for(std::chrono::milliseconds(200));
    });
    file.flush(durability);
    other.join();
    const auto rows = dataset.read<int>();
    EXPECT_TRUE(std::all_of(rows.begin(), rows.end(), [](int value) { return value == 1; }));
    const auto elements = block.read<int>();
    EXPECT_TRUE(std::all_of(elements.begin(), elements.end(), [](int value) { return value == 2; }));
    file.close();
    const auto stored = test.reopened().dataset("d").read<int>();
    EXPECT_TRUE(std::all_of(stored.begin(), stored.end(), [](int value) { return value == 1; }));
  }
}

TEST(WritingOrder, ElementsWrittenAfterACommitsSyncWaitForTheNext) {
  Interleaved test;
  const auto file = test.create();
  const auto block = file.root().create_dataset<int>("contiguous", {4});
  block.write(many(4, 1));
  file.flush(Durability::full);
  int syncs = 0;
  block.write(many(4, 2));
  test.storage->on_sync = [&] {
    if (++syncs == 1) block.write(many(4, 3));  // too late for this one
  };
  file.flush(Durability::full);
  EXPECT_EQ(syncs, 1);
  file.flush(Durability::full);
  EXPECT_EQ(syncs, 2);
  file.flush(Durability::full);
  EXPECT_EQ(syncs, 2) << "nothing was written any more";
}

TEST(WritingOrder, TwoThreadsThatAppendToOneChunkLoseNothing) {
  Interleaved test;
  const auto dataset = create_rows(test.create(), 1, 4);
  std::thread other;
  std::promise<void> finished;
  test.in_encode.arm([&] {  // row 0 is all that its chunk has, so far
    other = std::thread([&] {
      dataset.resize({2, 4});
      dataset.write(many(4, 2), frame(1));
      row(dataset, 1);  // what was staged goes out
      finished.set_value();
    });
    finished.get_future().wait_for(std::chrono::milliseconds(300));  // it may well have to wait for this call
  });
  dataset.write(many(4, 1), frame(0));
  other.join();
  EXPECT_EQ(row(dataset, 0), many(4, 1));
  EXPECT_EQ(row(dataset, 1), many(4, 2));
}

TEST(WritingOrder, AWriteThatMeetsASmallerExtentLeavesNothingOutsideIt) {
  Interleaved test;
  const auto dataset = create_rows(test.create(), 8, 4);
  dataset.write(many(32, 1));
  std::thread other;
  std::promise<void> finished;
  test.in_encode.arm([&] {
    other = std::thread([&] {
      dataset.resize({2, 4});
      finished.set_value();
    });
    finished.get_future().wait_for(std::chrono::milliseconds(300));
  });
  dataset.write(many(32, 2));
  other.join();
  dataset.resize({8, 4});
  for (std::uint64_t i = 0; i < 8; ++i) {
    const auto got = row(dataset, i);
    EXPECT_TRUE(i < 2 ? got == many(4, 2) : got == many(4, 0)) << "row " << i << " has " << got[0];
  }
}

TEST(WritingOrder, AReadersChunkIsNotUsedAgainBeforeItIsRead) {
  for (const bool changed_before : {false, true}) {
    Interleaved test;
    {
      const auto file = test.create();
      create_rows(file, 8, 4, 64).write(many(512, 1));
      file.close();
    }
    const auto file = File::edit(test.storage, test.options);
    const auto dataset = file.dataset("d");
    if (changed_before) {
      dataset.write(many(256, 1), frame(4, 4));
      file.flush(Durability::full);
    }
    const auto place = dataset.find_chunk({0, 0})->file_offset;
    bool done = false, reused = false;
    test.storage->on_read = [&](std::uint64_t offset, std::size_t size) {
      if (done || offset > place || offset + size <= place || size > 4096) return;
      done = true;  // the reader has its plan and is about to read the chunk
      dataset.write(many(256, 2), frame(0, 4));
      file.flush(Durability::full);
      for (int i = 3; i < 6; ++i) {  // whatever takes the room
        dataset.write(many(256, i), frame(4, 4));
        file.flush(Durability::full);
        reused = reused || dataset.find_chunk({4, 0})->file_offset == place;
      }
    };
    const auto got = dataset.read<int>(frame(0, 4));
    EXPECT_TRUE(done);
    EXPECT_FALSE(reused);
    for (const auto value : got) ASSERT_EQ(value, 1) << (changed_before ? "of a dataset changed before" : "");
  }
}

}  // namespace
}  // namespace fiver::tests
