// Job 13 with followers: bench/following.py starts a writer and those that look on, once for each measurement. Both say when they are ready; times
// are of the machine's monotonic clock, the same in all processes.
#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <thread>

#include "ours.hpp"

namespace bench {
namespace {

std::uint64_t nanoseconds() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
          .count());
}

void write_numbers(const std::string& path, const std::vector<std::uint64_t>& numbers) {
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(numbers.data()),
             static_cast<std::streamsize>(numbers.size() * sizeof(std::uint64_t)));
}

/// COUNT HEIGHT WIDTH STAMPS: appends when told to; when each frame was handed over goes to the file STAMPS.
int append(const Request& request) {
  const auto count = request.number(0), height = request.number(1), width = request.number(2);
  fiver::Options setup;
  setup.mode = fiver::WriterMode::swmr;
  setup.close_durability = fiver::Durability::order;
  auto file = fiver::File::create(request.file, {}, setup);
  const auto data = file.root().create_dataset<std::uint16_t>(request.dataset, {fiver::unlimited, height, width},
                                                              {.chunk = fiver::Shape{1, height, width}});
  file.flush();
  std::vector<std::uint16_t> frame(height * width, 3);
  std::vector<std::uint64_t> stamps(count);
  std::string line;
  std::cout << "ready" << std::endl;
  std::getline(std::cin, line);
  const auto start = nanoseconds();
  for (std::uint64_t i = 0; i < count; ++i) {
    stamps[i] = nanoseconds();
    frame[0] = static_cast<std::uint16_t>(i);
    data.resize({i + 1, height, width});
    data.write(frame, fiver::frame(i));
    file.flush();
  }
  const auto end = nanoseconds();
  file.close();
  write_numbers(request.text(3), stamps);
  std::cout << static_cast<double>(end - start) * 1e-9 << std::endl;
  return 0;
}

/// COUNT PAUSE LOOKS: looks every PAUSE microseconds, reads the newest frame when there is a new one, and writes {time, frames there} of each such
/// look to the file LOOKS.
int follow(const Request& request) {
  const auto count = request.number(0);
  const std::chrono::microseconds pause(request.number(1));
  fiver::Options options;
  options.follow_writer = true;
  fiver::Runtime::Settings settings;
  settings.threads = 1;
  options.runtime = std::make_shared<fiver::Runtime>(settings);
  const auto file = fiver::File::open(request.file, options);
  auto data = file.dataset(request.dataset);
  std::vector<std::uint16_t> frame;
  std::vector<std::uint64_t> looks;
  std::cout << "ready" << std::endl;
  for (std::uint64_t seen = 0; seen < count; std::this_thread::sleep_for(pause)) {
    data.refresh();
    const auto shape = data.shape();
    if (shape[0] == seen) continue;
    frame.resize(shape[1] * shape[2]);
    data.read_into(std::span(frame), fiver::frame(shape[0] - 1));
    looks.insert(looks.end(), {nanoseconds(), shape[0]});
    seen = shape[0];
    if (frame.front() != static_cast<std::uint16_t>(seen - 1) || frame.back() != 3)
      return std::cerr << "frame " << seen - 1 << " is wrong\n", 1;
  }
  write_numbers(request.text(2), looks);
  return 0;
}

}  // namespace

void add_following(std::map<std::string, int (*)(const Request&)>& programs) {
  programs["append_and_stamp"] = append;
  programs["follow"] = follow;
}

}  // namespace bench
