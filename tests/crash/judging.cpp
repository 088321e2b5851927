#include "judging.hpp"

#include <deque>

#include "io/memory_storage.hpp"
#include "meta/recovery.hpp"
#include "object/file_state.hpp"
#include "object/handle.hpp"

namespace fiver::tests {
namespace {

/// What was found, with numbers for addresses.
Model model_of(const Found& found) {
  std::map<std::uint64_t, ModelId> ids{{found.root, 0}};
  std::deque<std::uint64_t> waiting{found.root};
  Model model;
  while (!waiting.empty()) {
    const auto address = waiting.front();
    waiting.pop_front();
    auto content = found.objects.at(address);
    for (auto& [name, link] : content.links) {
      if (link.kind != ModelLink::Kind::hard) continue;
      const auto [id, fresh] = ids.emplace(link.target, ids.size());
      if (fresh) waiting.push_back(link.target);
      link.target = id->second;
    }
    model[ids.at(address)].content = std::move(content);
  }
  return model;
}

}  // namespace

Run record(const Workload& workload, Durability durability, unsigned seed, Stock* stock,
           const object::CommitMutant& mutant) {
  Bytes start;
  Model model;
  if (workload.maker == Maker::libhdf5) {
    start = stock->make_file();
    auto answer = stock->look_at(start);
    if (!answer.fault.empty()) throw std::runtime_error(answer.fault);
    model = model_of(answer.found);
  }
  const auto recorder = std::make_shared<io::RecordingStorage>(std::make_shared<io::MemoryStorage>(start));
  const auto flushed = [&](std::size_t flush) { recorder->mark(std::to_string(flush)); };
  auto script = workload.maker == Maker::libhdf5
                    ? std::make_unique<Script>(recorder, std::move(model), durability, flushed)
                    : std::make_unique<Script>(recorder, workload.settings, durability, flushed);
  script->file().handle().state().writer()->mutate(mutant);
  workload.run(*script, seed);
  return {Recording(std::move(start), recorder->changes()), script->states()};
}

void Tally::fault(const State& state, const std::string& judge, const std::string& what) {
  if (faults.size() < 5)
    faults.push_back(judge + ", " + state.origin + ", flush " + std::to_string(state.flush) + ": " + what);
}

void judge(const State& state, const std::vector<Model>& states, const Judges& judges, Tally& tally) {
  ++tally.states;
  const auto& before = states.at(state.flush);
  const auto& after = states.at(std::min(state.flush + 1, states.size() - 1));
  Bytes recovered;
  if (judges.ours || judges.stock_after != nullptr) {
    ++tally.ours;
    try {
      auto fault = find_fault(look_at(File::open(std::make_shared<io::ImageStorage>(state.file))), before, after,
                              Demand::whole_commits);
      if (!fault.empty()) fault = "opened for reading: " + fault;
      const auto storage = std::make_shared<io::MemoryStorage>(state.file);
      if (!meta::find_unfinished_commit(*storage).unfinished.empty()) ++tally.finished;
      {
        const auto file = File::edit(storage);
        recovered = storage->content();
        if (fault.empty()) {
          fault = find_fault(look_at(file), before, after, Demand::whole_commits);
          if (!fault.empty()) fault = "opened for writing: " + fault;
        }
      }
      if (!fault.empty()) {
        ++tally.bad_ours;
        tally.fault(state, "ours", fault);
      }
    } catch (const std::exception& error) {
      ++tally.bad_ours;
      tally.fault(state, "ours", error.what());
    }
  }
  const auto ask = [&](Stock& stock, ByteView file, Demand demand, const char* name) {
    auto answer = stock.look_at(file);
    if (answer.fault.empty()) answer.fault = find_fault(answer.found, before, after, demand);
    if (answer.fault.empty()) return;
    ++tally.bad_stock;
    tally.fault(state, name, answer.fault);
  };
  if (judges.stock != nullptr) {
    ++tally.stock;
    ask(*judges.stock, state.file, Demand::each_object, "libhdf5 as it is");
  }
  if (judges.stock_after != nullptr && !recovered.empty()) {
    ++tally.stock_recovered;
    ask(*judges.stock_after, recovered, Demand::whole_commits, "libhdf5 after recovery");
  }
}

Tally judge_all(const Run& run, Crash crash, const Judges& judges, const Sampling& sampling, unsigned seed) {
  Tally tally;
  std::mt19937 generator(seed), choices(seed + 1);
  const auto keep = [&] { return sampling.one_in <= 1 || choices() % sampling.one_in == 0; };
  const auto visit = [&](const State& state) {
    judge(state, run.states, judges, tally);
    return tally.bad_ours + tally.bad_stock < sampling.most_bad;
  };
  switch (crash) {
    case Crash::kill:
      run.recording.kills(keep, visit);
      break;
    case Crash::power:
      run.recording.power_cuts(sampling.random, generator, keep, visit);
      break;
    case Crash::torn:
      run.recording.torn_sectors(sampling.random, generator, keep, visit);
      break;
  }
  return tally;
}

}  // namespace fiver::tests
