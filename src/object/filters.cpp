// Bodies of the named filters: the values are those that hdf5plugin and h5py hand to the C library, before a filter completes them.
#include "fiver/filters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "fiver/values/error.hpp"

namespace fiver::filters {
namespace {

constexpr std::uint16_t optional = 1;

FilterSpec make(std::uint16_t id, std::vector<std::uint32_t> values = {}, std::uint16_t flags = optional) {
  return {id, flags, {}, std::move(values)};
}

[[noreturn]] void refuse(std::string_view filter, std::string reason) {
  throw Error(ErrorKind::invalid_argument, std::move(reason)).in(filter);
}

std::uint32_t in_range(std::string_view filter, std::string_view what, std::int64_t value, std::int64_t least,
                       std::int64_t most) {
  if (value < least || value > most)
    refuse(filter, fmt::format("{} {} is not from {} to {}", what, value, least, most));
  return static_cast<std::uint32_t>(static_cast<std::int32_t>(value));
}

std::uint32_t whole_block(std::uint32_t block) {
  if (block % 8 != 0) refuse("bitshuffle", fmt::format("a block of {} elements is no multiple of 8", block));
  return block;
}

constexpr std::array<std::string_view, 6> blosc_codecs = {"blosclz", "lz4", "lz4hc", "snappy", "zlib", "zstd"};

std::vector<std::uint32_t> blosc_values(std::string_view filter, std::string_view codec, int level,
                                        BloscShuffle shuffle) {
  const auto found = std::ranges::find(blosc_codecs, codec);
  if (found == blosc_codecs.end() || (filter == "blosc2" && codec == "snappy"))
    refuse(filter, fmt::format("there is no codec \"{}\"", codec));
  return {0,
          0,
          0,
          0,
          in_range(filter, "level", level, 0, 9),
          in_range(filter, "shuffle", static_cast<int>(shuffle), 0, 2),
          static_cast<std::uint32_t>(found - blosc_codecs.begin())};
}

/// The halves of a double, the lower first.
std::array<std::uint32_t, 2> halves(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  return {static_cast<std::uint32_t>(bits), static_cast<std::uint32_t>(bits >> 32U)};
}

}  // namespace

FilterSpec deflate(int level) {
  return make(1, {in_range("deflate", "level", level, 0, 9)});
}

FilterSpec shuffle() {
  return make(2);
}

FilterSpec fletcher32() {
  return make(3, {}, 0);
}

FilterSpec szip(SzipCoding coding, int pixels_per_block) {
  const auto pixels = in_range("szip", "pixels of a block", pixels_per_block, 2, 32);
  if (pixels % 2 != 0) refuse("szip", fmt::format("{} pixels of a block are not even", pixels));
  constexpr std::uint32_t entropy = 4, nearest_neighbour = 32;
  return make(4, {coding == SzipCoding::entropy ? entropy : nearest_neighbour, pixels});
}

FilterSpec nbit() {
  return make(5);
}

FilterSpec scale_offset_integer(int bits) {
  return make(6, {2, in_range("scale-offset", "bits", bits, 0, 64)});
}

FilterSpec scale_offset_decimal(int digits) {
  return make(6, {0, in_range("scale-offset", "digits", digits, -400, 400)});
}

FilterSpec lzf() {
  return make(32000);
}

FilterSpec lz4(std::uint32_t block_bytes) {
  return make(32004, {in_range("lz4", "bytes of a block", block_bytes, 0, 2113929216)});
}

FilterSpec zstd(int level) {
  return make(32015, {in_range("zstd", "level", level, -131072, 22)});
}

FilterSpec bzip2(int block) {
  return make(307, {in_range("bzip2", "block", block, 1, 9)});
}

FilterSpec bitshuffle(std::uint32_t block) {
  return make(32008, {whole_block(block), 0});
}

FilterSpec bitshuffle_lz4(std::uint32_t block) {
  return make(32008, {whole_block(block), 2});
}

FilterSpec bitshuffle_zstd(int level, std::uint32_t block) {
  return make(32008, {whole_block(block), 3, in_range("bitshuffle-zstd", "level", level, 0, 22)});
}

FilterSpec blosc(std::string_view codec, int level, BloscShuffle shuffle) {
  return make(32001, blosc_values("blosc", codec, level, shuffle));
}

FilterSpec blosc2(std::string_view codec, int level, BloscShuffle shuffle) {
  return make(32026, blosc_values("blosc2", codec, level, shuffle));
}

FilterSpec zfp() {
  return make(32013);
}

FilterSpec zfp_rate(double bits_per_element) {
  if (!(bits_per_element > 0) || !std::isfinite(bits_per_element))
    refuse("zfp", fmt::format("a rate of {} bits is not above 0", bits_per_element));
  const auto [low, high] = halves(bits_per_element);
  return make(32013, {1, 0, low, high, 0, 0});
}

FilterSpec zfp_precision(std::uint32_t planes) {
  return make(32013, {2, 0, in_range("zfp", "precision", planes, 1, 64), 0, 0, 0});
}

FilterSpec zfp_accuracy(double tolerance) {
  if (!(tolerance >= 0) || !std::isfinite(tolerance))
    refuse("zfp", fmt::format("a tolerance of {} is not 0 or above", tolerance));
  const auto [low, high] = halves(tolerance);
  return make(32013, {3, 0, low, high, 0, 0});
}

FilterSpec zfp_reversible() {
  return make(32013, {5, 0, 0, 0, 0, 0});
}

FilterSpec zfp_expert(std::uint32_t min_bits, std::uint32_t max_bits, std::uint32_t max_precision, int min_exponent) {
  if (min_bits > max_bits || max_precision == 0 || max_precision > 64)
    refuse("zfp",
           fmt::format("{} to {} bits at a precision of {} contradict each other", min_bits, max_bits, max_precision));
  return make(32013, {4, 0, min_bits, max_bits, max_precision, static_cast<std::uint32_t>(min_exponent)});
}

FilterSpec jpegls() {
  return make(32012);
}

FilterSpec fcidecomp() {
  return make(32018);
}

FilterSpec vbz(int integer_size, bool differences, int level, int version) {
  const auto size = in_range("vbz", "integer size", integer_size, 0, 4);
  if (size == 3) refuse("vbz", "there are no integers of 3 bytes");
  return make(32020, {in_range("vbz", "version", version, 0, 1), size, differences ? 1U : 0U,
                      in_range("vbz", "level", level, 0, 22)});
}

}  // namespace fiver::filters
