// Goes through calls and returns as they came and keeps every state that the chunk may be in, with the operations under way that have already
// taken effect in it ("just-in-time linearization"). An operation takes effect at the latest when it returns.
#include "history.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <tuple>

namespace fiver::tests {
namespace {

struct Possible {
  Parts state{};
  std::uint32_t done = 0;  ///< a bit for each thread whose operation under way has taken effect
  friend auto operator<=>(const Possible&, const Possible&) = default;
};

/// False when it is a read that saw something else.
bool take_effect(const Operation& operation, Parts& state) {
  for (unsigned i = operation.first; i < operation.first + operation.count; ++i) {
    if (operation.is_write)
      state[i] = operation.values[i];
    else if (state[i] != operation.values[i])
      return false;
  }
  return true;
}

using UnderWay = std::map<std::uint32_t, const Operation*>;  // thread -> what it is in

/// All that may be once the operation of `thread` has taken effect, others under way before it or not.
std::set<Possible> after_return(const std::set<Possible>& before, const UnderWay& under_way, std::uint32_t thread) {
  std::set<Possible> seen = before, after;
  std::vector<Possible> open(before.begin(), before.end());
  while (!open.empty()) {
    const auto now = open.back();
    open.pop_back();
    if ((now.done >> thread & 1U) != 0) {
      after.insert({now.state, now.done & ~(1U << thread)});
      continue;
    }
    for (const auto& [other, operation] : under_way) {
      if ((now.done >> other & 1U) != 0) continue;
      auto next = now;
      if (!take_effect(*operation, next.state)) continue;
      next.done |= 1U << other;
      if (seen.insert(next).second) open.push_back(next);
    }
  }
  return after;
}

}  // namespace

std::string to_string(const Operation& operation) {
  std::ostringstream out;
  out << "thread " << operation.thread << (operation.is_write ? " wrote" : " saw");
  for (unsigned i = operation.first; i < operation.first + operation.count; ++i)
    out << ' ' << i << ':' << operation.values[i];
  out << " in chunk " << operation.chunk << " [" << operation.called << ", " << operation.returned << "]";
  return out.str();
}

std::string find_violation(const std::vector<Operation>& of_one_chunk) {
  std::vector<std::tuple<std::uint64_t, bool, const Operation*>> events;  // moment, whether it returns
  for (const auto& operation : of_one_chunk) {
    events.emplace_back(operation.called, false, &operation);
    events.emplace_back(operation.returned, true, &operation);
  }
  std::sort(events.begin(), events.end());
  std::set<Possible> possible{Possible{}};
  UnderWay under_way;
  for (const auto& [moment, returns, operation] : events) {
    if (!returns) {
      under_way[operation->thread] = operation;
      continue;
    }
    auto after = after_return(possible, under_way, operation->thread);
    if (after.empty()) {
      auto text = "no order explains that " + to_string(*operation);
      for (const auto& [thread, other] : under_way)
        if (other != operation) text += "\n  under way: " + to_string(*other);
      for (const auto& state : possible) {
        text += "\n  before it:";
        for (const auto value : state.state) text += ' ' + std::to_string(value);
      }
      return text;
    }
    possible = std::move(after);
    under_way.erase(operation->thread);
  }
  return {};
}

std::uint64_t count_violations(const std::vector<Operation>& operations, std::string& first) {
  std::map<std::uint32_t, std::vector<Operation>> chunks;
  for (const auto& operation : operations) chunks[operation.chunk].push_back(operation);
  std::uint64_t violations = 0;
  for (const auto& [chunk, history] : chunks) {
    const auto violation = find_violation(history);
    if (violation.empty()) continue;
    if (violations++ == 0) first = violation;
  }
  return violations;
}

}  // namespace fiver::tests
