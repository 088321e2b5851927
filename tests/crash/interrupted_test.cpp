// Recovery that is itself cut short: every prefix of what File::edit writes to finish a commit, and pieces of it, can be recovered from.
#include <gtest/gtest.h>

#include "io/memory_storage.hpp"
#include "judging.hpp"
#include "meta/recovery.hpp"

namespace fiver::tests {
namespace {

TEST(InterruptedRecovery, IsFinishedByTheNextOpen) {
  std::size_t recoveries = 0, again = 0;
  for (const auto* name : {"moves", "hard links", "mixture"}) {
    for (const auto& workload : workloads()) {
      if (workload.name != name) continue;
      const auto run = record(workload, Durability::full, 3, nullptr);
      std::mt19937 generator(5), choices(6);
      const auto visit = [&](const State& state) {
        const auto recorder = std::make_shared<io::RecordingStorage>(std::make_shared<io::MemoryStorage>(state.file));
        meta::finish_commit(*recorder, meta::find_unfinished_commit(*recorder));
        const auto changes = recorder->changes();
        if (changes.empty()) return true;
        ++recoveries;
        // As a recording of its own: killed anywhere in it, or the power cut in it, sectors torn.
        auto marked = changes;
        marked.insert(marked.begin(), {io::RecordedChange::Kind::mark, 0, {}, std::to_string(state.flush)});
        const Recording recovery(state.file, std::move(marked));
        Tally tally;
        const auto judge_one = [&](const State& cut) {
          ++again;
          judge(cut, run.states, {}, tally);
          return true;
        };
        const auto all = [] { return true; };
        recovery.kills(all, judge_one);
        recovery.power_cuts(2, generator, all, judge_one);
        recovery.torn_sectors(4, generator, all, judge_one);
        for (const auto& fault : tally.faults) ADD_FAILURE() << state.origin << ", then " << fault;
        return tally.faults.empty();
      };
      const auto some = [&] { return choices() % 8 == 0; };
      run.recording.kills(some, visit);
      run.recording.torn_sectors(8, generator, some, visit);
    }
  }
  std::printf("%zu recoveries cut short in %zu ways\n", recoveries, again);
  EXPECT_GT(recoveries, 20U);
}

}  // namespace
}  // namespace fiver::tests
