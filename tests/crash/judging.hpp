// Runs workloads, makes the states that crashes may leave and has them judged.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "object/file_writer.hpp"
#include "states.hpp"
#include "stock.hpp"
#include "workloads.hpp"

namespace fiver::tests {

/// What one run of a workload did to its file.
struct Run {
  Recording recording;
  std::vector<Model> states;  ///< after each flush
};

/// `stock`: makes the files of Maker::libhdf5, and may be null for others.
Run record(const Workload& workload, Durability durability, unsigned seed, Stock* stock,
           const object::CommitMutant& mutant = {});

enum class Crash : std::uint8_t { kill, power, torn };

struct Tally {
  std::uint64_t states = 0;
  std::uint64_t ours = 0, stock = 0, stock_recovered = 0;  ///< states that each judged
  std::uint64_t bad_ours = 0, bad_stock = 0;
  std::uint64_t finished = 0;       ///< commits that recovery had to finish
  std::vector<std::string> faults;  ///< the first few

  void fault(const State& state, const std::string& judge, const std::string& what);
};

struct Judges {
  bool ours = true;
  Stock* stock = nullptr;        ///< the file as it is
  Stock* stock_after = nullptr;  ///< the file after our recovery
};

void judge(const State& state, const std::vector<Model>& states, const Judges& judges, Tally& tally);

struct Sampling {
  std::uint64_t one_in = 1;  ///< of all states, so many are taken
  std::size_t random = 8;    ///< of each stretch between syncs
  std::uint64_t most_bad = 20;
};

Tally judge_all(const Run& run, Crash crash, const Judges& judges, const Sampling& sampling, unsigned seed);

}  // namespace fiver::tests
