#include "object/dataset_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/checked.hpp"
#include "chunk/deferred_index.hpp"
#include "format/dataspace_message.hpp"
#include "object/file_state.hpp"
#include "object/runtime_state.hpp"
#include "pipeline/read_run.hpp"

namespace fiver::object {
namespace {

/// Decoded bytes that are under way at once, and the most chunks.
constexpr std::uint64_t window_bytes = 64 << 20;
constexpr std::size_t window_chunks = 4096;
/// Chunks smaller than this that follow each other in the file are written together.
constexpr std::size_t small_chunk = 256 << 10;
/// Calls of less are cut into pieces at once, which may be joined.
constexpr std::uint64_t least_staged_call = 64 << 10;

}  // namespace

struct DatasetWriter::Job {
  Shape scaled;
  std::size_t number = 0;
  Bytes owned;  ///< what is stored, unless the caller's memory is
  ByteView stored;
  std::uint32_t mask = 0;
  Address address;
  std::uint64_t stamp = 0;
  std::optional<chunk::LiveIndex::Stamped> expected;
  bool nothing = false;  ///< there was nothing to write
};

struct DatasetWriter::Worker {
  Bytes decoded, stored;
  pipeline::CodecChain::Scratch scratch;
  select::ChunkCopy copy;
};

DatasetWriter::DatasetWriter(FileWriter& writer, std::shared_ptr<ObjectState> state, const DatasetFacts& facts,
                             std::shared_ptr<const chunk::ChunkIndex> index)
    : writer_(writer), state_(state), element_size_(facts.type.size()), fill_(facts.type.size()) {
  if (facts.fill.defined == FillValue::Defined::by_user && facts.fill.bytes.size() == element_size_)
    fill_ = facts.fill.bytes;
  extent_ = facts.space.dims;
  const auto* chunked = std::get_if<ChunkedLayout>(&facts.layout);
  if (chunked == nullptr) return;
  index_ = std::make_shared<chunk::LiveIndex>(std::move(index));
  committed_layout_ = *chunked;
  committed_space_ = facts.space;
  const auto grid = committed_grid();
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

chunk::ChunkGrid DatasetWriter::committed_grid() const {
  return chunk::ChunkGrid::of(committed_layout_, committed_space_, writer_.file().view().limits());
}

std::shared_ptr<const chunk::ChunkIndex> DatasetWriter::open_index(const Layout& layout, const Draft& cut) const {
  const auto& file = writer_.file();
  const auto& chunked = std::get<ChunkedLayout>(layout);
  if (!chunked.index_address) return nullptr;
  const auto space = format::decode_dataspace(*cut.find(format::MessageType::dataspace)->body, file.view().widths());
  return std::make_shared<const chunk::DeferredIndex>(file.view(), chunked,
                                                      chunk::ChunkGrid::of(chunked, space, file.view().limits()),
                                                      filtered_, file.parameters().chunk_k);
}

void DatasetWriter::committed(std::shared_ptr<const chunk::ChunkIndex> index, const ChunkedLayout& layout,
                              const Draft& cut) {
  committed_layout_ = layout;
  committed_space_ =
      format::decode_dataspace(*cut.find(format::MessageType::dataspace)->body, writer_.file().view().widths());
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
  return !stage_.empty();
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

void DatasetWriter::encode_into(Job& job, ByteView chunk, Worker& worker) const {
  if (!filtered_ || (!filter_partial_chunks_ && is_partial(job.scaled))) {
    job.stored = chunk;
    return;
  }
  const auto encoded = encoder_.encode(chunk, worker.scratch);
  job.mask = encoded.mask;
  if (encoded.bytes.data() == chunk.data()) {
    job.stored = chunk;
    return;
  }
  job.owned.assign(encoded.bytes.begin(), encoded.bytes.end());
  job.stored = job.owned;
}

Address DatasetWriter::place_of(const Job& job) {
  if (!numbering_) return writer_.space().allocate(job.stored.size());
  const auto number = numbering_->number(job.scaled);
  const auto offset = number ? checked_multiply(*number, chunk_bytes_) : std::nullopt;
  const auto place = offset ? checked_add(first_place_.value, *offset) : std::nullopt;
  if (!place) throw Error(ErrorKind::corrupt, "an implicit chunk index that passes 64 bits");
  return Address{*place};
}

void DatasetWriter::give_up(const Job& job) {
  if (!numbering_) writer_.space().give_back({job.address, job.stored.size()});
}

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
      [&](Job& job, Worker&) { job.stored = filled; }, [](Job&) {});
}

void DatasetWriter::place_jobs(std::vector<Job>& jobs, const ReadOptions& options) {
  auto& file = writer_.file();
  auto& storage = file.view().storage();
  const auto base = file.view().base();
  for (auto& job : jobs)
    if (!job.nothing) job.address = place_of(job);
  for (const auto& job : jobs)
    if (!job.nothing) writer_.await_room(job.address.value + job.stored.size());
  std::vector<std::pair<std::size_t, std::size_t>> groups;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (jobs[i].nothing) continue;
    if (!groups.empty() && jobs[i].stored.size() < small_chunk) {
      auto& [first, end] = groups.back();
      const auto& last = jobs[end - 1];
      const auto place = last.address.value + last.stored.size();
      if (end == i && last.stored.size() < small_chunk && jobs[i].address.value >= place &&
          jobs[i].address.value - place < 8 && place - jobs[first].address.value < 4 * small_chunk) {
        ++end;
        continue;
      }
    }
    groups.emplace_back(i, i + 1);
  }
  auto write = [&](std::size_t number, unsigned) {
    const auto [first, end] = groups[number];
    const auto start = jobs[first].address.value;
    if (end - first == 1) return storage.write_at(base + start, jobs[first].stored);
    Bytes joined;
    for (auto i = first; i < end; ++i) {
      joined.resize(static_cast<std::size_t>(jobs[i].address.value - start));
      joined.insert(joined.end(), jobs[i].stored.begin(), jobs[i].stored.end());
    }
    storage.write_at(base + start, joined);
  };
  try {
    file.runtime().state().pool.run(groups.size(), options.threads, write);
  } catch (...) {
    for (auto& job : jobs)
      if (!job.nothing) give_up(job);
    throw;
  }
  writer_.note_data_written();
}

