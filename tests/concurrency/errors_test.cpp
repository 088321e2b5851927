// Errors and cancellation belong to one call: the others on the same file, dataset and pool go on, and the next call starts afresh.
#include <random>

#include "fiver/fiver.hpp"
#include "io/fault_storage.hpp"
#include "io/memory_storage.hpp"
#include "meeting.hpp"
#include "sample.hpp"

namespace fiver::tests {
namespace {

std::optional<Error> error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

void expect_elements(const Array<std::uint16_t>& got, std::uint64_t first) {
  for (std::uint64_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i], sample_value(first + i));
}

constexpr int rounds = 30;

TEST(ErrorsOfOneCall, ACorruptChunkDisturbsOnlyItsReaders) {
  const auto sample = make_sample();
  auto bytes = sample.file;
  Options options;
  options.runtime = runtime_with(std::make_shared<WatchedFilter>(), 3);
  const auto bad =
      File::open(std::make_shared<io::MemoryStorage>(bytes), options).dataset("/filtered/checked").find_chunk({63, 20});
  ASSERT_TRUE(bad);
  bytes[bad->file_offset + bad->stored_size / 2] ^= std::byte{0x10};
  const auto file = File::open(std::make_shared<io::MemoryStorage>(bytes), options);
  const auto dataset = file.dataset("/filtered/checked");
  on_threads(8, [&](unsigned number) {
    for (int round = 0; round < rounds; ++round) {
      if (number % 2 == 0) {
        const auto error =
            error_of([&] { number % 4 == 0 ? dataset.read<std::uint16_t>() : dataset.read<std::uint16_t>(frame(65)); });
        ASSERT_TRUE(error);
        EXPECT_EQ(error->kind(), ErrorKind::corrupt);
        EXPECT_EQ(error->object(), "/filtered/checked");
        EXPECT_EQ(error->address(), Address{bad->file_offset});
        EXPECT_NE(error->reason().find("chunk (63,16)"), std::string::npos) << error->what();
      } else if (number == 1) {
        expect_elements(dataset.read<std::uint16_t>(frame(0, 63)), 0);
      } else if (number == 3) {
        expect_elements(dataset.read<std::uint16_t>(frame(70, sample_rows - 70)), 70 * sample_columns);
      } else {
        expect_elements(file.dataset("/virtual/same_file").read<std::uint16_t>(), 0);
      }
    }
  });
}

TEST(ErrorsOfOneCall, AMissingObjectOrABadSelectionIsTheAskersOnly) {
  Options options;
  options.runtime = runtime_with(std::make_shared<WatchedFilter>(), 3);
  const auto file = File::open(std::make_shared<io::MemoryStorage>(make_sample().file), options);
  on_threads(8, [&](unsigned number) {
    for (int round = 0; round < rounds; ++round) {
      const auto dataset = file.dataset("/plain/chunked");
      if (number % 3 == 0) {
        const auto error = error_of([&] { file.dataset("/filtered/absent"); });
        ASSERT_TRUE(error);
        EXPECT_EQ(error->kind(), ErrorKind::not_found);
      } else if (number % 3 == 1) {
        const auto error = error_of([&] { dataset.read<std::uint16_t>(box({0, 0}, {sample_rows + 1, 1})); });
        ASSERT_TRUE(error);
        EXPECT_EQ(error->kind(), ErrorKind::invalid_argument);
      } else {
        expect_elements(dataset.read<std::uint16_t>(), 0);
      }
    }
  });
}

TEST(ErrorsOfOneCall, AFailedReadOfTheIndexIsNotKept) {
  // Every read the engine may make fails once; the same handles work afterwards.
  const auto sample = make_sample();
  for (const auto& path : sample.paths) {
    for (std::uint64_t call = 1;; ++call) {
      const auto storage = std::make_shared<io::FaultStorage>(std::make_shared<io::MemoryStorage>(sample.file));
      Options options;
      options.runtime = runtime_with(std::make_shared<WatchedFilter>(), 2);
      const auto file = File::open(storage, options);
      const auto dataset = file.dataset(path);
      storage->set({io::Operation::read, call, false, Error(ErrorKind::io, "a fault of the test"), 0});
      const auto error = error_of([&] { dataset.read<std::uint16_t>(); });
      if (storage->failed() == 0) break;
      ASSERT_TRUE(error) << path << ", read " << call;
      EXPECT_EQ(error->kind(), ErrorKind::io);
      EXPECT_NE(error->object(), "");
      expect_elements(dataset.read<std::uint16_t>(), 0);
    }
  }
}

TEST(Cancellation, StopsOneReadAndLeavesTheOthers) {
  const auto filter = std::make_shared<WatchedFilter>();
  Options options;
  options.runtime = runtime_with(filter, 3);
  const auto file = File::open(std::make_shared<io::MemoryStorage>(make_sample().file), options);
  const auto dataset = file.dataset("/filtered/watched");
  on_threads(8, [&](unsigned number) {
    for (int round = 0; round < rounds; ++round) {
      if (number % 2 == 0) {
        expect_elements(dataset.read<std::uint16_t>(), 0);
        continue;
      }
      std::atomic<int> asked{0};
      ReadOptions reading;
      reading.cancelled = [&] { return ++asked > 5; };
      const auto error = error_of([&] { dataset.read<std::uint16_t>(all(), reading); });
      ASSERT_TRUE(error);
      EXPECT_EQ(error->kind(), ErrorKind::cancelled);
      EXPECT_LE(asked, 6 + 3);  // the workers that were asked before any of them had seen it
    }
  });
  // Of the whole dataset's chunks, few are decoded after the request.
  filter->reset();
  ReadOptions reading;
  reading.cancelled = [] { return true; };
  EXPECT_TRUE(error_of([&] { dataset.read<std::uint16_t>(all(), reading); }));
  EXPECT_LE(filter->decodes(), 3U);
  EXPECT_EQ(dataset.chunk_count(), 72U);
  reading.cancelled = [] { return false; };
  expect_elements(dataset.read<std::uint16_t>(all(), reading), 0);
}

TEST(Cancellation, FromAnotherThreadEndsForEachChunk) {
  Options options;
  options.runtime = runtime_with(std::make_shared<WatchedFilter>(), 2);
  const auto dataset =
      File::open(std::make_shared<io::MemoryStorage>(make_sample().file), options).dataset("/filtered/watched");
  std::atomic<bool> stop{false}, begun{false};
  std::atomic<int> visited{0};
  std::thread canceller([&] {
    while (!begun) std::this_thread::yield();
    stop = true;
  });
  ReadOptions reading;
  reading.cancelled = [&] { return stop.load(); };
  const auto error = error_of([&] {
    dataset.for_each_chunk(
        [&](const Chunk&) {
          begun = true;
          while (!stop) std::this_thread::yield();
          ++visited;
        },
        reading);
  });
  canceller.join();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind(), ErrorKind::cancelled);
  EXPECT_LE(visited, 4);
}

