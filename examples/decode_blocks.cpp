// Decodes bitshuffle-LZ4 frames from the list of their blocks alone, as a decoder on a GPU or an FPGA would: every block says where its
// stored bytes are and where its decoded bytes go, and needs none of the others. LZ4 is liblz4's; the bits are put back by the plain
// loop below. Each frame is compared with what the library decodes. FILE DATASET
#include <lz4.h>

#include <algorithm>
#include <atomic>
#include <iostream>

#include "fiver/fiver.hpp"

namespace {

using Bytes = std::vector<std::byte>;

/// A transposed block holds the lowest bit of every element, then the next bit of every element, and so on.
void put_bits_back(std::span<const std::byte> planes, std::size_t element_size, std::span<std::byte> elements) {
  const std::size_t count = elements.size() / element_size, plane_bytes = count / 8;
  std::ranges::fill(elements, std::byte{0});
  for (std::size_t plane = 0; plane < 8 * element_size; ++plane)
    for (std::size_t i = 0; i < count; ++i) {
      const auto bit = planes[plane * plane_bytes + i / 8] >> (i % 8) & std::byte{1};
      elements[i * element_size + plane / 8] |= bit << (plane % 8);
    }
}

void decode_block(const fiver::ChunkBlock& block, std::span<const std::byte> chunk, std::size_t element_size,
                  std::span<std::byte> frame) {
  const auto stored = chunk.subspan(block.stored_offset, block.stored_size);
  const auto out = frame.subspan(block.decoded_offset, block.decoded_size);
  if (block.codec == "stored") {  // the elements after the last whole eight
    std::ranges::copy(stored, out.begin());
    return;
  }
  if (block.codec != "bitshuffle+lz4")
    throw fiver::Error(fiver::ErrorKind::unsupported, "a block of codec " + std::string(block.codec));
  Bytes planes(out.size());
  const int made =
      LZ4_decompress_safe(reinterpret_cast<const char*>(stored.data()), reinterpret_cast<char*>(planes.data()),
                          static_cast<int>(stored.size()), static_cast<int>(planes.size()));
  if (made != static_cast<int>(planes.size()))
    throw fiver::Error(fiver::ErrorKind::corrupt, "an LZ4 block decodes to " + std::to_string(made) + " bytes");
  put_bits_back(planes, element_size, out);
}

int decode_all(const fiver::Dataset& data) {
  std::atomic<std::uint64_t> frames = 0, blocks = 0, differing = 0;
  data.for_each_chunk([&](const fiver::Chunk& chunk) {
    const auto list = chunk.blocks();
    if (list.empty()) throw fiver::Error(fiver::ErrorKind::unsupported, "a chunk without independent blocks");
    Bytes ours(chunk.decoded_size()), theirs(chunk.decoded_size());
    for (const auto& block : list) decode_block(block, chunk.stored_bytes(), data.type().size(), ours);
    chunk.decode_into(std::span(theirs));
    ++frames;
    blocks += list.size();
    differing += ours != theirs;
  });
  std::cout << frames << " frames of " << blocks << " blocks decoded, " << differing << " differ\n";
  return differing == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** argv) {
  if (count != 3) return std::cerr << "usage: decode_blocks FILE DATASET\n", 2;
  try {
    return decode_all(fiver::File::open(argv[1]).dataset(argv[2]));
  } catch (const fiver::Error& error) {
    return std::cerr << error.what() << '\n', 1;
  }
}
