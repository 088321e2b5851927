#include "costs.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "io/memory_storage.hpp"

namespace fiver::tests {
namespace {

struct Row {
  std::string_view job;
  Cost cost;
};

// Metadata are read in pages of 64 KiB, fewer bytes where the file ends: a job that needs n structures far apart reads n pages. Of data,
// exactly the stored chunks or the wanted bytes are read.
//   job, {reads, bytes, decodes}
constexpr Row table[] = {
    // The superblock, whatever the file holds.
    {"open a small file", {1, 128, 0}},
    {"open a file with a group of 10,000 links", {1, 128, 0}},
    {"open a file with a dataset of 100,000 chunks", {1, 128, 0}},
    // Root group, group, name tree, heap block and dataset, all in the few KiB that the file has.
    {"object by path in dense group of 100", {1, 5127, 0}},
    {"missing object by path in dense group of 100", {1, 5127, 0}},
    // A hundred times the links: the path down a tree of depth 2 or 3, the heap's table, one of its blocks.
    {"object by path in dense group of 10000", {7, 63687, 0}},
    // A name whose hash nothing has: no heap block.
    {"missing object by path in dense group of 10000", {4, 30919, 0}},
    // The whole tree and heap, each page once.
    {"list dense group of 10000", {30, 391367, 0}},
    {"object by path in old group of 100", {1, 6687, 0}},
    {"missing object by path in old group of 100", {1, 6687, 0}},
    // A tree of depth 3, a leaf, and the pages of names that the binary searches look at.
    {"object by path in old group of 10000", {10, 85767, 0}},
    {"missing object by path in old group of 10000", {9, 69383, 0}},
    // All leaves, nodes and names, each page once.
    {"list old group of 10000", {18, 688143, 0}},
    // Of small files the index stands in the page of the dataset's header, or in the next.
    {"plan one chunk of 100, v2 B-tree", {1, 8192, 0}},
    {"then read it of 100, v2 B-tree", {1, 512, 1}},
    {"another, elsewhere of 100, v2 B-tree", {1, 512, 1}},
    {"that again of 100, v2 B-tree", {1, 512, 1}},
    // Index: the path down the tree. No data.
    {"plan one chunk of 10000, v2 B-tree", {2, 24576, 0}},
    // The chunk's stored bytes and nothing else.
    {"then read it of 10000, v2 B-tree", {1, 512, 1}},
    // Its part of the index, where that is another page, and its bytes.
    {"another, elsewhere of 10000, v2 B-tree", {2, 8704, 1}},
    {"that again of 10000, v2 B-tree", {1, 512, 1}},
    // From the open file: root, dataset, index and chunk.
    {"path and one chunk of 10,000, v2 B-tree", {5, 35599, 1}},
    // Fixed array: the page bitmap and one page of elements.
    {"plan one chunk of 100, fixed array", {0, 0, 0}},
    {"then read it of 100, fixed array", {1, 512, 1}},
    {"another, elsewhere of 100, fixed array", {1, 512, 1}},
    {"that again of 100, fixed array", {1, 512, 1}},
    {"plan one chunk of 10000, fixed array", {3, 32768, 0}},
    {"then read it of 10000, fixed array", {1, 512, 1}},
    {"another, elsewhere of 10000, fixed array", {3, 25088, 1}},
    {"that again of 10000, fixed array", {1, 512, 1}},
    {"path and one chunk of 10,000, fixed array", {5, 36127, 1}},
    // The old index, of most files there are.
    {"plan one chunk of 100, v1 B-tree", {1, 8192, 0}},
    {"then read it of 100, v1 B-tree", {1, 512, 1}},
    {"another, elsewhere of 100, v1 B-tree", {1, 512, 1}},
    {"that again of 100, v1 B-tree", {1, 512, 1}},
    {"plan one chunk of 10000, v1 B-tree", {2, 16384, 0}},
    {"then read it of 10000, v1 B-tree", {1, 512, 1}},
    {"another, elsewhere of 10000, v1 B-tree", {3, 25088, 1}},
    {"that again of 10000, v1 B-tree", {1, 512, 1}},
    {"path and one chunk of 10,000, v1 B-tree", {5, 36879, 1}},
    // Each touched chunk once: a page of the index and 11 chunks.
    {"box across 11 chunks", {12, 13824, 11}},
    // The index is known by now. Chunks 0 and 6 were wanted in part before, and are still there decoded.
    {"160 elements in 160 chunks", {160, 111887, 158}},
    // Chunk 0 once more; the other was only met on the way through many.
    {"5 points in 2 chunks", {1, 512, 1}},
    // Contiguous data: exactly the bytes wanted, and 2 MiB at a time of large pieces.
    {"one row of contiguous data", {1, 8000, 0}},
    {"one element of contiguous data", {1, 4, 0}},
    {"all 16 MB of contiguous data", {8, 16000000, 0}},
    // Every chunk once, and the index once.
    {"for_each_chunk of 10,000, v2 B-tree", {10017, 5499151, 0}},
    // The index is known by now.
    {"read all 10,000 chunks, v2 B-tree", {10000, 5120000, 10000}},
    // The index once: ten times the chunks, ten times the pages.
    {"chunk_map of 10000, v2 B-tree", {11, 332559, 0}},
    {"chunk_map again of 10000, v2 B-tree", {0, 0, 0}},
    {"chunk_map of 100000, v2 B-tree", {144, 3448079, 0}},
    {"chunk_map again of 100000, v2 B-tree", {0, 0, 0}},
    {"for_each_chunk of 10,000, fixed array", {10005, 5270303, 0}},
    {"read all 10,000 chunks, fixed array", {10000, 5120000, 10000}},
    {"chunk_map of 10000, fixed array", {5, 140815, 0}},
    {"chunk_map again of 10000, fixed array", {0, 0, 0}},
    {"chunk_map of 100000, fixed array", {14, 1405783, 0}},
    {"chunk_map again of 100000, fixed array", {0, 0, 0}},
    // Frames that share a chunk do not decode it again.
    {"1600 frames in 100 chunks", {100, 51200, 100}},
    // Of the master: its header, and all mappings at the first use, in one read. Sources are counted in the test.
    {"first frame of a virtual dataset of 10,000 sources", {2, 738240, 1}},
    // Nothing of the master any more.
    {"the frame again", {0, 0, 1}},
    {"another frame", {0, 0, 1}},
    {"plan of one frame of 10,000 sources", {2, 738240, 0}},
    {"all frames of 10,000 sources", {2, 738240, 10000}},
};

}  // namespace

void expect_cost(std::string_view job, const Cost& cost) {
  const auto row = std::find_if(std::begin(table), std::end(table), [&](const Row& each) { return each.job == job; });
  const auto text = [](const Cost& c) {
    return fmt::format("{} reads, {} bytes, {} decodes", c.reads, c.bytes, c.decodes);
  };
  if (row == std::end(table)) {
    ADD_FAILURE() << "\"" << job << "\" is not in the table: it costs " << text(cost);
  } else {
    EXPECT_TRUE(cost == row->cost) << "\"" << job << "\" costs " << text(cost) << "; the table says "
                                   << text(row->cost);
  }
}

CountedFile::CountedFile(Bytes content) : CountedFile(std::make_shared<io::ImageStorage>(std::move(content))) {}

CountedFile::CountedFile(std::shared_ptr<Storage> storage)
    : storage_(std::make_shared<io::CountingStorage>(std::move(storage))) {
  options_.runtime = runtime_with(filter_, 2);
  opening_ = cost_of([&] { file_ = File::open(storage_, options_); });
}

Cost CountedFile::cost_so_far() const {
  const auto counts = storage_->counts();
  return {counts.reads, counts.bytes_read, filter_->decodes()};
}

Cost CountedFile::cost_of(const std::function<void()>& job) {
  storage_->reset();
  filter_->reset();
  job();
  return cost_so_far();
}

std::string numbered(std::string_view name, std::uint64_t number) {
  return fmt::format("{}_{:06}", name, number);
}

Bytes chunked_file(std::uint64_t rows, std::uint64_t rows_of_chunk, IndexForm index) {
  std::vector<std::uint32_t> values(rows * 8);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::uint32_t>(i);
  FileBuilder builder({std::make_shared<WatchedFilter>()});
  auto spec = dataset_of(values, {rows, 8});
  spec.chunk = Shape{rows_of_chunk, 8};
  spec.index = index;
  spec.filters = {{WatchedFilter::number, 0, "watched", {}}};
  const auto dataset = builder.add_dataset(spec);
  return builder.finish(builder.add_group({hard_link("d", dataset)}));
}

Bytes wide_group_file(std::uint64_t count, GroupForm form) {
  FileBuilder builder;
  const auto dataset = builder.add_dataset(dataset_of<std::uint32_t>({7}, {1}));
  std::vector<Link> links;
  for (std::uint64_t i = 0; i < count; ++i) links.push_back(hard_link(numbered("link", i), dataset));
  const auto group = builder.add_group(links, form);
  return builder.finish(builder.add_group({hard_link("d", dataset), hard_link("g", group)}));
}

}  // namespace fiver::tests
