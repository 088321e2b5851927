// A large frame is written to the file while its caller goes on. Nobody sees that: it is read back at once, a failing write is told and tried
// again, and what is removed meanwhile gives its space back.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <future>
#include <random>

#include "interleaving.hpp"
#include "io/fault_storage.hpp"
#include "meeting.hpp"

namespace fiver::tests {
namespace {

constexpr std::uint64_t rows = 8, side = 1024;  // 2 MB a frame: enough for several workers

std::vector<std::uint16_t> picture(unsigned number) {
  std::vector<std::uint16_t> values(side * side);
  std::minstd_rand random(number);
  for (auto& value : values) value = static_cast<std::uint16_t>(random() & 0x3FFU);
  return values;
}

Dataset create_frames(const File& file, const std::string& name = "frames") {
  NewDataset settings;
  settings.chunk = Shape{1, side, side};
  settings.filters = {filters::bitshuffle_lz4()};
  return file.root().create_dataset<std::uint16_t>(name, {rows, side, side}, settings);
}

Selection at(std::uint64_t row) {
  return box({row, 0, 0}, {1, side, side});
}

std::vector<std::uint16_t> row_of(const Dataset& frames, std::uint64_t row) {
  const auto values = frames.read<std::uint16_t>(at(row));
  return {values.begin(), values.end()};
}

struct Behind {
  std::shared_ptr<io::MemoryStorage> memory = std::make_shared<io::MemoryStorage>();
  std::shared_ptr<HookedStorage> hooked = std::make_shared<HookedStorage>(memory);
  std::shared_ptr<io::FaultStorage> storage = std::make_shared<io::FaultStorage>(hooked);
  Options options;

  Behind() { options.runtime = runtime_with(nullptr, 2); }
  File create() const { return File::create(storage, {}, options); }
  File reopened() const { return File::open(std::make_shared<io::MemoryStorage>(memory->content()), options); }
};

/// Stops the first large write until it is told to go on.
struct Gate {
  std::promise<void> reached, go_on;
  Once once;

  explicit Gate(HookedStorage& storage) {
    once.arm([this] {
      reached.set_value();
      go_on.get_future().wait();
    });
    storage.on_write = [this](std::uint64_t, std::size_t size) {
      if (size > side * side / 2) once();
    };
  }
};

TEST(WritingBehind, TheCallReturnsWhileItsFrameIsWritten) {
  Behind test;
  const auto file = test.create();
  const auto frames = create_frames(file);
  Gate gate(*test.hooked);
  auto call = std::async(std::launch::async, [&] { frames.write(picture(1), at(0)); });
  gate.reached.get_future().wait();
  const bool returned = call.wait_for(std::chrono::seconds(20)) == std::future_status::ready;
  // Who wants to see the frame waits for it, and so does the map of chunks.
  auto reader = std::async(std::launch::async, [&] { return row_of(frames, 0); });
  auto map = std::async(std::launch::async, [&] { return frames.chunk_map().size(); });
  const bool early = reader.wait_for(std::chrono::milliseconds(50)) == std::future_status::ready;
  gate.go_on.set_value();
  EXPECT_TRUE(returned);
  EXPECT_FALSE(early);
  EXPECT_EQ(reader.get(), picture(1));
  EXPECT_EQ(map.get(), 1U);
  frames.write(picture(2), at(0));
  frames.write(picture(3), at(0));
  file.flush();
  EXPECT_EQ(row_of(test.reopened().dataset("frames"), 0), picture(3));
}

TEST(WritingBehind, AWriteThatFailsIsToldAndTriedAgain) {
  Behind test;
  const auto file = test.create();
  const auto frames = create_frames(file);
  file.flush();
  test.storage->set(
      {.operation = io::Operation::write, .lasting = true, .error = Error(ErrorKind::io, "no space left on device")});
  frames.write(picture(1), at(0));
  EXPECT_THROW(frames.write(picture(2), at(1)), Error);
  EXPECT_THROW(row_of(frames, 0), Error);
  EXPECT_THROW(file.flush(), Error);
  test.storage->clear();
  frames.write(picture(3), at(2));
  file.close();
  const auto found = test.reopened().dataset("frames");
  EXPECT_EQ(found.chunk_map().size(), 2U);
  EXPECT_EQ(row_of(found, 0), picture(1));
  EXPECT_EQ(row_of(found, 2), picture(3));
}

TEST(WritingBehind, WhatIsRemovedMeanwhileGivesItsSpaceBack) {
  Behind test;
  const auto file = test.create();
  for (unsigned round = 0; round < 10; ++round) {
    create_frames(file, "d").write(picture(round), at(0));
    file.root().remove("d");
    file.flush();
  }
  create_frames(file, "d").write(picture(7), at(0));
  file.close();
  EXPECT_LT(test.memory->size(), 2 * side * side * sizeof(std::uint16_t));
  EXPECT_EQ(row_of(test.reopened().dataset("d"), 0), picture(7));
}

TEST(WritingBehind, ManyCallersReadWhatTheyWrote) {
  Behind test;
  const auto file = test.create();
  const auto frames = create_frames(file);
  on_threads(4, [&](unsigned number) {
    for (unsigned i = 0; i < 6; ++i) {
      const auto row = number + (i % 2) * 4;
      frames.write(picture(10 * number + i), at(row));
      if (i == 3) file.flush();
      ASSERT_EQ(row_of(frames, row), picture(10 * number + i));
    }
  });
  file.close();
  const auto found = test.reopened().dataset("frames");
  for (unsigned number = 0; number < 4; ++number) EXPECT_EQ(row_of(found, number + 4), picture(10 * number + 5));
}

TEST(WritingBehind, SmallerExtentsAndPartsOfChunksComeAfterIt) {
  Behind test;
  const auto file = test.create();
  NewDataset settings;
  settings.chunk = Shape{1, side, side};
  settings.filters = {filters::bitshuffle_lz4()};
  const auto frames =
      file.root().create_dataset("frames", native_type<std::uint16_t>(),
                                 Dataspace::simple({rows, side, side}, Shape{unlimited, side, side}), settings);
  frames.write(picture(1), at(0));
  frames.write(std::vector<std::uint16_t>(1, 9), box({0, 0, 0}, {1, 1, 1}));
  frames.write(picture(2), at(7));
  frames.resize({4, side, side});
  frames.resize({rows, side, side});
  auto expected = picture(1);
  expected[0] = 9;
  EXPECT_EQ(row_of(frames, 0), expected);
  EXPECT_EQ(row_of(frames, 7), std::vector<std::uint16_t>(side * side));
  file.close();
  EXPECT_EQ(test.reopened().dataset("frames").chunk_map().size(), 1U);
}

TEST(WritingBehind, AChildDoesNotWaitForItsParentsWrite) {
  Behind test;
  const auto file = test.create();
  const auto frames = create_frames(file);
  Gate gate(*test.hooked);
  frames.write(picture(1), at(0));
  gate.reached.get_future().wait();
  const auto child = ::fork();
  if (child == 0) {
    ::alarm(60);
    int result = 1;
    try {
      row_of(frames, 0);
    } catch (const Error& error) {
      result = error.kind() == ErrorKind::conflict ? 0 : 2;
    }
    ::_exit(result);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  gate.go_on.set_value();
  EXPECT_EQ(row_of(frames, 0), picture(1));
}

}  // namespace
}  // namespace fiver::tests
