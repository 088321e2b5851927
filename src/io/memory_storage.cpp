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

MemoryStorage::MemoryStorage(ByteView content, std::string name) : name_(std::move(name)), table_(Table{}) {
  if (!content.empty()) write_at(0, content);
}

Bytes MemoryStorage::content() const {
  Bytes copy(static_cast<std::size_t>(size()));
  copy.resize(read_at(0, copy));
  return copy;
}

std::uint64_t MemoryStorage::size() const {
  return table_.load()->size;
}

std::size_t MemoryStorage::read_at(std::uint64_t offset, std::span<std::byte> into) const {
  const auto table = table_.load();
  if (offset >= table->size) return 0;
  const auto length = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), table->size - offset));
  for_each_piece(offset, length, [&](std::size_t block, std::size_t start, std::size_t here, std::size_t before) {
    const std::lock_guard lock(table->blocks[block]->mutex);
    std::copy_n(table->blocks[block]->bytes.begin() + static_cast<std::ptrdiff_t>(start), here,
                into.begin() + static_cast<std::ptrdiff_t>(before));
  });
  return length;
}

void MemoryStorage::write_at(std::uint64_t offset, std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  const auto end = checked_add(offset, bytes.size());
  if (!end) throw std::move(Error(ErrorKind::io, fmt::format("cannot write at byte {}", offset)).in_file(name_));
  const auto table = grown_to(*end);
  for_each_piece(offset, bytes.size(), [&](std::size_t block, std::size_t start, std::size_t here, std::size_t before) {
    const std::lock_guard lock(table->blocks[block]->mutex);
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(before), here,
                table->blocks[block]->bytes.begin() + static_cast<std::ptrdiff_t>(start));
  });
  ++changes_;
}

void MemoryStorage::reserve(std::uint64_t size) {
  grown_to(size);
}

void MemoryStorage::resize(std::uint64_t size) {
  grown_to(size);
  std::shared_ptr<Block> cut;
  table_.update([&](const std::shared_ptr<const Table>& now) {
    if (now->size <= size) return now;
    auto next = std::make_shared<Table>(*now);
    next->size = size;
    next->blocks.resize(static_cast<std::size_t>(divide_up(size, block_bytes)));
    if (size % block_bytes != 0) {
      // A new block, so that readers of the old table still see what they began with.
      auto& last = next->blocks.back();
      auto copy = std::make_shared<Block>();
      const std::lock_guard lock(last->mutex);
      std::copy_n(last->bytes.begin(), size % block_bytes, copy->bytes.begin());
      cut = std::exchange(last, std::move(copy));  // dies after the lock
    }
    return std::shared_ptr<const Table>(std::move(next));
  });
  ++changes_;
}

std::shared_ptr<const MemoryStorage::Table> MemoryStorage::grown_to(std::uint64_t size) {
  if (auto table = table_.load(); table->size >= size) return table;
  try {
    return table_.update([&](const std::shared_ptr<const Table>& now) {
      if (now->size >= size) return now;
      auto next = std::make_shared<Table>(*now);
      next->size = size;
      const auto blocks = divide_up(size, block_bytes);
      if (blocks > next->blocks.max_size()) throw std::bad_alloc();
      next->blocks.reserve(static_cast<std::size_t>(blocks));
      while (next->blocks.size() < blocks) next->blocks.push_back(std::make_shared<Block>());
      return std::shared_ptr<const Table>(std::move(next));
    });
  } catch (const std::bad_alloc&) {
    throw std::move(Error(ErrorKind::io, fmt::format("no memory for a file of {} bytes", size)).in_file(name_));
  }
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
