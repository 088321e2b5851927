// A child process made while other threads read goes on with what it was given: open files, handles, caches and the pool.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <numeric>

#include "fiver/fiver.hpp"
#include "io/memory_storage.hpp"
#include "io/test_folder.hpp"
#include "meeting.hpp"
#include "sample.hpp"

namespace fiver::tests {
namespace {

#ifdef __SANITIZE_THREAD__
// ThreadSanitizer allows no threads in the child of a process that has some: there the child reads on one.
constexpr unsigned child_threads = 1;
#else
constexpr unsigned child_threads = 0;
#endif

std::uint64_t checksum(const Dataset& dataset, unsigned threads) {
  ReadOptions reading;
  reading.threads = threads;
  const auto got = dataset.read<std::uint16_t>(all(), reading);
  std::uint64_t sum = 0;
  for (const auto value : got) sum = sum * 31 + value;
  return sum;
}

/// In the child: 0 when all datasets have that checksum, by the parent's handles and by new ones.
int child(const std::string& path, const Options& options, const std::vector<std::string>& paths,
          const std::vector<Dataset>& datasets, std::uint64_t wanted) {
  ::alarm(60);  // a lock that was held at the fork would hang it: the signal ends it then
  try {
    for (const auto& dataset : datasets)
      if (checksum(dataset, child_threads) != wanted) return 2;
    const auto file = File::open(path, options);
    for (const auto& each : paths)
      if (checksum(file.dataset(each), child_threads) != wanted) return 3;
    if (child_threads == 0) {
      std::uint64_t rows = 0;
      for (const auto& frame : datasets.front().frames<std::uint16_t>())
        rows += frame.pixels()[0] == sample_value(rows * sample_columns);
      if (rows != sample_rows) return 4;
      std::atomic<int> chunks{0};
      datasets.back().for_each_chunk([&](const Chunk&) { ++chunks; });
      if (chunks == 0) return 5;
    }
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "in the child: %s\n", error.what());
    return 1;
  }
}

TEST(Fork, ChildrenReadOnAllCoresWhileTheParentReads) {
  const io::TestFolder folder;
  const auto sample = make_sample();
  const auto path = folder.make("sample.h5", std::string(text_of(sample.file)));
  Options options;
  options.runtime = runtime_with(std::make_shared<WatchedFilter>(), std::max(2U, std::thread::hardware_concurrency()));
  const auto file = File::open(path, options);
  std::vector<Dataset> datasets;
  for (const auto& each : sample.paths) datasets.push_back(file.dataset(each));
  const auto wanted = checksum(datasets.front(), 0);
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> load;
  for (unsigned number = 0; number < 3; ++number)
    load.emplace_back([&, number] {
      for (auto i = std::size_t{number}; !stop; ++i) {
        if (checksum(datasets[i % datasets.size()], 0) != wanted) ++wrong;
        if (checksum(File::open(path, options).dataset(sample.paths[i % sample.paths.size()]), 0) != wanted) ++wrong;
      }
    });
  for (int round = 0; round < 50 && !HasFailure(); ++round) {
    const auto id = ::fork();
    if (id == 0) ::_exit(child(path, options, sample.paths, datasets, wanted));
    int status = 0;
    EXPECT_EQ(::waitpid(id, &status, 0), id);
    EXPECT_TRUE(WIFEXITED(status)) << "round " << round << ": ended by signal " << WTERMSIG(status);
    EXPECT_EQ(WEXITSTATUS(status), 0) << "round " << round;
  }
  stop = true;
  for (auto& thread : load) thread.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace fiver::tests
