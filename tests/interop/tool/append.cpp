#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "tool.hpp"

namespace fiver::interop {

void append_frames(const std::filesystem::path& path, WriterMode mode, unsigned count, bool dies) {
  constexpr std::uint64_t width = 100;
  Options options;
  options.mode = mode;
  const bool there = std::filesystem::exists(path);
  const auto file = there ? File::edit(path, options) : File::create(path, {}, options);
  const auto data = there
                        ? file.dataset("/data")
                        : file.root().create_dataset<int>("data", {unlimited, width},
                                                          {.chunk = Shape{1, width}, .filters = {filters::deflate(1)}});
  file.flush();
  std::puts("ready");
  std::fflush(stdout);
  const auto first = data.shape()[0];
  for (auto i = first; i < first + count; ++i) {
    data.resize({i + 1, width});
    data.write(std::vector<int>(width, static_cast<int>(i)), frame(i));
    if (i % 10 == 0)
      file.root().create_group("group " + std::to_string(i)).set_attribute("number", static_cast<int>(i));
    file.flush();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  if (dies) std::_Exit(0);
  file.close();
}

}  // namespace fiver::interop
