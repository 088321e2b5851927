// How fast the frames of a dataset are read and decoded: with one thread and with all, each into buffers that are used again. A first
// pass of each kind checks that both see the same pixels. FILE DATASET [SECONDS]
#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstring>
#include <iomanip>
#include <iostream>
#include <thread>

#include "fiver/fiver.hpp"

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Depends on every byte and its place.
std::uint64_t checksum(std::span<const std::byte> bytes) {
  std::uint64_t sum = bytes.size();
  for (std::size_t at = 0; at < bytes.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + at, std::min<std::size_t>(8, bytes.size() - at));
    sum = (std::rotl(sum, 23) ^ word) * 0x9E3779B97F4A7C15U;
  }
  return sum;
}

/// Reads frames in groups, each group one read of so many threads into the same buffer.
class Reader {
 public:
  Reader(const fiver::Dataset& data, unsigned threads, std::uint64_t group)
      : data_(data), group_(std::min(group, data.shape()[0])) {
    options_.threads = threads;
    frame_bytes_ = data.type().size();
    for (std::size_t axis = 1; axis < data.shape().size(); ++axis) frame_bytes_ *= data.shape()[axis];
    buffer_ = fiver::Buffer(frame_bytes_ * group_);
  }

  std::uint64_t bytes() const { return frame_bytes_ * data_.shape()[0]; }

  /// `use` gets the bytes of each group of frames.
  template <class Use>
  void pass(Use use) {
    const auto frames = data_.shape()[0];
    for (std::uint64_t first = 0; first < frames; first += group_) {
      const auto count = std::min(group_, frames - first);
      const auto into = buffer_.span().first(frame_bytes_ * count);
      data_.read_converted(data_.type(), into, fiver::frame(first, count), options_);
      use(into);
    }
  }

  std::uint64_t sum() {
    std::uint64_t all = 0;
    pass([&](std::span<const std::byte> frames) {
      for (std::size_t at = 0; at < frames.size(); at += frame_bytes_)
        all = std::rotl(all, 7) ^ checksum(frames.subspan(at, frame_bytes_));
    });
    return all;
  }

  double timed_pass() {
    const auto start = Clock::now();
    pass([](std::span<const std::byte>) {});
    return seconds_since(start);
  }

 private:
  const fiver::Dataset& data_;
  fiver::ReadOptions options_;
  fiver::Buffer buffer_;
  std::uint64_t group_, frame_bytes_ = 0;
};

/// A fixed piece of arithmetic in registers.
void calculate(std::atomic<std::uint64_t>& result) {
  std::uint64_t x = 1;
  for (int i = 0; i < 100'000'000; ++i) x = (x ^ x >> 29U) * 0xBF58476D1CE4E5B9U;
  result += x;
}

/// What this machine lets two threads do at once, against one: 2 where they have a core each.
double scaling() {
  std::atomic<std::uint64_t> result = 0;
  double one = 1e9, two = 1e9;
  for (int round = 0; round < 3; ++round) {
    auto start = Clock::now();
    calculate(result);
    one = std::min(one, seconds_since(start));
    start = Clock::now();
    {
      std::jthread other([&] { calculate(result); });
      calculate(result);
    }
    two = std::min(two, seconds_since(start));
  }
  return 2 * one / two;
}

void print(const std::string& who, std::uint64_t bytes, std::vector<double> seconds) {
  std::ranges::sort(seconds);
  const auto rate = [&](double time) { return static_cast<double>(bytes) / time / 1e9; };
  std::cout << who << ": " << std::setprecision(2) << rate(seconds.front()) << " GB/s (median "
            << rate(seconds[seconds.size() / 2]) << " of " << seconds.size() << " passes)\n";
}

int measure(const fiver::Dataset& data, double time) {
  if (data.shape().empty() || data.space().element_count() == 0)
    throw fiver::Error(fiver::ErrorKind::invalid_argument, "no frames").in_object(data.path());
  const unsigned threads = fiver::Runtime::shared()->threads();
  Reader one(data, 1, 1), all(data, threads, threads);
  if (one.sum() != all.sum()) {
    std::cerr << "The frames differ between one thread and " << threads << '\n';
    return 1;
  }
  std::vector<double> one_times, all_times;
  const auto start = Clock::now();
  while (one_times.size() < 3 || (one_times.size() < 25 && seconds_since(start) < time)) {
    one_times.push_back(one.timed_pass());
    all_times.push_back(all.timed_pass());
  }
  std::cout << std::fixed << data.shape()[0] << " frames, " << std::setprecision(3)
            << static_cast<double>(one.bytes()) / 1e9 << " GB decoded, the same from one thread and from all\n";
  print("1 thread", one.bytes(), one_times);
  print(std::to_string(threads) + (threads == 1 ? " thread" : " threads"), one.bytes(), all_times);
  std::cout << "scaling probe: " << scaling() << " (two threads of plain arithmetic against one)\n";
  return 0;
}

}  // namespace

int main(int count, char** argv) {
  if (count != 3 && count != 4) return std::cerr << "usage: demo_read FILE DATASET [SECONDS]\n", 2;
  try {
    return measure(fiver::File::open(argv[1]).dataset(argv[2]), count == 4 ? std::atof(argv[3]) : 6.0);
  } catch (const fiver::Error& error) {
    return std::cerr << error.what() << '\n', 1;
  }
}
