// A dataset's extent changes: chunks outside go, those that cross the edge are filled behind it, those of an implicit index are filled
// when they come.
#include <algorithm>
#include <cstring>

#include "object/dataset_writer_jobs.hpp"
#include "object/file_state.hpp"
#include "object/runtime_state.hpp"
#include "pipeline/raw_bytes.hpp"

namespace fiver::object {

/// In an implicit index all chunks of the extent are there: those that come are filled.
void DatasetWriter::fill_grown(const Shape& old, const Shape& extent, std::uint64_t stamp) {
  std::vector<Shape> fresh;
  Shape scaled(extent.size());
  for (bool more = std::find(extent.begin(), extent.end(), 0U) == extent.end(); more;) {
    bool was = true;
    for (std::size_t i = 0; i < scaled.size(); ++i) was = was && scaled[i] * chunk_[i] < old[i];
    if (!was) fresh.push_back(scaled);
    auto axis = scaled.size();
    for (more = false; !more && axis-- > 0;) {
      more = (scaled[axis] + 1) * chunk_[axis] < extent[axis];
      scaled[axis] = more ? scaled[axis] + 1 : 0;
    }
  }
  Bytes filled(static_cast<std::size_t>(chunk_bytes_));
  fill_chunk(filled);
  write_chunks(
      fresh.size(), {},
      [&](std::size_t i, Job& job) {
        job.scaled = fresh[i];
        job.stamp = stamp;
      },
      [&](Job& job, EncodeScratch&) { job.stored = filled; }, [](Job&) {});
}

void DatasetWriter::cut(const Shape& extent, const std::function<void()>& publish) {
  const Turn turn(*this, true);
  const auto kept = keeper();
  cut_chunks(extent);
  publish();
}

void DatasetWriter::cut_chunks(const Shape& extent) {
  drain();
  Shape old;
  {
    std::lock_guard lock(mutex_);
    old = extent_;
  }
  std::vector<Shape> outside, crossing;
  bool shrinks = false;
  for (std::size_t i = 0; i < extent.size(); ++i) shrinks = shrinks || extent[i] < old[i];
  const auto toggles = filtered_ && !filter_partial_chunks_;
  if (shrinks || toggles)
    index_->for_each([&](std::span<const std::uint64_t> scaled, const chunk::ChunkRecord&) {
      bool gone = false, crosses = false;
      for (std::size_t i = 0; i < scaled.size(); ++i) {
        const auto start = scaled[i] * chunk_[i], end = start + chunk_[i];
        gone = gone || start >= extent[i];
        crosses =
            crosses || (extent[i] < old[i] && end > extent[i]) || (toggles && (end > extent[i]) != (end > old[i]));
      }
      if (gone)
        outside.emplace_back(scaled.begin(), scaled.end());
      else if (crosses)
        crossing.emplace_back(scaled.begin(), scaled.end());
      return true;
    });
  const auto stamp = next_stamp(true);
  std::vector<Bytes> decoded(crossing.size());
  // Read by the old extent, written by the new one: which chunks are partial may change.
  for (std::size_t i = 0; i < crossing.size(); ++i) {
    const auto record = index_->find(crossing[i]);
    writer_.file().view().position(record->address, record->stored_size, "data");  // before its size takes any memory
    Bytes stored(static_cast<std::size_t>(record->stored_size));
    pipeline::read_exactly(writer_.file().view(), record->address, stored, "data");
    decoded[i].resize(static_cast<std::size_t>(chunk_bytes_));
    auto mask = record->filter_mask;
    if (toggles && is_partial(crossing[i])) mask = 0xFFFFFFFFU;
    pipeline::CodecChain::Scratch scratch;
    if (decoder_.is_plain(mask))
      std::copy_n(stored.begin(), std::min(stored.size(), decoded[i].size()), decoded[i].begin());
    else
      decoder_.decode(stored, mask, decoded[i], scratch);
    // Everything but what stays becomes fill.
    Bytes kept(decoded[i].size());
    fill_chunk(kept);
    Shape size = chunk_;
    for (std::size_t d = 0; d < size.size(); ++d) size[d] = std::min(chunk_[d], extent[d] - crossing[i][d] * chunk_[d]);
    const auto stays =
        select::Partition(select::packed(select::normalize(box(Shape(size.size()), size), chunk_)), chunk_);
    select::for_each_run(stays.copy(0), [&](std::uint64_t at, std::uint64_t, std::uint64_t length) {
      std::memcpy(kept.data() + at * element_size_, decoded[i].data() + at * element_size_, length * element_size_);
    });
    decoded[i] = std::move(kept);
  }
  {
    std::lock_guard lock(mutex_);
    extent_ = extent;
  }
  try {
    write_chunks(
        crossing.size(), {},
        [&](std::size_t i, Job& job) {
          job.number = i;
          job.scaled = crossing[i];
          job.stamp = stamp;
        },
        [&](Job& job, EncodeScratch& worker) { encode_into(job, decoded[job.number], worker); }, [](Job&) {});
    if (numbering_) fill_grown(old, extent, stamp);
  } catch (...) {
    std::lock_guard lock(mutex_);
    extent_ = old;
    throw;
  }
  // Last: what could fail has not.
  if (numbering_) return;  // the places of those outside stay theirs
  for (const auto& scaled : outside) index_->publish(scaled, std::nullopt, stamp);
}

}  // namespace fiver::object
