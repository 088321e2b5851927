#include "io/memory_storage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <utility>

#include "base/checked.hpp"
#include "fiver/values/error.hpp"

namespace fiver::io {

namespace {

constexpr std::size_t block_bytes = std::size_t{1} << 20U;
constexpr std::uint64_t largest = std::uint64_t{1} << 40U;

// Calls piece(block, offset in block, bytes there, bytes before them) for the parts of [offset, offset + length) in each block.
template <class Piece>
void for_each_piece(std::uint64_t offset, std::size_t length, Piece&& piece) {
  for (std::size_t done = 0; done < length;) {
    const auto block = static_cast<std::size_t>((offset + done) / block_bytes);
    const auto start = static_cast<std::size_t>((offset + done) % block_bytes);
    const auto here = std::min(length - done, block_bytes - start);
    piece(block, start, here, done);
    done += here;
  }
}

}  // namespace

StorageIdentity unique_identity() {
  static std::atomic<std::uint64_t> last{0};  // says nothing but that two are not the same
  return {0, ++last};
}

struct MemoryStorage::Block {
  Mutex mutex;
  std::array<std::byte, block_bytes> bytes{};
};

MemoryStorage::MemoryStorage(ByteView content, std::string name) : name_(std::move(name)) {
  write_at(0, content);
}

Bytes MemoryStorage::content() const {
  Bytes copy(static_cast<std::size_t>(size()));
  copy.resize(read_at(0, copy));
  return copy;
}

std::size_t MemoryStorage::read_at(std::uint64_t offset, std::span<std::byte> into) const {
  const auto end = size();
  if (offset >= end) return 0;
  const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), end - offset));
  const auto blocks = blocks_.load();
  for_each_piece(offset, length, [&](std::size_t index, std::size_t start, std::size_t here, std::size_t before) {
    const auto target = into.subspan(before, here);
    auto* const block = index < blocks->size() ? (*blocks)[index].get() : nullptr;
    if (block == nullptr) {
      std::fill(target.begin(), target.end(), std::byte{0});
      return;
    }
    const std::lock_guard lock(block->mutex);
    std::copy_n(block->bytes.begin() + static_cast<std::ptrdiff_t>(start), here, target.begin());
  });
  return length;
}

void MemoryStorage::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  const auto end = checked_add(offset, bytes.size()).value_or(largest + 1);
  const auto blocks = with_blocks(offset, end);
  for_each_piece(offset, bytes.size(), [&](std::size_t index, std::size_t start, std::size_t here, std::size_t before) {
    auto& block = *(*blocks)[index];
    const std::lock_guard lock(block.mutex);
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(before), here,
                block.bytes.begin() + static_cast<std::ptrdiff_t>(start));
  });
  grow_to(end);
}

void MemoryStorage::reserve(std::uint64_t size) {
  with_blocks(0, size);
  grow_to(size);
}

void MemoryStorage::resize(std::uint64_t size) {
  if (size > largest) with_blocks(0, size);  // says no
  if (size >= this->size()) {
    grow_to(size);
    return;
  }
  size_.store(size, std::memory_order_release);
  blocks_.update([&](const std::shared_ptr<const Blocks>& now) {
    auto next = std::make_shared<Blocks>(*now);
    next->resize(std::min<std::size_t>(next->size(), static_cast<std::size_t>(divide_up(size, block_bytes))));
    const auto kept = size % block_bytes;
    if (kept != 0 && next->size() == divide_up(size, block_bytes) && next->back()) {
      // In place: somebody may be writing to what stays of the block. What was cut comes back as zeros.
      auto& block = *next->back();
      const std::lock_guard lock(block.mutex);
      std::fill(block.bytes.begin() + static_cast<std::ptrdiff_t>(kept), block.bytes.end(), std::byte{0});
    }
    return std::shared_ptr<const Blocks>(std::move(next));
  });
  ++changes_;
}

std::shared_ptr<const MemoryStorage::Blocks> MemoryStorage::with_blocks(std::uint64_t start, std::uint64_t end) {
  const auto refuse = [&] {
    throw std::move(Error(ErrorKind::io, fmt::format("no memory for a file of {} bytes", end)).in_file(name_));
  };
  if (end > largest) refuse();
  const auto first = static_cast<std::ptrdiff_t>(start / block_bytes);
  const auto behind = static_cast<std::ptrdiff_t>(divide_up(end, block_bytes));
  const auto complete = [&](const Blocks& blocks) {
    return std::ssize(blocks) >= behind &&
           std::all_of(blocks.begin() + std::min(first, behind), blocks.begin() + behind,
                       [](const auto& each) { return each != nullptr; });
  };
  if (auto blocks = blocks_.load(); complete(*blocks)) return blocks;
  try {
    return blocks_.update([&](const std::shared_ptr<const Blocks>& now) {
      if (complete(*now)) return now;
      auto next = std::make_shared<Blocks>(*now);
      next->resize(std::max(next->size(), static_cast<std::size_t>(behind)));
      for (auto index = first; index < behind; ++index)
        if (auto& block = (*next)[static_cast<std::size_t>(index)]; !block) block = std::make_shared<Block>();
      return std::shared_ptr<const Blocks>(std::move(next));
    });
  } catch (const std::bad_alloc&) {
    refuse();
  }
  return nullptr;
}

void MemoryStorage::grow_to(std::uint64_t size) noexcept {
  auto now = size_.load(std::memory_order_relaxed);
  while (now < size && !size_.compare_exchange_weak(now, size, std::memory_order_release)) {
  }
  ++changes_;
}

ImageStorage::ImageStorage(ByteView content, std::shared_ptr<const void> owner, std::string name)
    : owner_(std::move(owner)), content_(content), name_(std::move(name)) {}

ImageStorage::ImageStorage(Bytes content, std::string name) : name_(std::move(name)) {
  auto owned = std::make_shared<const Bytes>(std::move(content));
  content_ = *owned;
  owner_ = std::move(owned);
}

std::size_t ImageStorage::read_at(std::uint64_t offset, std::span<std::byte> into) const {
  if (offset >= content_.size()) return 0;
  const auto from = content_.subspan(static_cast<std::size_t>(offset));
  const auto length = std::min(into.size(), from.size());
  std::copy_n(from.begin(), length, into.begin());
  return length;
}

void ImageStorage::write_at(std::uint64_t, std::span<const std::byte>) {
  refuse();
}
void ImageStorage::reserve(std::uint64_t) {
  refuse();
}
void ImageStorage::resize(std::uint64_t) {
  refuse();
}
void ImageStorage::sync() {
  refuse();
}

void ImageStorage::refuse() const {
  throw std::move(Error(ErrorKind::io, "it was opened for reading only").in_file(name_));
}

}  // namespace fiver::io