void DatasetWriter::write_chunks(std::size_t count, const ReadOptions& options,
                                 const std::function<void(std::size_t, Job&)>& begin, const Encode& encode,
                                 const std::function<void(Job&)>& refused) {
  auto& pool = writer_.file().runtime().state().pool;
  const auto state = state_.lock();
  std::vector<Worker> workers(pool.size());
  const auto window =
      std::clamp<std::size_t>(static_cast<std::size_t>(window_bytes / std::max<std::uint64_t>(chunk_bytes_, 1)),
                              2 * pool.size(), window_chunks);
  CancelToken token;
  for (std::size_t first = 0; first < count; first += window) {
    std::vector<Job> jobs(std::min(window, count - first));
    auto task = [&](std::size_t i, unsigned number) {
      if (options.cancelled && options.cancelled()) token.cancel();
      begin(first + i, jobs[i]);
      encode(jobs[i], workers[number]);
    };
    pool.run(jobs.size(), options.threads, task, &token);
    place_jobs(jobs, options);
    for (auto& job : jobs) {
      if (job.nothing) continue;
      if (!index_->publish(job.scaled, chunk::ChunkRecord{job.address, job.stored.size(), job.mask}, job.stamp,
                           mutant_.no_chunk_order ? std::nullopt : job.expected)) {
        give_up(job);
        refused(job);
      }
    }
    if (state) writer_.edit([&] { writer_.mark_dirty(state, *state->draft()); });
    if (options.progress) options.progress(static_cast<double>(first + jobs.size()) / static_cast<double>(count));
  }
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
  const auto encode = [&](Job& job, Worker& worker) {
    partition.copy_into(whole[job.number], worker.copy);
    job.scaled = worker.copy.coordinates();
    job.stamp = stamp;
    const auto volume = static_cast<std::size_t>(chunk_bytes_);
    if (worker.copy.is_whole_chunk() && source.conversion == nullptr)
      return encode_into(
          job, source.bytes.subspan(static_cast<std::size_t>(worker.copy.result_offset()) * element_size_, volume),
          worker);
    // What is not filtered stays in this memory until it is written.
    Bytes own;
    auto& chunk = filtered_ ? worker.decoded : own;
    chunk.resize(volume);
    if (worker.copy.element_count() * element_size_ < volume) fill_chunk(chunk);
    select::for_each_run(worker.copy, [&](std::uint64_t at, std::uint64_t from, std::uint64_t length) {
      source.copy(from, length,
                  MutableBytes(chunk).subspan(static_cast<std::size_t>(at) * element_size_,
                                              static_cast<std::size_t>(length) * element_size_));
    });
    encode_into(job, chunk, worker);
    if (job.stored.data() == chunk.data()) {
      job.owned = std::move(chunk);
      job.stored = job.owned;
    }
  };
  write_chunks(
      whole.size(), options, [](std::size_t i, Job& job) { job.number = i; }, encode, [](Job&) {});
  if (parts.empty()) return;
  // A large call that has no chunk whole is kept together.
  const auto bytes = to.element_count * element_size_;
  if (whole.empty() && bytes >= least_staged_call && source.bytes.size() == to.element_count * source.element_size)
    stage_call(std::make_shared<StagedCall>(StagedCall{partition, {}, {}}), source, stamp, options);
  else
    stage_pieces(partition, parts, source, stamp, options);
}

