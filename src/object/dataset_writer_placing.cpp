// How a DatasetWriter's chunks get to the file: encoded on all workers, given their addresses one after the other, written on all workers, and
// then told to the index.
#include <algorithm>

#include "base/checked.hpp"
#include "object/dataset_writer_jobs.hpp"
#include "object/file_state.hpp"
#include "object/runtime_state.hpp"

namespace fiver::object {
namespace {

/// Decoded bytes that are under way at once, and the most chunks.
constexpr std::uint64_t window_bytes = 64 << 20;
constexpr std::size_t window_chunks = 4096;
/// Chunks smaller than this that follow each other in the file are written together.
constexpr std::size_t small_chunk = 256 << 10;

}  // namespace

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

}  // namespace fiver::object
