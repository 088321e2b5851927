#include "pipeline/chunk_memory.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <new>

namespace fiver::pipeline {
namespace {

constexpr std::size_t huge_page = std::size_t{2} << 20U;
constexpr std::size_t most_slab_bytes = 2 * huge_page;
/// Of small budgets a slab is at most this share, or one would be dropped for every other.
constexpr std::uint64_t least_slabs = 16;
constexpr std::size_t cache_line = 64;
/// Addresses of chunks met once: some MB.
constexpr std::size_t most_met = std::size_t{1} << 16U;

std::align_val_t alignment(std::size_t bytes) {
  return std::align_val_t{bytes >= huge_page ? huge_page : cache_line};
}

}  // namespace

struct Slab {
  Slab(Shelf& owner, std::size_t size, Budget::Lease part)
      : shelf(&owner),
        bytes(size),
        lease(std::move(part)),
        data(static_cast<std::byte*>(::operator new(size, alignment(size)))) {
#ifdef MADV_HUGEPAGE
    if (size >= huge_page) madvise(data, size / huge_page * huge_page, MADV_HUGEPAGE);  // a hint: failing is fine
#endif
  }
  Slab(const Slab&) = delete;
  Slab& operator=(const Slab&) = delete;
  ~Slab() {
    ::operator delete(data, alignment(bytes));
  }

