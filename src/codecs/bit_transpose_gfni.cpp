// Bit transposition with AVX-512 VBMI and GFNI: 64 bytes of a row at a time.
//
// The method is that of bit_transpose.cpp with two shortcuts: one instruction transposes a matrix of bits, once its eight bytes are side
// by side, and one permutation per register chooses beforehand which bytes go to which 128-bit lane, so that results come out in order.
#include "codecs/bit_transpose_gfni.hpp"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#include <array>

#define FIVER_GFNI __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,gfni")))
#define FIVER_GFNI_INLINE FIVER_GFNI __attribute__((always_inline)) inline

namespace fiver::codecs {
namespace {

using V = __m512i;
using Table = std::array<std::uint8_t, 64>;

// The table whose entry at (lane, byte in lane) is f(lane, byte).
template <class F>
constexpr Table table_of(F f) {
  Table table{};
  for (unsigned i = 0; i < 64; ++i) table[i] = static_cast<std::uint8_t>(f(i / 16, i % 16));
  return table;
}

// Which byte of a row goes where, before the rounds. Each lane pairs byte `half` with another for part `part`.
constexpr Table row_order_pairs = table_of([](unsigned lane, unsigned i) { return 8 * (i / 2) + 2 * lane + i % 2; });
constexpr Table row_order_halves = table_of([](unsigned lane, unsigned i) { return 8 * (i / 2) + 4 * (i % 2) + lane; });
// The inverse of row_order_pairs: byte p of a row lies in lane p/2 mod 4.
constexpr Table row_restore = table_of([](unsigned lane, unsigned i) {
  const unsigned p = 16 * lane + i;
  return 16 * (p / 2 % 4) + 2 * (p / 8) + p % 2;
});
// 64 bytes of a plane as units of `unit` bytes: lane l takes units l, 4 + l, 8 + l...
constexpr Table deal(unsigned unit) {
  Table table{};
  for (unsigned i = 0; i < 64; ++i) {
    const unsigned lane = i / 16, slot = i % 16 / unit;
    table[i] = static_cast<std::uint8_t>((4 * slot + lane) * unit + i % unit);
  }
  return table;
}
constexpr Table deal_4 = deal(4);
constexpr Table deal_2 = deal(2);
// 64 bytes of elements of `size` bytes, first byte of every element first.
constexpr Table group(unsigned size) {
  Table table{};
  for (unsigned i = 0; i < 64; ++i) table[i] = static_cast<std::uint8_t>(i % (64 / size) * size + i / (64 / size));
  return table;
}
constexpr Table group_2 = group(2);
constexpr Table group_4 = group(4);
constexpr Table group_8 = group(8);
// The bytes of every 64-bit word in reverse.
constexpr Table reverse_words = table_of([](unsigned lane, unsigned i) { return 16 * lane + (i ^ 7U); });

FIVER_GFNI_INLINE V load(const std::byte* from) {
  return _mm512_loadu_si512(from);
}
FIVER_GFNI_INLINE void store(std::byte* to, V value) {
  _mm512_storeu_si512(to, value);
}
FIVER_GFNI_INLINE V load(const Table& table) {
  return _mm512_loadu_si512(table.data());
}

// Bit j of byte 7 - k of each 64-bit word becomes bit k of byte j.
FIVER_GFNI_INLINE V transpose_words(V words) {
  const V identity = _mm512_set1_epi64(static_cast<long long>(0x8040201008040201U));
  return _mm512_gf2p8affine_epi64_epi8(identity, words, 0);
}

template <std::size_t N>
FIVER_GFNI_INLINE void interleave(V* r) {
  V other[N];
  for (std::size_t i = 0; i < N / 2; ++i) {
    other[2 * i] = _mm512_unpacklo_epi8(r[i], r[i + N / 2]);
    other[2 * i + 1] = _mm512_unpackhi_epi8(r[i], r[i + N / 2]);
  }
  for (std::size_t i = 0; i < N; ++i) r[i] = other[i];
}

template <std::size_t Size>
FIVER_GFNI std::size_t elements_of(ByteView rows, MutableBytes elements) {
  const std::size_t row = rows.size() / (8 * Size);
  const V row_order = load(Size == 2 ? row_order_halves : row_order_pairs);
  const V dealing = load(Size == 4 ? deal_4 : deal_2);
  std::size_t at = 0;
  for (; row - at >= 64; at += 64) {
    V planes[Size][8];
    for (std::size_t byte = 0; byte < Size; ++byte) {
      V* const r = planes[byte];
      V any = _mm512_setzero_si512();
      for (std::size_t k = 0; k < 8; ++k) {
        r[k] = load(rows.data() + (8 * byte + 7 - k) * row + at);
        any = _mm512_or_si512(any, r[k]);
      }
      // The upper bytes of a detector's counts are zero in most blocks.
      if (Size > 1 && _mm512_test_epi64_mask(any, any) == 0) continue;
      for (std::size_t k = 0; k < 8; ++k) r[k] = _mm512_permutexvar_epi8(row_order, r[k]);
      for (int round = 0; round < 3; ++round) interleave<8>(r);
      for (std::size_t k = 0; k < 8; ++k) r[k] = transpose_words(r[k]);
      if constexpr (Size > 2)
        for (std::size_t k = 0; k < 8; ++k) r[k] = _mm512_permutexvar_epi8(dealing, r[k]);
    }
    for (std::size_t part = 0; part < 8; ++part) {
      V joined[Size];
      for (std::size_t byte = 0; byte < Size; ++byte) joined[byte] = planes[byte][part];
      if constexpr (Size > 1)
        for (std::size_t round = 1; round < Size; round *= 2) interleave<Size>(joined);
      for (std::size_t i = 0; i < Size; ++i) store(elements.data() + 8 * Size * at + 64 * (Size * part + i), joined[i]);
    }
  }
  return at;
}

// 64 elements as planes of their bytes.
template <std::size_t Size>
FIVER_GFNI_INLINE void split(const std::byte* from, V* planes) {
  V r[Size];
  for (std::size_t i = 0; i < Size; ++i) r[i] = load(from + 64 * i);
  if constexpr (Size == 1) {
    planes[0] = r[0];
  } else if constexpr (Size == 2) {
    for (auto& v : r) v = _mm512_permutexvar_epi8(load(group_2), v);
    planes[0] = _mm512_shuffle_i64x2(r[0], r[1], 0x44);
    planes[1] = _mm512_shuffle_i64x2(r[0], r[1], 0xEE);
  } else if constexpr (Size == 4) {
    for (auto& v : r) v = _mm512_permutexvar_epi8(load(group_4), v);
    const V low01 = _mm512_shuffle_i64x2(r[0], r[1], 0x44), high01 = _mm512_shuffle_i64x2(r[0], r[1], 0xEE);
    const V low23 = _mm512_shuffle_i64x2(r[2], r[3], 0x44), high23 = _mm512_shuffle_i64x2(r[2], r[3], 0xEE);
    planes[0] = _mm512_shuffle_i64x2(low01, low23, 0x88);
    planes[1] = _mm512_shuffle_i64x2(low01, low23, 0xDD);
    planes[2] = _mm512_shuffle_i64x2(high01, high23, 0x88);
    planes[3] = _mm512_shuffle_i64x2(high01, high23, 0xDD);
  } else {
    for (auto& v : r) v = _mm512_permutexvar_epi8(load(group_8), v);
    V pairs[8];  // pairs[2*i + odd]: words of bytes odd, 2 + odd, 4 + odd, 6 + odd of registers 2*i and 2*i + 1
    for (std::size_t i = 0; i < 4; ++i) {
      pairs[2 * i] = _mm512_unpacklo_epi64(r[2 * i], r[2 * i + 1]);
      pairs[2 * i + 1] = _mm512_unpackhi_epi64(r[2 * i], r[2 * i + 1]);
    }
    for (std::size_t odd = 0; odd < 2; ++odd) {
      const V low01 = _mm512_shuffle_i64x2(pairs[odd], pairs[2 + odd], 0x44);
      const V high01 = _mm512_shuffle_i64x2(pairs[odd], pairs[2 + odd], 0xEE);
      const V low23 = _mm512_shuffle_i64x2(pairs[4 + odd], pairs[6 + odd], 0x44);
      const V high23 = _mm512_shuffle_i64x2(pairs[4 + odd], pairs[6 + odd], 0xEE);
      planes[odd] = _mm512_shuffle_i64x2(low01, low23, 0x88);
      planes[2 + odd] = _mm512_shuffle_i64x2(low01, low23, 0xDD);
      planes[4 + odd] = _mm512_shuffle_i64x2(high01, high23, 0x88);
      planes[6 + odd] = _mm512_shuffle_i64x2(high01, high23, 0xDD);
    }
  }
}

template <std::size_t Size>
FIVER_GFNI std::size_t rows_of(ByteView elements, MutableBytes rows) {
  const std::size_t row = rows.size() / (8 * Size);
  std::size_t at = 0;
  for (; row - at >= 64; at += 64) {
    V planes[Size][8];
    for (std::size_t part = 0; part < 8; ++part) {
      V bytes[Size];
      split<Size>(elements.data() + 8 * Size * at + 64 * Size * part, bytes);
      for (std::size_t byte = 0; byte < Size; ++byte)
        planes[byte][part] = transpose_words(_mm512_shuffle_epi8(bytes[byte], load(reverse_words)));
    }
    for (std::size_t byte = 0; byte < Size; ++byte) {
      V* const r = planes[byte];
      for (int round = 0; round < 4; ++round) interleave<8>(r);
      for (std::size_t k = 0; k < 8; ++k)
        store(rows.data() + (8 * byte + k) * row + at, _mm512_permutexvar_epi8(load(row_restore), r[k]));
    }
  }
  return at;
}

}  // namespace

bool has_gfni() noexcept {
  static const bool has = __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
                          __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("gfni");
  return has;
}

void transpose_bits_gfni(std::size_t element_size, ByteView elements, MutableBytes rows) {
  const std::size_t done = element_size == 1   ? rows_of<1>(elements, rows)
                           : element_size == 2 ? rows_of<2>(elements, rows)
                           : element_size == 4 ? rows_of<4>(elements, rows)
                                               : rows_of<8>(elements, rows);
  transpose_bits_plain(element_size, elements, rows, done);
}

void untranspose_bits_gfni(std::size_t element_size, ByteView rows, MutableBytes elements) {
  const std::size_t done = element_size == 1   ? elements_of<1>(rows, elements)
                           : element_size == 2 ? elements_of<2>(rows, elements)
                           : element_size == 4 ? elements_of<4>(rows, elements)
                                               : elements_of<8>(rows, elements);
  untranspose_bits_plain(element_size, rows, elements, done);
}

}  // namespace fiver::codecs

#else

namespace fiver::codecs {

bool has_gfni() noexcept {
  return false;
}
void transpose_bits_gfni(std::size_t element_size, ByteView elements, MutableBytes rows) {
  transpose_bits_portable(element_size, elements, rows);
}
void untranspose_bits_gfni(std::size_t element_size, ByteView rows, MutableBytes elements) {
  untranspose_bits_portable(element_size, rows, elements);
}

}  // namespace fiver::codecs

#endif
