// The filters that a dataset can be created with, by name: each function makes one step of a pipeline with the parameters that users
// know, e.g. {filters::shuffle(), filters::deflate(6)}. What depends on the dataset's type and chunk is added when it is created.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "fiver/values/filter_spec.hpp"

namespace fiver {

namespace filters {

// All are optional, as other writers make them: a chunk that does not become smaller is stored without. Only fletcher32 is mandatory.
// Every function throws invalid_argument for an argument outside the range it names.

FilterSpec deflate(int level = 4);  ///< "gzip"; level 0 to 9
FilterSpec shuffle();
FilterSpec fletcher32();
enum class SzipCoding { entropy, nearest_neighbour };
FilterSpec szip(SzipCoding coding = SzipCoding::nearest_neighbour, int pixels_per_block = 8);  ///< even, 2 to 32
FilterSpec nbit();
FilterSpec scale_offset_integer(int bits = 0);  ///< bits of a stored integer, 0: as many as each chunk needs
FilterSpec scale_offset_decimal(int digits);    ///< floats: digits kept after the decimal point

FilterSpec lzf();
FilterSpec lz4(std::uint32_t block_bytes = 0);  ///< at most 2113929216; 0: the filter's own choice
FilterSpec zstd(int level = 3);                 ///< -131072 to 22
FilterSpec bzip2(int block = 9);                ///< 1 to 9: units of 100 000 bytes

// Blocks of bitshuffle are in elements, a multiple of 8; 0: the filter's own choice.
FilterSpec bitshuffle(std::uint32_t block = 0);
FilterSpec bitshuffle_lz4(std::uint32_t block = 0);
FilterSpec bitshuffle_zstd(int level = 3, std::uint32_t block = 0);  ///< level 0 to 22

/// How Blosc arranges bytes before its codec.
enum class BloscShuffle { none = 0, bytes = 1, bits = 2 };
/// codec: "blosclz", "lz4", "lz4hc", "snappy", "zlib" or "zstd"; level 0 to 9.
FilterSpec blosc(std::string_view codec = "lz4", int level = 5, BloscShuffle shuffle = BloscShuffle::bytes);
/// As blosc, without "snappy".
FilterSpec blosc2(std::string_view codec = "blosclz", int level = 5, BloscShuffle shuffle = BloscShuffle::bytes);

// Lossy unless reversible. Elements of 4 or 8 bytes, chunks of 1 to 4 dimensions.
FilterSpec zfp();                                ///< the library's default mode
FilterSpec zfp_rate(double bits_per_element);    ///< every block takes the same room
FilterSpec zfp_precision(std::uint32_t planes);  ///< bit planes kept
FilterSpec zfp_accuracy(double tolerance);       ///< the largest absolute error
FilterSpec zfp_reversible();
FilterSpec zfp_expert(std::uint32_t min_bits, std::uint32_t max_bits, std::uint32_t max_precision, int min_exponent);

FilterSpec jpegls();     ///< 32012: integers of 1 or 2 bytes
FilterSpec fcidecomp();  ///< 32018: the same, as EUMETSAT stores it
/// Oxford Nanopore's: integers of 1, 2 or 4 bytes (0: bytes as they are), differences taken first, zstd level 0 (none) to 22.
FilterSpec vbz(int integer_size = 2, bool differences = true, int level = 1, int version = 1);

}  // namespace filters

/// A pipeline as people write it: names with their arguments after "=", "shuffle,gzip=6", "bitshuffle-lz4", "blosc=zstd:9:bits", and
/// registered numbers with their raw parameters, "32008=0,2". Arguments are separated by colons, or by commas where they are numbers.
/// Throws invalid_argument naming the part.
FilterPipeline parse_filters(std::string_view text);

/// What parse_filters takes, for help texts: one filter each.
struct FilterHelp {
  std::string_view name;       ///< "gzip"
  std::string_view arguments;  ///< "[=LEVEL]"
  std::string_view meaning;    ///< "deflate, level 0 to 9 (4)"
};
std::vector<FilterHelp> filter_help();

}  // namespace fiver
