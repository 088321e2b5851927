// Every call of the storage fails, once or from then on: an Error, no crash, and what was committed is there. After space returns, work goes on
// where nothing had been rewritten in place.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "io/fault_storage.hpp"
#include "io/memory_storage.hpp"
#include "judging.hpp"

namespace fiver::tests {
namespace {

struct Outcome {
  std::string stopped_by;  ///< why the script went no further; empty: it came to its end
  std::vector<Model> states;
  Model at_end;
  bool went_on = false;  ///< a step failed, and succeeded when it was done again
  bool closed = false;   ///< the step that failed was the last one
  std::string first_fault;
};

/// Runs a workload, each step once more after it failed when `returns`.
Outcome run(const Workload& workload, const std::shared_ptr<io::FaultStorage>& storage, bool returns,
            std::optional<io::Fault> fault) {
  Outcome outcome;
  std::unique_ptr<Script> script;
  try {
    script = std::make_unique<Script>(storage, workload.settings, Durability::full, [](std::size_t) {});
  } catch (const Error& error) {
    outcome.stopped_by = error.what();
    return outcome;
  }
  if (fault) storage->set(*fault);
  script->attempt = [&](const std::function<void()>& step) {
    try {
      step();
    } catch (const Error& error) {
      if (outcome.first_fault.empty()) outcome.first_fault = error.what();
      // A close that failed while headers were rewritten is the last: the next open finishes it.
      outcome.closed = !script->file().is_writable();
      if (!returns || outcome.went_on || outcome.closed) throw;
      storage->clear();
      step();
      outcome.went_on = true;
    }
  };
  try {
    workload.run(*script, 1);
  } catch (const Error& error) {
    outcome.stopped_by = error.what();
  }
  outcome.states = script->states();
  outcome.at_end = script->now();
  storage->set(
      {std::nullopt, 1, true, Error(ErrorKind::io, "the script is over"), 0});  // what the last handle would write
  script.reset();
  return outcome;
}

std::string fault_in(const Bytes& file, const Outcome& outcome) {
  try {
    const auto found = look_at(File::edit(std::make_shared<io::MemoryStorage>(file)));
    // The commit that failed may be there whole: after the last flush that returned comes what the script had done by then.
    return find_fault(found, outcome.states.back(), outcome.at_end, Demand::whole_commits);
  } catch (const std::exception& error) {
    return error.what();
  }
}

class Faults : public testing::TestWithParam<std::string> {
 protected:
  static const Workload& workload() {
    for (const auto& one : workloads())
      if (one.name == GetParam()) return one;
    throw std::logic_error("no such workload");
  }
};

TEST_P(Faults, AreErrorsAndTakeNothing) {
  const auto storage = std::make_shared<io::FaultStorage>(std::make_shared<io::MemoryStorage>());
  const auto before = storage->calls();
  ASSERT_EQ(run(workload(), storage, false, {}).stopped_by, "");
  const auto calls = storage->calls() - before;
  const bool all = std::getenv("FIVER_SOAK") != nullptr;
  std::size_t failed = 0;
  for (const bool lasting : {false, true}) {
    for (std::uint64_t n = 1; n <= calls; n += all ? 1 : 1 + n % 5) {
      const auto memory = std::make_shared<io::MemoryStorage>();
      const auto faulty = std::make_shared<io::FaultStorage>(memory);
      const Error error(ErrorKind::io, lasting ? "no space left on device" : "input/output error");
      const auto outcome = run(workload(), faulty, false, io::Fault{std::nullopt, n, lasting, error, n % 700});
      if (!outcome.stopped_by.empty()) ++failed;
      ASSERT_FALSE(outcome.states.empty()) << outcome.stopped_by;
      const auto fault = fault_in(memory->content(), outcome);
      ASSERT_EQ(fault, "") << "call " << n << (lasting ? " and all after it" : "") << ", stopped by "
                           << outcome.stopped_by;
    }
  }
  std::printf("| %-15s | %4zu calls | %4zu scripts stopped |\n", GetParam().c_str(), static_cast<std::size_t>(calls),
              failed);
  EXPECT_GT(failed, 0U);
}

TEST_P(Faults, AreGoneWhenSpaceReturns) {
  const auto counting = std::make_shared<io::FaultStorage>(std::make_shared<io::MemoryStorage>());
  ASSERT_EQ(run(workload(), counting, false, {}).stopped_by, "");
  const bool all = std::getenv("FIVER_SOAK") != nullptr;
  std::size_t went_on = 0, refused = 0;
  const auto operation = io::Operation::write;
  for (std::uint64_t n = 1; n <= counting->calls(operation); n += all ? 1 : 1 + n % 4) {
    const auto memory = std::make_shared<io::MemoryStorage>();
    const auto faulty = std::make_shared<io::FaultStorage>(memory);
    const Error error(ErrorKind::io, "no space left on device");
    const auto outcome = run(workload(), faulty, true, io::Fault{operation, n, true, error, n % 300});
    if (outcome.stopped_by.empty()) {
      went_on += outcome.went_on ? 1 : 0;
    } else {
      ++refused;
      EXPECT_TRUE(outcome.closed || outcome.stopped_by.find("nothing more can be written") != std::string::npos)
          << "write " << n << ": " << outcome.stopped_by;
    }
    const auto fault = fault_in(memory->content(), outcome);
    ASSERT_EQ(fault, "") << "write " << n << ", " << outcome.first_fault << ", then " << outcome.stopped_by;
  }
  std::printf("| %-15s | %4zu went on | %4zu refused to |\n", GetParam().c_str(), went_on, refused);
  EXPECT_GT(went_on, 0U);
}

INSTANTIATE_TEST_SUITE_P(Workloads, Faults,
                         testing::Values("frames", "moves", "deletes", "attributes", "texts", "in place", "mixture",
                                         "old mixture"),
                         [](const auto& one) {
                           std::string name = one.param;
                           for (auto& c : name)
                             if (c == ' ') c = '_';
                           return name;
                         });

}  // namespace
}  // namespace fiver::tests
