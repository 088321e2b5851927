// Bit transposition, the step of the bitshuffle filter before the codec. A block of n elements (n a multiple of 8) of s bytes becomes
// 8*s rows of n/8 bytes, least significant bit of byte 0 first: row 8*b + k holds bit k of byte b of every element, eight elements to a
// byte, the first in the least significant bit.
#pragma once

#include <cstddef>

#include "base/bytes.hpp"

namespace fiver::codecs {

/// Elements to rows. Both spans have the size of the block, a multiple of 8 * element_size; they do not overlap.
void transpose_bits(std::size_t element_size, ByteView elements, MutableBytes rows);

/// Rows to elements, the same way.
void untranspose_bits(std::size_t element_size, ByteView rows, MutableBytes elements);

/// The same two for the part of a block that starts with group `first` of eight elements, one group at a time: the reference in the
/// tests, the remainder of the fast versions.
void transpose_bits_plain(std::size_t element_size, ByteView elements, MutableBytes rows, std::size_t first = 0);
void untranspose_bits_plain(std::size_t element_size, ByteView rows, MutableBytes elements, std::size_t first = 0);

}  // namespace fiver::codecs
