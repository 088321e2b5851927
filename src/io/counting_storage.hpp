// Counts what is asked of a storage, for tests of cost, and may keep the list.
#pragma once

#include <vector>

#include "base/mutexes.hpp"
#include "io/forwarding_storage.hpp"

namespace fiver::io {

class CountingStorage final : public ForwardingStorage {
 public:
  struct Counts {
    std::uint64_t reads = 0, bytes_read = 0;  ///< each request of a batch is one read
    std::uint64_t batches = 0;                ///< calls of read_batch
    std::uint64_t prefetches = 0;
    std::uint64_t writes = 0, bytes_written = 0;
    std::uint64_t reserves = 0, resizes = 0, syncs = 0, locks = 0, unlocks = 0;
    friend bool operator==(const Counts&, const Counts&) = default;
  };
  struct Call {
    Operation operation;
    std::uint64_t offset = 0;  ///< of reserve and resize: the size
    std::uint64_t length = 0;
    friend bool operator==(const Call&, const Call&) = default;
  };

  explicit CountingStorage(std::shared_ptr<Storage> inner, bool keep_calls = false);

  Counts counts() const;
  /// The calls in the order in which they came, when they are kept.
  std::vector<Call> calls() const;
  /// Forgets all so far.
  void reset();

  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override;
  void read_batch(std::span<ReadRequest> requests) const override;
  void prefetch(std::uint64_t offset, std::uint64_t length) const override;
  void write_at(std::uint64_t offset, std::span<const std::byte> bytes) override;
  void reserve(std::uint64_t size) override;
  void resize(std::uint64_t size) override;
  void sync() override;
  bool try_lock(LockMode mode) override;
  void unlock() override;

 private:
  void note(Operation operation, std::uint64_t offset = 0, std::uint64_t length = 0) const;
  void add_bytes_read(std::uint64_t bytes) const;

  bool keep_calls_;
  mutable Mutex mutex_;
  mutable Counts counts_;
  mutable std::vector<Call> calls_;
};

}  // namespace fiver::io
