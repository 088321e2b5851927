#include "fiver/quick_reader.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

#include "fiver/fiver.hpp"
#include "io/memory_storage.hpp"

namespace fiver::object {
namespace {

const Shape dims = {13, 11, 7};
const FilterPipeline deflate = {{.id = 1, .flags = 0, .name = {}, .values = {4}}};

std::vector<std::int32_t> numbers(const Shape& shape) {
  std::vector<std::int32_t> values(std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>()));
  std::iota(values.begin(), values.end(), -5);
  return values;
}

void make(const std::shared_ptr<Storage>& storage) {
  const auto file = File::create(storage);
  const auto values = numbers(dims);
  const auto whole = [&](const Dataset& dataset) { dataset.write(values); };
  whole(file.root().create_dataset<std::int32_t>("contiguous", dims));
  whole(file.root().create_dataset<std::int32_t>("compact", dims, {.compact = true}));
  whole(file.root().create_dataset<std::int32_t>("chunked", dims, {.chunk = Shape{4, 5, 3}}));
  whole(file.root().create_dataset<std::int32_t>("deflate", dims, {.chunk = Shape{4, 5, 3}, .filters = deflate}));
  const auto fill = [] {
    FillValue value;
    value.defined = FillValue::Defined::by_user;
    value.bytes = {std::byte{7}, std::byte{0}, std::byte{0}, std::byte{1}};
    return value;
  }();
  file.root().create_dataset<std::int32_t>("never written", dims, {.fill = fill});
  const auto partly =
      file.root().create_dataset<std::int32_t>("partly written", dims, {.chunk = Shape{4, 5, 3}, .fill = fill});
  partly.write(numbers({4, 5, 3}), box({4, 5, 3}, {4, 5, 3}));
  whole(file.root().create_dataset("doubles", native_type<double>(), Dataspace::simple(dims)));
  const auto one = file.root().create_dataset("scalar", native_type<std::int32_t>(), Dataspace::scalar());
  one.write(numbers({1}));
  file.root().create_dataset("text", text_type(), Dataspace::simple({2}));
  file.root().create_dataset("null", native_type<std::int32_t>(), Dataspace::null());
  file.close();
}

struct RandomBox {
  Shape start, size;
};
RandomBox random_box(std::mt19937& random, const Shape& extent) {
  RandomBox box;
  for (const auto n : extent) {
    box.start.push_back(random() % n);
    box.size.push_back(1 + random() % (n - box.start.back()));
  }
  return box;
}

/// How many of the boxes were read quickly; those that were came out as a planned read has them.
int compare(const Dataset& dataset, const QuickReader& quick, unsigned seed) {
  std::mt19937 random(seed);
  int count = 0;
  for (int i = 0; i < 300; ++i) {
    const auto [start, size] = random_box(random, dataset.shape());
    const auto expected = dataset.read<std::int32_t>(box(start, size));
    std::vector<std::int32_t> found(expected.size());
    if (!quick.read(start, size, std::as_writable_bytes(std::span(found)))) continue;
    ++count;
    EXPECT_TRUE(std::equal(found.begin(), found.end(), expected.begin())) << testing::PrintToString(start);
  }
  return count;
}

class QuickReading : public testing::TestWithParam<const char*> {};

TEST_P(QuickReading, GivesWhatPlannedReadsGive) {
  const auto storage = std::make_shared<io::MemoryStorage>();
  make(storage);
  const auto file = File::open(std::make_shared<io::ImageStorage>(storage->content()));
  const auto dataset = file.dataset(GetParam());
  const auto quick = QuickReader::make(dataset, native_type<std::int32_t>());
  ASSERT_TRUE(quick);
  EXPECT_TRUE(quick->is_settled());
  EXPECT_TRUE(is_settled(dataset));
  EXPECT_EQ(quick->space(), dataset.space());
  const int count = compare(dataset, *quick, 1);
  EXPECT_GE(count, dataset.chunk_shape() ? 15 : 300);
  EXPECT_EQ(compare(dataset, *quick, 1), count);  // also of what is remembered now
}

INSTANTIATE_TEST_SUITE_P(Kinds, QuickReading,
                         testing::Values("contiguous", "compact", "chunked", "deflate", "never written",
                                         "partly written", "scalar"));

TEST(QuickReader, LeavesOutWhatTakesMore) {
  const auto storage = std::make_shared<io::MemoryStorage>();
  make(storage);
  const auto file = File::open(std::make_shared<io::ImageStorage>(storage->content()));
  for (const auto* name : {"doubles", "text", "null"})
    EXPECT_FALSE(QuickReader::make(file.dataset(name), native_type<std::int32_t>())) << name;
  const auto quick = QuickReader::make(file.dataset("contiguous"), native_type<std::int32_t>());
  std::vector<std::byte> bytes(QuickReader::most_bytes + 4);
  const auto reads = [&](const Shape& start, const Shape& size, std::size_t count) {
    return quick->read(start, size, std::span(bytes).first(count));
  };
  EXPECT_TRUE(reads({12, 10, 6}, {1, 1, 1}, 4));
  EXPECT_FALSE(reads({13, 10, 6}, {1, 1, 1}, 4));
  EXPECT_FALSE(reads({12, 10, 6}, {1, 1, 2}, 8));
  EXPECT_FALSE(reads({12, 10, 6}, {1, 1, 1}, 8));
  EXPECT_FALSE(reads({12, 10, 6}, {1, 0, 1}, 0));
  EXPECT_FALSE(reads({12, 10}, {1, 1}, 4));
  EXPECT_FALSE(reads({0, 0, 0}, {1, unlimited, 1}, 4));
}

TEST(QuickReader, SeesWhatIsWritten) {
  const auto storage = std::make_shared<io::MemoryStorage>();
  make(storage);
  const auto file = File::edit(storage);
  EXPECT_FALSE(QuickReader::make(file.dataset("chunked"), native_type<std::int32_t>()));
  for (const auto* name : {"contiguous", "compact", "never written"}) {
    const auto dataset = file.dataset(name);
    auto quick = QuickReader::make(dataset, native_type<std::int32_t>());
    ASSERT_TRUE(quick) << name;
    EXPECT_FALSE(quick->is_settled());
    EXPECT_FALSE(is_settled(dataset));
    for (std::int32_t value = 1; value < 5; ++value) {
      const Shape start = {3, 4, 5}, size = {1, 1, 1};
      dataset.write(std::vector<std::int32_t>{value}, box(start, size));
      if (value == 3) file.flush();
      if (!quick->is_current()) {
        std::int32_t unused = 0;
        EXPECT_FALSE(quick->read(start, size, std::as_writable_bytes(std::span(&unused, 1))));
        quick = QuickReader::make(dataset, native_type<std::int32_t>());
      }
      std::int32_t found = 0;
      ASSERT_TRUE(quick->read(start, size, std::as_writable_bytes(std::span(&found, 1)))) << name;
      EXPECT_EQ(found, value) << name;
    }
    EXPECT_GT(compare(dataset, *quick, 2), 0);
  }
  const auto quick = QuickReader::make(file.dataset("contiguous"), native_type<std::int32_t>());
  file.close();
  std::int32_t found = 0;
  EXPECT_FALSE(quick->read(Shape{0, 0, 0}, Shape{1, 1, 1}, std::as_writable_bytes(std::span(&found, 1))));
}

}  // namespace
}  // namespace fiver::object
