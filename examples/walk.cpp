// Lists every object of a file, as h5ls -r does: its path, its kind, the shape and type of a dataset, and where links lead. FILE
#include <iostream>
#include <utility>

#include "fiver/fiver.hpp"

namespace {

void print_links(const fiver::Group& group) {
  for (const auto& link : group.links()) {
    if (const auto* soft = std::get_if<fiver::SoftLink>(&link.target))
      std::cout << "  " << link.name << " -> " << soft->path << '\n';
    else if (const auto* external = std::get_if<fiver::ExternalLink>(&link.target))
      std::cout << "  " << link.name << " -> " << external->file << ' ' << external->path << '\n';
  }
}

bool print(const std::string& path, const fiver::Object& object) {
  std::cout << path << "  " << to_string(object.kind());
  if (object.kind() == fiver::ObjectKind::dataset) {
    const auto data = object.as_dataset();
    std::cout << " {";
    for (const char* before = ""; const auto size : data.shape()) std::cout << std::exchange(before, ", ") << size;
    std::cout << "} " << to_string(data.type());
  }
  std::cout << '\n';
  if (object.kind() == fiver::ObjectKind::group) print_links(object.as_group());
  return true;
}

}  // namespace

int main(int count, char** argv) {
  if (count != 2) return std::cerr << "usage: walk FILE\n", 2;
  try {
    fiver::walk(fiver::File::open(argv[1]).root(), print);
  } catch (const fiver::Error& error) {
    return std::cerr << error.what() << '\n', 1;
  }
}
