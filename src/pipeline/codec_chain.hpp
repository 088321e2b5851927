// A dataset's filter pipeline, ready to undo: the last filter first, each one that a chunk's mask names passed over (format
// specification IV.A.2.l).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "codecs/framed_filter.hpp"
#include "fiver/spi/filter.hpp"
#include "fiver/values/filter_spec.hpp"
#include "pipeline/filter_step.hpp"

namespace fiver::pipeline {

class CodecChain {
 public:
  using Lookup = FilterLookup;
  /// Memory that decode() uses between filters, to be kept from chunk to chunk.
  struct Scratch {
    Bytes a, b;
  };

  CodecChain() = default;
  /// Filters that `find` does not know are an error only when a chunk needs them.
  CodecChain(const FilterPipeline& pipeline, const Lookup& find);

  bool empty() const { return steps_.empty(); }
  std::size_t size() const { return steps_.size(); }
  /// True when no filter was applied under this mask.
  bool is_plain(std::uint32_t mask) const;
  /// Undoes the filters of `stored` into `out`, which has the size of a whole chunk. Returns the bytes that came out: some writers
  /// store less than a whole chunk where the dataset ends in it, and the rest is then zero; a longer result is cut. Throws
  /// corrupt, unsupported for a filter that is not there.
  std::size_t decode(ByteView stored, std::uint32_t mask, MutableBytes out, Scratch& scratch) const;
  /// The one filter that was applied, when it is one whose chunks are made of independent blocks.
  struct BlockFilter {
    const Filter* filter = nullptr;
    const std::vector<std::uint32_t>* values = nullptr;
    const codecs::FramedFilter* framed = nullptr;  ///< the same, when it is one of those
  };
  std::optional<BlockFilter> only_filter(std::uint32_t mask) const;

 private:
  static bool is_applied(std::size_t step, std::uint32_t mask) { return step >= 32 || (mask >> step & 1U) == 0; }
  std::vector<std::size_t> applied(std::uint32_t mask) const;
  [[noreturn]] static void fail(const FilterStep& step, const FilterStatus& status);
  static std::size_t decode_last(const FilterStep& step, ByteView in, MutableBytes out, Bytes& scratch);

  std::vector<FilterStep> steps_;
};

}  // namespace fiver::pipeline
