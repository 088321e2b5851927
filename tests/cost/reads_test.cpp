// Reads, bytes and decodes of the common jobs; the numbers stand in costs.cpp. Nothing here is timed.
#include <gtest/gtest.h>

#include "costs.hpp"
#include "io/memory_storage.hpp"

namespace fiver::tests {
namespace {

TEST(Costs, OpeningAFile) {
  CountedFile small(wide_group_file(10, GroupForm::compact));
  expect_cost("open a small file", small.cost_of_opening());
  CountedFile wide(wide_group_file(10'000, GroupForm::dense));
  expect_cost("open a file with a group of 10,000 links", wide.cost_of_opening());
  CountedFile large(chunked_file(100'000, 1, IndexForm::btree2));
  expect_cost("open a file with a dataset of 100,000 chunks", large.cost_of_opening());
}

TEST(Costs, AnObjectByItsPathInAWideGroup) {
  for (const auto& [form, name] : {std::pair(GroupForm::dense, "dense"), std::pair(GroupForm::symbol_table, "old")}) {
    for (const std::uint64_t count : {100U, 10'000U}) {
      CountedFile counted(wide_group_file(count, form));
      const auto job = std::string("object by path in ") + name + " group of " + std::to_string(count);
      expect_cost(job, counted.cost_of([&] { counted.file().dataset("/g/" + numbered("link", count / 3)); }));
      CountedFile missing(wide_group_file(count, form));
      expect_cost("missing " + job, missing.cost_of([&] { EXPECT_FALSE(missing.file().find("/g/link_0000001")); }));
    }
    CountedFile listed(wide_group_file(10'000, form));
    expect_cost(std::string("list ") + name + " group of 10000",
                listed.cost_of([&] { EXPECT_EQ(listed.file().group("/g").links().size(), 10'000U); }));
  }
}

TEST(Costs, OneChunkOfMany) {
  const std::pair<IndexForm, const char*> indexes[] = {
      {IndexForm::btree2, "v2 B-tree"}, {IndexForm::fixed_array, "fixed array"}, {IndexForm::btree1, "v1 B-tree"}};
  for (const auto& [index, name] : indexes) {
    for (const std::uint64_t chunks : {100U, 10'000U}) {
      CountedFile counted(chunked_file(chunks * 16, 16, index));
      const auto dataset = counted.file().dataset("d");
      const auto of = std::string(" of ") + std::to_string(chunks) + ", " + name;
      const auto read = [&](std::uint64_t chunk) {
        const auto got = dataset.read<std::uint32_t>(frame(chunk * 16, 16));
        EXPECT_EQ(got[0], chunk * 128);
      };
      expect_cost("plan one chunk" + of, counted.cost_of([&] { dataset.plan(frame(chunks / 3 * 16, 16)); }));
      expect_cost("then read it" + of, counted.cost_of([&] { read(chunks / 3); }));
      expect_cost("another, elsewhere" + of, counted.cost_of([&] { read(chunks / 5); }));
      expect_cost("that again" + of, counted.cost_of([&] { read(chunks / 5); }));
    }
    CountedFile cold(chunked_file(160'000, 16, index));
    expect_cost(std::string("path and one chunk of 10,000, ") + name,
                cold.cost_of([&] { cold.file().dataset("d").read<std::uint32_t>(frame(16 * 5000, 16)); }));
  }
}

TEST(Costs, ABoxAcrossChunks) {
  CountedFile counted(chunked_file(16'000, 16, IndexForm::btree2));
  const auto dataset = counted.file().dataset("d");
  // Rows 8 to 167 lie in chunks 0 to 10: each is read and decoded once.
  expect_cost("box across 11 chunks", counted.cost_of([&] {
    const auto got = dataset.read<std::uint32_t>(box({8, 2}, {160, 3}));
    EXPECT_EQ(got(0, 0), 8U * 8 + 2);
    EXPECT_EQ(got.report().chunks(), 11U);
  }));
  // One element of every 100th row: 160 chunks.
  expect_cost("160 elements in 160 chunks", counted.cost_of([&] {
    EXPECT_EQ(dataset.read<std::uint32_t>(strided({0, 0}, {100, 1}, {160, 1}))[1], 800U);
  }));
  // Points in any order, several in a chunk: each chunk once.
  expect_cost("5 points in 2 chunks", counted.cost_of([&] {
    EXPECT_EQ(dataset.read<std::uint32_t>(points({{5000, 1}, {3, 0}, {5001, 7}, {4, 4}, {3, 0}}))[2], 40'015U);
  }));
}

TEST(Costs, ContiguousData) {
  FileBuilder builder;
  const auto dataset = builder.add_dataset(dataset_of(std::vector<std::uint32_t>(4'000'000), {2000, 2000}));
  CountedFile counted(builder.finish(builder.add_group({hard_link("d", dataset)})));
  const auto opened = counted.file().dataset("d");
  expect_cost("one row of contiguous data", counted.cost_of([&] { opened.read<std::uint32_t>(frame(1000)); }));
  expect_cost("one element of contiguous data", counted.cost_of([&] {
    opened.read<std::uint32_t>(box({1500, 7}, {1, 1}));
  }));
  expect_cost("all 16 MB of contiguous data", counted.cost_of([&] { opened.read<std::uint32_t>(); }));
}

TEST(Costs, EveryChunk) {
  for (const auto& [index, name] :
       {std::pair(IndexForm::btree2, "v2 B-tree"), std::pair(IndexForm::fixed_array, "fixed array")}) {
    CountedFile counted(chunked_file(160'000, 16, index));
    const auto dataset = counted.file().dataset("d");
    expect_cost(std::string("for_each_chunk of 10,000, ") + name, counted.cost_of([&] {
      std::atomic<std::uint64_t> chunks{0};
      dataset.for_each_chunk([&](const Chunk&) { ++chunks; });
      EXPECT_EQ(chunks, 10'000U);
    }));
    expect_cost(std::string("read all 10,000 chunks, ") + name,
                counted.cost_of([&] { dataset.read<std::uint32_t>(); }));
    for (const std::uint64_t chunks : {10'000U, 100'000U}) {
      CountedFile mapped(chunked_file(chunks, 1, index));
      const auto of = mapped.file().dataset("d");
      expect_cost("chunk_map of " + std::to_string(chunks) + ", " + name,
                  mapped.cost_of([&] { EXPECT_EQ(of.chunk_map().size(), chunks); }));
      expect_cost("chunk_map again of " + std::to_string(chunks) + ", " + name,
                  mapped.cost_of([&] { EXPECT_EQ(of.chunk_map().size(), chunks); }));
    }
  }
}

TEST(Costs, FramesInOrder) {
  // Chunks of 16 frames: each is decoded once, not once a frame.
  CountedFile counted(chunked_file(1600, 16, IndexForm::fixed_array));
  const auto dataset = counted.file().dataset("d");
  expect_cost("1600 frames in 100 chunks", counted.cost_of([&] {
    std::uint64_t frames = 0;
    for (const auto& frame : dataset.frames<std::uint32_t>()) frames += frame.pixels()[0] == frame.index() * 8;
    EXPECT_EQ(frames, 1600U);
  }));
}

}  // namespace
}  // namespace fiver::tests
