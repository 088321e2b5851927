// Who may open a file while another process has it: ours and the stock library's, as readers and writers, in each mode; what the messages say; and
// that readers who look on cost the writer nothing.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "interleaving.hpp"
#include "io/counting_storage.hpp"
#include "io/posix_storage.hpp"
#include "io/test_folder.hpp"
#include "meeting.hpp"

namespace fiver::tests {
namespace {

Options fresh_options(WriterMode mode = WriterMode::exclusive) {
  Options options;
  options.runtime = runtime_with(std::make_shared<WatchedFilter>(), 1);
  options.mode = mode;
  return options;
}

/// "opened", or the kind and text of the error.
std::string outcome(const std::function<void()>& open) {
  try {
    open();
    return "opened";
  } catch (const Error& error) {
    return std::string(to_string(error.kind())) + ": " + error.what();
  }
}

/// The outcome in another process, which knows nothing of this one's files.
std::string outcome_elsewhere(const std::function<void()>& open, const char* locking = nullptr) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const auto id = ::fork();
  if (id == 0) {
    ::alarm(60);
    if (locking != nullptr) ::setenv("HDF5_USE_FILE_LOCKING", locking, 1);
    const auto text = outcome(open);
    ::_exit(::write(ends[1], text.data(), text.size()) < 0);
  }
  ::close(ends[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t got = 0; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(got));
  ::close(ends[0]);
  ::waitpid(id, nullptr, 0);
  return text;
}

/// The stock library by way of h5py, where its environment was made; else empty.
std::string h5py() {
  const char* source = std::getenv("FIVER_SOURCE");
  const auto root = source != nullptr ? std::filesystem::path(source) : std::filesystem::current_path();
  for (const char* name : {"h5py316", "h5py314"})
    if (const auto python = root / "build/venv" / name / "bin/python"; std::filesystem::exists(python))
      return python.string();
  return {};
}

/// "opened" or the error's text, from h5py.
std::string stock_outcome(const std::string& path, const std::string& mode) {
  const auto command = h5py() + " -c \"import h5py\ntry:\n  f = h5py.File('" + path + "', '" + mode +
                       "'); f['d'][()]; f.close(); print('opened')\nexcept OSError as e: print('refused', e)\" 2>&1";
  auto* pipe = ::popen(command.c_str(), "r");
  std::string text;
  for (int c = 0; (c = std::fgetc(pipe)) != EOF;) text += static_cast<char>(c);
  ::pclose(pipe);
  return text;
}

class WritingLocks : public testing::Test {
 protected:
  void make() const {
    const auto file = File::create(path_, {}, fresh_options());
    file.root().create_dataset<int>("d", {4}).write(many(4, 1));
    file.close();
  }

