#include "pipeline/encode_chain.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>

#include "codecs/registry.hpp"
#include "fiver/values/error.hpp"
#include "pipeline/allocations_testing.hpp"

namespace fiver::pipeline {
namespace {

using Values = std::vector<std::uint32_t>;

const FilterRegistry& registry() {
  static const FilterRegistry builtins = FilterRegistry::with_builtins();
  return builtins;
}

std::shared_ptr<const Filter> find_builtin(std::uint16_t id) {
  return registry().find(id);
}

FilterSpec spec_of(std::uint16_t id, Values values, bool optional) {
  return {id, static_cast<std::uint16_t>(optional ? 1 : 0), {}, std::move(values)};
}

/// Writes what it was given `times` times, or fails, or does not write at all.
class Repeat final : public Filter {
 public:
  explicit Repeat(std::size_t times, FilterStatus status = {}, bool encodes = true)
      : times_(times), status_(std::move(status)), encodes_(encodes) {}
  std::uint16_t id() const noexcept override { return 400; }
  std::string_view name() const noexcept override { return "repeat"; }
  FilterStatus decode(std::span<const std::uint32_t>, std::span<const std::byte> in, std::size_t, std::size_t,
                      std::vector<std::byte>& out) const override {
    out.assign(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(in.size() / times_));
    return FilterStatus::ok();
  }
  bool can_encode() const noexcept override { return encodes_; }
  FilterStatus encode(std::span<const std::uint32_t>, std::span<const std::byte> in, std::size_t room,
                      std::vector<std::byte>& out) const override {
    out.clear();
    if (!status_) return status_;
    if (times_ * in.size() > room) return FilterStatus::no_room("more than " + std::to_string(room));
    for (std::size_t i = 0; i < times_; ++i) out.insert(out.end(), in.begin(), in.end());
    return FilterStatus::ok();
  }

 private:
  std::size_t times_;
  FilterStatus status_;
  bool encodes_;
};

EncodeChain::Lookup always(std::shared_ptr<const Filter> filter) {
  return [filter](std::uint16_t id) { return id == 400 ? filter : find_builtin(id); };
}

Bytes smooth(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i % 4 == 0 ? i / 64 : 0);
  return bytes;
}

Bytes noise(std::size_t size) {
  std::uint64_t state = 1;
  Bytes bytes(size);
  for (auto& byte : bytes) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    byte = static_cast<std::byte>(state >> 56U);
  }
  return bytes;
}

Bytes decoded(const FilterPipeline& pipeline, const EncodeChain::Lookup& find, const EncodeChain::Encoded& encoded,
              std::size_t size) {
  const CodecChain chain(pipeline, find);
  CodecChain::Scratch scratch;
  Bytes out(size);
  EXPECT_EQ(chain.decode(encoded.bytes, encoded.mask, out, scratch), size);
  return out;
}

template <class Call>
Error thrown_by(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return {ErrorKind::io, ""};
}

TEST(EncodeChain, WithoutFiltersGivesTheChunkItself) {
  const auto chunk = smooth(100);
  EncodeChain::Scratch scratch;
  const auto encoded = EncodeChain().encode(chunk, scratch);
  EXPECT_EQ(encoded.bytes.data(), chunk.data());
  EXPECT_EQ(encoded.bytes.size(), chunk.size());
  EXPECT_EQ(encoded.mask, 0U);
}

