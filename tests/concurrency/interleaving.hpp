// Interleavings of writes that happen on purpose: something is done in the middle of another call, at a place that a storage's or filter's hook
// tells.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "common/watched_filter.hpp"
#include "fiver/fiver.hpp"
#include "io/forwarding_storage.hpp"
#include "io/memory_storage.hpp"

namespace fiver::tests {

/// Done once, by the first call after arm(); what it does itself may come by again.
class Once {
 public:
  void arm(std::function<void()> action) {
    action_ = std::move(action);
    armed_ = true;
  }
  void operator()() {
    if (armed_.exchange(false)) action_();
  }
  bool done() const { return !armed_; }

 private:
  std::function<void()> action_;
  std::atomic<bool> armed_{false};
};

/// Calls back before each write, read and sync.
class HookedStorage final : public io::ForwardingStorage {
 public:
  using ForwardingStorage::ForwardingStorage;
  std::function<void(std::uint64_t offset, std::size_t size)> on_write, on_read;
  std::function<void()> on_sync;

  void write_at(std::uint64_t offset, std::span<const std::byte> bytes) override {
    if (on_write) on_write(offset, bytes.size());
    ForwardingStorage::write_at(offset, bytes);
  }
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override {
    if (on_read) on_read(offset, into.size());
    return ForwardingStorage::read_at(offset, into);
  }
  void read_batch(std::span<ReadRequest> requests) const override {
    for (auto& request : requests) request.got = read_at(request.offset, request.into);
  }
  void sync() override {
    if (on_sync) on_sync();
    ForwardingStorage::sync();
  }
};

/// `count` times `value`.
inline std::vector<int> many(std::size_t count, int value) {
  return std::vector<int>(count, value);
}

/// A file in memory behind such a storage, with a runtime that knows the watched filter.
struct Interleaved {
  Once in_encode, in_write, in_read;
  std::shared_ptr<io::MemoryStorage> memory = std::make_shared<io::MemoryStorage>();
  std::shared_ptr<HookedStorage> storage = std::make_shared<HookedStorage>(memory);
  Options options;

  explicit Interleaved(unsigned threads = 1) {
    options.runtime = runtime_with(std::make_shared<WatchedFilter>([] {}, [this] { in_encode(); }), threads);
    storage->on_write = [this](std::uint64_t, std::size_t) { in_write(); };
    storage->on_read = [this](std::uint64_t, std::size_t) { in_read(); };
  }
  File create() const { return File::create(storage, {}, options); }
  /// What a fresh reader finds in the file as it is.
  File reopened() const {
    Options fresh;
    fresh.runtime = runtime_with(std::make_shared<WatchedFilter>(), 1);
    return File::open(std::make_shared<io::MemoryStorage>(memory->content()), fresh);
  }
};

/// Rows of `columns` int, chunks of `rows_of_chunk` rows, behind the watched filter.
inline Dataset create_rows(const File& file, std::uint64_t rows, std::uint64_t rows_of_chunk, std::uint64_t columns = 4,
                           bool filtered = true) {
  NewDataset settings;
  settings.chunk = Shape{rows_of_chunk, columns};
  if (filtered) settings.filters = {{WatchedFilter::number, 0, "watched", {}}};
  return file.root().create_dataset("d", native_type<int>(),
                                    Dataspace::simple({rows, columns}, Shape{unlimited, columns}), settings);
}

}  // namespace fiver::tests
