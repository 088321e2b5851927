// A Storage around another: every function goes through. What wraps a storage overrides the ones it cares
// about.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "fiver/spi/storage.hpp"

namespace fiver::io {

/// The functions of a Storage, for those that count, record or break them.
enum class Operation : std::uint8_t { read, prefetch, write, reserve, resize, sync, lock, unlock };

class ForwardingStorage : public Storage {
 public:
  explicit ForwardingStorage(std::shared_ptr<Storage> inner) : inner_(std::move(inner)) {}

  const std::shared_ptr<Storage>& inner() const { return inner_; }

  std::string name() const override { return inner_->name(); }
  StorageIdentity identity() const override { return inner_->identity(); }
  std::uint64_t change_stamp() const override { return inner_->change_stamp(); }
  std::uint64_t size() const override { return inner_->size(); }
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override {
    return inner_->read_at(offset, into);
  }
  void read_batch(std::span<ReadRequest> requests) const override { inner_->read_batch(requests); }
  void prefetch(std::uint64_t offset, std::uint64_t length) const override { inner_->prefetch(offset, length); }
  void write_at(std::uint64_t offset, std::span<const std::byte> bytes) override { inner_->write_at(offset, bytes); }
  void reserve(std::uint64_t size) override { inner_->reserve(size); }
  void resize(std::uint64_t size) override { inner_->resize(size); }
  void sync() override { inner_->sync(); }
  bool try_lock(LockMode mode) override { return inner_->try_lock(mode); }
  void unlock() override { inner_->unlock(); }

 private:
  std::shared_ptr<Storage> inner_;
};

}  // namespace fiver::io
