// How a DatasetWriter's chunks get to the file: encoded on all workers, given their addresses one after the other, written on all workers, and
// then told to the index.
#include <algorithm>

#include "base/checked.hpp"
#include "object/dataset_writer_jobs.hpp"
#include "object/file_state.hpp"
#include "object/runtime_state.hpp"

namespace fiver::object {
namespace {

/// Decoded bytes that are under way at once, and the most chunks. Memory of large chunks is given up as each is written.
constexpr std::uint64_t window_bytes = 64 << 20, large_window_bytes = 1 << 30;
constexpr std::size_t window_chunks = 4096;
/// Chunks smaller than this that follow each other in the file are written together.
constexpr std::size_t small_chunk = 256 << 10;

}  // namespace

MutableBytes DatasetWriter::chunk_memory(Job& job, EncodeScratch& worker) const {
  const auto size = static_cast<std::size_t>(chunk_bytes_);
  if (filtered_) {
    worker.decoded.resize(size);
    return worker.decoded;
  }
  job.owned = writer_.file().runtime().state().buffers.take(size);
  return job.owned.span();
}

bool DatasetWriter::encode_by_several(Job& job, ByteView chunk) const {
  auto& runtime = writer_.file().runtime().state();
  const auto runs = encoder_.runs(chunk.size());
  if (!runs) return false;
  struct Part {
    std::unique_ptr<EncodeScratch> scratch;
    std::optional<ByteView> stored;
    std::size_t place = 0;
  };
  const auto pieces = (chunk.size() + runs->pieces.size - 1) / runs->pieces.size;
  std::vector<Part> parts(std::min<std::size_t>(pieces, 2 * std::size_t{job.workers}));
  const auto count = parts.size();
  auto encode = [&](std::size_t i, unsigned) {
    const auto start = i * pieces / count * runs->pieces.size;
    const auto end = std::min((i + 1) * pieces / count * runs->pieces.size, chunk.size());
    parts[i].scratch = runtime.scratch.take();
    parts[i].stored = encoder_.encode_run(*runs, chunk.subspan(start, end - start), parts[i].scratch->steps);
  };
  runtime.pool.run(count, job.workers, encode);
  auto size = runs->pieces.head.size();
  for (auto& part : parts) {
    if (!part.stored) return false;
    part.place = size;
    size += part.stored->size();
  }
  if (size > runs->room) return false;
  job.owned = runtime.buffers.take(size);
  std::copy(runs->pieces.head.begin(), runs->pieces.head.end(), job.owned.data());
  for (auto& part : parts) {
    std::copy(part.stored->begin(), part.stored->end(), job.owned.data() + part.place);
    runtime.scratch.give_back(std::move(part.scratch));
  }
  job.stored = job.owned.span();
  return true;
}

void DatasetWriter::encode_into(Job& job, ByteView chunk, EncodeScratch& worker) const {
  job.stored = chunk;
  if (filtered_ && (filter_partial_chunks_ || !is_partial(job.scaled))) {
    if (job.workers > 1 && encode_by_several(job, chunk)) return;
    const auto encoded = encoder_.encode(chunk, worker.steps);
    job.mask = encoded.mask;
    job.stored = encoded.bytes;
  }
  if (job.stored.data() == chunk.data() && chunk.data() != worker.decoded.data()) return;
  job.owned = writer_.file().runtime().state().buffers.take(job.stored.size());
  std::copy(job.stored.begin(), job.stored.end(), job.owned.data());
  job.stored = job.owned.span();
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

void DatasetWriter::encode_and_place(std::vector<Job>& jobs, WorkerPool::Task encode, unsigned threads,
                                     CancelToken& token) {
  auto& file = writer_.file();
  Mutex mutex;
  std::vector<bool> encoded(jobs.size());
  std::size_t placed = 0, written = 0;
  const auto next = [&]() -> Job* {
    const std::lock_guard lock(mutex);
    for (; placed < jobs.size() && encoded[placed]; ++placed)
      if (!jobs[placed].nothing) jobs[placed].address = place_of(jobs[placed]);
    while (written < placed && jobs[written].nothing) ++written;
    return written < placed ? &jobs[written++] : nullptr;
  };
  auto task = [&](std::size_t i, unsigned number) {
    encode(i, number);
    {
      const std::lock_guard lock(mutex);
      encoded[i] = true;
    }
    while (auto* job = next()) {
      writer_.await_room(job->address.value + job->stored.size());
      write_to_file(*job);
      job->owned = {};
    }
  };
  try {
    if (jobs.empty() || jobs[0].workers == 1) {
      file.runtime().state().pool.run(jobs.size(), threads, task, &token);
    } else {
      for (std::size_t i = 0; i < jobs.size(); ++i) {
        token.check();
        task(i, 0);
      }
    }
  } catch (...) {
    for (std::size_t i = 0; i < placed; ++i)
      if (!jobs[i].nothing) give_up(jobs[i]);
    throw;
  }
  writer_.note_data_written();
}

void DatasetWriter::write_chunks(std::size_t count, const ReadOptions& options,
                                 const std::function<void(std::size_t, Job&)>& begin, const Encode& encode,
                                 const std::function<void(Job&)>& refused, bool may_go_on) {
  auto& pool = writer_.file().runtime().state().pool;
  auto& spare = writer_.file().runtime().state().scratch;
  const auto state = state_.lock();
  std::vector<std::unique_ptr<EncodeScratch>> workers(pool.size());
  const auto workers_most = options.threads == 0 ? pool.size() : std::min(options.threads, pool.size());
  const bool large = chunk_bytes_ >= small_chunk;
  const bool shared = filtered_ && count < workers_most && chunk_bytes_ >= least_for_several;
  const bool behind = may_go_on && shared && count == 1 && workers_most > 1;
  if (!behind) settle();
  const auto bytes = large ? large_window_bytes : window_bytes;
  const auto window = std::clamp<std::size_t>(
      static_cast<std::size_t>(bytes / std::max<std::uint64_t>(chunk_bytes_, 1)), 2 * pool.size(), window_chunks);
  CancelToken token;
  for (std::size_t first = 0; first < count; first += window) {
    std::vector<Job> jobs(std::min(window, count - first));
    auto task = [&](std::size_t i, unsigned number) {
      if (options.cancelled && options.cancelled()) token.cancel();
      begin(first + i, jobs[i]);
      if (!workers[number]) workers[number] = spare.take();
      encode(jobs[i], *workers[number]);
    };
    for (auto& job : jobs) job.workers = shared ? workers_most : 1;
    if (behind) {
      task(0, 0);
      token.check();
      write_behind(jobs[0]);
      jobs.clear();
    } else if (large) {
      encode_and_place(jobs, task, options.threads, token);
    } else {
      pool.run(jobs.size(), options.threads, task, &token);
      place_jobs(jobs, options);
    }
    for (auto& job : jobs) {
      if (job.nothing) continue;
      if (!index_->publish(job.scaled, chunk::ChunkRecord{job.address, job.stored.size(), job.mask}, job.stamp,
                           mutant_.no_chunk_order ? std::nullopt : job.expected)) {
        give_up(job);
        refused(job);
      }
    }
    if (state) writer_.edit([&] { writer_.mark_dirty(state, *state->draft()); });
    if (options.progress)
      options.progress(static_cast<double>(std::min(first + window, count)) / static_cast<double>(count));
  }
  for (auto& worker : workers) spare.give_back(std::move(worker));
}

}  // namespace fiver::object
