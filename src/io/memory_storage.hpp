// Files in memory: MemoryStorage grows and is written to; ImageStorage reads bytes that somebody has.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/mutexes.hpp"
#include "base/published.hpp"
#include "fiver/spi/storage.hpp"

namespace fiver::io {

/// An identity that nothing else in this process has.
StorageIdentity unique_identity();

/// Blocks of 1 MiB, each with its own lock for the time of a copy: reads and writes that overlap are each
/// whole within a block. Bytes that were never written are zero.
class MemoryStorage final : public Storage {
 public:
  explicit MemoryStorage(ByteView content = {}, std::string name = "(memory)");

  /// A copy of the whole file now.
  Bytes content() const;

  std::string name() const override { return name_; }
  StorageIdentity identity() const override { return identity_; }
  std::uint64_t change_stamp() const override { return changes_.load(std::memory_order_acquire); }
  std::uint64_t size() const override;
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override;
  void write_at(std::uint64_t offset, std::span<const std::byte> bytes) override;
  void reserve(std::uint64_t size) override;
  void resize(std::uint64_t size) override;
  void sync() override {}
  bool try_lock(LockMode) override { return true; }  // one storage is one open file: there is nobody else
  void unlock() override {}

 private:
  struct Block;
  struct Table {
    std::uint64_t size = 0;
    std::vector<std::shared_ptr<Block>> blocks;
  };
  std::shared_ptr<const Table> grown_to(std::uint64_t size);

  std::string name_;
  StorageIdentity identity_ = unique_identity();
  Published<Table> table_;
  std::atomic<std::uint64_t> changes_{0};
};

/// Read-only, without copying or locking.
class ImageStorage final : public Storage {
 public:
  /// `owner` keeps the bytes alive, and may be empty when the caller does.
  explicit ImageStorage(ByteView content, std::shared_ptr<const void> owner = nullptr, std::string name = "(memory)");
  explicit ImageStorage(Bytes content, std::string name = "(memory)");

  std::string name() const override { return name_; }
  StorageIdentity identity() const override { return identity_; }
  std::uint64_t size() const override { return content_.size(); }
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override;
  void write_at(std::uint64_t offset, std::span<const std::byte> bytes) override;
  void reserve(std::uint64_t size) override;
  void resize(std::uint64_t size) override;
  void sync() override;
  bool try_lock(LockMode) override { return true; }
  void unlock() override {}

 private:
  [[noreturn]] void refuse() const;

  std::shared_ptr<const void> owner_;
  ByteView content_;
  std::string name_;
  StorageIdentity identity_ = unique_identity();
};

}  // namespace fiver::io
