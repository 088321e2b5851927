// Few elements of large filtered chunks: what is read, decoded and remembered of them. Counted, not timed.
#include <gtest/gtest.h>

#include <numeric>

#include "costs.hpp"
#include "io/memory_storage.hpp"
#include "object/runtime_state.hpp"

namespace fiver::tests {
namespace {

constexpr std::uint64_t frames = 4, height = 256, width = 1024;  // 512 KiB a frame, 64 blocks of 8 KiB

std::uint16_t pixel(std::uint64_t frame, std::uint64_t row, std::uint64_t column) {
  return static_cast<std::uint16_t>((frame * 7 + row * 31 + column * column) % 61);
}

/// A dataset "d" of frames, each a chunk.
Bytes framed_file(const FilterPipeline& filters) {
  const auto storage = std::make_shared<io::MemoryStorage>();
  std::vector<std::uint16_t> values;
  for (std::uint64_t f = 0; f < frames; ++f)
    for (std::uint64_t y = 0; y < height; ++y)
      for (std::uint64_t x = 0; x < width; ++x) values.push_back(pixel(f, y, x));
  {
    const auto file = File::create(storage);
    NewDataset settings;
    settings.chunk = Shape{1, height, width};
    settings.filters = filters;
    file.root()
        .create_dataset("d", native_type<std::uint16_t>(), Dataspace::simple({frames, height, width}), settings)
        .write(values);
  }
  return storage->content();
}

std::uint16_t read_pixel(const Dataset& dataset, std::uint64_t frame, std::uint64_t row, std::uint64_t column) {
  return dataset.read<std::uint16_t>(box({frame, row, column}, {1, 1, 1}))[0];
}

struct Pixels {
  explicit Pixels(const FilterPipeline& filters) : counted(framed_file(filters)), dataset(counted.file().dataset("d")) {
    stored = dataset.find_chunk({0, 0, 0})->stored_size;
    dataset.plan(all());  // the index is known from here on
  }
  Cost of(std::uint64_t frame, std::uint64_t row, std::uint64_t column) {
    return counted.cost_of([&] { EXPECT_EQ(read_pixel(dataset, frame, row, column), pixel(frame, row, column)); });
  }
  CountedFile counted;
  Dataset dataset;
  std::uint64_t stored = 0;
};

TEST(CostsOfParts, APixelOfBlocksTakesTheWayToItOnce) {
  for (const auto& filter : {filters::bitshuffle_lz4(), filters::bitshuffle_zstd()}) {
    Pixels pixels({filter});
    const auto block = pixels.stored / 64;
    // Up to the middle of the chunk, and as much again as the lengths may differ.
    const auto first = pixels.of(0, height / 2, 5);
    EXPECT_LE(first.reads, 2U);
    EXPECT_LE(first.bytes, pixels.stored * 6 / 10 + 4096);
    // The way is known: that block alone, and those before it.
    for (const std::uint64_t row : {height / 2, std::uint64_t{0}, std::uint64_t{77}}) {
      const auto again = pixels.of(0, row, 9);
      EXPECT_EQ(again.reads, 1U) << row;
      EXPECT_LE(again.bytes, block * 3 / 2) << row;
    }
    // Further on, only what is new of the way.
    EXPECT_LE(pixels.of(0, height - 1, 9).bytes, pixels.stored * 6 / 10 + 4096);
    EXPECT_LE(pixels.of(0, height - 2, 9).bytes, block * 3 / 2);
    // Another chunk: its own way.
    EXPECT_LE(pixels.of(1, 3, 9).bytes, block * 3 + 4096);
  }
}

TEST(CostsOfParts, BlocksWithoutLengthsNeedNoWay) {
  Pixels pixels({filters::bitshuffle()});
  EXPECT_EQ(pixels.of(2, 200, 9), (Cost{1, 8192, 0}));
  EXPECT_EQ(pixels.of(2, 200, 9), (Cost{1, 8192, 0}));
}

TEST(CostsOfParts, ARegionOfBlocksIsOneRead) {
  Pixels pixels({filters::bitshuffle_lz4()});
  read_pixel(pixels.dataset, 0, height - 1, 0);
  const auto cost = pixels.counted.cost_of([&] {
    const auto got = pixels.dataset.read<std::uint16_t>(box({0, 100, 50}, {1, 32, 32}));
    for (std::uint64_t y = 0; y < 32; ++y)
      for (std::uint64_t x = 0; x < 32; ++x) ASSERT_EQ(got[y * 32 + x], pixel(0, 100 + y, 50 + x));
  });
  EXPECT_EQ(cost.reads, 1U);
  EXPECT_LE(cost.bytes, pixels.stored / 64 * 10);
  // Points in any order, far apart: a read each, the blocks once.
  const auto points_cost = pixels.counted.cost_of([&] {
    const auto got = pixels.dataset.read<std::uint16_t>(points({{0, 250, 1}, {0, 1, 2}, {0, 250, 3}, {0, 1, 2}}));
    EXPECT_EQ(got[0], pixel(0, 250, 1));
    EXPECT_EQ(got[1], pixel(0, 1, 2));
    EXPECT_EQ(got[2], pixel(0, 250, 3));
    EXPECT_EQ(got[3], pixel(0, 1, 2));
  });
  EXPECT_LE(points_cost.reads, 2U);
  EXPECT_LE(points_cost.bytes, pixels.stored / 64 * 3);
}

const FilterPipeline watched{{WatchedFilter::number, 0, "watched", {}}};

TEST(CostsOfParts, AChunkThatDecodesOnlyWholeIsDecodedOnce) {
  CountedFile counted(chunked_file(1600, 16, IndexForm::fixed_array));
  const auto dataset = counted.file().dataset("d");
  dataset.plan(all());
  // Row after row, and column after column: the slow axis.
  for (int pass = 0; pass < 3; ++pass)
    EXPECT_EQ(counted.cost_of([&] {
      for (std::uint64_t row = 0; row < 1600; row += 2)
        EXPECT_EQ(dataset.read<std::uint32_t>(frame(row))[1], row * 8 + 1);
    }),
              (pass == 0 ? Cost{100, 51200, 100} : Cost{0, 0, 0}));
  for (std::uint64_t column = 0; column < 8; ++column)
    EXPECT_EQ(counted.cost_of([&] {
      EXPECT_EQ(dataset.read<std::uint32_t>(box({0, column}, {1600, 1}))[1599], 1599 * 8 + column);
    }),
              (Cost{0, 0, 0}));
  // Whole chunks come from there, too.
  EXPECT_EQ(counted.cost_of([&] { EXPECT_EQ(dataset.read<std::uint32_t>(frame(16, 16))[0], 128U); }), (Cost{0, 0, 0}));
}

TEST(CostsOfParts, TheSecondSliceThroughManyChunksIsRemembered) {
  CountedFile counted(chunked_file(1600, 16, IndexForm::fixed_array));
  const auto dataset = counted.file().dataset("d");
  const auto& memory = *counted.options().runtime->state().chunks;
  dataset.plan(all());
  for (std::uint64_t column = 0; column < 8; ++column) {
    EXPECT_EQ(counted.cost_of([&] {
      EXPECT_EQ(dataset.read<std::uint32_t>(box({0, column}, {1600, 1}))[1599], 1599 * 8 + column);
    }),
              (column < 2 ? Cost{100, 51200, 100} : Cost{0, 0, 0}));
    EXPECT_EQ(memory.bytes() > 0, column > 0);
  }
}

TEST(CostsOfParts, WhatStreamsIsNotRemembered) {
  CountedFile counted(chunked_file(1600, 16, IndexForm::fixed_array));
  const auto dataset = counted.file().dataset("d");
  const auto& memory = *counted.options().runtime->state().chunks;
  dataset.read<std::uint32_t>();
  for (std::uint64_t row = 0; row < 1600; row += 16) dataset.read<std::uint32_t>(frame(row, 16));
  for (std::uint64_t row = 0; row < 1600; row += 16) dataset.read<std::uint32_t>(frame(row, 12));
  EXPECT_EQ(memory.bytes(), 0U);
  EXPECT_EQ(counted.cost_of([&] { dataset.read<std::uint32_t>(frame(0, 16)); }).decodes, 1U);
}

TEST(CostsOfParts, StaysWithinTheBudgetAndGoesWithTheFile) {
  const auto filter = std::make_shared<WatchedFilter>();
  Options options;
  Runtime::Settings settings;
  settings.threads = 2;
  settings.memory = 40 << 10;  // half of it: 40 of the 100 chunks of 512 bytes
  options.runtime = std::make_shared<Runtime>(settings);
  options.runtime->add_filter(filter);
  const auto& state = options.runtime->state();
  {
    const auto file =
        File::open(std::make_shared<io::ImageStorage>(chunked_file(1600, 16, IndexForm::fixed_array)), options);
    const auto dataset = file.dataset("d");
    const auto sweep = [&] {
      filter->reset();
      for (std::uint64_t row = 0; row < 1600; row += 16)
        EXPECT_EQ(dataset.read<std::uint32_t>(frame(row + 3))[0], (row + 3) * 8);
      return filter->decodes();
    };
    EXPECT_EQ(sweep(), 100U);
    // Over and over more than fits: a part is found each time.
    std::uint64_t decodes = 0;
    for (int i = 0; i < 10; ++i) decodes += sweep();
    EXPECT_LT(decodes, 850U);
    EXPECT_GT(state.chunks->bytes(), 0U);
    EXPECT_LE(state.chunks->bytes(), state.chunks->limit());
  }
  EXPECT_EQ(state.chunks->bytes(), 0U);
}

}  // namespace
}  // namespace fiver::tests
