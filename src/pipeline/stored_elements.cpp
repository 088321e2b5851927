#include "pipeline/stored_elements.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/checked.hpp"
#include "pipeline/block_walk.hpp"

namespace fiver::pipeline {
namespace {

/// Large enough to make a read worth its call, small enough that all cores get some.
constexpr std::uint64_t slab_bytes = 2 << 20;

/// Whole inner dimensions as long as they fit, a share of the next one, then 1.
Shape slab_shape(const Shape& extent, std::uint64_t element_size) {
  Shape slab(extent.size(), 1);
  std::uint64_t bytes = element_size;
  for (auto i = extent.size(); i-- > 0;) {
    const auto length = std::max<std::uint64_t>(extent[i], 1);
    slab[i] = std::clamp<std::uint64_t>(slab_bytes / std::max<std::uint64_t>(bytes, 1), 1, length);
    if (slab[i] < length) break;
    bytes *= length;  // at most slab_bytes or one dimension more
    if (bytes > slab_bytes) break;
  }
  return slab;
}

}  // namespace

StoredElements::StoredElements(const meta::FileView& file, chunk::ChunkGrid grid,
                               std::shared_ptr<const chunk::ChunkIndex> index, CodecChain codecs,
                               bool filter_partial_chunks, std::shared_ptr<ChunkMemory> memory)
    : file_(file),
      extent_(grid.extent),
      chunk_(grid.chunk),
      chunk_bytes_(grid.chunk_bytes),
      grid_(std::move(grid)),
      index_(std::move(index)),
      codecs_(std::move(codecs)),
      filter_partial_chunks_(filter_partial_chunks) {
  // A writer that is followed may put other bytes where a chunk stands, while somebody reads it by an old snapshot.
  if (!memory || codecs_.empty() || file_.follows_writer()) return;
  decoded_ = std::make_unique<Shelf>(memory, chunk_bytes_);
  const auto filter = codecs_.only_filter(0);
  if (!filter || filter->framed == nullptr) return;
  framing_ = filter->framed->framing(*filter->values, chunk_bytes_);
  if (framing_ && framing_->total <= framing_->block) framing_.reset();
  if (framing_) tables_ = std::make_unique<Shelf>(std::move(memory), BlockWalk::table_size(*framing_));
}

StoredElements::StoredElements(const meta::FileView& file, Shape extent, std::uint32_t element_size,
                               std::unique_ptr<RawBytes> raw)
    : file_(file), extent_(std::move(extent)), chunk_(slab_shape(extent_, element_size)), raw_(std::move(raw)) {
  chunk_bytes_ = element_size;
  for (const auto length : chunk_) chunk_bytes_ *= length;
  slab_strides_.resize(extent_.size());
  std::uint64_t stride = element_size;
  for (auto i = extent_.size(); i-- > 0;) {
    slab_strides_[i] = stride * chunk_[i];
    stride *= extent_[i];  // the caller has checked that all elements fit
  }
}

StoredElements::Place StoredElements::find(std::span<const std::uint64_t> scaled) const {
  if (!index_) {
    Place place;
    for (std::size_t i = 0; i < scaled.size(); ++i) place.raw_offset += scaled[i] * slab_strides_[i];
    return place;
  }
  Place place{index_->find(scaled), 0};
  if (place.record) place.record = as_stored(scaled, *place.record);
  return place;
}

chunk::ChunkRecord StoredElements::as_stored(std::span<const std::uint64_t> scaled, chunk::ChunkRecord record) const {
  if (filter_partial_chunks_) return record;
  for (std::size_t i = 0; i < scaled.size(); ++i)
    if (extent_[i] - scaled[i] * chunk_[i] < chunk_[i]) record.filter_mask = ~std::uint32_t{0};
  return record;
}

}  // namespace fiver::pipeline
