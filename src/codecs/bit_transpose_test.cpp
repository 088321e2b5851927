// Every fast bit transposition against the plain one, and the plain one against the definition.
#include "codecs/bit_transpose.hpp"

#include <gtest/gtest.h>

#include <random>

#include "codecs/bit_transpose_gfni.hpp"

namespace fiver::codecs {
namespace {

Bytes random_bytes(std::size_t size, unsigned seed, unsigned zero_from_byte, std::size_t element_size) {
  std::mt19937 random(seed);
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i)
    if (i % element_size < zero_from_byte) bytes[i] = static_cast<std::byte>(random());
  return bytes;
}

constexpr std::size_t sizes[] = {1, 2, 3, 4, 5, 8, 10, 16, 80};
constexpr std::size_t counts[] = {0, 8, 16, 120, 128, 256, 264, 512, 520, 1024, 1032, 4096, 4104, 8192};

TEST(BitTransposePlain, FollowsTheDefinition) {
  for (const std::size_t size : {1U, 2U, 3U, 8U}) {
    const std::size_t count = 24;
    const Bytes elements = random_bytes(count * size, 7, 99, size);
    Bytes rows(elements.size());
    transpose_bits_plain(size, elements, rows);
    for (std::size_t element = 0; element < count; ++element)
      for (std::size_t bit = 0; bit < 8 * size; ++bit) {
        const auto of = std::to_integer<unsigned>(elements[element * size + bit / 8]) >> (bit % 8) & 1U;
        const auto in = std::to_integer<unsigned>(rows[bit * (count / 8) + element / 8]) >> (element % 8) & 1U;
        ASSERT_EQ(of, in) << "size " << size << ", element " << element << ", bit " << bit;
      }
  }
}

using Transposition = void (*)(std::size_t, ByteView, MutableBytes);

void expect_same_as_plain(Transposition forward, Transposition backward, std::size_t size, unsigned zero_from_byte) {
  for (const auto count : counts) {
    const Bytes elements = random_bytes(count * size, static_cast<unsigned>(count), zero_from_byte, size);
    Bytes expected(elements.size()), rows(elements.size()), back(elements.size(), std::byte{0xEE});
    transpose_bits_plain(size, elements, expected);
    forward(size, elements, rows);
    ASSERT_EQ(rows, expected) << "forward, size " << size << ", count " << count;
    backward(size, rows, back);
    ASSERT_EQ(back, elements) << "backward, size " << size << ", count " << count;
  }
}

TEST(BitTranspose, DispatchedIsThePlainOne) {
  for (const auto size : sizes)
    for (const unsigned zero_from_byte : {0U, 1U, 99U})
      expect_same_as_plain(transpose_bits, untranspose_bits, size, zero_from_byte);
}

TEST(BitTranspose, PortableIsThePlainOne) {
  for (const auto size : sizes)
    for (const unsigned zero_from_byte : {0U, 1U, 99U})
      expect_same_as_plain(transpose_bits_portable, untranspose_bits_portable, size, zero_from_byte);
}

TEST(BitTranspose, GfniIsThePlainOne) {
  if (!has_gfni()) GTEST_SKIP() << "this processor has no GFNI";
  for (const std::size_t size : {1U, 2U, 4U, 8U})
    for (const unsigned zero_from_byte : {0U, 1U, 99U})
      expect_same_as_plain(transpose_bits_gfni, untranspose_bits_gfni, size, zero_from_byte);
}

}  // namespace
}  // namespace fiver::codecs
