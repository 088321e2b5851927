// Prints where each chunk of a dataset is stored, then reads it twice: by Fiver, and from the file itself at that place. Both must
// give the same bytes, and they are decoded. FILE DATASET
#include <algorithm>
#include <atomic>
#include <fstream>
#include <iostream>
#include <utility>

#include "fiver/fiver.hpp"

namespace {

std::vector<char> read_place(const fiver::ChunkInfo& chunk) {
  std::vector<char> bytes(chunk.stored_size);
  std::ifstream file(chunk.file, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(chunk.file_offset));
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file) throw fiver::Error(fiver::ErrorKind::io, "the file ends inside the chunk").in_file(chunk.file);
  return bytes;
}

int list(const fiver::Dataset& data) {
  std::uint64_t differing = 0, decoded_bytes = 0;
  for (const auto& chunk : data.chunk_map()) {
    for (const char* before = ""; const auto place : chunk.offset) std::cout << std::exchange(before, ",") << place;
    std::cout << " => " << chunk.file << ' ' << chunk.file_offset << ":+" << chunk.stored_size << '\n';
    const auto stored = data.read_chunk(chunk.offset);
    const auto found = read_place(chunk);
    if (!std::ranges::equal(std::as_bytes(std::span(found)), stored.bytes)) ++differing;
  }
  data.for_each_chunk([&](const fiver::Chunk& chunk) {
    fiver::Buffer decoded(chunk.decoded_size());
    chunk.decode_into(decoded.span());
    std::atomic_ref(decoded_bytes) += decoded.size();
  });
  std::cout << decoded_bytes << " bytes decoded, " << differing << " chunks differ\n";
  return differing == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** argv) {
  if (count != 3) return std::cerr << "usage: chunk_offsets FILE DATASET\n", 2;
  try {
    return list(fiver::File::open(argv[1]).dataset(argv[2]));
  } catch (const fiver::Error& error) {
    return std::cerr << error.what() << '\n', 1;
  }
}
