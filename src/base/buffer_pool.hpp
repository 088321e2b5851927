// Large scratch buffers, kept from one read to the next. Fresh memory costs more than decoding does: the
// kernel hands out its pages one fault at a time, at 2 GB/s; a buffer used before has its pages. Buffers of 2
// MiB and more are aligned for, and ask for, huge pages. Buffers in use and idle ones both count against one
// Budget; idle ones are freed when it runs out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/budget.hpp"
#include "base/mutexes.hpp"

namespace fiver {

class BufferPool {
 public:
  /// Memory of the pool, given back when it dies. Its content is whatever the last user left. Must die before
  /// the pool.
  class Buffer {
   public:
    Buffer() = default;
    Buffer(Buffer&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)),
          data_(std::exchange(other.data_, nullptr)),
          size_(std::exchange(other.size_, 0)),
          capacity_(std::exchange(other.capacity_, 0)) {}
    Buffer& operator=(Buffer&& other) noexcept {
      std::swap(pool_, other.pool_);
      std::swap(data_, other.data_);
      std::swap(size_, other.size_);
      std::swap(capacity_, other.capacity_);
      return *this;
    }
    ~Buffer() {
      if (data_ != nullptr) pool_->give_back(data_, capacity_);
    }

    std::byte* data() const noexcept { return data_; }
    std::size_t size() const noexcept { return size_; }
    std::size_t capacity() const noexcept { return capacity_; }
    std::span<std::byte> span() const noexcept { return {data_, size_}; }

   private:
    friend class BufferPool;
    Buffer(BufferPool* pool, std::byte* data, std::size_t size, std::size_t capacity)
        : pool_(pool), data_(data), size_(size), capacity_(capacity) {}
    BufferPool* pool_ = nullptr;
    std::byte* data_ = nullptr;
    std::size_t size_ = 0, capacity_ = 0;
  };

  explicit BufferPool(std::shared_ptr<Budget> budget);
  ~BufferPool();
  BufferPool(const BufferPool&) = delete;
  BufferPool& operator=(const BufferPool&) = delete;

  /// A buffer of `bytes`, aligned to at least 64. Over budget too: the caller's work has to go on. Throws
  /// Error{limit} when the system has no memory.
  Buffer take(std::size_t bytes);
  /// As take, but nothing when the budget is used up and no idle buffer can be freed: for work that can wait,
  /// such as reading ahead.
  std::optional<Buffer> try_take(std::size_t bytes);
  /// Frees idle buffers, least recently used first, until at most `keep` bytes are idle.
  void trim(std::uint64_t keep = 0);

  std::uint64_t idle_bytes() const;
  /// How often memory was asked of the system, for tests of cost.
  std::uint64_t allocations() const;

 private:
  struct Idle {
    std::byte* data;
    std::size_t capacity;
  };
  std::byte* take_idle(std::size_t capacity);
  std::byte* allocate(std::size_t capacity);
  void give_back(std::byte* data, std::size_t capacity) noexcept;
  bool make_room(std::size_t capacity);
  void drop_oldest() noexcept;

  std::shared_ptr<Budget> budget_;
  mutable Mutex mutex_;
  std::vector<Idle> idle_;  // least recently used first
  std::uint64_t idle_bytes_ = 0, allocations_ = 0;
};

}  // namespace fiver
