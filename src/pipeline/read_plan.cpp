#include "pipeline/read_plan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/checked.hpp"
#include "pipeline/read_run.hpp"

namespace fiver::pipeline {
namespace {

/// Chunks of one plan. Attack: a file of 1 KiB that says it has a chunk for each of 2^36 elements; the list of them would take all memory.
constexpr std::uint64_t most_chunks = 1ULL << 24;

}  // namespace

ReadPlan::ReadPlan(std::uint64_t elements, std::uint32_t stored_size, std::uint32_t memory_size)
    : elements_(elements), memory_size_(memory_size) {
  report_.elements = elements;
  report_.element_size = stored_size;
}

void ReadPlan::add(ReadSource source, select::Placed wanted) {
  if (wanted.element_count == 0) return;
  const StoredElements& stored = *source.elements;
  const auto number = static_cast<std::uint32_t>(parts_.size());
  PlanSource report{source.file, source.dataset, 0, 0, 0, 0};
  auto part = std::make_unique<Part>(
      Part{std::move(source), select::partition(std::move(wanted), stored.chunk()), report_.sources.size()});
  const auto& partition = part->partition;
  if (partition.chunk_count() > most_chunks - std::min<std::uint64_t>(tasks_.size(), most_chunks))
    throw Error(ErrorKind::limit, fmt::format("one read of more than {} chunks: read it in parts", most_chunks));
  tasks_.reserve(tasks_.size() + static_cast<std::size_t>(partition.chunk_count()));
  const auto element_size = part->source.conversion.source_size();
  select::ChunkCopy copy;
  for (std::uint64_t i = 0; i < partition.chunk_count(); ++i) {
    partition.copy_into(i, copy);
    Task task{number, i, stored.find(copy.coordinates()), false};
    task.absent = stored.is_chunked() ? !task.place.record : !stored.was_written();
    const auto used = copy.element_count() * element_size;
    if (task.absent) {
      report_.fill_elements += copy.element_count();
    } else if (!stored.is_chunked() || stored.codecs().is_plain(task.place.record->filter_mask)) {
      report.chunks += 1;
      report.stored_bytes += used;
      report.decoded_bytes += used;
      report.used_bytes += used;
    } else {
      report.chunks += 1;
      report.stored_bytes += task.place.record->stored_size;
      report.decoded_bytes += stored.chunk_bytes();
      report.used_bytes += used;
    }
    tasks_.push_back(task);
  }
  if (!stored.is_chunked() && report.chunks > 1) report.chunks = 1;  // slabs are ours, not the file's
  report_.sources.push_back(std::move(report));
  parts_.push_back(std::move(part));
}

void ReadPlan::fill_first(Bytes element, std::uint64_t fill_elements) {
  fill_first_ = std::move(element);
  report_.fill_elements += fill_elements;
}

void ReadPlan::run(MutableBytes result, const Execution& execution) const {
  if (result.size() != result_bytes())
    throw Error(ErrorKind::invalid_argument, fmt::format("a buffer of {} bytes for {}", result.size(), result_bytes()));
  ReadRun(*this, result, execution).run();
}

}  // namespace fiver::pipeline
