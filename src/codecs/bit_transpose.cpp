// The fast bit transposition for every processor that Highway knows, 16 bytes of a row at a time in each 128-bit lane.
//
// Eight rows of one byte of the elements meet in eight registers. Bits cross registers in three exchanges, as in an 8 by 8 matrix; then
// three rounds of byte interleaving put eight bytes of neighbouring elements side by side; log2(s) more rounds join the s bytes of each
// element. A round over 2^r registers rotates the index (register, byte) left by one bit, so writing runs the same rounds to the end of
// the cycle: four more interleavings undo the three.
#include "codecs/bit_transpose.hpp"

#include "codecs/bit_transpose_gfni.hpp"

// AVX-512 without GFNI measured no faster than AVX2; processors with GFNI have their own version.
#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_AVX3 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "codecs/bit_transpose.cpp"
#include <hwy/foreach_target.h>
//
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace fiver::codecs::HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128 || HWY_TARGET == HWY_RVV || HWY_TARGET == HWY_WASM

std::size_t rows_from_elements(std::size_t, ByteView, MutableBytes) {
  return 0;
}
std::size_t elements_from_rows(std::size_t, ByteView, MutableBytes) {
  return 0;
}

#else
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<std::uint8_t, 32>;
using V = hn::Vec<D>;
using D16 = hn::Repartition<std::uint16_t, D>;
using Half = hn::Half<D>;
constexpr std::size_t lanes = hn::MaxLanes(D()) / 16;
constexpr std::size_t step = 16 * lanes;  // bytes of a row in one register

HWY_INLINE const std::uint8_t* in_at(ByteView bytes, std::size_t at) {
  return reinterpret_cast<const std::uint8_t*>(bytes.data()) + at;
}
HWY_INLINE std::uint8_t* out_at(MutableBytes bytes, std::size_t at) {
  return reinterpret_cast<std::uint8_t*>(bytes.data()) + at;
}

// Exchanges the upper S bits of each 2*S in `a` with the lower S of `b`.
template <int S, unsigned Mask>
HWY_INLINE void exchange(V& a, V& b) {
  const D d;
  const D16 d16;
  const auto high = hn::BitCast(d, hn::ShiftRight<S>(hn::BitCast(d16, a)));
  const auto swap = hn::And(hn::Xor(high, b), hn::Set(d, static_cast<std::uint8_t>(Mask)));
  b = hn::Xor(b, swap);
  a = hn::Xor(a, hn::BitCast(d, hn::ShiftLeft<S>(hn::BitCast(d16, swap))));
}

// Bit j of register k becomes bit k of register j. Its own inverse.
HWY_INLINE void transpose_bits_across(V* r) {
  for (std::size_t k = 0; k < 4; ++k) exchange<4, 0x0F>(r[k], r[k + 4]);
  for (const std::size_t k : {0, 1, 4, 5}) exchange<2, 0x33>(r[k], r[k + 2]);
  for (const std::size_t k : {0, 2, 4, 6}) exchange<1, 0x55>(r[k], r[k + 1]);
}

// One round of interleaving, in each lane, of the N registers at `from` as units of type T.
template <class T, std::size_t N>
HWY_INLINE void interleave(const V* from, V* to) {
  const hn::Repartition<T, D> d;
  for (std::size_t i = 0; i < N / 2; ++i) {
    const auto a = hn::BitCast(d, from[i]);
    const auto b = hn::BitCast(d, from[i + N / 2]);
    to[2 * i] = hn::BitCast(D(), hn::InterleaveLower(d, a, b));
    to[2 * i + 1] = hn::BitCast(D(), hn::InterleaveUpper(d, a, b));
  }
}

template <class T, std::size_t N, int Rounds>
HWY_INLINE void interleave_rounds(V* r) {
  V other[N];
  for (int round = 0; round < Rounds; ++round) {
    interleave<T, N>(r, other);
    for (std::size_t i = 0; i < N; ++i) r[i] = other[i];
  }
}

