// Packs a folder into an HDF5 file: a group for each folder, a compressed dataset of bytes for each file. FILE FOLDER
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>

#include "fiver/fiver.hpp"

namespace fs = std::filesystem;

int main(int count, char** argv) try {
  if (count != 3) return std::cerr << "usage: pack FILE FOLDER\n", 2;
  const auto file = fiver::File::create(argv[1]);
  const std::set<fs::path> sorted(fs::recursive_directory_iterator(argv[2]), {});
  for (const auto& path : sorted) {
    const auto inside = path.lexically_relative(argv[2]).generic_string();
    if (fs::is_directory(path)) file.root().require_group(inside);
    if (!fs::is_regular_file(path)) continue;
    std::ifstream in(path, std::ios::binary);
    const std::vector<std::uint8_t> bytes(std::istreambuf_iterator<char>(in), {});
    fiver::NewDataset settings;
    if (!bytes.empty()) settings.filters = {fiver::filters::deflate(9)};
    file.root().create_dataset<std::uint8_t>(inside, {bytes.size()}, settings).write(bytes);
  }
  file.close();
  return 0;
} catch (const std::exception& error) {
  return std::cerr << error.what() << '\n', 1;
}
