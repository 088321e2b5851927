// How often the heap is asked: per chunk of a job, a small constant, however many chunks there are.
#include "allocations.hpp"

#include <gtest/gtest.h>

#include "costs.hpp"

namespace fiver::tests {
namespace {

std::uint64_t allocations_of(const std::function<void()>& job) {
  const auto before = allocations();
  job();
  return allocations() - before;
}

struct Limit {
  const char* job;
  IndexForm index;
  double a_chunk;                                    ///< allocations a chunk, at most
  std::function<void(const Dataset& dataset)> work;  ///< over all chunks
};

void PrintTo(const Limit& limit, std::ostream* out) {
  *out << limit.job;
}

class Allocations : public testing::TestWithParam<Limit> {};

TEST_P(Allocations, AreLinearInChunks) {
  const auto& limit = GetParam();
  std::uint64_t counts[2] = {};
  for (const std::uint64_t chunks : {2'000U, 20'000U}) {
    CountedFile counted(chunked_file(chunks, 1, limit.index));
    const auto dataset = counted.file().dataset("d");
    limit.work(dataset);  // what is made once, the index's nodes among it
    counts[chunks == 20'000U] = allocations_of([&] { limit.work(dataset); });
  }
  const auto a_chunk = static_cast<double>(counts[1] - counts[0]) / 18'000;
  EXPECT_LE(a_chunk, limit.a_chunk) << limit.job;
  RecordProperty(limit.job, std::to_string(a_chunk));
}

const Limit limits[] = {
    {"plan, v2 B-tree", IndexForm::btree2, 6.2, [](const Dataset& d) { d.plan(); }},
    {"plan, fixed array", IndexForm::fixed_array, 1.1, [](const Dataset& d) { d.plan(); }},
    {"read, v2 B-tree", IndexForm::btree2, 9.2, [](const Dataset& d) { d.read<std::uint32_t>(); }},
    {"read, fixed array", IndexForm::fixed_array, 4.1, [](const Dataset& d) { d.read<std::uint32_t>(); }},
    {"chunk_map, v2 B-tree", IndexForm::btree2, 8.2, [](const Dataset& d) { d.chunk_map(); }},
    {"chunk_map, fixed array", IndexForm::fixed_array, 3.1, [](const Dataset& d) { d.chunk_map(); }},
    {"for_each_chunk, fixed array", IndexForm::fixed_array, 4.1,
     [](const Dataset& d) { d.for_each_chunk([](const Chunk&) {}); }},
};
INSTANTIATE_TEST_SUITE_P(All, Allocations, testing::ValuesIn(limits));

}  // namespace
}  // namespace fiver::tests
