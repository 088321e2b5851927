// Files of the system: what may be opened, short and interrupted calls, locks, descriptors taken away and found again, forks.
#include "io/posix_storage.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <functional>
#include <thread>

#include "fiver/values/error.hpp"
#include "io/test_folder.hpp"

// The program's own read and write calls come before the system library's: while `rough` is set every second one is interrupted and the
// others do 7 bytes at most, as signals and network file systems may.
namespace {
std::atomic<bool> rough{false};
std::atomic<unsigned> calls{0};
bool interrupted() {
  if (!rough || ++calls % 2 == 0) return false;
  errno = EINTR;
  return true;
}
std::size_t part_of(std::size_t size) {
  return rough ? std::min<std::size_t>(size, 7) : size;
}
}  // namespace

extern "C" ssize_t pread(int file, void* into, size_t size, off_t offset) {
  return interrupted() ? -1 : syscall(SYS_pread64, file, into, part_of(size), offset);
}
extern "C" ssize_t pwrite(int file, const void* from, size_t size, off_t offset) {
  return interrupted() ? -1 : syscall(SYS_pwrite64, file, from, part_of(size), offset);
}
extern "C" ssize_t preadv(int file, const iovec* parts, int count, off_t offset) {
  if (interrupted()) return -1;
  if (!rough) return syscall(SYS_preadv, file, parts, count, offset, 0);
  return syscall(SYS_pread64, file, parts[0].iov_base, part_of(parts[0].iov_len), offset);
}

namespace fiver::io {
namespace {

template <class Call>
ErrorKind kind_thrown(Call&& call, const std::string& mentions = {}) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(mentions), std::string::npos) << error.what();
    return error.kind();
  }
  ADD_FAILURE() << "nothing thrown";
  return ErrorKind::corrupt;
}

Bytes read_all(const Storage& storage) {
  Bytes bytes(static_cast<std::size_t>(storage.size()));
  bytes.resize(storage.read_at(0, bytes));
  return bytes;
}

