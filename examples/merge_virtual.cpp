// Two datasets of half frames, and /data, which shows them side by side: a virtual dataset joined along the last axis. FILE
#include <iostream>

#include "fiver/fiver.hpp"

int main(int count, char** argv) try {
  if (count != 2) return std::cerr << "usage: merge_virtual FILE\n", 2;
  constexpr std::uint64_t frames = 64, height = 512, width = 256;
  const auto file = fiver::File::create(argv[1]);
  fiver::NewDataset whole{.is_virtual = true};
  for (std::uint64_t i = 0; i < 2; ++i) {
    const auto name = "data" + std::to_string(i);
    const auto half = file.root().create_dataset<std::uint16_t>(
        name, {frames, height, width},
        {.chunk = fiver::Shape{1, height, width}, .filters = {fiver::filters::deflate()}});
    for (std::uint16_t j = 0; j < frames; ++j)
      half.write(std::vector<std::uint16_t>(height * width, j), fiver::frame(j));
    whole.mappings.push_back({".", "/" + name, fiver::all(), fiver::box({0, 0, i * width}, {frames, height, width})});
  }
  file.root().create_dataset<std::uint16_t>("data", {frames, height, 2 * width}, whole);
  file.close();
  return 0;
} catch (const fiver::Error& error) {
  return std::cerr << error.what() << '\n', 1;
}
