#include "states.hpp"

#include <algorithm>
#include <map>

namespace fiver::tests {

using Kind = io::RecordedChange::Kind;

namespace {

constexpr std::uint64_t sector = 512, page = 4096;

}  // namespace

/// One sector as it was at the last sync, and after each change since that touched it.
struct Recording::Sector {
  std::vector<Bytes> versions;
};

/// What was done between two syncs.
struct Recording::Window {
  Bytes durable;
  std::size_t flush = 0;                    ///< how many had returned at its end
  std::size_t number = 0;                   ///< for messages
  std::map<std::uint64_t, Sector> sectors;  ///< by number
  std::vector<std::uint64_t> sizes;         ///< the durable one first

  /// The file with these versions of the sectors.
  template <class Choose>
  Bytes file(std::uint64_t size, Choose&& choose) const {
    Bytes bytes = durable;
    bytes.resize(std::max<std::size_t>(bytes.size(), static_cast<std::size_t>(size)));
    for (const auto& [which, one] : sectors) {
      const auto& content = one.versions[choose(which, one.versions.size())];
      const auto at = static_cast<std::size_t>(which * sector);
      if (at >= bytes.size()) continue;
      std::copy_n(content.begin(), std::min(content.size(), bytes.size() - at),
                  bytes.begin() + static_cast<std::ptrdiff_t>(at));
    }
    bytes.resize(static_cast<std::size_t>(size));
    return bytes;
  }
};

Recording::Recording(Bytes start, std::vector<io::RecordedChange> changes)
    : start_(std::move(start)), changes_(std::move(changes)) {}

std::size_t Recording::writes() const {
  return static_cast<std::size_t>(
      std::count_if(changes_.begin(), changes_.end(), [](const auto& change) { return change.kind == Kind::write; }));
}

void Recording::kills(const std::function<bool()>& keep, const Visit& visit) const {
  State state{start_, 0, {}};
  bool begun = false;
  for (std::size_t i = 0; i < changes_.size(); ++i) {
    const auto& change = changes_[i];
    if (change.kind == Kind::mark) {
      state.flush = std::stoul(change.label);
      begun = true;
      continue;
    }
    if (begun && change.kind == Kind::write) {
      const auto end = change.offset + change.bytes.size();
      for (auto cut = (change.offset / page + 1) * page; cut < end; cut += page) {
        if (!keep()) continue;
        auto part = change;
        part.bytes.resize(static_cast<std::size_t>(cut - change.offset));
        State torn{state.file, state.flush, "killed in change " + std::to_string(i) + " at " + std::to_string(cut)};
        io::apply(part, torn.file);
        if (!visit(torn)) return;
      }
    }
    io::apply(change, state.file);
    if (!begun || change.kind == Kind::sync || !keep()) continue;
    state.origin = "killed after change " + std::to_string(i);
    if (!visit(state)) return;
  }
}

std::vector<Recording::Window> Recording::windows() const {
  std::vector<Window> all;
  Bytes now = start_;
  Window window;
  const auto open = [&] { window = {now, 0, all.size(), {}, {now.size()}}; };
  const auto note = [&](std::uint64_t first, std::uint64_t end) {
    // `now` has the change already.
    for (auto number = first / sector; number * sector < end; ++number) {
      const auto part = [&](const Bytes& file) {
        Bytes content(sector);
        const auto at = std::min(static_cast<std::size_t>(number * sector), file.size());
        std::copy_n(file.begin() + static_cast<std::ptrdiff_t>(at), std::min<std::size_t>(sector, file.size() - at),
                    content.begin());
        return content;
      };
      auto& versions = window.sectors[number].versions;
      if (versions.empty()) versions.push_back(part(window.durable));
      auto fresh = part(now);
      if (fresh != versions.back()) versions.push_back(std::move(fresh));
    }
  };
  open();
  bool begun = false;
  std::size_t flush = 0;
  for (const auto& change : changes_) {
    if (change.kind == Kind::mark) {
      flush = std::stoul(change.label);
      begun = true;
      continue;
    }
    if (change.kind == Kind::sync) {
      window.flush = flush;
      std::erase_if(window.sectors, [](const auto& entry) { return entry.second.versions.size() == 1; });
      if (begun && (!window.sectors.empty() || window.sizes.size() > 1)) all.push_back(window);
      open();
      continue;
    }
    const auto size_before = now.size();
    io::apply(change, now);
    if (change.kind == Kind::write)
      note(change.offset, change.offset + change.bytes.size());
    else if (now.size() < size_before)
      note(now.size(), size_before);  // what was cut off reads as zeros when the file grows again
    if (now.size() != window.sizes.back()) window.sizes.push_back(now.size());
  }
  window.flush = flush;
  std::erase_if(window.sectors, [](const auto& entry) { return entry.second.versions.size() == 1; });
  if (!window.sectors.empty() || window.sizes.size() > 1) all.push_back(window);
  return all;
}

void Recording::power_cuts(std::size_t random, std::mt19937& generator, const std::function<bool()>& keep,
                           const Visit& visit) const {
  for (const auto& window : windows()) {
    const auto name = "power cut in stretch " + std::to_string(window.number);
    const auto show = [&](Bytes file, const std::string& what) {
      return visit(State{std::move(file), window.flush, name + ", " + what});
    };
    const auto last_size = window.sizes.back();
    for (const auto& entry : window.sectors) {
      const auto special = entry.first;
      const auto number = std::to_string(special);
      if (keep() && !show(window.file(last_size, [&](auto n, auto count) { return n == special ? 0 : count - 1; }),
                          "only sector " + number + " missing"))
        return;
      if (keep() && !show(window.file(last_size, [&](auto n, auto count) { return n == special ? count - 1 : 0; }),
                          "only sector " + number + " written"))
        return;
    }
    for (std::size_t i = 0; i < random; ++i) {
      const auto size = window.sizes[generator() % window.sizes.size()];
      // From nearly nothing written to nearly everything.
      const auto share = generator() % 17;
      const auto seed = generator();
      if (!keep()) continue;
      std::mt19937 choices(seed);
      auto file = window.file(size, [&](auto, auto count) -> std::size_t {
        if (choices() % 16 >= share) return 0;
        return choices() % 4 == 0 ? choices() % count : count - 1;
      });
      if (!show(std::move(file), "random " + std::to_string(i))) return;
    }
  }
}

void Recording::torn_sectors(std::size_t random, std::mt19937& generator, const std::function<bool()>& keep,
                             const Visit& visit) const {
  for (const auto& window : windows()) {
    if (window.sectors.empty()) continue;
    std::vector<std::uint64_t> numbers;
    for (const auto& [number, unused] : window.sectors) numbers.push_back(number);
    for (std::size_t i = 0; i < random; ++i) {
      const auto torn = numbers[generator() % numbers.size()];
      const auto share = generator() % 17;
      const auto seed = generator();
      if (!keep()) continue;
      std::mt19937 choices(seed);
      auto file = window.file(window.sizes.back(), [&](auto n, auto count) -> std::size_t {
        if (n == torn) return 0;
        return choices() % 16 < share ? count - 1 : 0;
      });
      const auto& versions = window.sectors.at(torn).versions;
      // The cut stands where old and new differ, or it would cut nothing.
      const auto &old = versions.front(), &fresh = versions.back();
      const auto first =
          static_cast<std::size_t>(std::mismatch(old.begin(), old.end(), fresh.begin()).first - old.begin());
      const auto from_behind =
          static_cast<std::size_t>(std::mismatch(old.rbegin(), old.rend(), fresh.rbegin()).first - old.rbegin());
      const auto end = sector - from_behind;
      const auto cut = first + 1 + (end > first + 1 ? choices() % (end - first - 1) : 0);
      const auto at = static_cast<std::size_t>(torn * sector);
      if (at < file.size())
        std::copy_n(fresh.begin(), std::min(cut, file.size() - at), file.begin() + static_cast<std::ptrdiff_t>(at));
      if (!visit(State{std::move(file), window.flush,
                       "stretch " + std::to_string(window.number) + ", sector " + std::to_string(torn) + " torn at " +
                           std::to_string(cut)}))
        return;
    }
  }
}

}  // namespace fiver::tests
