// A dataset's filter pipeline, ready to apply: first to last, as codec_chain.hpp undoes it last to first (format specification
// IV.A.2.l).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "fiver/spi/filter.hpp"
#include "fiver/spi/piecewise_filter.hpp"
#include "fiver/values/filter_spec.hpp"
#include "pipeline/codec_chain.hpp"

namespace fiver::pipeline {

/// The pipeline to store with a new dataset: the parameters of every filter completed for its type and chunk, its name filled in
/// where none was given. An optional filter that is not known or cannot encode stays as it was given: every chunk passes it over.
/// Throws unsupported for a mandatory one, invalid_argument for parameters that do not fit and for more filters than a message holds.
FilterPipeline complete_pipeline(const FilterPipeline& pipeline, const FilterContext& context,
                                 const CodecChain::Lookup& find);

class EncodeChain {
 public:
  using Lookup = CodecChain::Lookup;
  using Scratch = CodecChain::Scratch;
  /// `bytes` is the chunk itself when no filter was applied, else it lives in the scratch until that is used again.
  struct Encoded {
    ByteView bytes;
    std::uint32_t mask = 0;  ///< bit i: filter i was not applied
  };

  EncodeChain() = default;
  /// `pipeline` is one that complete_pipeline has made, or a dataset's own. Filters that `find` does not know are an error only when
  /// a chunk is encoded, and only mandatory ones.
  EncodeChain(const FilterPipeline& pipeline, const Lookup& find);

  bool empty() const { return steps_.empty(); }
  std::size_t size() const { return steps_.size(); }
  /// Applies the filters to a whole chunk. An optional filter that fails, or whose result is larger than what it was given, is passed
  /// over; a mandatory one's larger result is kept, its failure thrown: unsupported, for the filter, where it cannot encode,
  /// invalid_argument where its parameters or these data do not fit.
  Encoded encode(ByteView chunk, Scratch& scratch) const;

  /// A chunk that several workers may encode: runs of whole pieces, each by encode_run(), stand behind the head one after the other. Together
  /// they are what encode() makes, unless they are more than `room` bytes or a run fails.
  struct Runs {
    PiecewiseFilter::Pieces pieces;
    std::size_t room = 0;
  };
  std::optional<Runs> runs(std::size_t chunk_size) const;
  /// The run without its head, in the scratch; nothing where it fails.
  std::optional<ByteView> encode_run(const Runs& runs, ByteView run, Scratch& scratch) const;

 private:
  std::vector<FilterStep> steps_;
};

}  // namespace fiver::pipeline
