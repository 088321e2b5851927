#include "io/recording_storage.hpp"

#include <algorithm>
#include <mutex>
#include <utility>

namespace fiver::io {

using Kind = RecordedChange::Kind;

void RecordingStorage::mark(std::string label) {
  keep({Kind::mark, 0, {}, std::move(label)});
}

std::vector<RecordedChange> RecordingStorage::changes() const {
  const std::lock_guard lock(mutex_);
  return changes_;
}

void RecordingStorage::clear() {
  const std::lock_guard lock(mutex_);
  changes_.clear();
}

// Kept before it is done: what a crash leaves may have it. A sync is kept after it is done: only then does it vouch for anything.
void RecordingStorage::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
  keep({Kind::write, offset, Bytes(bytes.begin(), bytes.end()), {}});
  ForwardingStorage::write_at(offset, bytes);
}

void RecordingStorage::reserve(std::uint64_t size) {
  keep({Kind::reserve, size, {}, {}});
  ForwardingStorage::reserve(size);
}

void RecordingStorage::resize(std::uint64_t size) {
  keep({Kind::resize, size, {}, {}});
  ForwardingStorage::resize(size);
}

void RecordingStorage::sync() {
  ForwardingStorage::sync();
  keep({Kind::sync, 0, {}, {}});
}

void RecordingStorage::keep(RecordedChange change) {
  const std::lock_guard lock(mutex_);
  changes_.push_back(std::move(change));
}

void apply(const RecordedChange& change, Bytes& file) {
  const auto place = static_cast<std::size_t>(change.offset);
  switch (change.kind) {
    case Kind::write:
      if (change.bytes.empty()) return;
      file.resize(std::max(file.size(), place + change.bytes.size()));
      std::copy(change.bytes.begin(), change.bytes.end(), file.begin() + static_cast<std::ptrdiff_t>(place));
      return;
    case Kind::reserve:
      file.resize(std::max(file.size(), place));
      return;
    case Kind::resize:
      file.resize(place);
      return;
    case Kind::sync:
    case Kind::mark:
      return;
  }
}

}  // namespace fiver::io
