// What is remembered of chunks that are read in parts: never old after a write, a commit or a refresh, the same errors as without it, and
// any number of threads.
#include <gtest/gtest.h>

#include <random>

#include "common/file_builder.hpp"
#include "interleaving.hpp"
#include "meeting.hpp"
#include "object/runtime_state.hpp"

namespace fiver::tests {
namespace {

constexpr int columns = 4096, rows = 8;  // 16 KiB a row: two blocks of bitshuffle and more

FilterPipeline pipeline(int which) {
  if (which == 0) return {filters::bitshuffle_lz4(256)};
  if (which == 1) return {filters::deflate(1)};
  return {{WatchedFilter::number, 0, "watched", {}}};
}

Dataset create(const File& file, int which) {
  NewDataset settings;
  settings.chunk = Shape{rows, columns};
  settings.filters = pipeline(which);
  return file.root().create_dataset("d", native_type<int>(),
                                    Dataspace::simple({rows * 2, columns}, Shape{unlimited, columns}), settings);
}

std::vector<int> numbers_from(int first) {
  std::vector<int> values(std::size_t{rows} * columns);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = first + static_cast<int>(i % 97);
  return values;
}

/// Elements here and there, each by a read of its own; all are of the chunk that was written with numbers_from(first).
void expect_parts(const Dataset& dataset, int first, std::uint64_t chunk = 0) {
  for (const std::uint64_t at : {0U, 17U, 4096U * 3 + 5, 4096U * 7 + 4095, 4096U}) {
    const auto got = dataset.read<int>(box({chunk * rows + at / columns, at % columns}, {1, 1}));
    ASSERT_EQ(got[0], first + static_cast<int>(at % 97)) << "element " << at;
  }
}

Options fresh_options(WriterMode mode = WriterMode::exclusive) {
  Options options;
  options.runtime = runtime_with(std::make_shared<WatchedFilter>(), 2);
  options.mode = mode;
  return options;
}

TEST(RememberedChunks, AWriterSeesWhatItWrote) {
  for (int which = 0; which < 3; ++which) {
    const auto file = File::create(std::make_shared<io::MemoryStorage>(), {}, fresh_options());
    const auto dataset = create(file, which);
    for (int round = 0; round < 12; ++round) {
      dataset.write(numbers_from(round), frame(0, rows));
      dataset.write(numbers_from(1000 - round), frame(rows, rows));
      expect_parts(dataset, round);
      expect_parts(dataset, 1000 - round, 1);
      dataset.write(std::vector<int>{-round}, box({2, 5}, {1, 1}));  // a part of a chunk, which waits to be written
      EXPECT_EQ(dataset.read<int>(box({2, 5}, {1, 1}))[0], -round);
      dataset.write(numbers_from(round), frame(0, rows));
      expect_parts(dataset, round);
      if (round % 3 == 2) {  // space that was given up is used again, for other chunks of the same size
        file.flush();
        expect_parts(dataset, round);
        expect_parts(file.dataset("d"), 1000 - round, 1);
      }
    }
  }
}

TEST(RememberedChunks, AReaderThatLooksOnSeesTheNewChunkAfterARefresh) {
  for (int which = 0; which < 3; ++which) {
    for (const auto mode : {WriterMode::live, WriterMode::swmr}) {
      const auto storage = std::make_shared<io::MemoryStorage>();
      const auto writer = File::create(storage, {Compatibility::native}, fresh_options(mode));
      const auto dataset = create(writer, which);
      dataset.write(numbers_from(0), frame(0, rows));
      writer.flush();
      auto looking = fresh_options();
      looking.follow_writer = mode == WriterMode::swmr;
      auto reader = File::open(storage, looking);
      for (int round = 1; round < 8; ++round) {
        expect_parts(reader.dataset("d"), round - 1);
        dataset.write(numbers_from(round), frame(0, rows));
        writer.flush();
        reader.refresh();
        expect_parts(reader.dataset("d"), round);
        // Opened again in the same process, by which the state of the file may be found again.
        expect_parts(File::open(storage, looking).dataset("d"), round);
      }
    }
  }
}

TEST(RememberedChunks, AChunkThatAnotherLibraryRewritesInPlaceIsNewAfterARefresh) {
  // Two files that differ in the bytes of the chunk alone: the second one's come to the place of the first one's.
  const auto content_of = [](int flipped) {
    FileBuilder builder({std::make_shared<WatchedFilter>()});
    auto values = numbers_from(0);
    for (auto& value : values) value ^= flipped;
    auto spec = dataset_of(values, {rows, columns});
    spec.chunk = Shape{rows, columns};
    spec.index = IndexForm::fixed_array;
    spec.filters = pipeline(2);
    return builder.finish(builder.add_group({hard_link("d", builder.add_dataset(spec))}));
  };
  const auto before = content_of(0), after = content_of(1);
  ASSERT_EQ(before.size(), after.size());
  for (const bool followed : {false, true}) {
    const auto storage = std::make_shared<io::MemoryStorage>(before);
    auto options = fresh_options();
    options.follow_writer = followed;
    auto reader = File::open(storage, options);
    const auto old = reader.dataset("d");
    const auto first = [](const Dataset& dataset) { return dataset.read<int>(box({0, 1}, {1, 1}))[0]; };
    EXPECT_EQ(first(old), 1);
    storage->write_at(0, after);
    if (followed) {  // nothing is remembered of it
      EXPECT_EQ(first(old), 1 ^ 1);
    }
    reader.refresh();
    EXPECT_EQ(first(reader.dataset("d")), 1 ^ 1);
  }
}

std::string error_of(const Dataset& dataset, const Selection& selection) {
  try {
    dataset.read<int>(selection);
  } catch (const Error& error) {
    return std::string(to_string(error.kind())) + ": " + error.what();
  }
  return "";
}

TEST(RememberedChunks, DamageIsToldTheSameHoweverOftenAndWhateverIsKnown) {
  for (int which = 0; which < 2; ++which) {
    const auto storage = std::make_shared<io::MemoryStorage>();
    std::uint64_t place = 0, size = 0;
    {
      const auto file = File::create(storage, {}, fresh_options());
      const auto dataset = create(file, which);
      std::mt19937 random(1);
      auto values = numbers_from(0);
      for (auto& value : values) value = static_cast<int>(random() % 5000);
      dataset.write(values, frame(0, rows));
      file.flush();
      const auto chunk = *dataset.find_chunk({0, 0});
      place = chunk.file_offset;
      size = chunk.stored_size;
    }
    const auto sound =
        File::open(std::make_shared<io::MemoryStorage>(storage->content()), fresh_options()).dataset("d").read<int>();
    // A length, a byte of a block or of the stream, the head.
    for (const std::uint64_t at :
         {std::uint64_t{3}, std::uint64_t{9}, std::uint64_t{12}, std::uint64_t{40}, size / 2, size - 3}) {
      auto content = storage->content();
      content[static_cast<std::size_t>(place + at)] ^= std::byte{0x55};
      const auto damaged = std::make_shared<io::MemoryStorage>(content);
      const auto file = File::open(damaged, fresh_options());
      const auto dataset = file.dataset("d");
      const auto whole = error_of(dataset, frame(0, rows));
      for (int round = 0; round < 3; ++round)
        for (const std::uint64_t element : {0U, 4096U * 4, 4096U * 8 - 1}) {
          const auto part = box({element / columns, element % columns}, {1, 1});
          const auto error = error_of(dataset, part);
          if (which == 1) {  // its checksum is of the whole
            EXPECT_EQ(error, whole);
          }
          // The same for who has read nothing else.
          EXPECT_EQ(
              error_of(File::open(std::make_shared<io::MemoryStorage>(content), fresh_options()).dataset("d"), part),
              error);
          if (error.empty() && whole.empty()) continue;  // of LZ4 not all damage can be told
          if (error.empty() && (at == 3 || at == 9)) ADD_FAILURE() << "a wrong head is not told";
          if (error.empty() && at > 12 && at < size - 3 && element == 0) {
            EXPECT_EQ(dataset.read<int>(part)[0], sound[0]);
          }
        }
    }
  }
}

TEST(RememberedChunks, ManyThreadsReadPartsWithLittleMemory) {
  for (int which = 0; which < 3; ++which) {
    const auto storage = std::make_shared<io::MemoryStorage>();
    constexpr int chunks = 12;
    {
      const auto file = File::create(storage, {}, fresh_options());
      auto dataset = create(file, which);
      dataset.resize({rows * chunks, columns});
      for (int i = 0; i < chunks; ++i) dataset.write(numbers_from(i), frame(rows * static_cast<unsigned>(i), rows));
    }
    Runtime::Settings settings;
    settings.threads = 2;
    settings.memory = 1 << 20;  // half of it: four decoded chunks
    Options options;
    options.runtime = std::make_shared<Runtime>(settings);
    options.runtime->add_filter(std::make_shared<WatchedFilter>());
    const auto file = File::open(storage, options);
    const auto shared = file.dataset("d");
    on_threads(4, [&](unsigned number) {
      std::mt19937 random(number);
      for (int i = 0; i < 300; ++i) {
        const auto chunk = random() % chunks;
        const auto row = random() % rows, column = random() % columns;
        const auto got = shared.read<int>(box({chunk * rows + row, column}, {1, 1}));
        ASSERT_EQ(got[0], static_cast<int>(chunk + (row * columns + column) % 97));
        if (i % 50 == 0) {
          const auto slice = shared.read<int>(box({0, column}, {rows * chunks, 1}));
          for (std::size_t k = 0; k < slice.size(); ++k)
            ASSERT_EQ(slice[k], static_cast<int>(k / rows + (k % rows * columns + column) % 97));
        }
      }
    });
    EXPECT_LE(options.runtime->state().chunks->bytes(), options.runtime->state().chunks->limit());
  }
}

}  // namespace
}  // namespace fiver::tests