constexpr int log2_of(std::size_t size) {
  return size == 1 ? 0 : size == 2 ? 1 : size == 4 ? 2 : 3;
}

template <std::size_t Size>
using UnitOf =
    std::conditional_t<Size == 2, std::uint64_t, std::conditional_t<Size == 4, std::uint32_t, std::uint16_t> >;

// A register of each lane's own 16 bytes, `stride` apart.
HWY_INLINE V load_lanes(const std::uint8_t* from, std::size_t stride) {
  if constexpr (lanes == 1) {
    (void)stride;
    return hn::LoadU(D(), from);
  } else {
    return hn::Combine(D(), hn::LoadU(Half(), from + stride), hn::LoadU(Half(), from));
  }
}

// N registers whose lanes follow each other `stride` apart.
template <std::size_t N>
HWY_INLINE void store_lanes(const V* r, std::uint8_t* to, std::size_t stride) {
  if constexpr (lanes == 1) {
    (void)stride;
    for (std::size_t i = 0; i < N; ++i) hn::StoreU(r[i], D(), to + 16 * i);
  } else if constexpr (N == 1) {
    hn::StoreU(hn::LowerHalf(r[0]), Half(), to);
    hn::StoreU(hn::UpperHalf(Half(), r[0]), Half(), to + stride);
  } else {
    for (std::size_t i = 0; i < N; i += 2) {
      hn::StoreU(hn::ConcatLowerLower(D(), r[i + 1], r[i]), D(), to + 16 * i);
      hn::StoreU(hn::ConcatUpperUpper(D(), r[i + 1], r[i]), D(), to + stride + 16 * i);
    }
  }
}

template <std::size_t Size>
HWY_INLINE std::size_t elements_of(ByteView rows, MutableBytes elements) {
  const std::size_t row = rows.size() / (8 * Size);
  std::size_t at = 0;
  for (; row - at >= step; at += step) {
    V planes[Size][8];
    for (std::size_t byte = 0; byte < Size; ++byte) {
      V* const r = planes[byte];
      auto any = hn::Zero(D());
      for (std::size_t k = 0; k < 8; ++k) {
        r[k] = hn::LoadU(D(), in_at(rows, (8 * byte + k) * row + at));
        any = hn::Or(any, r[k]);
      }
      // The upper bytes of a detector's counts are zero in most blocks.
      if (Size > 1 && hn::AllTrue(D(), hn::Eq(any, hn::Zero(D())))) continue;
      transpose_bits_across(r);
      interleave_rounds<std::uint8_t, 8, 3>(r);
    }
    for (std::size_t part = 0; part < 8; ++part) {
      V joined[Size];
      for (std::size_t byte = 0; byte < Size; ++byte) joined[byte] = planes[byte][part];
      if constexpr (Size > 1) interleave_rounds<std::uint8_t, Size, log2_of(Size)>(joined);
      if constexpr (Size > 1) {
        store_lanes<Size>(joined, out_at(elements, 8 * Size * at + 16 * Size * part), 128 * Size);
      } else if (part % 2 != 0) {
        const V pair[2] = {planes[0][part - 1], planes[0][part]};
        store_lanes<2>(pair, out_at(elements, 8 * at + 16 * (part - 1)), 128);
      }
    }
  }
  return at;
}

