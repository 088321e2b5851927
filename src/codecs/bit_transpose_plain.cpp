// The reference bit transposition: one 8 by 8 bit matrix at a time, in a 64-bit integer.
#include "codecs/bit_transpose.hpp"

namespace fiver::codecs {
namespace {

// Bit 8*i + j of the argument becomes bit 8*j + i: three exchanges across the diagonal, of 1, 2 and 4 bits.
std::uint64_t transpose_8x8(std::uint64_t x) {
  std::uint64_t swap = (x ^ x >> 7U) & 0x00AA00AA00AA00AAU;
  x ^= swap ^ swap << 7U;
  swap = (x ^ x >> 14U) & 0x0000CCCC0000CCCCU;
  x ^= swap ^ swap << 14U;
  swap = (x ^ x >> 28U) & 0x00000000F0F0F0F0U;
  return x ^ swap ^ swap << 28U;
}

// Eight bytes `stride` apart, the first least significant.
std::uint64_t gather(const std::byte* from, std::size_t stride) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value |= std::to_integer<std::uint64_t>(from[i * stride]) << 8 * i;
  return value;
}

void scatter(std::uint64_t value, std::byte* to, std::size_t stride) {
  for (std::size_t i = 0; i < 8; ++i) to[i * stride] = static_cast<std::byte>(value >> 8 * i);
}

}  // namespace

void transpose_bits_plain(std::size_t element_size, ByteView elements, MutableBytes rows, std::size_t first) {
  const std::size_t row = elements.size() / (8 * element_size);
  for (std::size_t group = first; group < row; ++group)
    for (std::size_t byte = 0; byte < element_size; ++byte)
      scatter(transpose_8x8(gather(&elements[8 * group * element_size + byte], element_size)),
              &rows[8 * byte * row + group], row);
}

void untranspose_bits_plain(std::size_t element_size, ByteView rows, MutableBytes elements, std::size_t first) {
  const std::size_t row = elements.size() / (8 * element_size);
  for (std::size_t group = first; group < row; ++group)
    for (std::size_t byte = 0; byte < element_size; ++byte)
      scatter(transpose_8x8(gather(&rows[8 * byte * row + group], row)), &elements[8 * group * element_size + byte],
              element_size);
}

}  // namespace fiver::codecs