  const io::TestFolder folder_;
  const std::string path_ = folder_ / "f.h5";
};

TEST_F(WritingLocks, AnExclusiveWriterIsAlone) {
  make();
  const auto writer = File::edit(path_, fresh_options());
  const auto edit = outcome_elsewhere([&] { File::edit(path_, fresh_options()); });
  EXPECT_EQ(edit.find("conflict: "), 0U) << edit;
  EXPECT_NE(edit.find("held by another"), std::string::npos) << edit;
  EXPECT_NE(edit.find(path_), std::string::npos) << edit;
  const auto read = outcome_elsewhere([&] { File::open(path_, fresh_options()); });
  EXPECT_EQ(read.find("conflict: "), 0U) << read;
  EXPECT_NE(read.find("held by another"), std::string::npos) << read;
  EXPECT_EQ(outcome_elsewhere([&] { File::open(path_, fresh_options()); }, "FALSE"), "opened");
  auto off = fresh_options();
  off.locking = Locking::off;
  EXPECT_EQ(outcome_elsewhere([&] { File::open(path_, off); }), "opened");
  if (h5py().empty()) GTEST_SKIP() << "no h5py here";
  EXPECT_EQ(stock_outcome(path_, "r").find("refused"), 0U);
  EXPECT_EQ(stock_outcome(path_, "r+").find("refused"), 0U);
  writer.close();
  EXPECT_EQ(stock_outcome(path_, "r"), "opened\n");
  EXPECT_EQ(stock_outcome(path_, "r+"), "opened\n");
}

TEST_F(WritingLocks, AStockWriterKeepsUsOut) {
  if (h5py().empty()) GTEST_SKIP() << "no h5py here";
  make();
  const auto ready = folder_ / "ready";
  const auto command = h5py() + " -c \"import h5py, sys\nf = h5py.File('" + path_ + "', 'r+')\nopen('" + ready +
                       "', 'w').close()\nsys.stdin.read()\"";
  auto* stock = ::popen(command.c_str(), "w");
  for (int i = 0; i < 6000 && !std::filesystem::exists(ready); ++i) ::usleep(10'000);
  ASSERT_TRUE(std::filesystem::exists(ready));
  const auto edit = outcome([&] { File::edit(path_, fresh_options()); });
  const auto read = outcome([&] { File::open(path_, fresh_options()); });
  ::pclose(stock);
  EXPECT_EQ(edit.find("conflict: "), 0U) << edit;
  EXPECT_EQ(read.find("conflict: "), 0U) << read;
  EXPECT_EQ(outcome([&] { File::edit(path_, fresh_options()); }), "opened");
}

TEST_F(WritingLocks, ALiveWriterLetsReadersInAndNoWriter) {
  make();
  auto writer = File::edit(path_, fresh_options(WriterMode::live));
  EXPECT_EQ(outcome_elsewhere([&] { File::open(path_, fresh_options()).dataset("d").read<int>(); }), "opened");
  const auto live = outcome_elsewhere([&] { File::edit(path_, fresh_options(WriterMode::live)); });
  EXPECT_EQ(live.find("conflict: "), 0U) << live;
  const auto exclusive = outcome_elsewhere([&] { File::edit(path_, fresh_options()); });
  EXPECT_EQ(exclusive.find("conflict: "), 0U) << exclusive;
  if (!h5py().empty()) {
    EXPECT_EQ(stock_outcome(path_, "r"), "opened\n");
    EXPECT_EQ(stock_outcome(path_, "r+").find("refused"), 0U);
  }
  writer.close();  // the handle stays, the locks don't
  EXPECT_EQ(outcome_elsewhere([&] { File::edit(path_, fresh_options(WriterMode::live)); }), "opened");
  EXPECT_EQ(outcome_elsewhere([&] { File::edit(path_, fresh_options()); }), "opened");
}

/// A file system without locks.
class Lockless final : public io::ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  bool try_lock(LockMode) override { throw Error(ErrorKind::unsupported, "its file system has no such locks"); }
};

TEST_F(WritingLocks, WithoutLocksOnlyWhoNeedsThemFails) {
  const auto storage = std::make_shared<Lockless>(std::make_shared<io::MemoryStorage>());
  File::create(storage, {}, fresh_options()).close();
  auto required = fresh_options();
  required.locking = Locking::required;
  for (const bool edits : {false, true}) {
    const auto open = [&](const Options& options) {
      return outcome([&] { edits ? File::edit(storage, options) : File::open(storage, options); });
    };
    EXPECT_EQ(open(fresh_options()), "opened");
    const auto refused = open(required);
    EXPECT_EQ(refused.find("unsupported: "), 0U) << refused;
    EXPECT_NE(refused.find("no such locks"), std::string::npos) << refused;
    EXPECT_EQ(refused.find("held by"), std::string::npos) << refused;
  }
}

TEST_F(WritingLocks, AReaderMakesNoLockCallAndNoWriteOnceItIsOpen) {
  make();
  const auto counted = std::make_shared<io::CountingStorage>(io::open_file(path_, io::OpenMode::read_write));
  const auto file = File::open(counted, fresh_options());
  counted->reset();
  file.dataset("d").read<int>();
  file.root().links();
  file.dataset("d").attributes();
  const auto counts = counted->counts();
  EXPECT_GT(counts.reads, 0U);
  EXPECT_EQ(counts.locks + counts.unlocks + counts.writes + counts.resizes + counts.reserves + counts.syncs, 0U);
}

TEST_F(WritingLocks, FollowersCostTheWriterNothing) {
  std::vector<io::CountingStorage::Call> calls[2];
  for (const bool followed : {false, true}) {
    std::filesystem::remove(path_);
    const auto counted = std::make_shared<io::CountingStorage>(io::open_file(path_, io::OpenMode::create), true);
    const auto file = File::create(counted, {}, fresh_options(WriterMode::live));
    const auto dataset = create_rows(file, 0, 1, 64);
    file.flush();
    std::atomic<bool> stop{false};
    std::atomic<int> opened{0};
    std::vector<std::thread> followers;
    for (int i = 0; i < (followed ? 4 : 0); ++i)
      followers.emplace_back([&] {
        const auto options = fresh_options();
        while (!stop) try {
            const auto seen = File::open(path_, options).dataset("d");
            const auto rows = seen.shape()[0];
            if (rows > 0) {
              EXPECT_EQ(seen.read<int>(frame(rows - 1))[0], static_cast<int>(rows));
            }
            ++opened;
          } catch (const Error& error) {
            ADD_FAILURE() << error.what();
            return;
          }
      });
    while (followed && opened < 4 && !HasFailure()) std::this_thread::yield();
    for (int i = 1; i <= 30; ++i) {
      dataset.resize({static_cast<std::uint64_t>(i), 64});
      dataset.write(many(64, i), frame(static_cast<std::uint64_t>(i) - 1));
      file.flush();
    }
    stop = true;
    for (auto& follower : followers) follower.join();
    file.close();
    calls[followed ? 1 : 0] = counted->calls();
  }
  EXPECT_GT(calls[0].size(), 60U);
  EXPECT_TRUE(calls[0] == calls[1]) << calls[0].size() << " calls alone, " << calls[1].size() << " with followers";
}

}  // namespace
}  // namespace fiver::tests
