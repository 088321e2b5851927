#include "select/chunk_copy.hpp"

namespace fiver::select {

void ChunkCopy::finish(std::uint64_t chunk_volume, std::uint64_t extent_part, bool distinct) {
  bool dense = true;
  std::uint64_t inner = 1;
  if (separable_) {
    element_count_ = 1;
    result_offset_ = result_base_;
    for (auto d = axes_.size(); d-- > 0;) {
      const auto& axis = axes_[d];
      element_count_ *= axis.length;
      result_offset_ += segments_[axis.first].to * axis.result_stride;
      dense = dense && axis.end - axis.first == 1 && (axis.length == 1 || axis.result_stride == inner);
      inner *= axis.length;
    }
  } else {
    element_count_ = 0;
    for (const auto& run : segments_) element_count_ += run.length;
    result_offset_ = segments_.front().to;
    dense = segments_.size() == 1;
  }
  is_whole_chunk_ = dense && element_count_ == chunk_volume;
  covers_extent_part_ = distinct && element_count_ == extent_part;
}

}  // namespace fiver::select