TEST(OpenFile, RefusesWhatIsNoRegularFile) {
  const TestFolder folder;
  const auto open = [](const std::string& path, OpenMode mode = OpenMode::read) {
    return [=] { open_file(path, mode); };
  };
  EXPECT_EQ(kind_thrown(open(folder / "absent"), "absent: cannot open it: No such file"), ErrorKind::not_found);
  EXPECT_EQ(kind_thrown(open(folder.make("file", "x") + "/below"), "Not a directory"), ErrorKind::not_found);
  EXPECT_EQ(kind_thrown(open(""), "No such file"), ErrorKind::not_found);
  EXPECT_EQ(kind_thrown(open(folder / ""), "a directory"), ErrorKind::invalid_argument);
  EXPECT_EQ(kind_thrown(open("/dev/zero"), "a device"), ErrorKind::invalid_argument);
  EXPECT_EQ(kind_thrown(open(std::string("a\0b", 3)), "zero byte"), ErrorKind::invalid_argument);
  EXPECT_EQ(kind_thrown(open(folder / std::string(300, 'x')), "too long"), ErrorKind::invalid_argument);
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  for (const auto mode : {OpenMode::read, OpenMode::read_write, OpenMode::create})
    EXPECT_EQ(kind_thrown(open(folder / "pipe", mode), "a pipe"), ErrorKind::invalid_argument);
  const int socket_number = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  (folder / "socket").copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(bind(socket_number, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(kind_thrown(open(folder / "socket"), "a socket"), ErrorKind::invalid_argument);
  close(socket_number);
}

TEST(OpenFile, ModesMakeKeepAndRefuse) {
  const TestFolder folder;
  const auto path = folder / "new";
  EXPECT_EQ(kind_thrown([&] { open_file(path, OpenMode::read_write); }), ErrorKind::not_found);
  open_file(path, OpenMode::create)->write_at(0, bytes_of("kept"));
  EXPECT_EQ(open_file(path, OpenMode::create)->size(), 4U);
  EXPECT_EQ(kind_thrown([&] { open_file(path, OpenMode::create_exclusive); }, "File exists"), ErrorKind::conflict);
  const auto exclusive = open_file(folder / "other", OpenMode::create_exclusive);
  EXPECT_EQ(exclusive->mode(), OpenMode::create_exclusive);
  exclusive->sync();  // its folder too
  EXPECT_EQ(exclusive->name(), folder / "other");
  EXPECT_NE(exclusive->identity(), open_file(path, OpenMode::read)->identity());
  std::filesystem::create_hard_link(path, folder / "link");
  EXPECT_EQ(open_file(folder / "link", OpenMode::read)->identity(), open_file(path, OpenMode::read)->identity());
}

TEST(PosixStorage, ReadsAndWritesThroughRoughCalls) {
  const TestFolder folder;
  for (const bool now : {false, true}) {
    rough = now;
    const auto bytes = pattern_bytes(5000);
    const auto file = open_file(folder / "data", OpenMode::create);
    file->write_at(100, bytes);
    EXPECT_EQ(file->size(), 5100U);
    Bytes back(6000);
    EXPECT_EQ(file->read_at(100, back), 5000U);
    back.resize(5000);
    EXPECT_EQ(back, bytes);
    EXPECT_EQ(file->read_at(5100, back), 0U);
    EXPECT_EQ(file->read_at(~std::uint64_t{0}, back), 0U);
    EXPECT_EQ(file->read_at((std::uint64_t{1} << 63U) - 1, back), 0U);

    // Adjacent, apart, overlapping, past the end, empty, in no order.
    const std::vector<std::pair<std::uint64_t, std::size_t>> wanted = {{3000, 50},
                                                                       {110, 20},
                                                                       {100, 10},
                                                                       {130, 300},
                                                                       {105, 5},
                                                                       {5000, 60},
                                                                       {5060, 100},
                                                                       {5160, 9},
                                                                       {9000, 1},
                                                                       {130, 0},
                                                                       {~std::uint64_t{0}, 4}};
    std::vector<Bytes> into;
    for (const auto& each : wanted) into.emplace_back(each.second, std::byte{0xEE});
    std::vector<ReadRequest> requests;
    for (std::size_t i = 0; i < wanted.size(); ++i) requests.push_back({wanted[i].first, into[i]});
    file->read_batch(requests);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      Bytes alone(wanted[i].second, std::byte{0xEE});
      EXPECT_EQ(requests[i].got, file->read_at(wanted[i].first, alone)) << i;
      EXPECT_EQ(into[i], alone) << i;
    }
    std::vector<Bytes> many(3000, Bytes(1));  // more parts than one call takes
    requests.clear();
    for (std::size_t i = 0; i < many.size(); ++i) requests.push_back({100 + i, many[i]});
    file->read_batch(requests);
    for (std::size_t i = 0; i < many.size(); ++i) ASSERT_EQ(many[i][0], bytes[i]);
  }
  rough = false;
}

TEST(PosixStorage, ReservesResizesAndRefuses) {
  const TestFolder folder;
  const auto file = open_file(folder / "data", OpenMode::create);
  file->reserve(100'000);
  EXPECT_EQ(file->size(), 100'000U);
  struct stat info;
  ASSERT_EQ(stat((folder / "data").c_str(), &info), 0);
  EXPECT_GE(info.st_blocks * 512, 100'000);
  file->reserve(10);
  EXPECT_EQ(file->size(), 100'000U);
  file->resize(3);
  EXPECT_EQ(file->size(), 3U);
  file->prefetch(0, 3);
  file->prefetch(~std::uint64_t{0}, ~std::uint64_t{0});
  EXPECT_EQ(kind_thrown([&] { file->write_at(~std::uint64_t{0} - 1, bytes_of("x")); }, "data"), ErrorKind::io);
  EXPECT_EQ(kind_thrown([&] { file->resize(~std::uint64_t{0}); }, "data"), ErrorKind::io);
  EXPECT_EQ(kind_thrown([&] { file->reserve(std::uint64_t{1} << 62U); }, "data"), ErrorKind::io);
  const auto reader = open_file(folder / "data", OpenMode::read);
  for (const auto& call :
       std::vector<std::function<void()>>{[&] { reader->write_at(0, bytes_of("x")); }, [&] { reader->resize(0); },
                                          [&] { reader->reserve(1); }, [&] { reader->sync(); }})
    EXPECT_EQ(kind_thrown(call, "reading only"), ErrorKind::io);
  EXPECT_EQ(file->size(), 3U);
}

TEST(PosixStorage, TellsThatItChanged) {
  const TestFolder folder;
  const auto file = open_file(folder / "data", OpenMode::create);
  const auto before = file->change_stamp();
  EXPECT_EQ(file->change_stamp(), before);
  file->write_at(0, bytes_of("x"));
  EXPECT_NE(file->change_stamp(), before);
}

TEST(PosixStorage, LocksWholeFiles) {
  const TestFolder folder;
  const auto path = folder.make("data", "x");
  const auto a = open_file(path, OpenMode::read), b = open_file(path, OpenMode::read);
  EXPECT_TRUE(a->try_lock(LockMode::shared));
  EXPECT_TRUE(b->try_lock(LockMode::shared));
  EXPECT_FALSE(b->try_lock(LockMode::exclusive));
  // The failed change left b its shared lock.
  EXPECT_FALSE(a->try_lock(LockMode::exclusive));
  b->unlock();
  EXPECT_TRUE(a->try_lock(LockMode::exclusive));
  EXPECT_FALSE(b->try_lock(LockMode::shared));
  a->unlock();
  a->unlock();
  EXPECT_TRUE(b->try_lock(LockMode::exclusive));
}

TEST(PosixStorage, LocksRanges) {
  const TestFolder folder;
  const auto path = folder / "data";
  const auto a = open_file(path, OpenMode::create), b = open_file(path, OpenMode::read_write);
  EXPECT_TRUE(a->try_lock_range(LockMode::exclusive, 100, 10));
  EXPECT_FALSE(b->try_lock_range(LockMode::shared, 109, 1));
  EXPECT_TRUE(b->try_lock_range(LockMode::exclusive, 110, 0));
  EXPECT_FALSE(a->try_lock_range(LockMode::shared, 1'000'000, 1));
  EXPECT_TRUE(a->try_lock(LockMode::exclusive));  // the whole file's lock is another matter
  a->unlock_range(100, 10);
  EXPECT_TRUE(b->try_lock_range(LockMode::shared, 109, 1));
  EXPECT_EQ(kind_thrown([&] { a->try_lock_range(LockMode::shared, ~std::uint64_t{0}, 1); }), ErrorKind::io);
}

TEST(PosixStorage, AChildReadsAndNeverWritesOrUnlocks) {
  const TestFolder folder;
  const auto path = folder / "data";
  const auto file = open_file(path, OpenMode::create);
  file->write_at(0, bytes_of("parent"));
  ASSERT_TRUE(file->try_lock(LockMode::exclusive));
  const auto child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    int bad = read_all(*file) != Bytes(bytes_of("parent").begin(), bytes_of("parent").end());
    for (const auto& call : std::vector<std::function<void()>>{
             [&] { file->write_at(0, bytes_of("x")); }, [&] { file->resize(0); }, [&] { file->reserve(99); },
             [&] { file->sync(); }, [&] { file->try_lock(LockMode::shared); },
             [&] { file->try_lock_range(LockMode::shared, 0, 1); }}) {
      try {
        call();
        ++bad;
      } catch (const Error& error) {
        bad += error.kind() != ErrorKind::conflict;
      }
    }
    file->unlock();
    file->unlock_range(0, 1);
    _exit(bad);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_FALSE(open_file(path, OpenMode::read)->try_lock(LockMode::shared));
  EXPECT_EQ(file->size(), 6U);
}

TEST(DescriptorBudget, ClosesTheLeastRecentlyUsedAndFindsItAgain) {
  const TestFolder folder;
  const auto budget = std::make_shared<DescriptorBudget>(4);
  std::vector<std::shared_ptr<FileStorage>> files;
  for (int i = 0; i < 20; ++i)
    files.push_back(
        open_file(folder.make(std::to_string(i), std::string(10, static_cast<char>('a' + i))), OpenMode::read, budget));
  EXPECT_EQ(budget->open(), 4U);
  EXPECT_EQ(budget->closed_early(), 16U);
  for (std::size_t i = 0; i < files.size(); ++i) {
    EXPECT_EQ(text_of(read_all(*files[i])), std::string(10, static_cast<char>('a' + i)));
    EXPECT_LE(budget->open(), 4U);
  }
  const auto before = budget->closed_early();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(read_all(*files[16 + static_cast<std::size_t>(i) % 4]).size(), 10U);
  EXPECT_EQ(budget->closed_early(), before);  // the four used last stay open
  files[17].reset();
  EXPECT_EQ(budget->open(), 3U);
  files.clear();
  EXPECT_EQ(budget->open(), 0U);
}

TEST(DescriptorBudget, KeepsLockedAndWritableFilesOpen) {
  const TestFolder folder;
  const auto budget = std::make_shared<DescriptorBudget>(2);
  const auto locked = open_file(folder.make("locked", "l"), OpenMode::read, budget);
  ASSERT_TRUE(locked->try_lock(LockMode::shared));
  const auto written = open_file(folder / "written", OpenMode::create, budget);
  std::vector<std::shared_ptr<FileStorage>> others;
  for (int i = 0; i < 5; ++i) others.push_back(open_file(folder.make(std::to_string(i), "x"), OpenMode::read, budget));
  EXPECT_EQ(budget->open(), 3U);  // the limit is soft
  EXPECT_FALSE(open_file(folder / "locked", OpenMode::read_write)->try_lock(LockMode::exclusive));
  locked->unlock();
  const auto before = budget->closed_early();
  for (int i = 0; i < 3; ++i) read_all(*others[static_cast<std::size_t>(i)]);
  EXPECT_GT(budget->closed_early(), before);
  EXPECT_EQ(budget->open(), 2U);  // unlocked, it could go
  EXPECT_EQ(read_all(*locked).size(), 1U);
}

TEST(DescriptorBudget, NoticesThatAClosedFileChanged) {
  const TestFolder folder;
  const auto budget = std::make_shared<DescriptorBudget>(1);
  const auto closed_then = [&](const std::string& name, const std::function<void(const std::string&)>& change) {
    const auto path = folder.make(name, "content");
    const auto file = open_file(path, OpenMode::read, budget);
    const auto other = open_file(folder.make("other", "x"), OpenMode::read, budget);
    change(path);
    return [file] { read_all(*file); };
  };
  EXPECT_EQ(kind_thrown(closed_then("1", [&](const auto&) { folder.make("1", "longer content"); }),
                        "size changed from 7 to 14"),
            ErrorKind::io);
  EXPECT_EQ(kind_thrown(closed_then("2",
                                    [&](const auto& path) {
                                      const timespec times[2] = {{1, 0}, {1, 0}};
                                      utimensat(AT_FDCWD, path.c_str(), times, 0);
                                    }),
                        "written to"),
            ErrorKind::io);
  EXPECT_EQ(kind_thrown(closed_then("3",
                                    [&](const auto& path) {
                                      std::filesystem::rename(path, path + ".old");
                                      folder.make("3", "content");
                                    }),
                        "another file"),
            ErrorKind::io);
  EXPECT_EQ(kind_thrown(closed_then("4", [&](const auto& path) { std::filesystem::remove(path); })),
            ErrorKind::not_found);
  closed_then("5", [](const auto&) {})();
}

TEST(DescriptorBudget, MakesRoomWhenTheSystemHasNone) {
  const TestFolder folder;
  const auto budget = std::make_shared<DescriptorBudget>(1'000'000);
  std::vector<std::shared_ptr<FileStorage>> files;
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  const int next = dup(0);
  close(next);
  rlimit few = before;
  few.rlim_cur = static_cast<rlim_t>(next) + 3;
  std::vector<std::string> paths;
  for (int i = 0; i < 10; ++i) paths.push_back(folder.make(std::to_string(i), "x"));
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &few), 0);
  std::string trouble;
  try {
    for (const auto& path : paths) files.push_back(open_file(path, OpenMode::read, budget));
    for (const auto& file : files) EXPECT_EQ(read_all(*file).size(), 1U);
  } catch (const Error& error) {
    trouble = error.what();
  }
  EXPECT_EQ(kind_thrown([&] {
              std::vector<std::shared_ptr<FileStorage>> greedy;
              for (const auto& path : paths) greedy.push_back(open_file(path, OpenMode::read_write));
            }),
            ErrorKind::limit);
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(trouble, "");
  EXPECT_GE(budget->closed_early(), 7U);
}

TEST(DescriptorBudget, ManyThreadsShareFewDescriptors) {
  const TestFolder folder;
  const auto budget = std::make_shared<DescriptorBudget>(3);
  std::vector<std::shared_ptr<FileStorage>> files;
  for (int i = 0; i < 12; ++i)
    files.push_back(open_file(folder.make(std::to_string(i), std::string(100, static_cast<char>('a' + i))),
                              OpenMode::read, budget));
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 6; ++t)
    threads.emplace_back([&, t] {
      for (std::size_t i = 0; i < 300; ++i) {
        const auto which = (i * 7 + t * 5) % files.size();
        if (i % 50 == 49) wrong += !files[which]->try_lock(LockMode::shared);
        wrong += text_of(read_all(*files[which])) != std::string(100, static_cast<char>('a' + which));
        if (i % 50 == 49) files[which]->unlock();
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_GT(budget->closed_early(), 9U);
}

}  // namespace
}  // namespace fiver::io