template <std::size_t Size>
HWY_INLINE std::size_t rows_of(ByteView elements, MutableBytes rows) {
  const std::size_t row = rows.size() / (8 * Size);
  HWY_ALIGN std::uint8_t order[16];  // the bytes of a lane, first byte of every element first
  for (std::size_t i = 0; i < 16; ++i) order[i] = static_cast<std::uint8_t>(i % (16 / Size) * Size + i / (16 / Size));
  const auto grouping = hn::LoadDup128(D(), order);
  std::size_t at = 0;
  for (; row - at >= step; at += step) {
    V planes[Size][8];
    for (std::size_t part = 0; part < 8; ++part) {
      V split[Size];
      for (std::size_t i = 0; i < Size; ++i) {
        split[i] = load_lanes(in_at(elements, 8 * Size * at + 16 * (Size * part + i)), 128 * Size);
        if constexpr (Size > 1) split[i] = hn::TableLookupBytes(split[i], grouping);
      }
      if constexpr (Size > 1) interleave_rounds<UnitOf<Size>, Size, log2_of(Size)>(split);
      for (std::size_t byte = 0; byte < Size; ++byte) planes[byte][part] = split[byte];
    }
    for (std::size_t byte = 0; byte < Size; ++byte) {
      V* const r = planes[byte];
      interleave_rounds<std::uint8_t, 8, 4>(r);
      transpose_bits_across(r);
      for (std::size_t k = 0; k < 8; ++k) hn::StoreU(r[k], D(), out_at(rows, (8 * byte + k) * row + at));
    }
  }
  return at;
}

std::size_t rows_from_elements(std::size_t element_size, ByteView elements, MutableBytes rows) {
  switch (element_size) {
    case 1:
      return rows_of<1>(elements, rows);
    case 2:
      return rows_of<2>(elements, rows);
    case 4:
      return rows_of<4>(elements, rows);
    case 8:
      return rows_of<8>(elements, rows);
    default:
      return 0;
  }
}

std::size_t elements_from_rows(std::size_t element_size, ByteView rows, MutableBytes elements) {
  switch (element_size) {
    case 1:
      return elements_of<1>(rows, elements);
    case 2:
      return elements_of<2>(rows, elements);
    case 4:
      return elements_of<4>(rows, elements);
    case 8:
      return elements_of<8>(rows, elements);
    default:
      return 0;
  }
}
#endif

}  // namespace fiver::codecs::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fiver::codecs {
namespace {

HWY_EXPORT(rows_from_elements);
HWY_EXPORT(elements_from_rows);

bool is_fast_size(std::size_t size) {
  return size == 1 || size == 2 || size == 4 || size == 8;
}

// Elements of any other size go byte by byte through a plane of at most this many elements.
constexpr std::size_t plane_elements = 4096;

}  // namespace

void transpose_bits_portable(std::size_t element_size, ByteView elements, MutableBytes rows) {
  transpose_bits_plain(element_size, elements, rows,
                       HWY_DYNAMIC_DISPATCH(rows_from_elements)(element_size, elements, rows));
}

void untranspose_bits_portable(std::size_t element_size, ByteView rows, MutableBytes elements) {
  untranspose_bits_plain(element_size, rows, elements,
                         HWY_DYNAMIC_DISPATCH(elements_from_rows)(element_size, rows, elements));
}

void transpose_bits(std::size_t element_size, ByteView elements, MutableBytes rows) {
  if (has_gfni() && is_fast_size(element_size)) return transpose_bits_gfni(element_size, elements, rows);
  const std::size_t count = elements.size() / element_size;
  if (is_fast_size(element_size) || count > plane_elements || count == 0)
    return transpose_bits_portable(element_size, elements, rows);
  std::byte plane[plane_elements];
  for (std::size_t byte = 0; byte < element_size; ++byte) {
    for (std::size_t i = 0; i < count; ++i) plane[i] = elements[i * element_size + byte];
    transpose_bits(1, {plane, count}, rows.subspan(byte * count, count));
  }
}

void untranspose_bits(std::size_t element_size, ByteView rows, MutableBytes elements) {
  if (has_gfni() && is_fast_size(element_size)) return untranspose_bits_gfni(element_size, rows, elements);
  const std::size_t count = elements.size() / element_size;
  if (is_fast_size(element_size) || count > plane_elements || count == 0)
    return untranspose_bits_portable(element_size, rows, elements);
  std::byte plane[plane_elements];
  for (std::size_t byte = 0; byte < element_size; ++byte) {
    untranspose_bits(1, rows.subspan(byte * count, count), {plane, count});
    for (std::size_t i = 0; i < count; ++i) elements[i * element_size + byte] = plane[i];
  }
}

}  // namespace fiver::codecs
#endif
