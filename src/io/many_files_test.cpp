// Files in several pieces: families of members of one size, and split files.
#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "fiver/values/error.hpp"
#include "io/family_storage.hpp"
#include "io/memory_storage.hpp"
#include "io/split_storage.hpp"
#include "io/test_folder.hpp"

namespace fiver::io {
namespace {

Bytes read(const Storage& storage, std::uint64_t offset, std::size_t length) {
  Bytes bytes(length, std::byte{0xEE});
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

TEST(Family, NamesOfMembers) {
  EXPECT_EQ(family_member_name("run%05d.h5", 42), "run00042.h5");
  EXPECT_EQ(family_member_name("run%d", 123456), "run123456");
  EXPECT_EQ(family_member_name("%3u", 7), "  7");
  EXPECT_EQ(family_member_name("100%%-%02i", 7), "100%-07");
  EXPECT_EQ(family_member_name("%03lu", 1234), "1234");
  for (const auto* bad : {"plain.h5", "%s", "%d%d", "%", "%5", "%n", "%-5d", "%x", "%999999999999d", "100%%"}) {
    EXPECT_FALSE(is_family_pattern(bad)) << bad;
    EXPECT_EQ(kind_thrown([&] { family_member_name(bad, 0); }), ErrorKind::invalid_argument) << bad;
  }
}

TEST(Family, WritesAndReadsAcrossMembers) {
  const TestFolder folder;
  const auto pattern = folder / "f%03d.h5";
  EXPECT_EQ(kind_thrown([&] { open_family(pattern, OpenMode::read); }), ErrorKind::not_found);
  EXPECT_EQ(kind_thrown([&] { open_family(pattern, OpenMode::create_exclusive); }), ErrorKind::invalid_argument);
  std::filesystem::remove(folder / "f000.h5");
  const auto bytes = pattern_bytes(1000);
  {
    const auto family = open_family(pattern, OpenMode::create_exclusive, 128);
    family->write_at(100, bytes);
    EXPECT_EQ(family->members(), 9U);
    EXPECT_EQ(family->size(), 1100U);
    EXPECT_EQ(read(*family, 100, 5000), bytes);
    family->sync();
  }
  EXPECT_EQ(std::filesystem::file_size(folder / "f000.h5"), 128U);
  EXPECT_EQ(std::filesystem::file_size(folder / "f008.h5"), 1100U - 8 * 128);
  const auto family = open_family(pattern, OpenMode::read);  // the first member's size says it
  EXPECT_EQ(family->member_size(), 128U);
  for (const std::uint64_t offset : {0U, 90U, 128U, 500U, 1099U, 1100U, 9999U}) {
    Bytes whole(100);
    whole.insert(whole.end(), bytes.begin(), bytes.end());
    const auto from = std::min<std::size_t>(offset, whole.size());
    EXPECT_EQ(read(*family, offset, 300),
              Bytes(whole.begin() + static_cast<std::ptrdiff_t>(from),
                    whole.begin() + static_cast<std::ptrdiff_t>(std::min(whole.size(), from + 300))));
  }
  family->prefetch(0, 5000);
  EXPECT_EQ(kind_thrown([&] { family->write_at(0, bytes_of("x")); }), ErrorKind::io);
  EXPECT_EQ(kind_thrown([&] { family->write_at(5000, bytes_of("x")); }), ErrorKind::io);
  EXPECT_FALSE(std::filesystem::exists(folder / "f009.h5"));
  EXPECT_EQ(kind_thrown([&] { open_family(pattern, OpenMode::create_exclusive, 128); }), ErrorKind::conflict);
  EXPECT_EQ(family->identity(), open_file(folder / "f000.h5", OpenMode::read)->identity());
}

TEST(Family, ResizesAndFillsGaps) {
  std::map<std::uint64_t, std::shared_ptr<MemoryStorage>> files;
  const auto open = [&](std::uint64_t index, bool make) -> std::shared_ptr<Storage> {
    if (!files.contains(index) && make) files[index] = std::make_shared<MemoryStorage>();
    return files.contains(index) ? files[index] : nullptr;
  };
  FamilyStorage family("memory%d", 100, open, true);
  family.resize(250);
  EXPECT_EQ(family.size(), 250U);
  EXPECT_EQ(files[1]->size(), 100U);
  family.write_at(460, bytes_of("end"));
  EXPECT_EQ(family.size(), 463U);
  EXPECT_EQ(files[3]->size(), 0U);
  EXPECT_EQ(read(family, 0, 1000).size(), 463U);
  EXPECT_EQ(read(family, 240, 220), Bytes(220));  // members 2 and 3 end early
  family.reserve(480);
  EXPECT_EQ(files[3]->size(), 100U);
  family.resize(150);
  EXPECT_EQ(family.size(), 150U);
  EXPECT_EQ(files[4]->size(), 0U);
  EXPECT_EQ(family.members(), 5U);
  family.resize(0);
  EXPECT_EQ(family.size(), 0U);
}

TEST(Family, LocksItsMembers) {
  const TestFolder folder;
  const auto pattern = folder / "f%d";
  const auto family = open_family(pattern, OpenMode::create, 10);
  family->write_at(0, Bytes(30));
  const auto third = open_file(folder / "f2", OpenMode::read);
  ASSERT_TRUE(third->try_lock(LockMode::shared));
  EXPECT_FALSE(family->try_lock(LockMode::exclusive));
  EXPECT_TRUE(open_file(folder / "f0", OpenMode::read)->try_lock(LockMode::exclusive));  // given back
  third->unlock();
  EXPECT_TRUE(family->try_lock(LockMode::exclusive));
  family->write_at(30, Bytes(5));
  EXPECT_FALSE(open_file(folder / "f3", OpenMode::read)->try_lock(LockMode::shared));
  family->unlock();
  EXPECT_TRUE(open_file(folder / "f3", OpenMode::read)->try_lock(LockMode::exclusive));
}

TEST(Family, ManyThreadsMakeMembers) {
  const TestFolder folder;
  for (const auto mode : {OpenMode::create, OpenMode::create_exclusive}) {
    const auto pattern = folder / (mode == OpenMode::create ? "a%d" : "b%d");
    const auto family = open_family(pattern, mode, 16);
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
        for (unsigned i = 0; i < 25; ++i) family->write_at((i * 4 + t) * 8, Bytes(8, static_cast<std::byte>(t + 1)));
      });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(family->members(), 50U);
    const auto whole = read(*family, 0, 1000);
    ASSERT_EQ(whole.size(), 800U);
    for (std::size_t i = 0; i < 800; ++i) ASSERT_EQ(whole[i], static_cast<std::byte>(i / 8 % 4 + 1));
  }
}

TEST(Split, HalvesOfTheAddressSpace) {
  const TestFolder folder;
  const auto base = folder / "run";
  folder.make("run-m.h5", "metadata");
  folder.make("run-r.h5", "raw data");
  for (const auto& path : {base, base + "-m.h5"}) {
    const auto split = open_split(path, OpenMode::read);
    EXPECT_EQ(split->name(), base + "-m.h5");
    EXPECT_EQ(split->size(), split_raw_start + 8);
    EXPECT_EQ(text_of(read(*split, 0, 8)), "metadata");
    EXPECT_EQ(text_of(read(*split, split_raw_start, 100)), "raw data");
    EXPECT_EQ(text_of(read(*split, split_raw_start + 4, 2)), "da");
    EXPECT_EQ(read(*split, 4, 8), [] {
      Bytes bytes(bytes_of("data").begin(), bytes_of("data").end());
      bytes.resize(8);
      return bytes;
    }());
    EXPECT_EQ(text_of(read(*split, split_raw_start - 3, 6)), std::string("\0\0\0raw", 6));
    EXPECT_EQ(read(*split, split_raw_start + 8, 1).size(), 0U);
    EXPECT_EQ(read(*split, ~std::uint64_t{0}, 1).size(), 0U);
  }
  std::filesystem::remove(base + "-r.h5");
  const auto torso = open_split(base, OpenMode::read);
  EXPECT_EQ(torso->size(), 8U);
  EXPECT_EQ(kind_thrown([&] { read(*torso, split_raw_start, 1); }), ErrorKind::not_found);
  EXPECT_EQ(kind_thrown([&] { open_split(folder / "none", OpenMode::read); }), ErrorKind::not_found);
}

TEST(Split, WritesGoToTheirParts) {
  const TestFolder folder;
  const auto split = open_split(folder / "new", OpenMode::create_exclusive);
  split->write_at(0, bytes_of("ab"));
  split->write_at(split_raw_start, bytes_of("|cd"));
  EXPECT_EQ(std::filesystem::file_size(folder / "new-m.h5"), 2U);
  EXPECT_EQ(std::filesystem::file_size(folder / "new-r.h5"), 3U);
  split->resize(split_raw_start + 1);
  EXPECT_EQ(std::filesystem::file_size(folder / "new-r.h5"), 1U);
  split->resize(10);
  split->reserve(20);
  split->sync();
  EXPECT_EQ(split->size(), 20U);
  EXPECT_EQ(std::filesystem::file_size(folder / "new-r.h5"), 0U);
  EXPECT_TRUE(split->try_lock(LockMode::exclusive));
  EXPECT_FALSE(open_file(folder / "new-r.h5", OpenMode::read)->try_lock(LockMode::shared));
  split->unlock();
  const auto raw = open_file(folder / "new-r.h5", OpenMode::read);
  EXPECT_TRUE(raw->try_lock(LockMode::shared));
  EXPECT_FALSE(split->try_lock(LockMode::exclusive));
  EXPECT_TRUE(open_file(folder / "new-m.h5", OpenMode::read)->try_lock(LockMode::exclusive));
}

TEST(Split, MembersThatTheFileNames) {
  const TestFolder folder;
  folder.make("x-s.h5", "super");
  folder.make("x-o.h5", "headers");
  const std::vector<SplitMember> members{{"%s-o.h5", 0x7FFFFFFFFFFFFFFD}, {"%s-s.h5", 0}, {"%s-b.h5", 1000}};
  const auto split = open_split(folder / "x-s.h5", OpenMode::read, nullptr, members);
  EXPECT_EQ(text_of(read(*split, 0, 5)), "super");
  EXPECT_EQ(text_of(read(*split, 0x7FFFFFFFFFFFFFFD, 10)), "headers");
  EXPECT_EQ(kind_thrown([&] { read(*split, 1000, 1); }), ErrorKind::not_found);
  for (const auto* bad : {"/etc/passwd", "%s/../other", "%s-%s", "name"}) {
    const std::vector<SplitMember> leads_out{{"%s-s.h5", 0}, {bad, 1000}};
    EXPECT_EQ(kind_thrown([&] { open_split(folder / "x", OpenMode::read, nullptr, leads_out); }),
              ErrorKind::unsupported)
        << bad;
  }
  EXPECT_EQ(kind_thrown([&] { SplitStorage({{5, std::make_shared<MemoryStorage>()}}); }), ErrorKind::invalid_argument);
  EXPECT_EQ(kind_thrown([&] {
              SplitStorage({{0, std::make_shared<MemoryStorage>()}, {0, nullptr}});
            }),
            ErrorKind::invalid_argument);
}

}  // namespace
}  // namespace fiver::io
