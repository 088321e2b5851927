#include "meta/recovery.hpp"

#include <gtest/gtest.h>

#include "io/memory_storage.hpp"
#include "io/recording_storage.hpp"

namespace fiver::meta {
namespace {

constexpr std::uint64_t contents = 2048;

Bytes filled(std::size_t size, unsigned value) {
  return Bytes(size, static_cast<std::byte>(value));
}

/// Three records: old, new, and one of them with bytes in between.
std::vector<format::JournalEntry> entries() {
  return {{100, {filled(40, 0x11), filled(40, 0x12)}},
          {600, {filled(64, 0x21), filled(64, 0x22), filled(64, 0x23)}},
          {1536, {filled(20, 0x31), filled(20, 0x32)}}};
}

void put(Bytes& file, std::uint64_t position, ByteView bytes) {
  std::copy(bytes.begin(), bytes.end(), file.begin() + static_cast<std::ptrdiff_t>(position));
}

/// A file with these images of the records (counted from 0).
Bytes file_with(std::vector<std::size_t> images) {
  Bytes file(contents, std::byte{0xEE});
  const auto all = entries();
  for (std::size_t i = 0; i < all.size(); ++i) put(file, all[i].position, all[i].images[images[i]]);
  const auto journal = format::encode_journal(all, contents, contents);
  file.insert(file.end(), journal.begin(), journal.end());
  return file;
}

const std::vector<std::size_t> all_new{1, 2, 1};

Bytes recovered(const Bytes& file) {
  io::MemoryStorage storage(file);
  finish_commit(storage, find_unfinished_commit(storage));
  return storage.content();
}

TEST(Recovery, FinishesACommitThatHasBegun) {
  for (std::size_t a = 0; a < 2; ++a)
    for (std::size_t b = 0; b < 3; ++b)
      for (std::size_t c = 0; c < 2; ++c) {
        if (a + b + c == 0) continue;
        EXPECT_EQ(recovered(file_with({a, b, c})), file_with(all_new)) << a << b << c;
      }
}

TEST(Recovery, LeavesACommitAloneThatHasNotBegun) {
  // The record may be on the disk before the blocks that its new bytes lead to.
  EXPECT_EQ(recovered(file_with({0, 0, 0})), file_with({0, 0, 0}));
  io::MemoryStorage storage(file_with({0, 0, 0}));
  EXPECT_TRUE(find_unfinished_commit(storage).unfinished.empty());
}

TEST(Recovery, WritesNothingForAFinishedCommit) {
  io::RecordingStorage storage(std::make_shared<io::MemoryStorage>(file_with(all_new)));
  const auto recovery = find_unfinished_commit(storage);
  EXPECT_TRUE(recovery.unfinished.empty());
  EXPECT_FALSE(recovery.foreign_changes);
  finish_commit(storage, recovery);
  EXPECT_TRUE(storage.changes().empty());
}

TEST(Recovery, SyncsWhatItWrites) {
  io::RecordingStorage storage(std::make_shared<io::MemoryStorage>(file_with({1, 0, 0})));
  finish_commit(storage, find_unfinished_commit(storage));
  const auto changes = storage.changes();
  ASSERT_EQ(changes.size(), 3U);
  EXPECT_EQ(changes.back().kind, io::RecordedChange::Kind::sync);
}

TEST(Recovery, MendsTornRecordsWhereverTheyAreTorn) {
  const auto record = entries()[1];
  for (std::size_t cut = 1; cut < record.images[0].size(); ++cut) {
    auto file = file_with({0, 0, 0});
    put(file, record.position, ByteView(record.images[1]).first(cut));
    EXPECT_EQ(recovered(file), file_with(all_new)) << cut;
    auto later = file_with({1, 1, 0});
    put(later, record.position, ByteView(record.images[2]).first(cut));
    EXPECT_EQ(recovered(later), file_with(all_new)) << cut;
  }
}

TEST(Recovery, MendsOnlyTornRecordsWhenSomebodyElseWasThere) {
  auto file = file_with({0, 0, 0});
  put(file, 1536, filled(20, 0x99));
  put(file, 600, filled(10, 0x23));
  auto wanted = file;
  put(wanted, 600, filled(64, 0x23));
  io::MemoryStorage storage(file);
  const auto recovery = find_unfinished_commit(storage);
  EXPECT_TRUE(recovery.foreign_changes);
  EXPECT_EQ(recovery.unfinished.size(), 1U);
  EXPECT_EQ(recovered(file), wanted);
}

TEST(Recovery, OfAFileWithoutARecordIsNothing) {
  for (const std::size_t size : {0U, 1U, 511U, 512U, 1024U, 4096U, 4097U}) {
    const Bytes file(size, std::byte{0x46});
    EXPECT_EQ(recovered(file), file) << size;
  }
}

TEST(Recovery, OfADamagedOrMovedRecordIsNothing) {
  const auto file = file_with({1, 0, 0});
  for (std::size_t at = contents; at < file.size(); ++at) {
    auto damaged = file;
    damaged[at] ^= std::byte{0x40};
    EXPECT_EQ(recovered(damaged), damaged) << at;
  }
  for (const std::size_t size : {file.size() - 512, file.size() - 1}) {
    const Bytes cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(recovered(cut), cut);
  }
  auto longer = file;
  longer.resize(file.size() + 512);
  EXPECT_EQ(recovered(longer), longer);
  // In front of other bytes the same record is at another place.
  Bytes moved(512);
  moved.insert(moved.end(), file.begin(), file.end());
  EXPECT_EQ(recovered(moved), moved);
}

TEST(Recovery, ForAReaderHappensInMemory) {
  const auto storage =
      std::make_shared<io::RecordingStorage>(std::make_shared<io::MemoryStorage>(file_with({1, 1, 0})));
  const auto seen = with_finished_commit(storage);
  ASSERT_NE(seen, storage);
  Bytes bytes(static_cast<std::size_t>(seen->size()));
  ASSERT_EQ(seen->read_at(0, bytes), bytes.size());
  EXPECT_EQ(bytes, file_with(all_new));
  EXPECT_TRUE(storage->changes().empty());
  const auto done = std::make_shared<io::MemoryStorage>(file_with(all_new));
  EXPECT_EQ(with_finished_commit(done), done);
}

}  // namespace
}  // namespace fiver::meta
