// The loops between C++'s own number types, in native byte order, and the moves in and out of other byte orders and strides. Plain loops
// over bytes without aliasing, so that the compiler makes vectors of them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fiver::convert {

/// In the order of native_loop()'s table.
enum class Native : std::uint8_t { i8, u8, i16, u16, i32, u32, i64, u64, f32, f64 };

std::size_t size_of(Native type);

/// `count` packed numbers. Neither side need be aligned.
using Loop = void (*)(const std::byte* source, std::byte* target, std::size_t count);

/// Integers clip to the target's range (format notes 6); integer to float and float to float round to the nearest, ties to even; float to
/// integer truncates toward zero, clips, and makes 0 of NaN.
Loop native_loop(Native source, Native target);

/// Elements of 1, 2, 4 or 8 bytes; strides in bytes.
using Move = void (*)(const std::byte* source, std::size_t source_stride, std::byte* target, std::size_t target_stride,
                      std::size_t count);
Move plain_move(std::size_t size);
Move swapping_move(std::size_t size);

/// binary16 and bfloat16 in native order, packed, to and from float: exact one way, to the nearest (ties to even) the other.
void half_to_float(const std::byte* source, std::byte* target, std::size_t count);
void float_to_half(const std::byte* source, std::byte* target, std::size_t count);
void bfloat_to_float(const std::byte* source, std::byte* target, std::size_t count);
void float_to_bfloat(const std::byte* source, std::byte* target, std::size_t count);

}  // namespace fiver::convert
