// Fiver's side of bench/run.py: what its jobs share.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "fiver/fiver.hpp"

namespace bench {

/// The command line: JOB THREADS FILE DATASET [ARGS].
struct Request {
  unsigned threads = 1;
  std::string file, dataset;
  std::vector<std::string> arguments;

  const std::string& text(std::size_t index) const { return arguments.at(index); }
  std::uint64_t number(std::size_t index) const { return std::stoull(arguments.at(index)); }
  bool has(const std::string& word) const;
  /// The numbers of the text file that an argument names.
  std::vector<std::uint64_t> numbers(std::size_t index) const;
  fiver::ReadOptions options() const;
};

/// One pass; returns a sum of what was read, of its bytes only when asked for.
using Pass = std::function<std::uint64_t(bool checked)>;
struct Job {
  Pass pass;
  std::uint64_t units = 1;
};
using JobMaker = Job (*)(const Request&);

/// As piece_sum of serve.h: the sum of piece number `index`, so that pieces may come in any order.
std::uint64_t piece_sum(std::uint64_t index, std::span<const std::byte> bytes);
std::uint64_t sum_of_text(const std::string& text);

// Each file of jobs adds its own.
void add_array_jobs(std::map<std::string, JobMaker>& jobs);
void add_point_jobs(std::map<std::string, JobMaker>& jobs);
void add_object_jobs(std::map<std::string, JobMaker>& jobs);
void add_writing_jobs(std::map<std::string, JobMaker>& jobs);
/// What is run once, in no protocol but its own.
void add_following(std::map<std::string, int (*)(const Request&)>& programs);

}  // namespace bench
