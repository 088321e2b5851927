#include "convert/native_loops.hpp"

#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <tuple>
#include <type_traits>
#include <utility>

namespace fiver::convert {

namespace {

using Types = std::tuple<std::int8_t, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t, std::uint32_t,
                         std::int64_t, std::uint64_t, float, double>;
constexpr std::size_t type_count = std::tuple_size_v<Types>;

template <class T>
T load(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <class T>
void store(std::byte* to, T value) {
  std::memcpy(to, &value, sizeof value);
}

template <class T, class S>
T converted(S value) {
  using Range = std::numeric_limits<T>;
  if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(value);
  } else if constexpr (std::is_floating_point_v<S>) {
    // Both bounds are powers of two (or 0), so exact in any float; the upper one is the first that does not fit.
    constexpr auto low = static_cast<S>(Range::min());
    constexpr auto beyond = static_cast<S>(Range::max() / 2 + 1) * 2;
    if (!(value > low)) return value == value ? Range::min() : T{0};
    return value >= beyond ? Range::max() : static_cast<T>(value);
  } else {
    if constexpr (std::cmp_less(std::numeric_limits<S>::min(), Range::min()))
      if (std::cmp_less(value, Range::min())) value = static_cast<S>(Range::min());
    if constexpr (std::cmp_greater(std::numeric_limits<S>::max(), Range::max()))
      if (std::cmp_greater(value, Range::max())) value = static_cast<S>(Range::max());
    return static_cast<T>(value);
  }
}

template <class S, class T>
void loop(const std::byte* __restrict source, std::byte* __restrict target, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) store(target + i * sizeof(T), converted<T>(load<S>(source + i * sizeof(S))));
}

template <std::size_t... I>
constexpr std::array<Loop, sizeof...(I)> make_loops(std::index_sequence<I...>) {
  return {&loop<std::tuple_element_t<I / type_count, Types>, std::tuple_element_t<I % type_count, Types>>...};
}
constexpr auto loops = make_loops(std::make_index_sequence<type_count * type_count>());

template <class U>
U swapped(U value) {
  if constexpr (sizeof(U) == 1) {
    return value;
  } else if constexpr (sizeof(U) == 2) {
    return static_cast<U>(value << 8U | value >> 8U);
  } else if constexpr (sizeof(U) == 4) {
    return __builtin_bswap32(value);
  } else {
    return __builtin_bswap64(value);
  }
}

template <class U, bool Swap>
U moved(U value) {
  if constexpr (Swap) return swapped(value);
  return value;
}

template <class U, bool Swap>
void move(const std::byte* __restrict source, std::size_t source_stride, std::byte* __restrict target,
          std::size_t target_stride, std::size_t count) {
  if (source_stride == sizeof(U) && target_stride == sizeof(U)) {
    for (std::size_t i = 0; i < count; ++i)
      store(target + i * sizeof(U), moved<U, Swap>(load<U>(source + i * sizeof(U))));
    return;
  }
  for (std::size_t i = 0; i < count; ++i)
    store(target + i * target_stride, moved<U, Swap>(load<U>(source + i * source_stride)));
}

template <bool Swap>
Move move_of(std::size_t size) {
  switch (size) {
    case 1:
      return &move<std::uint8_t, Swap>;
    case 2:
      return &move<std::uint16_t, Swap>;
    case 4:
      return &move<std::uint32_t, Swap>;
    default:
      return &move<std::uint64_t, Swap>;
  }
}

}  // namespace

std::size_t size_of(Native type) {
  constexpr std::array<std::size_t, type_count> sizes{1, 1, 2, 2, 4, 4, 8, 8, 4, 8};
  return sizes[static_cast<std::size_t>(type)];
}

Loop native_loop(Native source, Native target) {
  return loops[static_cast<std::size_t>(source) * type_count + static_cast<std::size_t>(target)];
}

Move plain_move(std::size_t size) {
  return move_of<false>(size);
}
Move swapping_move(std::size_t size) {
  return move_of<true>(size);
}

void half_to_float(const std::byte* __restrict source, std::byte* __restrict target, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t half = load<std::uint16_t>(source + 2 * i);
    const auto exponent = half & 0x7C00U, mantissa = half & 0x3FFU;
    // The bias of the exponent grows by 112; infinities and NaNs go on to the new largest exponent. Subnormals are made by a product, so
    // that no subnormal binary32 is met, which a process may have told its processor to flush.
    auto bits = ((half & 0x7FFFU) << 13U) + (exponent == 0x7C00U ? 224U << 23U : 112U << 23U);
    const auto small = std::bit_cast<std::uint32_t>(static_cast<float>(static_cast<std::int32_t>(mantissa)) * 0x1p-24F);
    bits = exponent == 0 ? small : bits;
    store(target + 4 * i, bits | (half & 0x8000U) << 16U);
  }
}

void float_to_half(const std::byte* __restrict source, std::byte* __restrict target, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto bits = load<std::uint32_t>(source + 4 * i);
    const auto magnitude = bits & 0x7FFFFFFFU;
    std::uint32_t half;
    if (magnitude > 0x7F800000U) {
      half = 0x7E00U | (magnitude >> 13U & 0x1FFU);  // quiet, with the upper part of its payload
    } else if (magnitude >= 0x47800000U) {
      half = 0x7C00U;  // 65536 and more
    } else if (magnitude < 0x38800000U) {
      // Below 2^-14: adding 0.5 lets the processor round at the last place of binary16's subnormals.
      half = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) + 0.5F) - 0x3F000000U;
    } else {
      half = (magnitude - 0x38000000U + 0xFFFU + (magnitude >> 13U & 1U)) >> 13U;  // carries into infinity by itself
    }
    store(target + 2 * i, static_cast<std::uint16_t>(half | (bits >> 16U & 0x8000U)));
  }
}

void bfloat_to_float(const std::byte* __restrict source, std::byte* __restrict target, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    store(target + 4 * i, std::uint32_t{load<std::uint16_t>(source + 2 * i)} << 16U);
}

void float_to_bfloat(const std::byte* __restrict source, std::byte* __restrict target, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto bits = load<std::uint32_t>(source + 4 * i);
    const bool nan = (bits & 0x7FFFFFFFU) > 0x7F800000U;
    const auto rounded = nan ? bits | 0x400000U : bits + 0x7FFFU + (bits >> 16U & 1U);
    store(target + 2 * i, static_cast<std::uint16_t>(rounded >> 16U));
  }
}

}  // namespace fiver::convert