void DatasetWriter::stage_call(const std::shared_ptr<StagedCall>& call, const WriteSource& source, std::uint64_t stamp,
                               const ReadOptions& options) {
  const auto count = static_cast<std::size_t>(call->partition.chunk_count());
  const auto elements = call->partition.element_count();
  make_room(elements * element_size_ + sizeof(StagedCall) +
            count * (sizeof(StagedPiece) + sizeof(Shape) + sizeof(std::uint64_t)));
  call->bytes = Buffer(static_cast<std::size_t>(elements) * element_size_);
  std::uint64_t next = 0;
  call->partition.for_each([&](const select::ChunkCopy& copy) {
    call->first.push_back(next);
    next += copy.element_count();
  });
  auto gather = [&](std::size_t i, unsigned) {
    auto rest = call->bytes.span().subspan(static_cast<std::size_t>(call->first[i]) * element_size_);
    select::for_each_run(call->partition.copy(i), [&](std::uint64_t, std::uint64_t from, std::uint64_t length) {
      const auto here = rest.first(static_cast<std::size_t>(length) * element_size_);
      rest = rest.subspan(here.size());
      source.copy(from, length, here);
    });
  };
  writer_.file().runtime().state().pool.run(count, options.threads, gather);
  {
    std::lock_guard lock(mutex_);
    for (std::uint64_t i = 0; i < count; ++i) {
      StagedPiece part;
      part.call = call;
      part.part = i;
      part.stamp = stamp;
      stage_.add(call->partition.coordinates(i), std::move(part), last_whole_);
    }
  }
  note_staged();
}

void DatasetWriter::make_room(std::uint64_t bytes) {
  auto& memory = *writer_.file().runtime().state().memory;
  if (!memory.try_take(bytes)) {
    drain();
    memory.take_anyway(bytes);
  }
  std::lock_guard lock(mutex_);
  staged_budget_ += bytes;
}

void DatasetWriter::note_staged() {
  if (const auto state = state_.lock()) writer_.edit([&] { writer_.mark_dirty(state, *state->draft()); });
}

void DatasetWriter::stage_pieces(const select::Partition& partition, const std::vector<std::uint64_t>& which,
                                 const WriteSource& source, std::uint64_t stamp, const ReadOptions& options) {
  auto& runtime = writer_.file().runtime().state();
  constexpr std::size_t at_once = 4096;
  for (std::size_t first = 0; first < which.size(); first += at_once) {
    const auto count = std::min(at_once, which.size() - first);
    std::vector<std::pair<Shape, StagedPiece>> pieces(count);
    auto gather = [&](std::size_t i, unsigned) {
      const auto copy = partition.copy(which[first + i]);
      auto& piece = pieces[i].second;
      pieces[i].first = copy.coordinates();
      piece.stamp = stamp;
      piece.bytes.resize(static_cast<std::size_t>(copy.element_count()) * element_size_);
      auto rest = MutableBytes(piece.bytes);
      select::for_each_run(copy, [&](std::uint64_t at, std::uint64_t from, std::uint64_t length) {
        piece.runs.push_back({at, length});
        const auto here = rest.first(static_cast<std::size_t>(length) * element_size_);
        rest = rest.subspan(here.size());
        source.copy(from, length, here);
      });
    };
    runtime.pool.run(count, options.threads, gather);
    std::uint64_t cost = 0;
    for (const auto& [scaled, piece] : pieces) cost += piece.cost();
    make_room(cost);
    {
      std::lock_guard lock(mutex_);
      for (auto& [scaled, piece] : pieces) stage_.add(scaled, std::move(piece), last_whole_);
    }
    note_staged();
  }
}

