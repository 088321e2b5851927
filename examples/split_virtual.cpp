// Shows /data of a file as several datasets, /data0 and so on, each a virtual one of its share of the frames. FILE PARTS
#include <iostream>

#include "fiver/fiver.hpp"

int main(int count, char** argv) try {
  const std::uint64_t parts = count == 3 ? std::stoul(argv[2]) : 0;
  if (parts == 0) return std::cerr << "usage: split_virtual FILE PARTS\n", 2;
  const auto file = fiver::File::edit(argv[1]);
  const auto data = file.dataset("/data");
  for (std::uint64_t i = 0; i < parts; ++i) {
    auto shape = data.shape();
    const auto first = shape[0] * i / parts;
    shape[0] = shape[0] * (i + 1) / parts - first;
    const auto missing = std::as_bytes(std::span("\xFF\xFF", 2));
    file.root().create_dataset(
        "data" + std::to_string(i), data.type(), fiver::Dataspace::simple(shape),
        {.fill = {.defined = fiver::FillValue::Defined::by_user, .bytes = {missing.begin(), missing.end()}},
         .mappings = {{".", "/data", fiver::frame(first, shape[0]), fiver::all()}}});
  }
  file.close();
  return 0;
} catch (const std::exception& error) {
  return std::cerr << error.what() << '\n', 1;
}
