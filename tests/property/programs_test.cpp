// Random programs against the model. FIVER_SOAK (seconds) makes the run longer; FIVER_SEED starts it elsewhere.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "property/program.hpp"

namespace fiver::property {
namespace {

double number_of(const char* name, double otherwise) {
  const auto* text = std::getenv(name);
  return text == nullptr ? otherwise : std::atof(text);
}

std::uint64_t first_seed() {
  return static_cast<std::uint64_t>(number_of("FIVER_SEED", 1));
}

class Clock {
 public:
  explicit Clock(double seconds) : seconds_(number_of("FIVER_SOAK", seconds)) {}
  bool runs() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count() < seconds_;
  }

 private:
  double seconds_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

TEST(Programs, AgreeWithTheModel) {
  const Clock clock(25);
  auto seed = first_seed();
  std::uint64_t programs = 0, steps = 0;
  for (unsigned failed = 0; clock.runs() && failed < 3; ++seed, ++programs) {
    ProgramSettings settings;
    settings.seed = seed;
    settings.threads = 1 + static_cast<unsigned>(seed % 3);
    settings.steps = 10 + static_cast<unsigned>(seed % 7) * 15;
    steps += settings.steps;
    const auto wrong = Program(settings).run();
    if (wrong.empty()) continue;
    ++failed;
    ADD_FAILURE() << wrong;
  }
  std::cout << programs << " programs, " << steps << " operations, seeds " << first_seed() << " to " << seed - 1
            << '\n';
}

TEST(Programs, OneTwoAndEightWorkersMakeTheSameBytes) {
  const Clock clock(12);
  auto seed = first_seed() + 1'000'000;
  for (unsigned failed = 0; clock.runs() && failed < 3; ++seed) {
    std::vector<Bytes> files;
    std::string wrong;
    for (const unsigned threads : {1U, 2U, 8U}) {
      Program program({seed, threads, 60, false});
      wrong += program.run();
      files.push_back(program.content());
    }
    const bool same = files[0] == files[1] && files[0] == files[2];
    EXPECT_TRUE(wrong.empty() && same) << wrong << "seed " << seed << ": " << files[0].size() << ", " << files[1].size()
                                       << ", " << files[2].size() << " bytes";
    if (!wrong.empty() || !same) ++failed;
  }
  std::cout << "seeds to " << seed - 1 << '\n';
}

/// What earlier sessions left unused stays so (docs/limits.md), so that only this much can be said of any program's file.
TEST(Programs, WhenAllIsRemovedTheFileHardlyGrows) {
  const Clock clock(6);
  auto seed = first_seed() + 2'000'000;
  for (unsigned failed = 0; clock.runs() && failed < 3; ++seed) {
    Program program({seed, 1, 60, false});
    auto wrong = program.run();
    const auto before = program.content().size();
    if (wrong.empty()) wrong = program.empty();
    const auto after = program.content().size();
    const bool small = after <= before + before / 2 + 4096;  // commits that remove write the tables that are left
    EXPECT_TRUE(wrong.empty() && small) << wrong << "seed " << seed << ": " << before << " bytes, then " << after;
    if (!wrong.empty() || !small) ++failed;
  }
  std::cout << "seeds to " << seed - 1 << '\n';
}

}  // namespace
}  // namespace fiver::property
