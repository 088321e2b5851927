// Virtual datasets of ten thousand sources: a frame touches its own source only.
#include <gtest/gtest.h>

#include <fstream>

#include "costs.hpp"
#include "io/posix_storage.hpp"
#include "io/test_folder.hpp"

namespace fiver::tests {
namespace {

constexpr std::uint64_t sources = 10'000, frame_pixels = 64;

class TenThousandSources : public testing::Test {
 protected:
  /// Frame i of "v" is the one frame of "s" in file "source_i".
  static void SetUpTestSuite() {
    folder_ = std::make_unique<io::TestFolder>();
    FileBuilder one({std::make_shared<WatchedFilter>()});
    auto spec = dataset_of(std::vector<std::uint32_t>(frame_pixels, 7), {1, frame_pixels});
    spec.chunk = spec.shape;
    spec.index = IndexForm::single;
    spec.filters = {{WatchedFilter::number, 0, "watched", {}}};
    const auto source = one.finish(one.add_group({hard_link("s", one.add_dataset(spec))}));
    std::vector<VirtualMapping> mappings;
    for (std::uint64_t i = 0; i < sources; ++i) {
      folder_->make(numbered("source", i), std::string(text_of(source)));
      mappings.push_back({numbered("source", i), "/s", all(), box({i, 0}, {1, frame_pixels})});
    }
    FileBuilder master;
    const auto dataset = master.add_virtual(native_type<std::uint32_t>(), {sources, frame_pixels}, mappings);
    folder_->make("master.h5", std::string(text_of(master.finish(master.add_group({hard_link("v", dataset)})))));
  }
  static void TearDownTestSuite() { folder_.reset(); }

  TenThousandSources()
      : counted_(io::open_file(*folder_ / "master.h5", io::OpenMode::read)), options_(counted_.options()) {
    options_.may_follow = [this](const Referral&) {
      ++followed_;
      return true;
    };
  }
  Dataset open() const { return File::open(counted_.storage(), options_).dataset("v"); }

  static inline std::unique_ptr<io::TestFolder> folder_;
  CountedFile counted_;
  Options options_;
  std::atomic<std::uint64_t> followed_{0};  // source files that were looked at
};

TEST_F(TenThousandSources, OneFrame) {
  // The sources' own storages cannot be counted from outside, but a file that is open already is shared: this one's are.
  const auto path = *folder_ / numbered("source", 7777);
  const auto source = std::make_shared<io::CountingStorage>(io::open_file(path, io::OpenMode::read));
  const auto shared = File::open(source, options_);
  const auto dataset = open();
  source->reset();
  expect_cost("first frame of a virtual dataset of 10,000 sources", counted_.cost_of([&] {
    const auto got = dataset.read<std::uint32_t>(frame(7777));
    EXPECT_EQ(got[3], 7U);
    EXPECT_EQ(got.report().chunks(), 1U);
    EXPECT_EQ(got.report().sources.size(), 1U);
  }));
  EXPECT_EQ(followed_, 1U);               // files looked at
  EXPECT_EQ(source->counts().reads, 2U);  // of the source: one page of metadata, and the chunk
  source->reset();
  expect_cost("the frame again", counted_.cost_of([&] { dataset.read<std::uint32_t>(frame(7777)); }));
  EXPECT_EQ(followed_, 1U);
  EXPECT_EQ(source->counts().reads, 1U);  // the chunk
  EXPECT_EQ(source->counts().bytes_read, frame_pixels * 4);
  expect_cost("another frame", counted_.cost_of([&] { dataset.read<std::uint32_t>(frame(5)); }));
  EXPECT_EQ(followed_, 2U);
}

TEST_F(TenThousandSources, ThePlanOfOneFrame) {
  const auto dataset = open();
  expect_cost("plan of one frame of 10,000 sources", counted_.cost_of([&] {
    const auto plan = dataset.plan(frame(123, 2));
    EXPECT_EQ(plan.chunks(), 2U);
  }));
  EXPECT_EQ(followed_, 2U);
}

TEST_F(TenThousandSources, OneChunkByAnElement) {
  const auto dataset = open();
  const auto chunk = dataset.find_chunk({9999, 3});
  ASSERT_TRUE(chunk);
  EXPECT_EQ(chunk->offset, (Shape{9999, 0}));
  EXPECT_EQ(followed_, 1U);  // files looked at to find one chunk
}

TEST_F(TenThousandSources, AllFrames) {
  const auto dataset = open();
  expect_cost("all frames of 10,000 sources", counted_.cost_of([&] {
    const auto got = dataset.read<std::uint32_t>();
    EXPECT_EQ(got.report().chunks(), sources);
  }));
  EXPECT_EQ(followed_, sources);  // each once
}

}  // namespace
}  // namespace fiver::tests
