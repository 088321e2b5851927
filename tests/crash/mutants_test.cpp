// A commit that is broken on purpose must be caught: else the crash tests would test nothing.
#include <gtest/gtest.h>

#include "judging.hpp"

namespace fiver::tests {
namespace {

const Workload& workload(const std::string& name) {
  for (const auto& one : workloads())
    if (one.name == name) return one;
  throw std::logic_error("no workload " + name);
}

Tally judge_mutant(const std::string& name, const object::CommitMutant& mutant, Crash crash, const Judges& judges) {
  const auto run = record(workload(name), Durability::full, 1, nullptr, mutant);
  Sampling sampling;
  sampling.random = 20;
  sampling.most_bad = 1;
  return judge_all(run, crash, judges, sampling, 11);
}

TEST(Mutants, WithoutTheFirstBarrierAPowerCutIsSeen) {
  object::CommitMutant mutant;
  mutant.no_first_barrier = true;
  EXPECT_GT(judge_mutant("frames", mutant, Crash::power, {}).bad_ours, 0U);
}

TEST(Mutants, WithoutTheFirstBarrierLibhdf5SeesAPowerCut) {
  if (!Stock::missing().empty()) GTEST_SKIP() << Stock::missing();
  Stock stock;
  object::CommitMutant mutant;
  mutant.no_first_barrier = true;
  EXPECT_GT(judge_mutant("frames", mutant, Crash::power, {false, &stock, nullptr}).bad_stock, 0U);
}

TEST(Mutants, WithoutTheJournalATornSectorIsSeen) {
  object::CommitMutant mutant;
  mutant.no_journal = true;
  EXPECT_GT(judge_mutant("frames", mutant, Crash::torn, {}).bad_ours, 0U);
}

TEST(Mutants, WithoutTheJournalMovesOfAPowerCutAreSeen) {
  object::CommitMutant mutant;
  mutant.no_journal = true;
  // Each object by itself is sound; the commit is not whole.
  EXPECT_GT(judge_mutant("moves", mutant, Crash::power, {}).bad_ours, 0U);
}

TEST(Mutants, RemovalBeforeAdditionIsSeenByLibhdf5BeforeRecovery) {
  if (!Stock::missing().empty()) GTEST_SKIP() << Stock::missing();
  Stock stock;
  object::CommitMutant mutant;
  mutant.removal_before_addition = true;
  EXPECT_GT(judge_mutant("moves", mutant, Crash::kill, {false, &stock, nullptr}).bad_stock, 0U);
}

TEST(Mutants, AHeapAfterWhatLeadsIntoItIsSeenByLibhdf5BeforeRecovery) {
  if (!Stock::missing().empty()) GTEST_SKIP() << Stock::missing();
  Stock stock;
  object::CommitMutant mutant;
  mutant.heap_after_headers = true;
  EXPECT_GT(judge_mutant("wide", mutant, Crash::kill, {false, &stock, nullptr}).bad_stock, 0U);
}

TEST(Mutants, NoneIsSeenInTheSameWay) {
  EXPECT_EQ(judge_mutant("frames", {}, Crash::power, {}).bad_ours, 0U);
  EXPECT_EQ(judge_mutant("frames", {}, Crash::torn, {}).bad_ours, 0U);
  EXPECT_EQ(judge_mutant("moves", {}, Crash::power, {}).bad_ours, 0U);
  if (!Stock::missing().empty()) return;
  Stock stock;
  EXPECT_EQ(judge_mutant("frames", {}, Crash::power, {false, &stock, nullptr}).bad_stock, 0U);
  EXPECT_EQ(judge_mutant("moves", {}, Crash::kill, {false, &stock, nullptr}).bad_stock, 0U);
  EXPECT_EQ(judge_mutant("wide", {}, Crash::kill, {false, &stock, nullptr}).bad_stock, 0U);
}

}  // namespace
}  // namespace fiver::tests
