// Fails on request, for tests of what happens then: the n-th call of a kind, or every one from there on, with
// a given error; writes that reach the file in part; a file that ends early.
#pragma once

#include <optional>
#include <vector>

#include "base/mutexes.hpp"
#include "fiver/values/error.hpp"
#include "io/forwarding_storage.hpp"

namespace fiver::io {

struct Fault {
  std::optional<Operation> operation;  ///< none: calls of every kind count
  std::uint64_t call = 1;              ///< the first to fail, counted from 1, from the moment the fault is set
  bool lasting = false;                ///< all later ones fail too
  Error error{ErrorKind::io, "a fault of the test"};
  std::uint64_t bytes_before = 0;  ///< of a failing write: so many of its bytes are written first
};

class FaultStorage final : public ForwardingStorage {
 public:
  explicit FaultStorage(std::shared_ptr<Storage> inner) : ForwardingStorage(std::move(inner)) {}

  void set(Fault fault);
  /// From now on reads find the file to end at `end`, whatever size() says; none: at its end.
  void end_reads_at(std::optional<std::uint64_t> end);
  /// No faults any more.
  void clear();
  /// Calls so far that could have failed, of one kind or of all: what n runs over in a loop over all faults.
  std::uint64_t calls(std::optional<Operation> operation = std::nullopt) const;
  std::uint64_t failed() const;

  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override;
  /// One after the other, each a read that may fail.
  void read_batch(std::span<ReadRequest> requests) const override;
  void prefetch(std::uint64_t offset, std::uint64_t length) const override;
  void write_at(std::uint64_t offset, std::span<const std::byte> bytes) override;
  void reserve(std::uint64_t size) override;
  void resize(std::uint64_t size) override;
  void sync() override;
  bool try_lock(LockMode mode) override;
  void unlock() override;

 private:
  struct Armed {
    Fault fault;
    std::uint64_t seen = 0;
  };
  /// Counts a call; the fault that it meets.
  std::optional<Fault> meet(Operation operation) const;
  void pass(Operation operation) const;

  mutable Mutex mutex_;
  mutable std::vector<Armed> faults_;
  mutable std::vector<std::uint64_t> calls_ = std::vector<std::uint64_t>(8);
  mutable std::uint64_t failed_ = 0;
  std::optional<std::uint64_t> end_;
};

}  // namespace fiver::io
