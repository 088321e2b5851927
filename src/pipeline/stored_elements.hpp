// One real dataset's elements as a read meets them: a grid of chunks, each found by an index or computed from the place of raw bytes.
// Contiguous, compact and external data are cut into slabs of whole rows, so that there is one read path and large ones are read on
// all cores.
#pragma once

#include <memory>
#include <string>

#include "chunk/chunk_index.hpp"
#include "pipeline/chunk_memory.hpp"
#include "pipeline/codec_chain.hpp"
#include "pipeline/raw_bytes.hpp"

namespace fiver::pipeline {

class StoredElements {
 public:
  /// Chunked storage. `memory`: where chunks that are read in parts may be remembered; null: they are not.
  StoredElements(const meta::FileView& file, chunk::ChunkGrid grid, std::shared_ptr<const chunk::ChunkIndex> index,
                 CodecChain codecs, bool filter_partial_chunks, std::shared_ptr<ChunkMemory> memory);
  /// Everything else. `raw` may be null: never written.
  StoredElements(const meta::FileView& file, Shape extent, std::uint32_t element_size, std::unique_ptr<RawBytes> raw);

  const meta::FileView& file() const { return file_; }
  const Shape& extent() const { return extent_; }
  /// Of real chunks or of slabs.
  const Shape& chunk() const { return chunk_; }
  std::uint64_t chunk_bytes() const { return chunk_bytes_; }
  bool is_chunked() const { return index_ != nullptr; }
  const chunk::ChunkIndex* index() const { return index_.get(); }
  const chunk::ChunkGrid& grid() const { return grid_; }
  const CodecChain& codecs() const { return codecs_; }

  struct Place {
    std::optional<chunk::ChunkRecord> record;  ///< chunked: absent where none was written
    std::uint64_t raw_offset = 0;              ///< raw: of the slab's first byte
  };
  /// A record of the index with the mask that its bytes have: of a partial chunk that is stored unfiltered, "all".
  chunk::ChunkRecord as_stored(std::span<const std::uint64_t> scaled, chunk::ChunkRecord record) const;
  /// Where chunk `scaled` is. Its mask says "all" for a partial chunk that the dataset stores unfiltered.
  Place find(std::span<const std::uint64_t> scaled) const;
  const RawBytes* raw() const { return raw_.get(); }
  bool was_written() const { return index_ || raw_; }
  /// Decoded chunks that are remembered; null when none ever are.
  Shelf* decoded_chunks() const { return decoded_.get(); }
  /// How the chunks are framed by blocks to which a reader can come without reading all; null when they are not.
  const codecs::BlockFraming* framing() const { return framing_ ? &*framing_ : nullptr; }
  /// Where the blocks begin, of chunks where that is known: there when framing() is.
  Shelf* block_tables() const { return tables_.get(); }

 private:
  const meta::FileView& file_;
  Shape extent_, chunk_;
  std::uint64_t chunk_bytes_ = 0;
  chunk::ChunkGrid grid_;
  std::shared_ptr<const chunk::ChunkIndex> index_;
  CodecChain codecs_;
  bool filter_partial_chunks_ = true;
  std::unique_ptr<RawBytes> raw_;
  std::vector<std::uint64_t> slab_strides_;  ///< raw: bytes from slab to slab in each dimension
  std::unique_ptr<Shelf> decoded_, tables_;
  std::optional<codecs::BlockFraming> framing_;
};

}  // namespace fiver::pipeline