TEST(Cancellation, AnErrorInTheCallersWorkEndsForEachChunk) {
  Options options;
  options.runtime = runtime_with(std::make_shared<WatchedFilter>(), 3);
  const auto dataset =
      File::open(std::make_shared<io::MemoryStorage>(make_sample().file), options).dataset("/filtered/deflate");
  on_threads(4, [&](unsigned) {
    for (int round = 0; round < rounds; ++round) {
      std::atomic<int> visited{0};
      const auto work = [&](const Chunk&) {
        if (++visited >= 3) throw std::runtime_error("the caller's own");
      };
      EXPECT_THROW(dataset.for_each_chunk(work), std::runtime_error);
      EXPECT_LE(visited, 2 + 3);  // each worker that threw begins no more
    }
  });
}

TEST(Cancellation, FramesLeftHalfWayEndTheirReadAhead) {
  Options options;
  options.runtime = runtime_with(std::make_shared<WatchedFilter>(), 3);
  const auto file = File::open(std::make_shared<io::MemoryStorage>(make_sample().file), options);
  on_threads(4, [&](unsigned number) {
    for (int round = 0; round < rounds; ++round) {
      std::uint64_t left = number + static_cast<unsigned>(round) % 10 + 1;
      for (const auto& frame : file.dataset("/filtered/watched").frames<std::uint16_t>()) {
        ASSERT_EQ(frame.pixels()[0], sample_value(frame.index() * sample_columns));
        if (--left == 0) break;
      }
    }
  });
}

}  // namespace
}  // namespace fiver::tests