void DatasetWriter::drain_chunk(Job& job, const Stage::Pieces& pieces, Worker& worker) const {
  const auto& file = writer_.file();
  job.expected = index_->find_stamped(job.scaled);
  if (newest(pieces) <= job.expected->stamp) {  // a whole chunk was written since
    job.nothing = true;
    return;
  }
  // The whole chunk's, still: pieces of earlier calls than these may come yet, with elements that these don't have.
  job.stamp = job.expected->stamp;
  Bytes own;
  auto& chunk = filtered_ ? worker.decoded : own;
  chunk.resize(static_cast<std::size_t>(chunk_bytes_));
  const auto& record = job.expected->record;
  if (!record) {
    fill_chunk(chunk);
  } else if (!cover(pieces, job.expected->stamp, chunk_bytes_ / element_size_)) {
    worker.stored.resize(static_cast<std::size_t>(record->stored_size));
    pipeline::read_exactly(file.view(), record->address, worker.stored, "data");
    auto mask = record->filter_mask;
    if (filtered_ && !filter_partial_chunks_ && is_partial(job.scaled)) mask = 0xFFFFFFFFU;
    if (decoder_.is_plain(mask))
      std::copy_n(worker.stored.begin(), std::min(worker.stored.size(), chunk.size()), chunk.begin());
    else
      decoder_.decode(worker.stored, mask, chunk, worker.scratch);
  }
  overlay(pieces, job.expected->stamp, element_size_, chunk);
  encode_into(job, chunk, worker);
  if (job.stored.data() == chunk.data()) {
    job.owned = std::move(chunk);
    job.stored = job.owned;
  }
}

void DatasetWriter::drain(const Shape* first, const Shape* last) {
  std::map<Shape, Stage::Pieces> chunks;
  std::uint64_t budget = 0;
  {
    std::unique_lock lock(mutex_);
    if (writer_.is_child() && (draining_ || !stage_.empty()))
      throw Error(ErrorKind::conflict, "the parent process had not written all elements out yet when it was forked");
    while (draining_) drained_.wait(mutex_);
    if (stage_.empty() || (first != nullptr && !stage_.touches(*first, *last))) return;
    draining_ = true;
    chunks = stage_.take();
    budget = std::exchange(staged_budget_, 0);
  }
  const auto kept = keeper();
  auto& memory = *writer_.file().runtime().state().memory;
  const auto done = [&] {
    std::lock_guard lock(mutex_);
    draining_ = false;
    drained_.notify_all();
  };
  try {
    std::vector<const std::pair<const Shape, Stage::Pieces>*> list;
    for (const auto& entry : chunks) list.push_back(&entry);
    while (!list.empty()) {
      std::vector<const std::pair<const Shape, Stage::Pieces>*> again;
      write_chunks(
          list.size(), {},
          [&](std::size_t i, Job& job) {
            job.number = i;
            job.scaled = list[i]->first;
          },
          [&](Job& job, Worker& worker) { drain_chunk(job, list[job.number]->second, worker); },
          [&](Job& job) { again.push_back(list[job.number]); });
      list = std::move(again);
    }
  } catch (...) {
    {
      std::lock_guard lock(mutex_);
      stage_.put_back(std::move(chunks), last_whole_);
      staged_budget_ += budget;
    }
    done();
    throw;
  }
  memory.give_back(budget);
  done();
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
  std::vector<Job> jobs(1);
  jobs[0].scaled = scaled;
  jobs[0].stored = stored;
  jobs[0].mask = mask;
  jobs[0].stamp = next_stamp(true);
  place_jobs(jobs, {});
  index_->publish(scaled, chunk::ChunkRecord{jobs[0].address, stored.size(), mask}, jobs[0].stamp);
  if (const auto state = state_.lock()) writer_.edit([&] { writer_.mark_dirty(state, *state->draft()); });
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
        [&](Job& job, Worker& worker) { encode_into(job, decoded[job.number], worker); }, [](Job&) {});
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
