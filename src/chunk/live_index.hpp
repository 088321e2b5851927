// The chunk index of a dataset that is being written: what the file has, and over it the chunks written since. Unlike other indexes it
// changes; each question is answered from one state, so that a chunk is seen before a write or after it.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "base/mutexes.hpp"
#include "chunk/chunk_index.hpp"
#include "chunk/index_writer.hpp"

namespace fiver::chunk {

class LiveIndex final : public ChunkIndex {
 public:
  /// `base`: the index in the file; null when there is none yet.
  explicit LiveIndex(std::shared_ptr<const ChunkIndex> base) : base_(std::move(base)) {}

  std::optional<ChunkRecord> find(std::span<const std::uint64_t> scaled) const override;
  void for_each(const Visit& visit) const override;

  /// A chunk and the number of the write that it is from (0: before this session).
  struct Stamped {
    std::optional<ChunkRecord> record;
    std::uint64_t stamp = 0;
  };
  Stamped find_stamped(std::span<const std::uint64_t> scaled) const;
  /// Puts a chunk's new place (or, with no record, takes the chunk away). The place that it leaves goes to replaced(). With `expected`, only
  /// when the index still has that record for it; false otherwise.
  bool publish(const Shape& scaled, const std::optional<ChunkRecord>& record, std::uint64_t stamp,
               const std::optional<Stamped>& expected = {});

  // A commit: freeze() gives what it has to write; then committed() or failed().
  struct Frozen {
    std::vector<ChunkChange> changes;   ///< sorted by coordinates
    std::vector<ChunkRecord> replaced;  ///< places that no chunk has any more
  };
  Frozen freeze();
  /// `base`: the index as the file has it now.
  void committed(std::shared_ptr<const ChunkIndex> base);
  void failed(const Frozen& frozen);
  bool has_changes() const;

 private:
  using Changes = std::map<Shape, Stamped>;
  std::optional<Stamped> find_change(const Shape& scaled) const;  // the lock is held

  mutable Mutex mutex_;
  std::shared_ptr<const ChunkIndex> base_;
  Changes frozen_, changes_;  // changes_ win
  std::uint64_t commits_ = 0;
  std::vector<ChunkRecord> replaced_;
};

}  // namespace fiver::chunk
