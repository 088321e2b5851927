#include "object/dataset_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "chunk/deferred_index.hpp"
#include "object/dataset_writer_jobs.hpp"
#include "object/file_state.hpp"
#include "object/runtime_state.hpp"
#include "pipeline/read_run.hpp"

namespace fiver::object {
namespace {

/// Calls of less are cut into pieces at once, which may be joined.
constexpr std::uint64_t least_staged_call = 64 << 10;

}  // namespace

DatasetWriter::DatasetWriter(FileWriter& writer, std::shared_ptr<ObjectState> state, const DatasetFacts& facts,
                             std::shared_ptr<const chunk::ChunkIndex> index)
    : writer_(writer), state_(state), element_size_(facts.type.size()), fill_(facts.type.size()) {
  if (facts.fill.defined == FillValue::Defined::by_user && facts.fill.bytes.size() == element_size_)
    fill_ = facts.fill.bytes;
  extent_ = facts.space.dims;
  const auto* chunked = std::get_if<ChunkedLayout>(&facts.layout);
  if (chunked == nullptr) return;
  index_ = std::make_shared<chunk::LiveIndex>(std::move(index));
  committed_grid_ = chunk::ChunkGrid::of(*chunked, facts.space, writer.file().view().limits());
  const auto& grid = committed_grid_;
  chunk_ = grid.chunk;
  chunk_bytes_ = grid.chunk_bytes;
  filter_partial_chunks_ = chunked->filter_partial_chunks;
  filtered_ = !facts.filters.empty();
  if (std::holds_alternative<ImplicitIndex>(chunked->index) && chunked->index_address) {
    numbering_.emplace(grid);
    first_place_ = *chunked->index_address;
  }
  const auto& filters = writer.file().runtime().state().filters;
  const auto find = [&](std::uint16_t id) { return filters.find(id); };
  encoder_ = {facts.filters, find};
  decoder_ = {facts.filters, find};
}

std::shared_ptr<const chunk::ChunkIndex> DatasetWriter::open_index(const ChunkedLayout& layout,
                                                                   const chunk::ChunkGrid& grid) const {
  if (!layout.index_address) return nullptr;
  const auto& file = writer_.file();
  return std::make_shared<const chunk::DeferredIndex>(file.view(), layout, grid, filtered_, file.parameters().chunk_k);
}

void DatasetWriter::committed(std::shared_ptr<const chunk::ChunkIndex> index, const chunk::ChunkGrid& grid) {
  committed_grid_ = grid;
  bool waits = false;
  {
    std::lock_guard lock(mutex_);
    waits = draining_ || !stage_.empty();
  }
  index_->committed(std::move(index), waits);
}

std::uint64_t DatasetWriter::next_stamp(bool whole_chunks) {
  std::lock_guard lock(mutex_);
  ++stamps_;
  if (whole_chunks) last_whole_ = stamps_;
  return stamps_;
}

bool DatasetWriter::has_staged() const {
  std::lock_guard lock(mutex_);
  return !stage_.empty() || behind_;
}

void DatasetWriter::fill_chunk(MutableBytes chunk) const {
  pipeline::fill_with(chunk, fill_);
}

DatasetWriter::Turn::Turn(DatasetWriter& writer, bool alone) : writer_(writer), alone_(alone) {
  std::unique_lock lock(writer.mutex_);
  if (alone) {
    ++writer.cuts_;
    while (writer.writing_ > 0 || writer.cutting_) writer.turns_changed_.wait(writer.mutex_);
    writer.cutting_ = true;
  } else {
    while (writer.cuts_ > 0) writer.turns_changed_.wait(writer.mutex_);
    ++writer.writing_;
  }
}

DatasetWriter::Turn::~Turn() {
  std::lock_guard lock(writer_.mutex_);
  if (alone_) {
    --writer_.cuts_;
    writer_.cutting_ = false;
  } else {
    --writer_.writing_;
  }
  writer_.turns_changed_.notify_all();
}

std::shared_ptr<const void> DatasetWriter::keeper() const {
  const auto state = state_.lock();
  return state ? state->snapshot() : nullptr;
}

void DatasetWriter::check_inside(const select::ChunkCopy& copy, const Shape& extent) const {
  const auto& scaled = copy.coordinates();
  bool whole = true;
  for (std::size_t i = 0; i < scaled.size(); ++i) whole = whole && scaled[i] * chunk_[i] + chunk_[i] <= extent[i];
  if (whole) return;
  select::for_each_run(copy, [&](std::uint64_t at, std::uint64_t, std::uint64_t length) {
    for (auto element = at; element < at + length; ++element) {
      auto rest = element;
      for (auto i = chunk_.size(); i-- > 0; rest /= chunk_[i])
        if (scaled[i] * chunk_[i] + rest % chunk_[i] >= extent[i])
          throw Error(ErrorKind::invalid_argument,
                      fmt::format("another call made the extent smaller, ({}) now", fmt::join(extent, ",")));
    }
  });
}

bool DatasetWriter::is_partial(const Shape& scaled) const {
  std::lock_guard lock(mutex_);
  for (std::size_t i = 0; i < scaled.size(); ++i)
    if (scaled[i] * chunk_[i] + chunk_[i] > extent_[i]) return true;
  return false;
}

void WriteSource::copy(std::uint64_t from, std::uint64_t count, MutableBytes to) const {
  const auto source =
      bytes.subspan(static_cast<std::size_t>(from) * element_size, static_cast<std::size_t>(count) * element_size);
  if (conversion != nullptr)
    conversion->convert_for_writing(source, to, static_cast<std::size_t>(count), nullptr);
  else if (!source.empty())
    std::memcpy(to.data(), source.data(), source.size());
}

void DatasetWriter::write(const select::Placed& to, const WriteSource& source, const ReadOptions& options) {
  const Turn turn(*this, false);
  const auto kept = keeper();
  const select::Partition partition(to, chunk_);
  const auto count = partition.chunk_count();
  std::vector<std::uint64_t> whole, parts;
  // Where another call changed the extent since the selection was held against it, a chunk may have more elements than it had, or fewer.
  const bool as_planned = to.extent == extent_;
  {
    select::ChunkCopy copy;
    for (std::uint64_t i = 0; i < count; ++i) {
      partition.copy_into(i, copy);
      if (!as_planned) check_inside(copy, extent_);
      (as_planned ? copy.covers_extent_part() : copy.is_whole_chunk()) ? whole.push_back(i) : parts.push_back(i);
    }
  }
  const auto stamp = next_stamp(!whole.empty());
  const auto bytes = to.element_count * element_size_;
  const bool exact = source.bytes.size() == to.element_count * source.element_size;
  if (exact && bytes >= least_staged_call && should_wait(whole.size())) {
    stage_call(std::make_shared<StagedCall>(StagedCall{partition, {}, {}, {}}), source, stamp, options);
    return write_waiting(whole.size() * chunk_bytes_);
  }
  const auto encode = [&](Job& job, EncodeScratch& worker) {
    partition.copy_into(whole[job.number], worker.copy);
    job.scaled = worker.copy.coordinates();
    job.stamp = stamp;
    const auto volume = static_cast<std::size_t>(chunk_bytes_);
    if (worker.copy.is_whole_chunk() && source.conversion == nullptr)
      return encode_into(
          job, source.bytes.subspan(static_cast<std::size_t>(worker.copy.result_offset()) * element_size_, volume),
          worker);
    const auto chunk = chunk_memory(job, worker);
    if (worker.copy.element_count() * element_size_ < volume) fill_chunk(chunk);
    select::for_each_run(worker.copy, [&](std::uint64_t at, std::uint64_t from, std::uint64_t length) {
      source.copy(from, length,
                  chunk.subspan(static_cast<std::size_t>(at) * element_size_,
                                static_cast<std::size_t>(length) * element_size_));
    });
    encode_into(job, chunk, worker);
  };
  write_chunks(
      whole.size(), options, [](std::size_t i, Job& job) { job.number = i; }, encode, [](Job&) {}, true);
  if (parts.empty()) return;
  // A large call that has no chunk whole is kept together.
  if (whole.empty() && bytes >= least_staged_call && exact)
    stage_call(std::make_shared<StagedCall>(StagedCall{partition, {}, {}, {}}), source, stamp, options);
  else
    stage_pieces(partition, parts, source, stamp, options);
}

void DatasetWriter::write_chunk(const Shape& scaled, ByteView stored, std::uint32_t mask) {
  if (!filtered_ && stored.size() != chunk_bytes_)
    throw Error(ErrorKind::invalid_argument,
                fmt::format("{} bytes for a chunk of {} that no filter changes", stored.size(), chunk_bytes_));
  const Turn turn(*this, false);
  const auto kept = keeper();
  for (std::size_t i = 0; i < scaled.size(); ++i)
    if (scaled[i] * chunk_[i] >= extent_[i])
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("another call made the extent smaller, ({}) now", fmt::join(extent_, ",")));
  settle();
  Job job;
  job.scaled = scaled;
  job.stored = stored;
  job.address = place_of(job);
  const auto stamp = next_stamp(true);
  auto& view = writer_.file().view();
  try {
    writer_.await_room(job.address.value + stored.size());
    view.storage().write_at(view.base() + job.address.value, stored);
  } catch (...) {
    give_up(job);
    throw;
  }
  writer_.note_data_written();
  index_->publish(scaled, chunk::ChunkRecord{job.address, stored.size(), mask}, stamp);
  if (const auto state = state_.lock()) writer_.edit([&] { writer_.mark_dirty(state, *state->draft()); });
}

}  // namespace fiver::object
