// A stack of 512 frames, frame j full of j: written whole, frame by frame (the same file, byte for byte), or frame by frame into chunks that
// lie across the frames, where every frame touches every chunk and each is still compressed only once. FILE whole|frames|across
#include <iostream>

#include "fiver/fiver.hpp"

void write(const std::string& name, const std::string& how) {
  constexpr std::uint64_t n = 512;
  const auto file = fiver::File::create(name);
  const auto chunk = how == "across" ? fiver::Shape{n, 1, n} : fiver::Shape{1, n, n};
  const auto data = file.root().create_dataset<std::uint16_t>("data", {n, n, n},
                                                              {.chunk = chunk, .filters = {fiver::filters::deflate()}});
  if (how == "whole") {
    std::vector<std::uint16_t> stack;
    for (std::uint16_t j = 0; j < n; ++j) stack.insert(stack.end(), n * n, j);
    data.write(stack);
  } else {
    for (std::uint16_t j = 0; j < n; ++j) data.write(std::vector<std::uint16_t>(n * n, j), fiver::frame(j));
  }
  file.close();
}

int main(int count, char** argv) try {
  const std::string how = count == 3 ? argv[2] : "";
  if (how != "whole" && how != "frames" && how != "across")
    return std::cerr << "usage: write_stack FILE whole|frames|across\n", 2;
  return write(argv[1], how), 0;
} catch (const fiver::Error& error) {
  return std::cerr << error.what() << '\n', 1;
}
