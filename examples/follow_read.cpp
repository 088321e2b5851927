// Follows the dataset that follow_write is writing in another process, until it has so many frames. FILE FRAMES
#include <algorithm>
#include <chrono>
#include <iostream>
#include <thread>

#include "fiver/fiver.hpp"

int main(int count, char** argv) try {
  const auto frames = count == 3 ? std::stoul(argv[2]) : 0;
  if (frames == 0) return std::cerr << "usage: follow_read FILE FRAMES\n", 2;
  fiver::Options options;
  options.follow_writer = true;
  auto file = fiver::File::open(argv[1], options);
  std::uint64_t next = 0;
  while (next < frames) {
    file.refresh();
    if (const auto found = file.find("/data")) {
      const auto data = found->as_dataset();
      for (const auto there = data.shape()[0]; next < there; ++next) {
        const auto frame = data.read<std::uint32_t>(fiver::frame(next));
        const bool good = std::ranges::all_of(frame, [&](auto pixel) { return pixel == next; });
        std::cout << "frame " << next << (good ? "" : " has wrong pixels") << std::endl;
      }
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return 0;
} catch (const std::exception& error) {
  return std::cerr << error.what() << '\n', 1;
}
