// A chunk index that is opened when it is first asked: after a commit nothing is read for datasets that nobody reads.
#pragma once

#include <memory>
#include <mutex>

#include "base/mutexes.hpp"
#include "chunk/chunk_index.hpp"

namespace fiver::chunk {

class DeferredIndex final : public ChunkIndex {
 public:
  /// As open_chunk_index(); `file` must outlive the index.
  DeferredIndex(const meta::FileView& file, ChunkedLayout layout, ChunkGrid grid, bool filtered, unsigned chunk_k)
      : file_(file), layout_(std::move(layout)), grid_(std::move(grid)), filtered_(filtered), chunk_k_(chunk_k) {}

  std::optional<ChunkRecord> find(std::span<const std::uint64_t> scaled) const override {
    return is_outside(scaled) ? std::nullopt : open()->find(scaled);
  }
  void for_each(const Visit& visit) const override { open()->for_each(visit); }

 private:
  /// Chunks that are appended need no look into the file. Only of the index that has no room for chunks outside the extent.
  bool is_outside(std::span<const std::uint64_t> scaled) const {
    return std::holds_alternative<BTree2Index>(layout_.index) && !grid_.contains(scaled);
  }

  std::shared_ptr<const ChunkIndex> open() const {
    {
      std::lock_guard lock(mutex_);
      if (index_) return index_;
    }
    std::shared_ptr<const ChunkIndex> fresh = open_chunk_index(file_, layout_, grid_, filtered_, chunk_k_);
    std::lock_guard lock(mutex_);
    if (!index_) index_ = std::move(fresh);
    return index_;
  }

  const meta::FileView& file_;
  ChunkedLayout layout_;
  ChunkGrid grid_;
  bool filtered_;
  unsigned chunk_k_;
  mutable Mutex mutex_;
  mutable std::shared_ptr<const ChunkIndex> index_;
};

}  // namespace fiver::chunk
