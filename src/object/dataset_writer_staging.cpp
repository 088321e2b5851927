// Parts of chunks: kept until a commit, a reader or the memory budget wants them, then laid over what is there, each chunk encoded once.
#include <algorithm>

#include "object/dataset_writer_jobs.hpp"
#include "object/file_state.hpp"
#include "object/runtime_state.hpp"
#include "pipeline/raw_bytes.hpp"

namespace fiver::object {
namespace {

/// A block holds the elements of several calls. The first is small: many datasets may be written to at once.
constexpr std::size_t least_block = std::size_t{2} << 20U, most_block = std::size_t{32} << 20U;
/// Bytes that one worker gathers at a time.
constexpr std::size_t gathered_at_once = 128 << 10;
/// Whole chunks wait until there are so many of them, or so many bytes.
constexpr std::uint64_t chunks_at_once = 16, least_at_once = 64 << 20, most_at_once = 256 << 20;
/// Calls with more whole chunks than this have enough to do for all workers.
constexpr std::size_t few_chunks = 4;

}  // namespace

bool DatasetWriter::should_wait(std::size_t whole_chunks) {
  if (!filtered_ || whole_chunks == 0 || whole_chunks > few_chunks) return false;
  if (chunk_bytes_ >= least_for_several && encoder_.runs(static_cast<std::size_t>(chunk_bytes_))) return false;
  std::lock_guard lock(mutex_);
  // With other callers the workers have enough to do; what is asked for after each call need not wait.
  return std::exchange(in_a_row_, true) && writing_ == 1;
}

void DatasetWriter::take_block(StagedCall& call, std::size_t bytes) {
  auto& runtime = writer_.file().runtime().state();
  // In whole lines of the processor's cache.
  const auto size = (bytes + 63) / 64 * 64;
  const auto most =
      std::clamp<std::size_t>(static_cast<std::size_t>(runtime.memory->limit() / 16), least_block, most_block);
  for (;;) {
    std::size_t wanted = least_block;
    {
      std::lock_guard lock(mutex_);
      if (block_ && block_->buffer.size() - block_->used >= size) {
        call.bytes = block_->buffer.span().subspan(block_->used, bytes);
        call.block = block_;
        block_->used += size;
        return;
      }
      if (block_) wanted = 2 * block_->buffer.size();
      block_.reset();
    }
    wanted = std::max(size, std::min(wanted, most));
    auto block = std::make_shared<StageBlock>();
    if (auto buffer = runtime.buffers.try_take(wanted)) {
      block->buffer = std::move(*buffer);
    } else {
      drain();
      block->buffer = runtime.buffers.take(wanted);
    }
    std::lock_guard lock(mutex_);
    block_ = std::move(block);
  }
}

void DatasetWriter::stage_call(const std::shared_ptr<StagedCall>& call, const WriteSource& source, std::uint64_t stamp,
                               const ReadOptions& options) {
  const auto count = static_cast<std::size_t>(call->partition.chunk_count());
  const auto elements = call->partition.element_count();
  make_room(sizeof(StagedCall) + count * (sizeof(StagedPiece) + sizeof(Shape) + sizeof(std::uint64_t)));
  take_block(*call, static_cast<std::size_t>(elements) * element_size_);
  std::uint64_t next = 0;
  call->partition.for_each([&](const select::ChunkCopy& copy) {
    call->first.push_back(next);
    next += copy.element_count();
  });
  const auto together =
      std::max<std::size_t>(count * gathered_at_once / std::max<std::size_t>(call->bytes.size(), 1), 1);
  auto gather = [&](std::size_t number, unsigned) {
    select::ChunkCopy copy;
    for (auto i = number * together; i < std::min(count, (number + 1) * together); ++i) {
      auto rest = call->bytes.subspan(static_cast<std::size_t>(call->first[i]) * element_size_);
      call->partition.copy_into(i, copy);
      select::for_each_run(copy, [&](std::uint64_t, std::uint64_t from, std::uint64_t length) {
        const auto here = rest.first(static_cast<std::size_t>(length) * element_size_);
        rest = rest.subspan(here.size());
        source.copy(from, length, here);
      });
    }
  };
  writer_.file().runtime().state().pool.run((count + together - 1) / together, options.threads, gather);
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

void DatasetWriter::write_waiting(std::uint64_t bytes) {
  const auto most = std::min(std::clamp(chunks_at_once * chunk_bytes_, least_at_once, most_at_once),
                             writer_.file().runtime().state().memory->limit() / 4);
  {
    std::lock_guard lock(mutex_);
    waiting_whole_ += bytes;
    if (waiting_whole_ < most) return;
  }
  drain();
  std::lock_guard lock(mutex_);
  in_a_row_ = true;
}

void DatasetWriter::make_room(std::uint64_t bytes) {
  auto& runtime = writer_.file().runtime().state();
  if (!runtime.memory->try_take(bytes)) {
    // Blocks that are idle count, too.
    const auto idle = runtime.buffers.idle_bytes();
    runtime.buffers.trim(idle - std::min(idle, bytes));
    if (!runtime.memory->try_take(bytes)) {
      drain();
      runtime.memory->take_anyway(bytes);
    }
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

void DatasetWriter::drain_chunk(Job& job, const Stage::Pieces& pieces, EncodeScratch& worker) const {
  const auto& file = writer_.file();
  job.expected = index_->find_stamped(job.scaled);
  if (newest(pieces) <= job.expected->stamp) {  // a whole chunk was written since
    job.nothing = true;
    return;
  }
  // The whole chunk's, still: pieces of earlier calls than these may come yet, with elements that these don't have.
  job.stamp = job.expected->stamp;
  if (const auto whole = sole_cover(pieces, job.expected->stamp, chunk_bytes_ / element_size_, element_size_);
      !whole.empty())
    return encode_into(job, whole, worker);
  const auto chunk = chunk_memory(job, worker);
  const auto& record = job.expected->record;
  if (!record) {
    fill_chunk(chunk);
  } else if (!cover(pieces, job.expected->stamp, chunk_bytes_ / element_size_)) {
    file.view().position(record->address, record->stored_size, "data");  // before its size takes any memory
    worker.stored.resize(static_cast<std::size_t>(record->stored_size));
    pipeline::read_exactly(file.view(), record->address, worker.stored, "data");
    auto mask = record->filter_mask;
    if (filtered_ && !filter_partial_chunks_ && is_partial(job.scaled)) mask = 0xFFFFFFFFU;
    if (decoder_.is_plain(mask))
      std::copy_n(worker.stored.begin(), std::min(worker.stored.size(), chunk.size()), chunk.begin());
    else
      decoder_.decode(worker.stored, mask, chunk, worker.steps);
  }
  overlay(pieces, job.expected->stamp, element_size_, chunk);
  encode_into(job, chunk, worker);
}

void DatasetWriter::drain(const Shape* first, const Shape* last) {
  settle();
  std::map<Shape, Stage::Pieces> chunks;
  std::uint64_t budget = 0;
  {
    std::unique_lock lock(mutex_);
    if (writer_.is_child() && (draining_ || !stage_.empty()))
      throw Error(ErrorKind::conflict, "the parent process had not written all elements out yet when it was forked");
    while (draining_) drained_.wait(mutex_);
    if (first == nullptr) in_a_row_ = false;
    if (stage_.empty() || (first != nullptr && !stage_.touches(*first, *last))) return;
    draining_ = true;
    in_a_row_ = false;
    waiting_whole_ = 0;
    block_.reset();
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
          [&](Job& job, EncodeScratch& worker) { drain_chunk(job, list[job.number]->second, worker); },
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

}  // namespace fiver::object
