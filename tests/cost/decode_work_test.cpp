// What a DecodeWork says against what was asked for: chunks that are remembered are not decoded again, and of blocks only the wanted ones.
#include <gtest/gtest.h>

#include "costs.hpp"
#include "fiver/frames.hpp"
#include "io/memory_storage.hpp"

namespace fiver::tests {
namespace {

constexpr std::uint64_t frames = 4, height = 256, width = 1024;  // 512 KiB a frame, 64 blocks of 8 KiB
constexpr std::uint64_t frame_bytes = height * width * 2;

File framed_file() {
  const auto file = File::create(std::make_shared<io::MemoryStorage>());
  NewDataset settings;
  settings.chunk = Shape{1, height, width};
  settings.filters = {filters::bitshuffle_lz4()};
  std::vector<std::uint16_t> values(frames * height * width);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::uint16_t>(i % 61);
  file.root()
      .create_dataset("d", native_type<std::uint16_t>(), Dataspace::simple({frames, height, width}), settings)
      .write(values);
  file.flush();
  return file;
}

TEST(DecodeWork, ChunksThatAreRememberedDoNotCount) {
  CountedFile counted(chunked_file(1600, 16, IndexForm::fixed_array));
  const auto dataset = counted.file().dataset("d");
  DecodeWork work;
  ReadOptions options;
  options.decoding = &work;
  for (int pass = 0; pass < 2; ++pass) {
    for (std::uint64_t row = 0; row < 1600; row += 2)
      EXPECT_EQ(dataset.read<std::uint32_t>(frame(row), options)[1], row * 8 + 1);
    EXPECT_EQ(work.chunks, 100U);
    EXPECT_EQ(work.bytes, 1600U * 32);
    EXPECT_GT(work.nanoseconds, 0U);
  }
}

TEST(DecodeWork, OfBlocksOnlyTheWantedOnesCount) {
  const auto dataset = framed_file().dataset("d");
  DecodeWork pixel, whole, all_frames;
  ReadOptions options;
  options.decoding = &pixel;
  EXPECT_EQ(dataset.read<std::uint16_t>(box({1, 100, 5}, {1, 1, 1}), options)[0], (5 + 1024 * 100 + 1024 * 256) % 61);
  EXPECT_EQ(pixel.chunks, 1U);
  EXPECT_EQ(pixel.bytes, 8192U);
  options.decoding = &whole;  // one chunk, shared out among the workers
  EXPECT_EQ(dataset.read<std::uint16_t>(frame(1), options)[0], 1024 * 256 % 61);
  EXPECT_EQ(whole.chunks, 1U);
  EXPECT_EQ(whole.bytes, frame_bytes);
  {
    FrameReader reader(dataset, native_type<std::uint16_t>(), 0, unlimited, &all_frames);
    while (!reader.next().empty()) {
    }
  }
  EXPECT_EQ(all_frames.chunks, frames);
  EXPECT_EQ(all_frames.bytes, frames * frame_bytes);
  EXPECT_GT(all_frames.nanoseconds, 0U);
}

}  // namespace
}  // namespace fiver::tests
