// Writes frames into a growing dataset that other processes may follow meanwhile (follow_read). Frame j is full of j. FILE FRAMES
#include <chrono>
#include <iostream>
#include <thread>

#include "fiver/fiver.hpp"

int main(int count, char** argv) try {
  const auto frames = count == 3 ? std::stoul(argv[2]) : 0;
  if (frames == 0) return std::cerr << "usage: follow_write FILE FRAMES\n", 2;
  constexpr std::uint64_t n = 64;
  fiver::Options options;
  options.mode = fiver::WriterMode::live;
  const auto file = fiver::File::create(argv[1], {}, options);
  const auto data = file.root().create_dataset<std::uint32_t>(
      "data", {fiver::unlimited, n, n},
      {.chunk = fiver::Shape{1, n, n}, .filters = {fiver::filters::bitshuffle_lz4()}});
  for (std::uint32_t j = 0; j < frames; ++j) {
    data.resize({j + 1, n, n});
    data.write(std::vector<std::uint32_t>(n * n, j), fiver::frame(j));
    file.flush();  // from here on readers see the frame
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  file.close();
  return 0;
} catch (const std::exception& error) {
  return std::cerr << error.what() << '\n', 1;
}
