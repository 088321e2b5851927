// The end of a file's use, and its being open more than once: close() waits for calls under way and refuses later ones, the last handle commits,
// two opens in one process are one state.
#include <gtest/gtest.h>

#include <future>

#include "interleaving.hpp"
#include "io/fault_storage.hpp"
#include "io/test_folder.hpp"
#include "meeting.hpp"
#include "object/handle.hpp"

namespace fiver::tests {
namespace {

ErrorKind kind_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.kind();
  }
  ADD_FAILURE() << "no error";
  return ErrorKind::io;
}

TEST(WritingClose, WaitsForTheCallsUnderWayAndRefusesLaterOnes) {
  Interleaved test(2);
  const auto file = test.create();
  const auto dataset = create_rows(file, 8, 4);
  dataset.write(many(32, 1));
  std::promise<void> inside, go_on;
  test.in_encode.arm([&] {
    inside.set_value();
    go_on.get_future().wait();
  });
  std::thread writer([&] { dataset.write(many(16, 2), frame(4, 4)); });
  inside.get_future().wait();
  std::atomic<int> closed{0};
  std::vector<std::thread> closers;
  for (int i = 0; i < 2; ++i)
    closers.emplace_back([&] {
      file.close();
      ++closed;
    });
  // Once close() has begun, calls are refused, though it still waits.
  for (int i = 0; i < 10'000; ++i) {
    try {
      dataset.read<int>(frame(0));
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
      break;
    }
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  EXPECT_EQ(closed, 0);
  go_on.set_value();
  writer.join();
  for (auto& closer : closers) closer.join();
  EXPECT_EQ(closed, 2);
  EXPECT_EQ(kind_of([&] { dataset.write(many(4, 3), frame(0)); }), ErrorKind::invalid_argument);
  EXPECT_EQ(kind_of([&] { dataset.read<int>(); }), ErrorKind::invalid_argument);
  EXPECT_EQ(kind_of([&] { file.flush(); }), ErrorKind::invalid_argument);
  EXPECT_EQ(kind_of([&] { file.root().create_group("g"); }), ErrorKind::invalid_argument);
  file.close();
  EXPECT_EQ(test.reopened().dataset("d").read<int>(frame(4))[0], 2);
}

TEST(WritingClose, ManyThreadsGoOnUntilItIsClosed) {
  for (int round = 0; round < 5; ++round) {
    Interleaved test(2);
    auto file = std::make_optional(test.create());
    const auto dataset = create_rows(*file, 16, 4);
    std::atomic<int> returned[4] = {};
    std::thread closer([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      file->close();
    });
    on_threads(4, [&](unsigned number) {
      try {
        for (int i = 1;; ++i) {
          dataset.write(many(8, i), frame(4 * number + static_cast<unsigned>(i) % 3, 2));
          dataset.write(many(16, i), frame(4 * number, 4));
          returned[number] = i;
        }
      } catch (const Error& error) {
        ASSERT_EQ(error.kind(), ErrorKind::invalid_argument) << error.what();
      }
    });
    closer.join();
    const auto got = test.reopened().dataset("d").read<int>();
    for (std::uint64_t number = 0; number < 4; ++number) ASSERT_GE(got(4 * number + 3, 3), returned[number]);
  }
}

TEST(WritingClose, TwoOpensAreOneState) {
  const io::TestFolder folder;
  Options options;
  options.runtime = runtime_with(nullptr, 2);
  const auto path = folder / "f.h5";
  File::create(path, {}, options).root().create_dataset<int>("d", {4}).write(many(4, 1));
  const auto first = File::edit(path, options), second = File::edit(path, options), reader = File::open(path, options);
  EXPECT_EQ(&first.handle().state(), &second.handle().state());
  EXPECT_EQ(&first.handle().state(), &reader.handle().state());
  first.dataset("d").write(many(4, 2));
  first.root().create_group("g").set_attribute("a", 7);
  EXPECT_EQ(second.dataset("d").read<int>()[3], 2);
  EXPECT_EQ(reader.dataset("d").read<int>()[3], 2);
  EXPECT_EQ(reader.group("g").attribute("a").read<int>()[0], 7);
  second.root().remove("g");
  EXPECT_FALSE(first.find("g"));
  second.close();
  EXPECT_EQ(kind_of([&] { first.dataset("d"); }), ErrorKind::invalid_argument);
  EXPECT_EQ(File::open(path, options).dataset("d").read<int>()[0], 2);
}

TEST(WritingClose, AReaderInTheProcessIsAConflictAndSoIsReplacing) {
  const io::TestFolder folder;
  Options options;
  options.runtime = runtime_with(nullptr, 2);
  const auto path = folder / "f.h5";
  File::create(path, {}, options).close();
  {
    const auto reader = File::open(path, options);
    EXPECT_EQ(kind_of([&] { File::edit(path, options); }), ErrorKind::conflict);
    EXPECT_EQ(kind_of([&] { File::create(path, {}, options); }), ErrorKind::conflict);
  }
  const auto writer = File::edit(path, options);
  EXPECT_EQ(kind_of([&] { File::create(path, {}, options); }), ErrorKind::conflict);
  EXPECT_EQ(kind_of([&] { File::create(path, {.keep_existing = true}, options); }), ErrorKind::conflict);
  writer.root().create_group("still works");
}

TEST(WritingClose, EditsAtTheSameMomentAreOneState) {
  for (int round = 0; round < 20; ++round) {
    const io::TestFolder folder;
    Options options;
    options.runtime = runtime_with(nullptr, 1);
    const auto path = folder / "f.h5";
    File::create(path, {}, options).close();
    std::vector<std::optional<File>> files(4);
    on_threads(4, [&](unsigned number) {
      files[number] = File::edit(path, options);
      files[number]->root().create_group("g" + std::to_string(number));
    });
    for (const auto& file : files) {
      ASSERT_TRUE(file);
      ASSERT_EQ(&file->handle().state(), &files[0]->handle().state());
    }
    EXPECT_EQ(files[0]->root().link_count(), 4U);
  }
}

TEST(WritingClose, TheNextOpenWaitsForTheLastHandleToCommit) {
  Interleaved test;
  auto file = std::make_optional(test.create());
  file->root().create_group("before");
  std::promise<void> committing, go_on;
  test.in_write.arm([&] {
    committing.set_value();
    go_on.get_future().wait();
  });
  std::thread dropper([&] { file.reset(); });
  committing.get_future().wait();
  std::thread release([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    go_on.set_value();
  });
  const auto again = File::edit(test.storage, test.options);
  EXPECT_TRUE(again.find("before"));
  again.root().create_group("after");
  release.join();
  dropper.join();
  again.close();
  EXPECT_TRUE(test.reopened().find("before"));
  EXPECT_TRUE(test.reopened().find("after"));
}

TEST(WritingClose, TheLastHandleCommits) {
  Interleaved test;
  std::optional<Dataset> dataset;
  {
    const auto file = test.create();
    dataset = create_rows(file, 8, 4);
    file.root().create_group("gone");
    file.flush();
    file.root().remove("gone");
    file.flush();
    dataset->write(many(4, 1), frame(1));
  }
  dataset->write(many(4, 2), frame(2));  // the file is still open
  dataset.reset();
  EXPECT_EQ(test.reopened().dataset("d").read<int>(frame(1))[0], 1);
  EXPECT_EQ(test.reopened().dataset("d").read<int>(frame(2))[0], 2);
}

TEST(WritingClose, TheHookIsToldOfACommitThatFails) {
  const auto memory = std::make_shared<io::MemoryStorage>();
  const auto faulty = std::make_shared<io::FaultStorage>(memory);
  std::vector<std::string> told;
  Options options;
  options.runtime = runtime_with(nullptr, 1);
  options.on_error = [&](const Error& error) { told.emplace_back(error.what()); };
  {
    const auto file = File::create(faulty, {}, options);
    file.root().create_group("kept");
    file.flush();
    file.root().create_group("lost");
    faulty->set(
        {.operation = io::Operation::write, .lasting = true, .error = Error(ErrorKind::io, "the disk is full")});
  }
  ASSERT_EQ(told.size(), 1U);
  EXPECT_NE(told[0].find("the disk is full"), std::string::npos) << told[0];
  EXPECT_NE(told[0].find("(memory)"), std::string::npos) << told[0];
  faulty->clear();
  const auto file = File::edit(faulty, options);
  EXPECT_TRUE(file.find("kept"));
  EXPECT_FALSE(file.find("lost"));
  file.root().create_group("late");
  faulty->set({.operation = io::Operation::write, .lasting = true});
  EXPECT_EQ(kind_of([&] { file.close(); }), ErrorKind::io);
  faulty->clear();
  file.close();  // there is room again
  EXPECT_EQ(told.size(), 1U) << "close() says itself what failed";
  EXPECT_TRUE(File::open(faulty, options).find("late"));
}

}  // namespace
}  // namespace fiver::tests