  Shelf* const shelf;  // not to be followed by who only has the slab
  const std::size_t bytes;
  const Budget::Lease lease;
  std::byte* const data;
  std::atomic<bool> used{false};  // since the clock's hand came by
  // Under the shelf's lock.
  bool dropped = false;
  std::vector<std::uint64_t> addresses;
};

ChunkMemory::ChunkMemory(std::shared_ptr<Budget> budget) : budget_(std::move(budget)), limit_(budget_->limit() / 2) {}

std::uint64_t ChunkMemory::bytes() const {
  std::lock_guard lock(mutex_);
  return bytes_;
}

std::shared_ptr<Slab> ChunkMemory::make_slab(Shelf& shelf, std::size_t bytes, std::size_t pieces) {
  if (bytes > limit_) return nullptr;
  std::vector<std::shared_ptr<Slab>> dropped;  // freed after the lock
  {
    std::lock_guard lock(mutex_);
    if (bytes > limit_ - bytes_) {
      if (++refused_ < (patience - 1) * pieces) return nullptr;
      refused_ = 0;
      while (bytes > limit_ - bytes_ && !slabs_.empty()) dropped.push_back(drop_one());
      if (bytes > limit_ - bytes_) return nullptr;  // others are making theirs
    }
    bytes_ += bytes;
  }
  dropped.clear();
  std::shared_ptr<Slab> slab;
  if (auto lease = budget_->try_lease(bytes)) {
    try {
      slab = std::make_shared<Slab>(shelf, bytes, std::move(*lease));
    } catch (const std::bad_alloc&) {  // then nothing is remembered
    }
  }
  std::lock_guard lock(mutex_);
  if (slab)
    slabs_.push_back(slab);
  else
    bytes_ -= bytes;
  return slab;
}

std::shared_ptr<Slab> ChunkMemory::drop_one() {
  while (slabs_.front()->used.exchange(false)) slabs_.splice(slabs_.end(), slabs_, slabs_.begin());
  auto slab = std::move(slabs_.front());
  slabs_.pop_front();
  bytes_ -= slab->bytes;
  slab->shelf->drop(*slab);
  return slab;
}

void ChunkMemory::forget(const Shelf& shelf) {
  Slabs gone;  // freed after the lock
  std::lock_guard lock(mutex_);
  for (auto slab = slabs_.begin(); slab != slabs_.end();) {
    const auto next = std::next(slab);
    if ((*slab)->shelf == &shelf) {
      bytes_ -= (*slab)->bytes;
      gone.splice(gone.end(), slabs_, slab);
    }
    slab = next;
  }
}

Shelf::Shelf(std::shared_ptr<ChunkMemory> memory, std::uint64_t piece_bytes)
    : memory_(std::move(memory)),
      piece_(static_cast<std::size_t>(std::min(piece_bytes, memory_->limit() + 1) + cache_line - 1) / cache_line *
             cache_line) {}

Shelf::~Shelf() {
  if (used_) memory_->forget(*this);
}

std::optional<Shelf::Known> Shelf::find(const chunk::ChunkRecord& record) const {
  if (count_.load(std::memory_order_relaxed) == 0) return std::nullopt;
  std::lock_guard lock(mutex_);
  const auto found = entries_.find(record.address.value);
  if (found == entries_.end() || found->second.record != record) return std::nullopt;
  const auto& entry = found->second;
  if (!entry.slab->used.load(std::memory_order_relaxed)) entry.slab->used = true;
  return Known{entry.slab, {entry.slab->data + entry.offset, piece_}, entry.size};
}

bool Shelf::met_before(const chunk::ChunkRecord& record) {
  std::lock_guard lock(mutex_);
  if (met_.size() >= most_met) met_.clear();
  return !met_.insert(record.address.value).second;
}

Shelf::Piece Shelf::reserve() {
  std::size_t pieces = 0;
  {
    std::lock_guard lock(mutex_);
    if (auto piece = take_free()) return piece;
    pieces = next_pieces_;
    used_ = true;
  }
  const auto slab = memory_->make_slab(*this, pieces * piece_, pieces);
  if (!slab) return {};
  const auto most_bytes = std::min<std::uint64_t>(memory_->limit() / least_slabs, most_slab_bytes);
  std::lock_guard lock(mutex_);
  if (slab->dropped) return {};
  slab->addresses.reserve(pieces);
  free_.reserve(free_.size() + pieces);
  next_pieces_ = std::clamp<std::size_t>(static_cast<std::size_t>(most_bytes) / piece_, 1, 2 * pieces);
  for (auto i = pieces; i-- > 0;) free_.emplace_back(slab, i * piece_);
  return take_free();
}

Shelf::Piece Shelf::take_free() {
  if (free_.empty()) return {};
  auto [slab, offset] = std::move(free_.back());
  free_.pop_back();
  return {this, std::move(slab), offset};
}

void Shelf::keep(const chunk::ChunkRecord& record, Piece piece, std::uint64_t size) {
  std::lock_guard lock(mutex_);
  if (piece.slab_->dropped) return;
  const auto [place, is_new] =
      entries_.try_emplace(record.address.value, Entry{piece.slab_, piece.offset_, size, record});
  if (!is_new) return;
  piece.slab_->addresses.push_back(record.address.value);
  piece.slab_.reset();
  count_ = entries_.size();
}

void Shelf::extend(const chunk::ChunkRecord& record, std::uint64_t from, ByteView more) {
  std::lock_guard lock(mutex_);
  const auto found = entries_.find(record.address.value);
  if (found == entries_.end() || found->second.record != record) return;
  auto& entry = found->second;
  if (entry.size < from || entry.size >= from + more.size() || more.size() > piece_ - from) return;
  const auto known = static_cast<std::size_t>(entry.size - from);  // of `more`
  std::ranges::copy(more.subspan(known), entry.slab->data + entry.offset + entry.size);
  entry.size = from + more.size();
}

void Shelf::drop(Slab& slab) {
  std::lock_guard lock(mutex_);
  slab.dropped = true;
  for (const auto address : slab.addresses) entries_.erase(address);
  std::erase_if(free_, [&](const auto& piece) { return piece.first.get() == &slab; });
  count_ = entries_.size();
}

void Shelf::give_back(std::shared_ptr<Slab> slab, std::size_t offset) noexcept {
  std::lock_guard lock(mutex_);
  if (slab->dropped) return;
  try {
    free_.emplace_back(std::move(slab), offset);
  } catch (const std::bad_alloc&) {  // it goes with its slab
  }
}

Shelf::Piece::Piece(Shelf* shelf, std::shared_ptr<Slab> slab, std::size_t offset)
    : shelf_(shelf), slab_(std::move(slab)), offset_(offset) {}

Shelf::Piece::Piece(Piece&& other) noexcept
    : shelf_(other.shelf_), slab_(std::exchange(other.slab_, nullptr)), offset_(other.offset_) {}

Shelf::Piece& Shelf::Piece::operator=(Piece&& other) noexcept {
  std::swap(shelf_, other.shelf_);
  std::swap(slab_, other.slab_);
  std::swap(offset_, other.offset_);
  return *this;
}

Shelf::Piece::~Piece() {
  if (slab_) shelf_->give_back(std::move(slab_), offset_);
}

MutableBytes Shelf::Piece::bytes() const {
  return {slab_->data + offset_, shelf_->piece_};
}

}  // namespace fiver::pipeline
