#include "chunk/live_index.hpp"

#include <algorithm>
#include <mutex>

namespace fiver::chunk {

std::optional<LiveIndex::Stamped> LiveIndex::find_change(const Shape& scaled) const {
  // What is appended stands behind all that came before it.
  const auto is_behind = [&](const Changes& changes) { return changes.empty() || changes.rbegin()->first < scaled; };
  if (is_behind(changes_) && is_behind(frozen_)) return std::nullopt;
  for (const auto* changes : {&changes_, &frozen_})
    if (const auto found = changes->find(scaled); found != changes->end()) return found->second;
  return std::nullopt;
}

std::uint64_t LiveIndex::kept_stamp(const Shape& scaled) const {
  const auto found = stamps_.find(scaled);
  return found == stamps_.end() ? 0 : found->second;
}

LiveIndex::Stamped LiveIndex::find_stamped(std::span<const std::uint64_t> scaled) const {
  std::shared_ptr<const ChunkIndex> base;
  std::uint64_t stamp = 0;
  {
    std::lock_guard lock(mutex_);
    if (!changes_.empty() || !frozen_.empty() || !stamps_.empty()) {
      const Shape here(scaled.begin(), scaled.end());
      if (auto found = find_change(here)) return *found;
      stamp = kept_stamp(here);
    }
    base = base_;
  }
  return {base ? base->find(scaled) : std::nullopt, stamp};
}

std::optional<ChunkRecord> LiveIndex::find(std::span<const std::uint64_t> scaled) const {
  return find_stamped(scaled).record;
}

void LiveIndex::for_each(const Visit& visit) const {
  Changes over;
  std::shared_ptr<const ChunkIndex> base;
  {
    std::lock_guard lock(mutex_);
    over = changes_;
    over.insert(frozen_.begin(), frozen_.end());
    base = base_;
  }
  auto next = over.begin();
  bool going = true;
  // Changes come before the first chunk of the base that follows them: in order where the base is.
  const auto emit_before = [&](const Shape* scaled) {
    while (going && next != over.end() && (scaled == nullptr || next->first < *scaled)) {
      if (next->second.record) going = visit(next->first, *next->second.record);
      ++next;
    }
  };
  if (base)
    base->for_each([&](std::span<const std::uint64_t> scaled, const ChunkRecord& record) {
      const Shape here(scaled.begin(), scaled.end());
      emit_before(&here);
      if (going && over.find(here) == over.end()) going = visit(scaled, record);
      return going;
    });
  if (going) emit_before(nullptr);
}

bool LiveIndex::publish(const Shape& scaled, const std::optional<ChunkRecord>& record, std::uint64_t stamp,
                        const std::optional<Stamped>& expected) {
  std::unique_lock lock(mutex_);
  auto change = find_change(scaled);
  Stamped now;
  while (!change) {  // asking the base may read the file: without the lock, and again when a commit came between
    const auto base = base_;
    const auto commits = commits_;
    lock.unlock();
    now.record = base ? base->find(scaled) : std::nullopt;
    lock.lock();
    now.stamp = kept_stamp(scaled);
    change = find_change(scaled);
    if (change || commits == commits_) break;
  }
  if (change) now = *change;
  if (expected && (now.record != expected->record || now.stamp > std::max(expected->stamp, stamp))) return false;
  if (now.record && (!record || now.record->address != record->address))
    replaced_.push_back({*now.record, scaled, !change});
  const auto place = changes_.empty() || changes_.rbegin()->first < scaled ? changes_.end() : changes_.begin();
  changes_.insert_or_assign(place, scaled, Stamped{record, std::max(stamp, now.stamp)});
  return true;
}

LiveIndex::Frozen LiveIndex::freeze() {
  std::lock_guard lock(mutex_);
  Frozen frozen;
  frozen.changes.reserve(changes_.size());
  for (auto& [scaled, change] : changes_) frozen.changes.push_back({scaled, change.record});
  frozen_ = std::move(changes_);
  changes_.clear();
  frozen.replaced = std::move(replaced_);
  replaced_.clear();
  return frozen;
}

void LiveIndex::committed(std::shared_ptr<const ChunkIndex> base, bool keep_stamps) {
  Changes old;  // these die after the lock
  std::map<Shape, std::uint64_t> stamps;
  std::lock_guard lock(mutex_);
  base_.swap(base);
  ++commits_;
  old.swap(frozen_);
  if (!keep_stamps) return stamps.swap(stamps_);
  for (const auto& [scaled, change] : old) stamps_[scaled] = change.stamp;
}

void LiveIndex::failed(const Frozen& frozen) {
  std::lock_guard lock(mutex_);
  changes_.insert(frozen_.begin(), frozen_.end());  // newer changes stay
  frozen_.clear();
  replaced_.insert(replaced_.end(), frozen.replaced.begin(), frozen.replaced.end());
}

bool LiveIndex::has_changes() const {
  std::lock_guard lock(mutex_);
  return !changes_.empty();
}

}  // namespace fiver::chunk