TEST(EncodeChain, AppliesFiltersFirstToLast) {
  const FilterPipeline pipeline = {spec_of(2, {4}, true), spec_of(1, {6}, true), spec_of(3, {}, false)};
  const EncodeChain chain(pipeline, find_builtin);
  EncodeChain::Scratch scratch;
  const auto chunk = smooth(4000);
  const auto encoded = chain.encode(chunk, scratch);
  EXPECT_EQ(encoded.mask, 0U);
  EXPECT_LT(encoded.bytes.size(), 200U);
  EXPECT_EQ(decoded(pipeline, find_builtin, encoded, chunk.size()), chunk);
  // The order shows: the checksum is over what deflate made of shuffled bytes.
  Bytes shuffled, deflated, summed;
  ASSERT_TRUE(find_builtin(2)->encode(Values{4}, chunk, chunk.size(), shuffled));
  ASSERT_TRUE(find_builtin(1)->encode(Values{6}, shuffled, chunk.size(), deflated));
  ASSERT_TRUE(find_builtin(3)->encode(Values{}, deflated, chunk.size(), summed));
  EXPECT_TRUE(std::ranges::equal(encoded.bytes, summed));
}

TEST(EncodeChain, PassesOverAnOptionalFilterThatGrows) {
  const auto chunk = noise(4000);
  EncodeChain::Scratch scratch;
  const FilterPipeline alone = {spec_of(1, {6}, true)};
  const auto encoded = EncodeChain(alone, find_builtin).encode(chunk, scratch);
  EXPECT_EQ(encoded.mask, 1U);
  EXPECT_EQ(encoded.bytes.data(), chunk.data());

  const FilterPipeline between = {spec_of(2, {4}, true), spec_of(1, {6}, true), spec_of(3, {}, true)};
  const auto summed = EncodeChain(between, find_builtin).encode(chunk, scratch);
  EXPECT_EQ(summed.mask, 2U);
  EXPECT_EQ(summed.bytes.size(), chunk.size() + 4) << "a checksum is there to make a chunk larger, optional or not";
  EXPECT_EQ(decoded(between, find_builtin, summed, chunk.size()), chunk);
}

TEST(EncodeChain, KeepsWhatAMandatoryFilterMadeLarger) {
  for (const auto id : std::array<std::uint16_t, 4>{1, 307, 32004, 32015}) {
    const auto chunk = noise(4000);
    const FilterPipeline pipeline = {spec_of(id, {id == 32004 ? 0U : 4U}, false)};
    EncodeChain::Scratch scratch;
    const auto encoded = EncodeChain(pipeline, find_builtin).encode(chunk, scratch);
    EXPECT_EQ(encoded.mask, 0U);
    EXPECT_GT(encoded.bytes.size(), chunk.size()) << id;
    EXPECT_EQ(decoded(pipeline, find_builtin, encoded, chunk.size()), chunk) << id;
  }
  const auto repeat = always(std::make_shared<Repeat>(3));
  const auto chunk = smooth(10);
  EncodeChain::Scratch scratch;
  EXPECT_EQ(EncodeChain({spec_of(400, {}, false)}, repeat).encode(chunk, scratch).bytes.size(), 30U);
}

TEST(EncodeChain, GivesAMandatoryFilterBoundedRoom) {
  const auto chunk = smooth(1 << 20);
  EncodeChain::Scratch scratch;
  const EncodeChain chain({spec_of(400, {}, false)}, always(std::make_shared<Repeat>(5)));
  const auto error = thrown_by([&] { chain.encode(chunk, scratch); });
  EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
  EXPECT_EQ(error.reason(), "filter 400 (repeat): more than " + std::to_string((4U << 20U) + 65536));
}

TEST(EncodeChain, ThrowsWhatAMandatoryFilterSays) {
  const auto chunk = smooth(100);
  EncodeChain::Scratch scratch;
  const auto encode = [&](std::uint16_t id, const EncodeChain::Lookup& find) {
    const EncodeChain chain({spec_of(id, {}, false)}, find);
    return thrown_by([&] { chain.encode(chunk, scratch); });
  };
  const auto unavailable = encode(400, always(std::make_shared<Repeat>(1, FilterStatus::unavailable("no library"))));
  EXPECT_EQ(unavailable.kind(), ErrorKind::unsupported);
  EXPECT_EQ(unavailable.filter(), 400U);
  const auto bad = encode(400, always(std::make_shared<Repeat>(1, FilterStatus::bad_parameters("bad"))));
  EXPECT_EQ(bad.kind(), ErrorKind::invalid_argument);
  EXPECT_EQ(bad.reason(), "filter 400 (repeat): bad");
  const auto read_only = encode(400, always(std::make_shared<Repeat>(1, FilterStatus::ok(), false)));
  EXPECT_EQ(read_only.kind(), ErrorKind::unsupported);
  EXPECT_EQ(read_only.filter(), 400U);
  const auto unknown = encode(32024, find_builtin);
  EXPECT_EQ(unknown.kind(), ErrorKind::unsupported);
  EXPECT_EQ(unknown.reason(), "filter 32024 (SZ3) is not known to this library");
  EXPECT_EQ(unknown.filter(), 32024U);
}

