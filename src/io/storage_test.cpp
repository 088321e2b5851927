// Storages in memory and around others: each does what a file does, and its own thing besides.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "fiver/values/error.hpp"
#include "io/counting_storage.hpp"
#include "io/fault_storage.hpp"
#include "io/memory_storage.hpp"
#include "io/offset_storage.hpp"
#include "io/recording_storage.hpp"
#include "io/test_folder.hpp"

namespace fiver::io {
namespace {

Bytes read(const Storage& storage, std::uint64_t offset, std::size_t length) {
  Bytes bytes(length);
  bytes.resize(storage.read_at(offset, bytes));
  return bytes;
}

template <class Call>
ErrorKind kind_thrown(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.kind();
  }
  ADD_FAILURE() << "nothing thrown";
  return ErrorKind::corrupt;
}

TEST(MemoryStorage, AWriteBelowACutIsNotLost) {
  MemoryStorage storage(Bytes(1000));
  std::atomic<bool> done{false};
  std::thread cutter([&] {
    while (!done) {
      storage.resize(600);
      storage.resize(1000);
    }
  });
  unsigned lost = 0;
  for (unsigned i = 0; i < 1500; ++i) {
    const Bytes bytes(500, static_cast<std::byte>(i));
    storage.write_at(0, bytes);
    std::this_thread::yield();
    if (read(storage, 0, bytes.size()) != bytes) ++lost;
  }
  done = true;
  cutter.join();
  EXPECT_EQ(lost, 0U);
}

TEST(MemoryStorage, GrowsAndShrinksLikeAFile) {
  constexpr std::size_t block = std::size_t{1} << 20U;
  MemoryStorage storage;
  const auto bytes = pattern_bytes(block + 1000);
  storage.write_at(block - 500, bytes);  // across two borders
  EXPECT_EQ(storage.size(), 2 * block + 500);
  EXPECT_EQ(read(storage, block - 500, 3 * block), bytes);
  EXPECT_EQ(read(storage, 0, 10), Bytes(10));
  EXPECT_EQ(read(storage, storage.size(), 10).size(), 0U);
  EXPECT_EQ(read(storage, ~std::uint64_t{0}, 10).size(), 0U);
  storage.resize(block + 10);
  storage.resize(block + 20);
  auto expected = Bytes(bytes.begin() + 500, bytes.begin() + 510);
  expected.resize(20);  // what was cut comes back as zeros
  EXPECT_EQ(read(storage, block, 100), expected);
  storage.reserve(5);
  EXPECT_EQ(storage.size(), block + 20);
  storage.resize(0);
  EXPECT_EQ(storage.content(), Bytes());
  EXPECT_EQ(kind_thrown([&] { storage.write_at(~std::uint64_t{0}, bytes_of("xy")); }), ErrorKind::io);
  EXPECT_EQ(kind_thrown([&] { storage.reserve(~std::uint64_t{0}); }), ErrorKind::io);
  EXPECT_EQ(kind_thrown([&] { storage.resize(~std::uint64_t{0}); }), ErrorKind::io);
  EXPECT_EQ(MemoryStorage(bytes).content(), bytes);
  storage.write_at(std::uint64_t{1} << 36U, bytes_of("far"));  // 64 GiB of which 1 MiB exists
  storage.resize(std::uint64_t{1} << 37U);
  EXPECT_EQ(read(storage, (std::uint64_t{1} << 36U) - 2, 7),
            read(ImageStorage(Bytes{std::byte{0}, std::byte{0}, std::byte{'f'}, std::byte{'a'}, std::byte{'r'},
                                    std::byte{0}, std::byte{0}}),
                 0, 7));
}

TEST(MemoryStorage, IsItsOwnIdentityAndTellsChanges) {
  MemoryStorage a, b;
  EXPECT_NE(a.identity(), b.identity());
  EXPECT_EQ(a.identity().device, 0U);
  a.write_at(0, bytes_of("x"));
  const auto before = a.change_stamp();
  a.write_at(0, bytes_of("y"));
  EXPECT_NE(a.change_stamp(), before);
}

TEST(MemoryStorage, EachPieceIsWholeUnderManyThreads) {
  MemoryStorage storage;
  storage.write_at(0, Bytes(64));
  std::atomic<int> torn{0};
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (unsigned i = 0; i < 500; ++i) {
        storage.write_at(0, Bytes(64, static_cast<std::byte>(t)));
        storage.write_at(64 + 1000 * (i * 4 + t), Bytes(1000, std::byte{7}));
        const auto seen = read(storage, 0, 64);
        torn += seen != Bytes(64, seen[0]);
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(torn, 0);
  EXPECT_EQ(storage.size(), 64 + 2'000'000U);
  EXPECT_EQ(read(storage, 64, 2'000'000), Bytes(2'000'000, std::byte{7}));
}

TEST(ImageStorage, ReadsAndRefusesToWrite) {
  const auto bytes = pattern_bytes(100);
  ImageStorage storage(bytes);
  EXPECT_EQ(read(storage, 90, 50), Bytes(bytes.begin() + 90, bytes.end()));
  EXPECT_EQ(read(storage, 100, 1).size(), 0U);
  EXPECT_EQ(storage.size(), 100U);
  EXPECT_EQ(kind_thrown([&] { storage.write_at(0, bytes_of("x")); }), ErrorKind::io);
  EXPECT_EQ(kind_thrown([&] { storage.resize(0); }), ErrorKind::io);
  EXPECT_EQ(kind_thrown([&] { storage.sync(); }), ErrorKind::io);
  const auto owner = std::make_shared<Bytes>(3);
  const ImageStorage shares(*owner, owner);
  EXPECT_EQ(owner.use_count(), 2);
}

TEST(CountingStorage, CountsAndKeepsCalls) {
  const auto inner = std::make_shared<MemoryStorage>(pattern_bytes(100));
  CountingStorage storage(inner, true);
  EXPECT_EQ(read(storage, 90, 20), read(*inner, 90, 20));
  Bytes a(10), b(10);
  std::vector<ReadRequest> requests{{0, a}, {95, b}};
  storage.read_batch(requests);
  EXPECT_EQ(requests[1].got, 5U);
  storage.prefetch(1, 2);
  storage.write_at(3, bytes_of("four"));
  storage.reserve(200);
  storage.resize(150);
  storage.sync();
  EXPECT_TRUE(storage.try_lock(LockMode::shared));
  storage.unlock();
  const CountingStorage::Counts expected{3, 25, 1, 1, 1, 4, 1, 1, 1, 1, 1};
  EXPECT_EQ(storage.counts(), expected);
  const std::vector<CountingStorage::Call> calls{
      {Operation::read, 90, 20}, {Operation::read, 0, 10},  {Operation::read, 95, 10}, {Operation::prefetch, 1, 2},
      {Operation::write, 3, 4},  {Operation::reserve, 200}, {Operation::resize, 150},  {Operation::sync},
      {Operation::lock},         {Operation::unlock}};
  EXPECT_EQ(storage.calls(), calls);
  EXPECT_EQ(inner->size(), 150U);
  storage.reset();
  EXPECT_EQ(storage.counts(), CountingStorage::Counts{});
}

TEST(FaultStorage, FailsTheCallsAskedFor) {
  const auto inner = std::make_shared<MemoryStorage>(pattern_bytes(100));
  FaultStorage storage(inner);
  storage.set({Operation::read, 2, false, Error(ErrorKind::limit, "second"), 0});
  EXPECT_EQ(read(storage, 0, 1).size(), 1U);
  EXPECT_EQ(kind_thrown([&] { read(storage, 0, 1); }), ErrorKind::limit);
  EXPECT_EQ(read(storage, 0, 1).size(), 1U);
  storage.set({Operation::write, 1, true, Error(ErrorKind::io, "disk full"), 2});
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(kind_thrown([&] { storage.write_at(0, Bytes(4, std::byte{9})); }), ErrorKind::io);
  auto expected = pattern_bytes(100);
  expected[0] = expected[1] = std::byte{9};
  EXPECT_EQ(inner->content(), expected);
  storage.sync();
  EXPECT_EQ(storage.failed(), 4U);
  EXPECT_EQ(storage.calls(Operation::write), 3U);
  EXPECT_EQ(storage.calls(), 7U);
  storage.clear();
  storage.set({std::nullopt, 3, false, Error(ErrorKind::io, "third of any kind"), 0});
  storage.sync();
  storage.prefetch(0, 1);
  EXPECT_EQ(kind_thrown([&] { storage.resize(7); }), ErrorKind::io);
  EXPECT_EQ(inner->size(), 100U);
  storage.end_reads_at(10);
  EXPECT_EQ(read(storage, 5, 50).size(), 5U);
  EXPECT_EQ(read(storage, 50, 50).size(), 0U);
  EXPECT_EQ(storage.size(), 100U);
}

TEST(RecordingStorage, RebuildsTheFileAtEveryMoment) {
  const auto start = pattern_bytes(50);
  const auto inner = std::make_shared<MemoryStorage>(start);
  RecordingStorage storage(inner);
  std::vector<Bytes> states{inner->content()};
  const auto after = [&] { states.push_back(inner->content()); };
  storage.write_at(40, pattern_bytes(30, 2));
  after();
  storage.reserve(100);
  after();
  storage.sync();
  after();
  storage.mark("flush 1 returned");
  after();
  storage.resize(45);
  after();
  const auto changes = storage.changes();
  ASSERT_EQ(changes.size(), 5U);
  EXPECT_EQ(changes[3].label, "flush 1 returned");
  auto rebuilt = start;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    EXPECT_EQ(rebuilt, states[i]);
    apply(changes[i], rebuilt);
  }
  EXPECT_EQ(rebuilt, inner->content());
  storage.clear();
  EXPECT_TRUE(storage.changes().empty());
}

TEST(RecordingStorage, AFailedSyncVouchesForNothing) {
  const auto faulty = std::make_shared<FaultStorage>(std::make_shared<MemoryStorage>());
  RecordingStorage storage(faulty);
  faulty->set({Operation::sync, 1, false, Error(ErrorKind::io, "lost"), 0});
  EXPECT_THROW(storage.sync(), Error);
  EXPECT_TRUE(storage.changes().empty());
}

TEST(OffsetStorage, IsAWindow) {
  const auto inner = std::make_shared<MemoryStorage>(pattern_bytes(600));
  OffsetStorage storage(inner, 512);
  EXPECT_EQ(storage.size(), 88U);
  EXPECT_EQ(read(storage, 80, 50), read(*inner, 592, 50));
  Bytes a(10), b(10), c(10);
  std::vector<ReadRequest> requests{{0, a}, {80, b}, {~std::uint64_t{0} - 5, c}};
  storage.read_batch(requests);
  EXPECT_EQ(a, read(*inner, 512, 10));
  EXPECT_EQ(requests[1].got, 8U);
  EXPECT_EQ(requests[2].got, 0U);
  EXPECT_EQ(read(storage, ~std::uint64_t{0}, 1).size(), 0U);
  storage.write_at(0, bytes_of("HDF"));
  EXPECT_EQ(read(*inner, 511, 4)[1], std::byte{'H'});
  storage.resize(10);
  EXPECT_EQ(inner->size(), 522U);
  storage.reserve(20);
  EXPECT_EQ(storage.size(), 20U);
  EXPECT_EQ(kind_thrown([&] { storage.resize(~std::uint64_t{0}); }), ErrorKind::io);
  EXPECT_EQ(OffsetStorage(inner, 10'000).size(), 0U);
}

}  // namespace
}  // namespace fiver::io
