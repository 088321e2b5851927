// A child process made while its parent writes: it reads by the parent's handles, writes nothing, and its end leaves the parent's lock, file and later
// commits as they are.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "interleaving.hpp"
#include "io/posix_storage.hpp"
#include "io/test_folder.hpp"
#include "meeting.hpp"

namespace fiver::tests {
namespace {

/// Runs in a child; its result, or -1 when a signal ended it.
int in_child(const std::function<int()>& work) {
  std::fflush(nullptr);
  const auto id = ::fork();
  if (id == 0) {
    ::alarm(60);  // a wait for what only the parent's threads could end
    int result = 99;
    try {
      result = work();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "in the child: %s\n", error.what());
    }
    ::_exit(result);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(id, &status, 0), id);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool is_conflict(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.kind() == ErrorKind::conflict;
  }
  return false;
}

TEST(WritingFork, ChildrenReadAndLeaveTheParentsFileAlone) {
  const io::TestFolder folder;
  const auto path = folder / "f.h5";
  Options options;
  options.runtime = runtime_with(std::make_shared<WatchedFilter>(), 2);
  std::optional<File> file = File::create(path, {}, options);
  std::optional<Dataset> still = create_rows(*file, 64, 4, 8);
  std::vector<int> values(512);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<int>(i);
  still->write(values);
  still->write(std::vector<int>(values.begin(), values.begin() + 8), frame(0));
  still->read<int>();  // what was staged is out
  NewDataset settings;
  settings.chunk = Shape{4, 8};
  settings.filters = {{WatchedFilter::number, 0, "watched", {}}};
  const auto busy = file->root().create_dataset<int>("busy", {64, 8}, settings);
  file->flush();
  std::atomic<bool> stop{false};
  std::vector<std::thread> load;
  for (unsigned number = 0; number < 3; ++number)
    load.emplace_back([&, number] {
      for (int i = 1; !stop; ++i) {
        busy.write(many(64, i), frame(16 * number, 8));
        busy.write(many(16, i), frame(16 * number + 9, 2));
        if (number == 0) file->flush();
      }
    });
  ReadOptions one_thread;
  one_thread.threads = 1;  // ThreadSanitizer allows no threads in the child of a process that has some
  for (int round = 0; round < 50 && !HasFailure(); ++round) {
    const auto result = in_child([&] {
      const auto got = still->read<int>(all(), one_thread);
      if (!std::equal(got.begin(), got.end(), values.begin(), values.end())) return 2;
      if (file->dataset("d").shape() != Shape{64, 8}) return 3;
      if (!is_conflict([&] { still->write(values); })) return 4;
      if (!is_conflict([&] { file->flush(); })) return 5;
      if (!is_conflict([&] { file->root().create_group("child"); })) return 6;
      if (!is_conflict([&] { still->set_attribute("child", 1); })) return 7;
      if (!is_conflict([&] { still->resize({1, 8}); })) return 8;
      if (!is_conflict([&] { still->write_chunk({0, 0}, std::as_bytes(std::span(values)).first(128), 1); })) return 9;
      if (!is_conflict([&] { file->close(); })) return 10;
      if (round % 2 == 0) {  // the last handles go, as far as the child is concerned
        still.reset();
        file.reset();
      }
      return 0;
    });
    EXPECT_EQ(result, 0) << "round " << round;
    // The lock is the parent's, still.
    EXPECT_FALSE(io::open_file(path, io::OpenMode::read_write)->try_lock(LockMode::shared)) << "round " << round;
  }
  stop = true;
  for (auto& thread : load) thread.join();
  busy.write(many(512, 7));
  file->root().create_group("parent");
  file->close();
  Options fresh;
  fresh.runtime = runtime_with(std::make_shared<WatchedFilter>(), 1);
  const auto reopened = File::open(path, fresh);
  EXPECT_FALSE(reopened.find("child"));
  EXPECT_TRUE(reopened.find("parent"));
  EXPECT_EQ(reopened.dataset("busy").read<int>()[511], 7);
  EXPECT_EQ(reopened.dataset("d").read<int>()[511], 511);
}

TEST(WritingFork, WhatIsStagedIsAnErrorInTheChild) {
  const io::TestFolder folder;
  Options options;
  options.runtime = runtime_with(std::make_shared<WatchedFilter>(), 1);
  const auto file = File::create(folder / "f.h5", {}, options);
  const auto dataset = create_rows(file, 8, 4);
  dataset.write(many(32, 1));
  dataset.write(many(4, 2), frame(1));
  EXPECT_EQ(in_child([&] {
              if (!is_conflict([&] { dataset.read<int>(frame(1)); })) return 1;
              return 0;
            }),
            0);
  EXPECT_EQ(dataset.read<int>(frame(1))[0], 2);
}

}  // namespace
}  // namespace fiver::tests