TEST(EncodeChain, PassesOverEveryOptionalFilterThatFails) {
  const auto chunk = smooth(100);
  for (const auto& filter : {std::make_shared<Repeat>(1, FilterStatus::unavailable("no library")),
                             std::make_shared<Repeat>(1, FilterStatus::bad_data("bad")), std::make_shared<Repeat>(2),
                             std::make_shared<Repeat>(1, FilterStatus::ok(), false), std::shared_ptr<Repeat>()}) {
    const FilterPipeline pipeline = {spec_of(2, {4}, true), spec_of(400, {}, true), spec_of(3, {}, false)};
    EncodeChain::Scratch scratch;
    const auto encoded = EncodeChain(pipeline, always(filter)).encode(chunk, scratch);
    EXPECT_EQ(encoded.mask, 2U);
    EXPECT_EQ(decoded(pipeline, always(filter), encoded, chunk.size()), chunk);
  }
}

TEST(EncodeChain, AllocatesNothingOnceItsScratchHasGrown) {
  const FilterPipeline pipeline = {spec_of(2, {4}, true), spec_of(1, {4}, true), spec_of(3, {}, false)};
  const FilterPipeline modern = {spec_of(32008, {0, 4, 4, 0, 2}, true), spec_of(32015, {3}, false)};
  const auto chunk = smooth(1 << 16);
  for (const auto& filters : {pipeline, modern}) {
    const EncodeChain chain(filters, find_builtin);
    EncodeChain::Scratch scratch;
    chain.encode(chunk, scratch);
    chain.encode(chunk, scratch);
    const auto before = counted_allocations();
    for (int i = 0; i < 10; ++i) EXPECT_EQ(chain.encode(chunk, scratch).mask, 0U);
    EXPECT_EQ(counted_allocations(), before);
  }
}

TEST(CompletePipeline, FillsInParametersAndNames) {
  const Datatype type(4, IntegerType{ByteOrder::little, true, 0, 32, {}});
  const Shape chunk = {32, 32};
  const FillValue fill;
  const FilterContext context{type, chunk, fill};
  const FilterPipeline user = {
      spec_of(2, {}, true),         spec_of(1, {4}, true),     spec_of(3, {}, false),
      spec_of(4, {32, 8}, true),    spec_of(6, {2, 0}, true),  spec_of(32000, {}, true),
      spec_of(32008, {0, 2}, true), spec_of(32015, {3}, true), spec_of(32001, {0, 0, 0, 0, 5, 1, 1}, true),
      spec_of(32004, {2048}, true), spec_of(307, {9}, true),   spec_of(32013, {2, 0, 10, 0, 0, 0}, true)};
  const auto made = complete_pipeline(user, context, find_builtin);
  // As h5py 3.16 and hdf5plugin 7.1.0 have them after creating the same dataset; names of filters from 256 on are the registered ones.
  const FilterPipeline expected = {
      {2, 1, "shuffle", {4}},
      {1, 1, "deflate", {4}},
      {3, 0, "fletcher32", {}},
      {4, 1, "szip", {169, 8, 32, 32}},
      {6, 1, "scaleoffset", {2, 0, 1024, 0, 4, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}},
      {32000, 1, "LZF", {4, 261, 4096}},
      {32008, 1, "bitshuffle", {0, 4, 4, 0, 2}},
      {32015, 1, "Zstandard", {3}},
      {32001, 1, "Blosc", {2, 2, 4, 4096, 5, 1, 1}},
      {32004, 1, "LZ4", {2048}},
      {307, 1, "bzip2", {9}},
      {32013, 1, "ZFP", made.back().values},
  };
  ASSERT_EQ(made.size(), expected.size());
  for (std::size_t i = 0; i < made.size(); ++i) EXPECT_EQ(made[i], expected[i]) << made[i].name;
  EXPECT_EQ(made.back().values.size(), 4U);
  EXPECT_EQ(complete_pipeline(made, context, find_builtin), made) << "a pipeline from another dataset is complete";
}

