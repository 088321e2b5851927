// Writing through virtual datasets: over many files, under printf names, interleaved; what can't reach a source is an error before anything is
// written; chunks as they are stored go through where a cell is one chunk of its source.
#include <gtest/gtest.h>

#include <numeric>

#include "fiver/fiver.hpp"
#include "io/test_folder.hpp"

namespace fiver::object {
namespace {

constexpr std::uint64_t files = 12, rows = 4, columns = 6;  // rows of each source

std::string source_name(std::uint64_t number) {
  return "part_" + std::to_string(number) + ".h5";
}

/// Sources of `rows` each in files of their own, 0 everywhere.
void make_sources(const io::TestFolder& folder) {
  for (std::uint64_t i = 0; i < files; ++i)
    File::create(folder / source_name(i))
        .root()
        .create_dataset<int>("data", {rows, columns}, {.chunk = Shape{2, columns}, .filters = {filters::deflate()}});
}

Dataset make_virtual(const File& file, const std::vector<VirtualMapping>& mappings) {
  return file.root().create_dataset<int>("whole", {files * rows, columns}, {.mappings = mappings});
}

/// One after the other.
std::vector<VirtualMapping> concatenated() {
  std::vector<VirtualMapping> mappings;
  for (std::uint64_t i = 0; i < files; ++i)
    mappings.push_back({source_name(i), "/data", all(), box({i * rows, 0}, {rows, columns})});
  return mappings;
}

std::vector<int> counted(std::uint64_t count, int from = 0) {
  std::vector<int> values(static_cast<std::size_t>(count));
  std::iota(values.begin(), values.end(), from);
  return values;
}

std::vector<int> values_of(const Dataset& dataset, const Selection& selection = all()) {
  const auto values = dataset.read<int>(selection);
  return {values.begin(), values.end()};
}

std::vector<int> source_values(const io::TestFolder& folder, std::uint64_t number) {
  return values_of(File::open(folder / source_name(number)).dataset("data"));
}

Error error_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error";
  return Error(ErrorKind::io, "");
}

TEST(VirtualWriting, ReachesAllFiles) {
  const io::TestFolder folder;
  make_sources(folder);
  const auto file = File::create(folder / "master.h5");
  const auto whole = make_virtual(file, concatenated());
  const auto values = counted(files * rows * columns);
  whole.write(values);
  whole.write(counted(3 * columns, 1000), box({rows - 1, 0}, {3, columns}));  // across two files
  auto expected = values;
  std::iota(expected.begin() + (rows - 1) * columns, expected.begin() + (rows + 2) * columns, 1000);
  EXPECT_EQ(values_of(whole), expected);
  file.close();  // commits the sources, too
  for (std::uint64_t i = 0; i < files; ++i) {
    const auto first = expected.begin() + static_cast<std::ptrdiff_t>(i * rows * columns);
    EXPECT_EQ(source_values(folder, i), std::vector<int>(first, first + rows * columns)) << i;
  }
}

TEST(VirtualWriting, RowsThatTakeTurnsBetweenFiles) {
  const io::TestFolder folder;
  make_sources(folder);
  std::vector<VirtualMapping> mappings;
  for (std::uint64_t i = 0; i < files; ++i)
    mappings.push_back({source_name(i), "/data", all(), hyperslab({i, 0}, {files, 1}, {rows, 1}, {1, columns})});
  const auto file = File::create(folder / "master.h5");
  const auto whole = make_virtual(file, mappings);
  whole.write(counted(files * rows * columns));
  whole.write(std::vector<int>{-1, -2}, points({{files, 2}, {1, 5}}));
  file.flush();
  auto first = source_values(folder, 0), second = source_values(folder, 1);
  EXPECT_EQ(first[columns + 2], -1);
  EXPECT_EQ(second[5], -2);
  EXPECT_EQ(first[columns + 3], static_cast<int>(files * columns + 3));
}

TEST(VirtualWriting, NamesWithABlockNumber) {
  const io::TestFolder folder;
  make_sources(folder);
  const auto file = File::create(folder / "master.h5");
  const auto whole = file.root().create_dataset(
      "whole", native_type<int>(), Dataspace::simple({rows, columns}, Shape{unlimited, columns}),
      {.mappings = {{"part_%b.h5", "/data", all(), hyperslab({0, 0}, {rows, 1}, {unlimited, 1}, {rows, columns})}}});
  ASSERT_EQ(whole.space().dims, (Shape{files * rows, columns}));  // follows the files that there are
  const auto values = counted(files * rows * columns, 7);
  whole.write(values);
  EXPECT_EQ(values_of(whole), values);
  file.close();
  EXPECT_EQ(source_values(folder, files - 1).back(), values.back());
  EXPECT_EQ(source_values(folder, 10).front(), values[10 * rows * columns]);
}

TEST(VirtualWriting, AMissingSourceIsAnErrorBeforeAnythingIsWritten) {
  const io::TestFolder folder;
  make_sources(folder);
  std::filesystem::remove(folder / source_name(5));
  const auto file = File::create(folder / "master.h5");
  const auto whole = make_virtual(file, concatenated());
  const auto error = error_of([&] { whole.write(counted(files * rows * columns, 1)); });
  EXPECT_EQ(error.kind(), ErrorKind::not_found);
  EXPECT_NE(std::string(error.what()).find(source_name(5)), std::string::npos) << error.what();
  EXPECT_EQ(values_of(whole, box({0, 0}, {5 * rows, columns})), std::vector<int>(5 * rows * columns));
  whole.write(counted(5 * rows * columns), box({0, 0}, {5 * rows, columns}));  // those before it have theirs
  EXPECT_EQ(values_of(whole, box({rows, 0}, {1, 1})).at(0), static_cast<int>(rows * columns));
}

TEST(VirtualWriting, ASourceForReadingOnlyIsAnErrorThatNamesIt) {
  const io::TestFolder folder;
  make_sources(folder);
  // Open in this process for reading: as for somebody without the right to write, whom root is not.
  const auto reader = File::open(folder / source_name(7));
  const auto file = File::create(folder / "master.h5");
  const auto whole = make_virtual(file, concatenated());
  const auto error = error_of([&] { whole.write(counted(files * rows * columns, 1)); });
  EXPECT_NE(std::string(error.what()).find(source_name(7)), std::string::npos) << error.what();
  EXPECT_EQ(values_of(whole), std::vector<int>(files * rows * columns));
}

TEST(VirtualWriting, ElementsWithoutASourceAreAnError) {
  const io::TestFolder folder;
  make_sources(folder);
  auto mappings = concatenated();
  mappings.erase(mappings.begin() + 3);
  const auto file = File::create(folder / "master.h5");
  const auto whole = make_virtual(file, mappings);
  const auto error = error_of([&] { whole.write(counted(files * rows * columns, 1)); });
  EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
  EXPECT_NE(std::string(error.what()).find("24 of the elements have no source"), std::string::npos) << error.what();
  EXPECT_EQ(values_of(whole), std::vector<int>(files * rows * columns));
}

TEST(VirtualWriting, AStoredChunkGoesWhereItsCellIsOneChunk) {
  const io::TestFolder folder;
  make_sources(folder);
  const auto other = File::create(folder / "other.h5");
  const auto made = other.root().create_dataset<int>("d", {2, columns},
                                                     {.chunk = Shape{2, columns}, .filters = {filters::deflate()}});
  made.write(counted(2 * columns, 50));
  const auto stored = made.read_chunk({0, 0});
  const auto file = File::create(folder / "master.h5");
  auto mappings = concatenated();
  mappings[2] = {source_name(2), "/data", box({1, 0}, {2, columns}), box({2 * rows, 0}, {2, columns})};
  const auto whole = make_virtual(file, mappings);
  whole.write_chunk({rows + 2, 0}, stored.bytes, stored.info.filter_mask);
  EXPECT_EQ(values_of(whole, box({rows + 2, 0}, {2, columns})), counted(2 * columns, 50));
  for (const Shape& cell : {Shape{rows + 1, 0}, Shape{2 * rows, 0}, Shape{2 * rows + 2, 0}}) {
    const auto error = error_of([&] { whole.write_chunk(cell, stored.bytes, stored.info.filter_mask); });
    EXPECT_NE(std::string(error.what()).find("(" + std::to_string(cell[0]) + ","), std::string::npos) << error.what();
  }
  file.close();
  EXPECT_EQ(source_values(folder, 1)[2 * columns], 50);
}

}  // namespace
}  // namespace fiver::object
