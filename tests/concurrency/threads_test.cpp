// Many threads over one file, each with handles of its own or all with the same: any reads, results always equal, and nothing for
// ThreadSanitizer to say.
#include <filesystem>
#include <fstream>
#include <random>

#include "fiver/fiver.hpp"
#include "io/memory_storage.hpp"
#include "io/test_folder.hpp"
#include "meeting.hpp"
#include "sample.hpp"

namespace fiver::tests {
namespace {

constexpr unsigned threads = 8;
#ifdef __SANITIZE_THREAD__
constexpr int rounds = 6;
#else
constexpr int rounds = 40;
#endif

void write_file(const std::string& path, ByteView bytes) {
  std::ofstream(path, std::ios::binary) << text_of(bytes);
}

void expect_box(const Array<std::uint16_t>& got, const Shape& start, const Shape& size) {
  ASSERT_EQ(got.shape(), size);
  for (std::uint64_t row = 0; row < size[0]; ++row)
    for (std::uint64_t column = 0; column < size[1]; ++column)
      ASSERT_EQ(got(row, column), sample_value((start[0] + row) * sample_columns + start[1] + column))
          << row << ',' << column;
}

/// One of everything a reader may do with a dataset of the sample.
void use(const Dataset& dataset, std::mt19937& random) {
  const auto below = [&](std::uint64_t end) {
    return std::uniform_int_distribution<std::uint64_t>(0, end - 1)(random);
  };
  const Shape start{below(sample_rows), below(sample_columns)};
  const Shape size{1 + below(sample_rows - start[0]), 1 + below(sample_columns - start[1])};
  switch (below(6)) {
    case 0: {
      expect_box(dataset.read<std::uint16_t>(), {0, 0}, {sample_rows, sample_columns});
      break;
    }
    case 1: {
      expect_box(dataset.read<std::uint16_t>(box(start, size)), start, size);
      break;
    }
    case 2: {
      std::uint64_t row = start[0];
      for (const auto& frame : dataset.frames<std::uint16_t>(start[0], size[0])) {
        ASSERT_EQ(frame.index(), row);
        for (std::uint64_t i = 0; i < sample_columns; ++i)
          ASSERT_EQ(frame.pixels()[i], sample_value(row * sample_columns + i));
        ++row;
      }
      ASSERT_EQ(row, start[0] + size[0]);
      break;
    }
    case 3: {
      std::atomic<std::uint64_t> seen{0};
      dataset.for_each_chunk([&](const Chunk& chunk) {
        std::vector<std::uint16_t> elements(chunk.decoded_size() / 2);
        chunk.decode_into(std::span(elements));
        if (elements[0] == sample_value(chunk.offset()[0] * sample_columns + chunk.offset()[1])) ++seen;
      });
      ASSERT_EQ(seen, dataset.chunk_map().size());
      break;
    }
    case 4: {
      const auto plan = dataset.plan(box(start, size));
      ASSERT_EQ(plan.elements, size[0] * size[1]);
      ASSERT_EQ(plan.fill_elements, 0U);
      break;
    }
    default: {
      std::vector<double> values(size[0] * size[1]);
      dataset.read_into(std::span(values), box(start, size));
      ASSERT_EQ(values[0], sample_value(start[0] * sample_columns + start[1]));
      if (const auto unit = dataset.find_attribute("unit")) {
        ASSERT_EQ(unit->read<std::int32_t>(), (std::vector<std::int32_t>{3, 5}));
      }
    }
  }
}

class Threads : public testing::Test {
 protected:
  Threads() : sample_(make_sample(folder_ / "other.h5")) {
    write_file(folder_ / "other.h5", sample_.file);
    write_file(folder_ / "sample.h5", sample_.file);
    options_.runtime = runtime_with(std::make_shared<WatchedFilter>(), 3);
  }

  io::TestFolder folder_;
  Sample sample_;
  Options options_;
};

TEST_F(Threads, OneHandleForAll) {
  const auto file = File::open(folder_ / "sample.h5", options_);
  std::vector<Dataset> datasets;
  for (const auto& path : sample_.paths) datasets.push_back(file.dataset(path));
  on_threads(threads, [&](unsigned number) {
    std::mt19937 random(number);
    for (int round = 0; round < rounds; ++round)
      for (const auto& dataset : datasets) use(dataset, random);
  });
}

TEST_F(Threads, OneDatasetForAll) {
  // Fresh handles before each round: what is made at first use is made by all threads at once.
  for (const auto& path : sample_.paths) {
    for (int round = 0; round < rounds / 2; ++round) {
      const auto file = File::open(folder_ / "sample.h5", options_);
      const auto dataset = file.dataset(path);
      on_threads(threads, [&](unsigned number) {
        std::mt19937 random(number + 100U * static_cast<unsigned>(round));
        use(dataset, random);
      });
    }
  }
}

TEST_F(Threads, EachOpensAndCloses) {
  // Of the file's state, the last to close and the next to open meet all the time.
  on_threads(threads, [&](unsigned number) {
    std::mt19937 random(number);
    for (int round = 0; round < 4 * rounds; ++round) {
      const auto file = File::open(folder_ / (random() % 4 == 0 ? "other.h5" : "sample.h5"), options_);
      use(file.dataset(sample_.paths[random() % sample_.paths.size()]), random);
    }
  });
}

TEST_F(Threads, OneStorageOpenedByAll) {
  const auto storage = std::make_shared<io::MemoryStorage>(sample_.file);
  on_threads(threads, [&](unsigned number) {
    std::mt19937 random(number);
    for (int round = 0; round < 2 * rounds; ++round) {
      const auto file = File::open(storage, options_);
      for (const auto& path : sample_.paths) use(file.dataset(path), random);
    }
  });
}

TEST_F(Threads, WalkingAndListing) {
  const auto file = File::open(folder_ / "sample.h5", options_);
  on_threads(threads, [&](unsigned) {
    for (int round = 0; round < rounds; ++round) {
      std::vector<std::string> paths;
      walk(file.root(), [&](const std::string& path, const Object& object) {
        if (object.kind() == ObjectKind::dataset) paths.push_back(path);
        return true;
      });
      ASSERT_EQ(paths.size(), sample_.paths.size());
      ASSERT_EQ(file.group("/filtered").links().size(), 5U);
      ASSERT_FALSE(file.find("/filtered/nothing"));
    }
  });
}

TEST_F(Threads, OneLargeChunkIsSharedOutByEachOfThem) {
  std::vector<std::uint32_t> values(400'000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::uint32_t>(i * i);
  FileBuilder builder;
  auto spec = dataset_of(values, {values.size()});
  spec.chunk = spec.shape;
  spec.index = IndexForm::single;
  spec.filters = {{32008, 0, "", {0, 2}}};
  const auto file = File::open(std::make_shared<io::MemoryStorage>(
                                   builder.finish(builder.add_group({hard_link("d", builder.add_dataset(spec))}))),
                               options_);
  const auto dataset = file.dataset("d");
  on_threads(threads, [&](unsigned) {
    for (int round = 0; round < rounds / 2; ++round) {
      const auto got = dataset.read<std::uint32_t>();
      ASSERT_TRUE(std::equal(got.begin(), got.end(), values.begin(), values.end()));
    }
  });
}

}  // namespace
}  // namespace fiver::tests
