// What is remembered of chunks that are read in parts, for all files of a Runtime together and within its memory budget: decoded chunks,
// and where the blocks of encoded ones begin. A Shelf belongs to one dataset as one snapshot has it. A snapshot keeps the places that it
// leads to from being used again, so the bytes behind its records don't change, and its shelves need not be told of writes: what comes
// after a write, a commit or a refresh has another snapshot and empty shelves, and they go when the snapshot goes.
//
// Memory is taken, and given up again, in slabs of several pieces: small pieces then share huge pages (fresh small pages cost more than
// most codecs do), and no slab is kept for the last piece in it.
//
// Locks: ChunkMemory's before a shelf's. Neither is held while memory is taken or freed, or a piece is filled.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/budget.hpp"
#include "base/bytes.hpp"
#include "base/mutexes.hpp"
#include "chunk/chunk_index.hpp"

namespace fiver::pipeline {

class Shelf;
struct Slab;

class ChunkMemory {
 public:
  /// May take up to half of `budget`: the rest is for work that cannot go on without.
  explicit ChunkMemory(std::shared_ptr<Budget> budget);
  ChunkMemory(const ChunkMemory&) = delete;
  ChunkMemory& operator=(const ChunkMemory&) = delete;

  std::uint64_t limit() const { return limit_; }
  std::uint64_t bytes() const;

 private:
  friend class Shelf;
  using Slabs = std::list<std::shared_ptr<Slab>>;

  /// Null where there is no room, or none yet: once memory is full, only one newcomer in `patience` takes the place of what is there. A
  /// sweep over more than fits would else drop each chunk just before it comes back to it.
  std::shared_ptr<Slab> make_slab(Shelf& shelf, std::size_t bytes, std::size_t pieces);
  /// The shelf is going away.
  void forget(const Shelf& shelf);
  std::shared_ptr<Slab> drop_one();

  static constexpr std::size_t patience = 8;

  const std::shared_ptr<Budget> budget_;
  const std::uint64_t limit_;
  mutable Mutex mutex_;
  Slabs slabs_;  // a clock; the hand is at the front
  std::uint64_t bytes_ = 0, refused_ = 0;
};

/// Pieces of one size, each about one chunk. Any thread may ask and put in.
class Shelf {
 public:
  Shelf(std::shared_ptr<ChunkMemory> memory, std::uint64_t piece_bytes);
  ~Shelf();
  Shelf(const Shelf&) = delete;
  Shelf& operator=(const Shelf&) = delete;

  struct Known {
    std::shared_ptr<const Slab> slab;  ///< keeps the bytes
    ByteView bytes;                    ///< the whole piece
    std::uint64_t size = 0;            ///< how much of it counts; these bytes never change
  };
  std::optional<Known> find(const chunk::ChunkRecord& record) const;

  /// Room for one chunk, which goes back to the shelf unless it is kept.
  class Piece {
   public:
    Piece() = default;
    Piece(Piece&& other) noexcept;
    Piece& operator=(Piece&& other) noexcept;
    ~Piece();
    explicit operator bool() const { return slab_ != nullptr; }
    MutableBytes bytes() const;

   private:
    friend class Shelf;
    Piece(Shelf* shelf, std::shared_ptr<Slab> slab, std::size_t offset);
    Shelf* shelf_ = nullptr;
    std::shared_ptr<Slab> slab_;
    std::size_t offset_ = 0;
  };
  /// Empty when there is no room.
  Piece reserve();
  /// `size`: how much of the piece counts. Another thread may have come first; then that one's stays.
  void keep(const chunk::ChunkRecord& record, Piece piece, std::uint64_t size);
  /// Puts `more` behind the first `from` bytes of what is known, unless it is there already.
  void extend(const chunk::ChunkRecord& record, std::uint64_t from, ByteView more);

  /// True when it was asked for this chunk before (as far as it remembers that).
  bool met_before(const chunk::ChunkRecord& record);

 private:
  friend class ChunkMemory;
  struct Entry {
    std::shared_ptr<Slab> slab;
    std::size_t offset = 0;
    std::uint64_t size = 0;
    chunk::ChunkRecord record;
  };
  Piece take_free();      // the lock is held
  void drop(Slab& slab);  // the lock of the ChunkMemory is held
  void give_back(std::shared_ptr<Slab> slab, std::size_t offset) noexcept;

  const std::shared_ptr<ChunkMemory> memory_;
  const std::size_t piece_;
  std::atomic<std::size_t> count_{0};  ///< of entries: most datasets are never read in parts, and then no lock is taken
  mutable Mutex mutex_;
  std::unordered_map<std::uint64_t, Entry> entries_;  // by address
  std::vector<std::pair<std::shared_ptr<Slab>, std::size_t>> free_;
  std::unordered_set<std::uint64_t> met_;  // addresses
  std::size_t next_pieces_ = 1;  // of the next slab: it doubles, so that a dataset of which little is read takes little
  bool used_ = false;            // it had a slab once
};

}  // namespace fiver::pipeline
