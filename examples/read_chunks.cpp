// Direct chunk read of what write_chunks has written: each chunk's bytes come from the library, and once more from the file itself at the
// chunk's offset; this program decompresses both and looks whether frame j is full of j. FILE
#include <libdeflate.h>

#include <fstream>
#include <iostream>
#include <memory>

#include "fiver/fiver.hpp"

bool is_full_of(std::uint64_t number, std::span<const std::byte> stored, std::uint64_t pixels) {
  std::vector<std::uint16_t> frame(pixels);
  const std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> decoder(
      libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
  return libdeflate_zlib_decompress(decoder.get(), stored.data(), stored.size(), frame.data(), 2 * pixels, nullptr) ==
             LIBDEFLATE_SUCCESS &&
         frame == std::vector<std::uint16_t>(pixels, static_cast<std::uint16_t>(number));
}

int main(int count, char** argv) try {
  if (count != 2) return std::cerr << "usage: read_chunks FILE\n", 2;
  const auto data = fiver::File::open(argv[1]).dataset("data");
  const auto pixels = data.shape()[1] * data.shape()[2];
  std::ifstream file(argv[1], std::ios::binary);
  for (const auto& chunk : data.chunk_map()) {
    std::vector<std::byte> bytes(chunk.stored_size);
    file.seekg(static_cast<std::streamoff>(chunk.file_offset));
    file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    const auto j = chunk.offset[0];
    const bool good = is_full_of(j, bytes, pixels) && is_full_of(j, data.read_chunk({j, 0, 0}).bytes, pixels);
    std::cout << j << " => " << chunk.file_offset << ":+" << chunk.stored_size << (good ? "" : " differs") << '\n';
  }
  return 0;
} catch (const fiver::Error& error) {
  return std::cerr << error.what() << '\n', 1;
}
