// Reads every frame of a dataset on all cores: first in any order, then in order. FILE DATASET
#include <atomic>
#include <iostream>
#include <numeric>

#include "fiver/fiver.hpp"
int main(int, char** argv) {
  const auto data = fiver::File::open(argv[1]).dataset(argv[2]);
  const auto sum = [](auto pixels) { return std::accumulate(pixels.begin(), pixels.end(), std::uint64_t{0}); };
  std::atomic<std::uint64_t> any_order = 0;
  data.for_each_chunk([&](const fiver::Chunk& chunk) {
    thread_local std::vector<std::uint32_t> pixels;
    pixels.resize(chunk.decoded_size() / data.type().size());
    chunk.decode_into(std::span(pixels));
    any_order += sum(std::span(pixels));
  });
  std::uint64_t in_order = 0, count = 0;
  for (const auto& frame : data.frames<std::uint32_t>()) in_order += sum(frame.pixels()), ++count;
  std::cout << count << " frames; sum in any order " << any_order << ", in order " << in_order << '\n';
}
