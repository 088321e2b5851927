// 0 flushed data lost, 0 silently wrong: every workload, killed at every write and with the power cut at every sync, judged by Fiver and by the
// installed libhdf5. FIVER_SOAK takes all states and many random ones, else a seeded sample is taken.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "judging.hpp"

namespace fiver::tests {
namespace {

bool is_soak() {
  return std::getenv("FIVER_SOAK") != nullptr;
}

class Crashes : public testing::TestWithParam<Workload> {
 protected:
  static void SetUpTestSuite() {
    if (Stock::missing().empty()) stock_ = std::make_unique<Stock>();
  }
  static void TearDownTestSuite() { stock_.reset(); }

  void run(Durability durability, Crash crash) {
    const auto& workload = GetParam();
    if (workload.maker == Maker::libhdf5 && !stock_) GTEST_SKIP() << Stock::missing();
    const auto recorded = record(workload, durability, 1, stock_.get());
    Judges judges;
    // A file in the old style, or whose records libhdf5 has laid across sectors, is sound after recovery; a torn sector is one nowhere else.
    const bool as_it_is = workload.maker == Maker::fiver && crash != Crash::torn;
    (as_it_is ? judges.stock : judges.stock_after) = stock_.get();
    Sampling sampling;
    if (is_soak()) {
      sampling.random = crash == Crash::kill ? 0 : 40;
    } else {
      sampling.one_in = crash == Crash::kill ? 5 : 15;
      sampling.random = crash == Crash::power ? 8 : 30;
    }
    const auto tally = judge_all(recorded, crash, judges, sampling, 7);
    constexpr const char* crashes[] = {"kill", "power cut", "torn sector"};
    std::printf("| %-15s | %-5s | %-11s | %6zu flushes | %6zu states | %6zu by libhdf5 | %6zu recovered | %3zu bad |\n",
                workload.name.c_str(), durability == Durability::full ? "full" : "order",
                crashes[static_cast<int>(crash)], recorded.states.size(), static_cast<std::size_t>(tally.states),
                static_cast<std::size_t>(tally.stock + tally.stock_recovered), static_cast<std::size_t>(tally.finished),
                static_cast<std::size_t>(tally.bad_ours + tally.bad_stock));
    EXPECT_GT(tally.states, 0U);
    EXPECT_EQ(tally.bad_ours, 0U);
    EXPECT_EQ(tally.bad_stock, 0U);
    for (const auto& fault : tally.faults) ADD_FAILURE() << fault;
  }

  static inline std::unique_ptr<Stock> stock_;
};

TEST_P(Crashes, KilledAfterOrderedWrites) {
  run(Durability::order, Crash::kill);
}
TEST_P(Crashes, KilledAfterSyncedWrites) {
  run(Durability::full, Crash::kill);
}
TEST_P(Crashes, PowerCut) {
  run(Durability::full, Crash::power);
}
TEST_P(Crashes, TornSectors) {
  run(Durability::full, Crash::torn);
}

INSTANTIATE_TEST_SUITE_P(Workloads, Crashes, testing::ValuesIn(workloads()), [](const auto& one) {
  std::string name = one.param.name;
  for (auto& c : name)
    if (c == ' ') c = '_';
  return name;
});

}  // namespace
}  // namespace fiver::tests
