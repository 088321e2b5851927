// Fiver measured: bench_ours JOB THREADS FILE DATASET [ARGS], in the protocol of bench/serve.h. The jobs stand in ours_*.cpp.
#include "ours.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <iterator>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"  // shared with programs in C
#include "serve.h"
#pragma GCC diagnostic pop

namespace bench {

bool Request::has(const std::string& word) const {
  return std::ranges::find(arguments, word) != arguments.end();
}

std::vector<std::uint64_t> Request::numbers(std::size_t index) const {
  std::ifstream stream(text(index));
  return {std::istream_iterator<std::uint64_t>(stream), {}};
}

fiver::ReadOptions Request::options() const {
  fiver::ReadOptions result;
  result.threads = threads;
  return result;
}

std::uint64_t piece_sum(std::uint64_t index, std::span<const std::byte> bytes) {
  return ::piece_sum(index, bytes.data(), bytes.size());
}

std::uint64_t sum_of_text(const std::string& text) {
  return libdeflate_crc32(0, text.data(), text.size());
}

}  // namespace bench

namespace {

std::uint64_t run(void* job, int checked) {
  return static_cast<bench::Job*>(job)->pass(checked != 0);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 5) return std::cerr << "usage: bench_ours JOB THREADS FILE DATASET [ARGS]\n", 2;
  std::map<std::string, bench::JobMaker> jobs;
  bench::add_array_jobs(jobs);
  bench::add_point_jobs(jobs);
  bench::add_object_jobs(jobs);
  bench::add_writing_jobs(jobs);
  std::map<std::string, int (*)(const bench::Request&)> programs;
  bench::add_following(programs);
  try {
    const bench::Request request{static_cast<unsigned>(std::stoul(arguments[2])),
                                 arguments[3],
                                 arguments[4],
                                 {arguments + 5, arguments + count}};
    if (const auto program = programs.find(arguments[1]); program != programs.end()) return program->second(request);
    const auto found = jobs.find(arguments[1]);
    if (found == jobs.end()) return std::cerr << "no job " << arguments[1] << '\n', 2;
    auto job = found->second(request);
    return serve(run, &job, job.units);
  } catch (const std::exception& error) {
    return std::cerr << error.what() << '\n', 1;
  }
}
