// Direct chunk write: frames that this program compresses are stored as they are, one chunk each. Frame j is full of j. FILE FRAMES
#include <libdeflate.h>

#include <iostream>
#include <memory>

#include "fiver/fiver.hpp"

int main(int count, char** argv) try {
  const std::uint64_t frames = count == 3 ? std::stoul(argv[2]) : 0;
  if (frames == 0) return std::cerr << "usage: write_chunks FILE FRAMES\n", 2;
  constexpr std::uint64_t n = 512, bytes = n * n * sizeof(std::uint16_t);
  const std::unique_ptr<libdeflate_compressor, void (*)(libdeflate_compressor*)> encoder(libdeflate_alloc_compressor(6),
                                                                                         libdeflate_free_compressor);
  const auto file = fiver::File::create(argv[1]);
  const auto data = file.root().create_dataset<std::uint16_t>(
      "data", {frames, n, n}, {.chunk = fiver::Shape{1, n, n}, .filters = {fiver::filters::deflate(6)}});
  std::vector<std::byte> packed(libdeflate_zlib_compress_bound(encoder.get(), bytes));
  for (std::uint16_t j = 0; j < frames; ++j) {
    const std::vector<std::uint16_t> frame(n * n, j);
    const auto size = libdeflate_zlib_compress(encoder.get(), frame.data(), bytes, packed.data(), packed.size());
    data.write_chunk({j, 0, 0}, std::span(packed).first(size));
  }
  file.close();
  return 0;
} catch (const std::exception& error) {
  return std::cerr << error.what() << '\n', 1;
}
