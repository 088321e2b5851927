// The file that the tests of concurrency read: datasets of every kind of storage with the same elements, in groups of both kinds, and
// virtual datasets over them and over a second file.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/file_builder.hpp"
#include "common/watched_filter.hpp"

namespace fiver::tests {

inline constexpr std::uint64_t sample_rows = 120, sample_columns = 50;

/// Element i of every dataset of the sample is sample_value(i).
constexpr std::uint16_t sample_value(std::uint64_t i) {
  return static_cast<std::uint16_t>(i * 40503U + (i >> 5U));
}

std::vector<std::uint16_t> sample_values(std::uint64_t rows = sample_rows);

/// "/plain/contiguous", "/filtered/bitshuffle", ...: all have sample_rows x sample_columns. Where `other` is not empty, "/virtual/two_files"
/// takes its lower half from "/plain/contiguous" of the file of that name.
struct Sample {
  Bytes file;
  std::vector<std::string> paths;
};
Sample make_sample(const std::string& other = {});

}  // namespace fiver::tests
