// Makes a folder of an HDF5 file that pack has made: a folder for each group, a file for each dataset. FILE FOLDER
#include <filesystem>
#include <fstream>
#include <iostream>

#include "fiver/fiver.hpp"

namespace fs = std::filesystem;

int main(int count, char** argv) try {
  if (count != 3) return std::cerr << "usage: unpack FILE FOLDER\n", 2;
  const fs::path folder = fs::absolute(argv[2]).lexically_normal();
  fiver::walk(fiver::File::open(argv[1]).root(), [&](const std::string& path, const fiver::Object& object) {
    const auto target = (folder / path.substr(1)).lexically_normal();
    if (target.lexically_relative(folder).generic_string().starts_with(".."))
      throw fiver::Error(fiver::ErrorKind::invalid_argument, path + " leads out of the folder");
    if (object.kind() == fiver::ObjectKind::group) fs::create_directories(target);
    if (object.kind() != fiver::ObjectKind::dataset) return true;
    const auto bytes = object.as_dataset().read<std::uint8_t>();
    std::ofstream out(target, std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    if (!out.flush()) throw fiver::Error(fiver::ErrorKind::io, "can't write " + target.string());
    return true;
  });
  return 0;
} catch (const std::exception& error) {
  return std::cerr << error.what() << '\n', 1;
}
