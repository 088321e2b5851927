// More names for the dataset /data of a file: a hard link and a soft link in the file, and an external link in a new file beside it.
// FILE NEW_FILE
#include <filesystem>
#include <iostream>

#include "fiver/fiver.hpp"

int main(int count, char** argv) try {
  if (count != 3) return std::cerr << "usage: make_links FILE NEW_FILE\n", 2;
  const auto file = fiver::File::edit(argv[1]);
  const auto group = file.root().create_group("entry/data");  // with the group "entry" on the way
  group.create_hard_link("data", file.object("/data"));
  group.create_soft_link("data_link", "/data");
  std::cout << file.object("/data").info().hard_links << " hard links\n";
  file.close();
  const auto master = fiver::File::create(argv[2]);
  master.root().create_external_link("entry/data/data", std::filesystem::path(argv[1]).filename(), "/data");
  master.close();
  const auto shape = fiver::File::open(argv[2]).dataset("/entry/data/data").shape();
  for (const auto length : shape) std::cout << length << ' ';
  std::cout << "through the external link\n";
  return 0;
} catch (const fiver::Error& error) {
  return std::cerr << error.what() << '\n', 1;
}
