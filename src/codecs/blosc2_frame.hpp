// What a frame of Blosc 2 says of itself before it is decoded, and the order of the elements of an n-dimensional one.
#pragma once

#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "fiver/spi/filter.hpp"

namespace fiver::codecs {

/// The layer "b2nd": one chunk, cut into blocks that are stored one after another in row-major order, each in row-major order. Blocks
/// at the far edges are whole; what lies outside the array is padding.
struct Blosc2Array {
  std::vector<std::uint64_t> shape, block;
};

struct Blosc2Frame {
  std::uint64_t frame_size = 0;  ///< stored bytes of the frame
  std::uint64_t size = 0;        ///< decoded bytes, padding included
  std::uint64_t chunk_size = 0;  ///< decoded bytes of every chunk of the frame but the last
  std::uint64_t element_size = 0;
  std::optional<Blosc2Array> array;
  std::uint64_t array_size = 0;  ///< decoded bytes without the padding
};

FilterStatus decode_blosc2_frame(ByteView in, Blosc2Frame& frame);

/// Brings decoded bytes (frame.size of them) from the order of the blocks to that of the array (frame.array_size bytes).
void order_blosc2_blocks(const Blosc2Frame& frame, ByteView blocks, MutableBytes out);

}  // namespace fiver::codecs
