// The LZ4 block format:
//   block    : sequence..., the last one without its match
//   sequence : u8 token (upper half: literal length, lower half: match length - 4), [literal length bytes when 15], literals,
//              u16 distance little-endian, [match length bytes when 15]
//   length bytes : u8..., added up, until one is below 255
#include "codecs/lz4_block.hpp"

#include <algorithm>
#include <array>

namespace fiver::codecs {
namespace {

constexpr std::size_t shortest_match = 4;
// Fast copies may write this much past the end of a match or literals, and read as much past literals.
constexpr std::size_t slack = lz4_block_slack;

// A word made of repetitions of its first d bytes is (word & repeat_mask[d]) * repeat_factor[d].
constexpr std::array<std::uint64_t, 8> repeat_mask = [] {
  std::array<std::uint64_t, 8> masks{};
  for (unsigned d = 1; d < 8; ++d) masks[d] = (std::uint64_t{1} << 8 * d) - 1;
  return masks;
}();
constexpr std::array<std::uint64_t, 8> repeat_factor = [] {
  std::array<std::uint64_t, 8> factors{};
  for (unsigned d = 1; d < 8; ++d)
    for (unsigned at = 0; at < 8; at += d) factors[d] |= std::uint64_t{1} << 8 * at;
  return factors;
}();

std::uint64_t load_word(const std::byte* from) {
  return load_little<std::uint64_t>({from, 8});
}

void store_word(std::byte* to, std::uint64_t word) {
  if constexpr (std::endian::native == std::endian::little)
    std::memcpy(to, &word, sizeof word);
  else
    store_little(word, {to, 8});
}

template <std::size_t N>
void copy(std::byte* to, const std::byte* from) {
  std::memcpy(to, from, N);
}

// Copies at least `length` bytes, N at a time; the ranges may overlap when `from` is N or more bytes before `to`.
template <std::size_t N>
void copy_steps(std::byte* to, const std::byte* from, std::size_t length) {
  for (std::size_t at = 0; at < length; at += N) copy<N>(to + at, from + at);
}

// Writes a match of `length` bytes `distance` before `to`, and up to `slack` bytes more.
void copy_match(std::byte* to, std::size_t distance, std::size_t length) {
  const std::byte* from = to - distance;
  if (distance >= 16) {
    copy<16>(to, from);
    copy<16>(to + 16, from + 16);
    if (length <= 32) return;
    if (distance >= 32)
      copy_steps<32>(to + 32, from + 32, length - 32);
    else
      copy_steps<16>(to + 32, from + 32, length - 32);
  } else if (distance >= 8) {
    copy_steps<8>(to, from, length);
  } else if (distance == 1 && length > 32) {
    std::memset(to, std::to_integer<int>(*from), length);
  } else {
    // A word holds a whole number of periods only for 1, 2 and 4; else each starts `period` after the one before.
    const std::size_t period = 8 / distance * distance;
    const std::uint64_t word = (load_word(from) & repeat_mask[distance]) * repeat_factor[distance];
    for (std::size_t at = 0; at < length; at += period) store_word(to + at, word);
  }
}

// Adds the length bytes at in[at]. False where they run past the end.
bool add_length(ByteView in, std::size_t& at, std::size_t& length) {
  std::size_t more;
  do {
    if (at >= in.size()) return false;
    more = std::to_integer<std::size_t>(in[at++]);
    length += more;  // no more than 255 per stored byte: cannot wrap
  } while (more == 255);
  return true;
}

}  // namespace

bool decode_lz4_block(ByteView in, MutableBytes out, std::size_t size) {
  if (size > out.size()) return false;
  std::size_t from = 0, to = 0;
  while (from < in.size()) {
    const auto token = std::to_integer<std::size_t>(in[from++]);
    std::size_t literals = token >> 4U;
    if (literals < 15 && in.size() - from >= 16 && size - to >= 16) {
      copy<16>(&out[to], &in[from]);
    } else {
      if (literals == 15 && !add_length(in, from, literals)) return false;
      if (literals > in.size() - from || literals > size - to) return false;
      if (literals != 0) std::memcpy(&out[to], &in[from], literals);
    }
    from += literals;
    to += literals;
    if (from == in.size()) return to == size;

    if (in.size() - from < 2) return false;
    const std::size_t distance = load_little<std::uint16_t>(in.subspan(from, 2));
    from += 2;
    std::size_t length = token & 15U;
    if (length == 15 && !add_length(in, from, length)) return false;
    length += shortest_match;
    if (distance == 0 || distance > to || length > size - to) return false;
    // The run that fills the upper planes ends a few bytes before the block does: without room behind, its end is copied with care.
    const std::size_t room = out.size() - to - length;
    const std::size_t fast = room >= slack ? length : length > slack ? length - slack : 0;
    if (fast != 0) copy_match(&out[to], distance, fast);
    for (std::size_t i = fast; i < length; ++i) out[to + i] = out[to + i - distance];
    to += length;
  }
  return false;
}

}  // namespace fiver::codecs
