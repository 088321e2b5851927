// A stack of images written whole, frame by frame, and by rows of frames is the same file, also under a budget smaller than it.
#include <gtest/gtest.h>

#include "fiver/filters.hpp"
#include "io/memory_storage.hpp"
#include "property/model.hpp"

namespace fiver::property {
namespace {

constexpr std::uint64_t side = 64;

std::vector<std::uint16_t> stack() {
  std::vector<std::uint16_t> values(side * side * side);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::uint16_t>(i / 64 * 3 + i % 7);
  return values;
}

Bytes written(const Shape& chunk, const FilterPipeline& pipeline, std::uint64_t at_once, std::uint64_t memory,
              unsigned threads) {
  static const auto values = stack();
  Runtime::Settings runtime;
  runtime.threads = threads;
  runtime.memory = memory;
  Options options;
  options.runtime = std::make_shared<Runtime>(runtime);
  const auto storage = std::make_shared<io::MemoryStorage>();
  const auto file = File::create(storage, {}, options);
  NewDataset settings;
  settings.chunk = chunk;
  settings.filters = pipeline;
  const auto dataset = file.root().create_dataset<std::uint16_t>("stack", {side, side, side}, settings);
  for (std::uint64_t first = 0; first < side; first += at_once)
    dataset.write(std::span(values).subspan(static_cast<std::size_t>(first * side * side),
                                            static_cast<std::size_t>(at_once * side * side)),
                  frame(first, at_once));
  file.close();
  EXPECT_EQ(File::open(std::make_shared<io::ImageStorage>(storage->content()))
                .dataset("stack")
                .read<std::uint16_t>()
                .span()[777],
            values[777]);
  return storage->content();
}

TEST(Stack, WholeAndFrameByFrameAreTheSameFile) {
  const std::vector<Shape> chunks = {{1, 64, 64},  {8, 16, 16}, {64, 64, 1}, {64, 1, 64},
                                     {64, 64, 64}, {10, 9, 64}, {16, 64, 64}};
  for (const auto& chunk : chunks)
    for (const FilterPipeline& pipeline : {FilterPipeline{}, FilterPipeline{filters::shuffle(), filters::deflate(1)}}) {
      const auto whole = written(chunk, pipeline, side, 0, 2);
      for (const std::uint64_t at_once : {1U, 2U, 16U}) {
        // Chunks that one call has whole and chunks that wait for the next call are written in another order than all at once.
        if (side % chunk[0] != 0 && at_once > 1) continue;
        EXPECT_TRUE(written(chunk, pipeline, at_once, 64 << 20, 2) == whole)
            << "chunk " << chunk[0] << ',' << chunk[1] << ',' << chunk[2] << " filters " << pipeline.size()
            << " frames " << at_once;
      }
    }
}

TEST(Stack, UnderASmallBudgetTheNumberOfWorkersDoesNotMatter) {
  for (const auto& chunk : std::vector<Shape>{{8, 16, 16}, {64, 1, 64}, {16, 64, 64}}) {
    const FilterPipeline pipeline = {filters::shuffle(), filters::deflate(1)};
    const auto one = written(chunk, pipeline, 1, 300'000, 1);
    EXPECT_TRUE(written(chunk, pipeline, 1, 300'000, 2) == one);
    EXPECT_TRUE(written(chunk, pipeline, 1, 300'000, 8) == one);
  }
}

/// Frames large enough for several workers to share one.
Bytes large_frames(bool noise, std::uint64_t at_once, unsigned threads) {
  constexpr std::uint64_t rows = 1100, columns = 777,
                          frames = 3;  // 8 elements are left over at the end of a frame's blocks
  std::vector<std::uint16_t> values(frames * rows * columns);
  std::uint32_t next = 1;
  for (auto& value : values) {
    next = next * 1664525 + 1013904223;
    value = static_cast<std::uint16_t>(noise ? next >> 16U : next >> 29U);
  }
  Runtime::Settings runtime;
  runtime.threads = threads;
  Options options;
  options.runtime = std::make_shared<Runtime>(runtime);
  const auto storage = std::make_shared<io::MemoryStorage>();
  const auto file = File::create(storage, {}, options);
  const auto dataset = file.root().create_dataset<std::uint16_t>(
      "frames", {frames, rows, columns}, {.chunk = Shape{1, rows, columns}, .filters = {filters::bitshuffle_lz4()}});
  for (std::uint64_t first = 0; first < frames; first += at_once)
    dataset.write(std::span(values).subspan(static_cast<std::size_t>(first * rows * columns),
                                            static_cast<std::size_t>(at_once * rows * columns)),
                  frame(first, at_once));
  file.close();
  const auto read =
      File::open(std::make_shared<io::ImageStorage>(storage->content())).dataset("frames").read<std::uint16_t>();
  EXPECT_TRUE(std::ranges::equal(read.span(), values));
  return storage->content();
}

TEST(Stack, FramesThatSeveralWorkersShareAreTheSameFile) {
  for (const bool noise : {false, true}) {  // noise doesn't get smaller: it is stored as it is
    const auto one = large_frames(noise, 3, 1);
    for (const unsigned threads : {2U, 8U})
      for (const std::uint64_t at_once : {1U, 3U}) EXPECT_TRUE(large_frames(noise, at_once, threads) == one);
  }
}

}  // namespace
}  // namespace fiver::property