TEST(CompletePipeline, KeepsGivenNamesAndAsksUsersFiltersForTheirs) {
  const Datatype type(4, IntegerType{ByteOrder::little, true, 0, 32, {}});
  const Shape chunk = {32};
  const FillValue fill;
  const FilterContext context{type, chunk, fill};
  FilterPipeline user = {spec_of(400, {7}, true), spec_of(1, {4}, true)};
  user[1].name = "mine";
  const auto made = complete_pipeline(user, context, always(std::make_shared<Repeat>(1)));
  EXPECT_EQ(made[0], (FilterSpec{400, 1, "repeat", {7}}));
  EXPECT_EQ(made[1].name, "mine");
}

TEST(CompletePipeline, RefusesWhatCannotBeWritten) {
  const Datatype type(4, IntegerType{ByteOrder::little, true, 0, 32, {}});
  const Shape chunk = {32};
  const FillValue fill;
  const FilterContext context{type, chunk, fill};
  const auto refusal = [&](const FilterPipeline& pipeline) {
    return thrown_by([&] { complete_pipeline(pipeline, context, find_builtin); });
  };
  const auto unknown = refusal({spec_of(32024, {}, false)});
  EXPECT_EQ(unknown.kind(), ErrorKind::unsupported);
  EXPECT_EQ(unknown.reason(), "filter 32024 (SZ3) is not known to this library");
  EXPECT_EQ(unknown.filter(), 32024U);
  const auto read_only = refusal({spec_of(305, {}, false)});
  EXPECT_EQ(read_only.kind(), ErrorKind::unsupported);
  EXPECT_EQ(read_only.reason(), "filter 305 (LZO) is read, not written, by this build");
  EXPECT_EQ(read_only.filter(), 305U);
  EXPECT_EQ(refusal({spec_of(4, {32, 7}, true)}).kind(), ErrorKind::invalid_argument);
  EXPECT_EQ(refusal({spec_of(1, {10}, true)}).kind(), ErrorKind::invalid_argument);
  EXPECT_EQ(refusal({spec_of(307, {0}, false)}).kind(), ErrorKind::invalid_argument);
  EXPECT_EQ(refusal({spec_of(32001, {0, 0, 0, 0, 10}, false)}).kind(), ErrorKind::invalid_argument);
  EXPECT_EQ(refusal({spec_of(32020, {2, 2, 1}, false)}).kind(), ErrorKind::invalid_argument);
  EXPECT_EQ(refusal(FilterPipeline(33, spec_of(2, {}, true))).kind(), ErrorKind::invalid_argument);
  // Optional ones stay as they are, and every chunk goes without.
  const FilterPipeline optional = {spec_of(32024, {1, 2}, true), spec_of(305, {}, true)};
  const auto made = complete_pipeline(optional, context, find_builtin);
  EXPECT_EQ(made[0], (FilterSpec{32024, 1, "SZ3", {1, 2}}));
  EncodeChain::Scratch scratch;
  EXPECT_EQ(EncodeChain(made, find_builtin).encode(smooth(128), scratch).mask, 3U);
}

}  // namespace
}  // namespace fiver::pipeline
