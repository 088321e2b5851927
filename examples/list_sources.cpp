// Prints the files and ranges that contribute to a virtual dataset, then those of them that are missing. FILE [DATASET]
#include <algorithm>
#include <iostream>

#include "fiver/fiver.hpp"

namespace {

struct Range {
  std::uint64_t first = 0, last = 0;
};

/// The indices of the first dimension that a mapping covers, in the virtual dataset.
Range first_dimension(const fiver::Selection& target, const fiver::Shape& shape) {
  const std::uint64_t end = shape.empty() ? 0 : shape[0] - 1;
  if (const auto* slab = std::get_if<fiver::RegularHyperslab>(&target)) {
    const auto count = slab->count[0], block = slab->block[0];
    if (count == fiver::unlimited || block == fiver::unlimited) return {slab->start[0], end};
    return {slab->start[0], slab->start[0] + (count - 1) * slab->stride[0] + block - 1};
  }
  if (const auto* boxes = std::get_if<fiver::BoxUnion>(&target)) {
    Range range{fiver::unlimited, 0};
    for (const auto& box : boxes->boxes) {
      range.first = std::min(range.first, box.start[0]);
      range.last = std::max(range.last, box.start[0] + box.size[0] - 1);
    }
    return range;
  }
  return {0, end};
}

void list(const fiver::Dataset& data) {
  for (const auto& mapping : data.virtual_mappings()) {
    const auto range = first_dimension(mapping.target, data.shape());
    std::cout << range.first << ' ' << range.last << ' ' << mapping.source_file << ' ' << mapping.source_dataset
              << '\n';
  }
  for (const auto& missing : data.plan().missing)
    std::cout << "missing: " << missing.file << ' ' << missing.dataset << " (" << missing.reason << ")\n";
}

}  // namespace

int main(int count, char** argv) {
  if (count != 2 && count != 3) return std::cerr << "usage: list_sources FILE [DATASET]\n", 2;
  try {
    list(fiver::File::open(argv[1]).dataset(count == 3 ? argv[2] : "/entry/data/data"));
  } catch (const fiver::Error& error) {
    return std::cerr << error.what() << '\n', 1;
  }
}
