// A bounded cache of immutable values for many threads: pages, decoded index nodes, heap collections. Values stay alive in the
// hands of who uses them after they are dropped. No lock is held while a value is made: two threads may make the same one, and the
// first to arrive wins.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "base/mutexes.hpp"

namespace fiver {

template <class Key, class Value>
class SharedCache {
 public:
  /// `most_cost`: what all kept values may cost together, in whatever unit insert() is told.
  explicit SharedCache(std::size_t most_cost) : most_cost_per_shard_(most_cost / shard_count + 1) {}

  std::shared_ptr<const Value> find(const Key& key) {
    Shard& shard = shard_of(key);
    std::lock_guard lock(shard.mutex);
    const auto found = shard.entries.find(key);
    if (found == shard.entries.end()) return nullptr;
    found->second.used = true;
    return found->second.value;
  }

  /// Changes with each clear(): a value made from what was read before is old.
  std::uint64_t generation() const noexcept { return generation_.load(); }

  /// Returns the value that is kept: an equal one may have come first. `generation`: as it was before the value was begun; when the cache was
  /// cleared since, the value is not kept.
  std::shared_ptr<const Value> insert(const Key& key, std::shared_ptr<const Value> value, std::size_t cost,
                                      std::uint64_t generation) {
    Shard& shard = shard_of(key);
    std::lock_guard lock(shard.mutex);
    if (generation != generation_.load()) return value;
    const auto [place, is_new] = shard.entries.try_emplace(key, Entry{value, cost, true});
    if (!is_new) return place->second.value;
    shard.cost += cost;
    shard.ring.push_back(key);
    while (shard.cost > most_cost_per_shard_ && shard.ring.size() > 1) drop_one(shard);
    return value;
  }

  /// The value of `key`, made by `make()` -> {value, cost} when it is not there.
  template <class Make>
  std::shared_ptr<const Value> get(const Key& key, Make&& make) {
    const auto before = generation();
    if (auto found = find(key)) return found;
    auto [value, cost] = make();
    return insert(key, std::move(value), cost, before);
  }

  void erase(const Key& key) {
    Shard& shard = shard_of(key);
    std::lock_guard lock(shard.mutex);
    const auto found = shard.entries.find(key);
    if (found == shard.entries.end()) return;
    shard.cost -= found->second.cost;
    shard.entries.erase(found);  // its key leaves the ring when the hand comes by
  }

  /// Values begun before now will not be kept.
  void outdate() { ++generation_; }

  void clear() {
    ++generation_;  // first: what is inserted from here on is new, or kept out
    for (auto& shard : shards_) {
      std::lock_guard lock(shard.mutex);
      shard.entries.clear();
      shard.ring.clear();
      shard.hand = shard.cost = 0;
    }
  }

 private:
  struct Entry {
    std::shared_ptr<const Value> value;
    std::size_t cost = 0;
    bool used = false;
  };
  struct Shard {
    Mutex mutex;
    std::unordered_map<Key, Entry> entries;
    std::vector<Key> ring;  // in the order of insertion: a clock with one hand
    std::size_t hand = 0, cost = 0;
  };
  static constexpr std::size_t shard_count = 8;

  Shard& shard_of(const Key& key) {
    return shards_[(std::hash<Key>{}(key)*0x9E3779B97F4A7C15ULL >> 32U) % shard_count];
  }

  /// One step of the clock: values used since the hand came by stay once more.
  static void drop_one(Shard& shard) {
    if (shard.hand >= shard.ring.size()) shard.hand = 0;
    const auto found = shard.entries.find(shard.ring[shard.hand]);
    if (found != shard.entries.end() && found->second.used) {
      found->second.used = false;
      ++shard.hand;
      return;
    }
    if (found != shard.entries.end()) {
      shard.cost -= found->second.cost;
      shard.entries.erase(found);
    }
    shard.ring[shard.hand] = shard.ring.back();
    shard.ring.pop_back();
  }

  std::size_t most_cost_per_shard_;
  std::atomic<std::uint64_t> generation_{0};
  std::array<Shard, shard_count> shards_;
};

}  // namespace fiver
