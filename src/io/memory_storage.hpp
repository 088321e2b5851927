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

/// Blocks of 1 MiB, made when first written to, each with its own lock for the time of a copy: reads and writes that overlap are each whole
/// within a block. Bytes that were never written are zero. 1 TiB at most.
class MemoryStorage final : public Storage {
 public:
  explicit MemoryStorage(ByteView content = {}, std::string name = "(memory)");

  /// A copy of the whole file now.
  Bytes content() const;

  std::string name() const override { return name_; }
  StorageIdentity identity() const override { return identity_; }
  std::uint64_t change_stamp() const override { return changes_.load(std::memory_order_acquire); }
  std::uint64_t size() const override { return size_.load(std::memory_order_acquire); }
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override;
  void write_at(std::uint64_t offset, std::span<const std::byte> bytes) override;
  void reserve(std::uint64_t size) override;
  void resize(std::uint64_t size) override;
  void sync() override {}
  bool try_lock(LockMode) override { return true; }  // one storage is one open file: there is nobody else
  void unlock() override {}

 private:
  struct Block;
  using Blocks = std::vector<std::shared_ptr<Block>>;  // null: all zero
  /// The blocks, those that hold [start, end) made.
  std::shared_ptr<const Blocks> with_blocks(std::uint64_t start, std::uint64_t end);
  void grow_to(std::uint64_t size) noexcept;

  std::string name_;
  StorageIdentity identity_ = unique_identity();
  std::atomic<std::uint64_t> size_{0}, changes_{0};
  Published<Blocks> blocks_{Blocks{}};
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
