// The way to a few blocks of an encoded chunk (bitshuffle). Each block's length stands before it, so that the first walk has to pass all
// blocks before the wanted ones; it reads no more of the chunk than that, and notes where they begin. Later walks start from the notes.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/buffer_pool.hpp"
#include "chunk/chunk_index.hpp"
#include "codecs/framed_filter.hpp"
#include "meta/file_view.hpp"
#include "pipeline/chunk_memory.hpp"

namespace fiver::pipeline {

/// A piece of a stored chunk in memory, which moves to where it is wanted.
class StoredWindow {
 public:
  StoredWindow(const meta::FileView& file, const chunk::ChunkRecord& record, BufferPool& pool,
               BufferPool::Buffer& buffer)
      : file_(file), record_(record), pool_(pool), buffer_(buffer) {}
  /// `size` bytes from byte `from`, all within the chunk. When they are not in the window, it moves to begin with them, and takes up to
  /// `ahead` bytes.
  ByteView bytes(std::uint64_t from, std::uint64_t size, std::uint64_t ahead) {
    if (from < from_ || from - from_ > held_.size() || size > held_.size() - (from - from_))
      move(from, std::max(size, ahead));
    return held_.subspan(static_cast<std::size_t>(from - from_), static_cast<std::size_t>(size));
  }

 private:
  void move(std::uint64_t from, std::uint64_t size);

  const meta::FileView& file_;
  const chunk::ChunkRecord& record_;
  BufferPool& pool_;
  BufferPool::Buffer& buffer_;
  std::uint64_t from_ = 0;
  MutableBytes held_;
};

class BlockWalk {
 public:
  /// `tables`: of what is known of the dataset's chunks: where each block begins, and where the last known one ends. `fresh`: memory for
  /// what this walk adds, used again.
  BlockWalk(const codecs::BlockFraming& framing, const chunk::ChunkRecord& record, Shelf& tables, StoredWindow& window,
            std::vector<std::uint32_t>& fresh);
  /// Bytes of a chunk's table.
  static std::uint64_t table_size(const codecs::BlockFraming& framing) { return (framing.count() + 1) * entry_size; }

  /// Goes so far that at() knows `block`. False when the chunk is not framed so, or its lengths don't lead there.
  bool reach(std::uint64_t block);
  ChunkBlock at(std::uint64_t block) const { return framing_.at(block, start(block), start(block + 1)); }
  /// Remembers where the blocks begin that this walk has come by.
  void remember();

 private:
  static constexpr std::size_t entry_size = sizeof(std::uint32_t);

  bool begin(std::uint64_t block);
  std::uint64_t start(std::uint64_t block) const;
  /// So many bytes from here are likely to lead over `blocks` of them.
  std::uint64_t likely_bytes(std::uint64_t blocks) const;

  const codecs::BlockFraming& framing_;
  const std::uint64_t count_;
  const chunk::ChunkRecord& record_;
  Shelf& tables_;
  StoredWindow& window_;
  std::optional<Shelf::Known> known_;
  std::uint64_t known_count_ = 0;
  std::vector<std::uint32_t>& fresh_;  // the beginnings after the known ones
};

}  // namespace fiver::pipeline
