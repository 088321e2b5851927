#include "io/fault_storage.hpp"

#include <algorithm>
#include <mutex>
#include <numeric>
#include <utility>

namespace fiver::io {

void FaultStorage::set(Fault fault) {
  const std::lock_guard lock(mutex_);
  faults_.push_back({std::move(fault), 0});
}

void FaultStorage::end_reads_at(std::optional<std::uint64_t> end) {
  const std::lock_guard lock(mutex_);
  end_ = end;
}

void FaultStorage::clear() {
  const std::lock_guard lock(mutex_);
  faults_.clear();
  end_.reset();
}

std::uint64_t FaultStorage::calls(std::optional<Operation> operation) const {
  const std::lock_guard lock(mutex_);
  if (operation) return calls_[static_cast<std::size_t>(*operation)];
  return std::accumulate(calls_.begin(), calls_.end(), std::uint64_t{0});
}

std::uint64_t FaultStorage::failed() const {
  const std::lock_guard lock(mutex_);
  return failed_;
}

std::size_t FaultStorage::read_at(std::uint64_t offset, std::span<std::byte> into) const {
  pass(Operation::read);
  std::optional<std::uint64_t> end;
  {
    const std::lock_guard lock(mutex_);
    end = end_;
  }
  if (end)
    into = into.first(static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), *end - std::min(offset, *end))));
  return ForwardingStorage::read_at(offset, into);
}

void FaultStorage::read_batch(std::span<ReadRequest> requests) const {
  for (auto& request : requests) request.got = read_at(request.offset, request.into);
}

void FaultStorage::prefetch(std::uint64_t offset, std::uint64_t length) const {
  pass(Operation::prefetch);
  ForwardingStorage::prefetch(offset, length);
}

void FaultStorage::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
  if (const auto fault = meet(Operation::write)) {
    const auto before = static_cast<std::size_t>(std::min<std::uint64_t>(fault->bytes_before, bytes.size()));
    if (before > 0) ForwardingStorage::write_at(offset, bytes.first(before));
    throw fault->error;
  }
  ForwardingStorage::write_at(offset, bytes);
}

void FaultStorage::reserve(std::uint64_t size) {
  pass(Operation::reserve);
  ForwardingStorage::reserve(size);
}

void FaultStorage::resize(std::uint64_t size) {
  pass(Operation::resize);
  ForwardingStorage::resize(size);
}

void FaultStorage::sync() {
  pass(Operation::sync);
  ForwardingStorage::sync();
}

bool FaultStorage::try_lock(LockMode mode) {
  pass(Operation::lock);
  return ForwardingStorage::try_lock(mode);
}

void FaultStorage::unlock() {
  pass(Operation::unlock);
  ForwardingStorage::unlock();
}

std::optional<Fault> FaultStorage::meet(Operation operation) const {
  const std::lock_guard lock(mutex_);
  ++calls_[static_cast<std::size_t>(operation)];
  std::optional<Fault> met;
  for (auto& [fault, seen] : faults_) {
    if (fault.operation && *fault.operation != operation) continue;
    ++seen;
    if (!met && (seen == fault.call || (fault.lasting && seen > fault.call))) met = fault;
  }
  failed_ += met ? 1 : 0;
  return met;
}

void FaultStorage::pass(Operation operation) const {
  if (const auto fault = meet(operation)) throw fault->error;
}

}  // namespace fiver::io
