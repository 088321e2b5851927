#include "io/counting_storage.hpp"

#include <mutex>

namespace fiver::io {

CountingStorage::CountingStorage(std::shared_ptr<Storage> inner, bool keep_calls)
    : ForwardingStorage(std::move(inner)), keep_calls_(keep_calls) {}

CountingStorage::Counts CountingStorage::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

std::vector<CountingStorage::Call> CountingStorage::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

void CountingStorage::reset() {
  const std::lock_guard lock(mutex_);
  counts_ = {};
  calls_.clear();
}

std::size_t CountingStorage::read_at(std::uint64_t offset, std::span<std::byte> into) const {
  note(Operation::read, offset, into.size());
  const auto got = ForwardingStorage::read_at(offset, into);
  add_bytes_read(got);
  return got;
}

void CountingStorage::read_batch(std::span<ReadRequest> requests) const {
  for (const auto& request : requests) note(Operation::read, request.offset, request.into.size());
  {
    const std::lock_guard lock(mutex_);
    ++counts_.batches;
  }
  ForwardingStorage::read_batch(requests);
  std::uint64_t got = 0;
  for (const auto& request : requests) got += request.got;
  add_bytes_read(got);
}

void CountingStorage::prefetch(std::uint64_t offset, std::uint64_t length) const {
  note(Operation::prefetch, offset, length);
  ForwardingStorage::prefetch(offset, length);
}

void CountingStorage::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
  note(Operation::write, offset, bytes.size());
  ForwardingStorage::write_at(offset, bytes);
}

void CountingStorage::reserve(std::uint64_t size) {
  note(Operation::reserve, size);
  ForwardingStorage::reserve(size);
}

void CountingStorage::resize(std::uint64_t size) {
  note(Operation::resize, size);
  ForwardingStorage::resize(size);
}

void CountingStorage::sync() {
  note(Operation::sync);
  ForwardingStorage::sync();
}

bool CountingStorage::try_lock(LockMode mode) {
  note(Operation::lock);
  return ForwardingStorage::try_lock(mode);
}

void CountingStorage::unlock() {
  note(Operation::unlock);
  ForwardingStorage::unlock();
}

void CountingStorage::add_bytes_read(std::uint64_t bytes) const {
  const std::lock_guard lock(mutex_);
  counts_.bytes_read += bytes;
}

void CountingStorage::note(Operation operation, std::uint64_t offset, std::uint64_t length) const {
  const std::lock_guard lock(mutex_);
  switch (operation) {
    case Operation::read:
      ++counts_.reads;
      break;
    case Operation::prefetch:
      ++counts_.prefetches;
      break;
    case Operation::write:
      ++counts_.writes;
      counts_.bytes_written += length;
      break;
    case Operation::reserve:
      ++counts_.reserves;
      break;
    case Operation::resize:
      ++counts_.resizes;
      break;
    case Operation::sync:
      ++counts_.syncs;
      break;
    case Operation::lock:
      ++counts_.locks;
      break;
    case Operation::unlock:
      ++counts_.unlocks;
      break;
  }
  if (keep_calls_) calls_.push_back({operation, offset, length});
}

}  // namespace fiver::io
