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

  /// A chunk and the number of the write of the whole chunk that it is from (0: before all that may still come).
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
    std::vector<ChunkChange> changes;  ///< sorted by coordinates
    struct Replaced {
      ChunkRecord record;
      Shape scaled;
      bool in_base = false;  ///< a commit had written it
    };
    std::vector<Replaced> replaced;  ///< places that no chunk has any more
  };
  Frozen freeze();
  /// `base`: the index as the file has it now. `keep_stamps`: what waits to be written may be older than chunks of this commit.
  void committed(std::shared_ptr<const ChunkIndex> base, bool keep_stamps);
  void failed(const Frozen& frozen);
  bool has_changes() const;

 private:
  using Changes = std::map<Shape, Stamped>;
  // The lock is held.
  std::optional<Stamped> find_change(const Shape& scaled) const;
  std::uint64_t kept_stamp(const Shape& scaled) const;

  mutable Mutex mutex_;
  std::shared_ptr<const ChunkIndex> base_;
  Changes frozen_, changes_;               // changes_ win
  std::map<Shape, std::uint64_t> stamps_;  // of chunks in the base, as long as they are needed
  std::uint64_t commits_ = 0;
  std::vector<Frozen::Replaced> replaced_;
};

}  // namespace fiver::chunk
