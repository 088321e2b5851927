// The chunks of a dataset as they are stored: where they are, their bytes, and how they decode. Through a virtual dataset, the
// chunks of its sources.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fiver/spi/filter.hpp"
#include "fiver/values/dataspace.hpp"

namespace fiver {

namespace object {
struct ChunkContext;
}

/// One stored chunk. Contiguous data are listed as one chunk of the whole extent.
struct ChunkInfo {
  Shape offset;                   ///< first element, in the coordinates of the dataset asked
  std::string file;               ///< the file that holds it
  std::uint64_t file_offset = 0;  ///< bytes from the start of that file
  std::uint64_t stored_size = 0;  ///< bytes
  std::uint32_t filter_mask = 0;  ///< bit i set: filter i was not applied
  friend bool operator==(const ChunkInfo&, const ChunkInfo&) = default;
};

/// A chunk's stored bytes.
struct StoredChunk {
  ChunkInfo info;
  std::vector<std::byte> bytes;
};

/// A chunk handed to for_each_chunk: its stored bytes are in memory; decoding is up to the caller.
class Chunk {
 public:
  const Shape& offset() const { return info_.offset; }
  /// The elements of a whole chunk, also where it reaches over the dataset's edge.
  Shape shape() const;
  const ChunkInfo& info() const { return info_; }
  std::uint32_t filter_mask() const { return info_.filter_mask; }
  std::uint64_t stored_size() const { return info_.stored_size; }
  std::span<const std::byte> stored_bytes() const { return stored_; }
  /// Bytes of the decoded chunk.
  std::uint64_t decoded_size() const;
  /// Decodes to the dataset's stored type, row-major, the whole chunk. `into` has decoded_size() bytes. Throws corrupt, unsupported.
  void decode_into(std::span<std::byte> into) const;
  /// Decodes and converts to T, which must be as many elements as shape().
  template <class T>
  void decode_into(std::span<T> into) const;
  /// The independent blocks of a chunk coded by one block filter (bitshuffle with LZ4 or zstd, LZ4): what a decoder on another
  /// device needs. Empty when the chunk has none.
  std::vector<ChunkBlock> blocks() const;

  Chunk(ChunkInfo info, std::span<const std::byte> stored, const object::ChunkContext& context)
      : info_(std::move(info)), stored_(stored), context_(&context) {}

 private:
  void decode_converted(const class Datatype& memory, std::span<std::byte> into) const;
  ChunkInfo info_;
  std::span<const std::byte> stored_;
  const object::ChunkContext* context_;
};

template <class T>
void Chunk::decode_into(std::span<T> into) const {
  decode_converted(native_type<T>(), std::as_writable_bytes(into));
}

}  // namespace fiver
