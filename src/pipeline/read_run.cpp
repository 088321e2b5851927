#include "pipeline/read_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/checked.hpp"

namespace fiver::pipeline {
namespace {

/// Below this share of wanted bytes a raw chunk is read run by run rather than whole. A read of a few KiB costs about as much as
/// copying 64 KiB out of the page cache (performance notes, section 2).
constexpr std::uint64_t worth_skipping = 64 << 10;

std::string chunk_name(const select::ChunkCopy& copy, const Shape& chunk) {
  std::string text = "chunk (";
  for (std::size_t i = 0; i < chunk.size(); ++i) {
    if (i > 0) text += ',';
    text += std::to_string(copy.coordinates()[i] * chunk[i]);
  }
  return text + ")";
}

}  // namespace

void fill_with(MutableBytes into, ByteView element) {
  if (into.empty() || element.empty()) return;
  if (std::all_of(element.begin(), element.end(), [&](std::byte b) { return b == element.front(); })) {
    std::memset(into.data(), std::to_integer<int>(element.front()), into.size());
    return;
  }
  std::copy(element.begin(), element.end(), into.begin());
  for (std::size_t done = element.size(); done < into.size();) {  // doubling: each step copies what is there
    const auto count = std::min(done, into.size() - done);
    std::memcpy(into.data() + done, into.data(), count);
    done += count;
  }
}

ReadRun::ReadRun(const ReadPlan& plan, MutableBytes result, const ReadPlan::Execution& execution)
    : plan_(plan), result_(result), execution_(execution), memory_size_(plan.memory_size_) {}

MutableBytes ReadRun::place(std::uint64_t element, std::uint64_t count) {
  return result_.subspan(static_cast<std::size_t>(element) * memory_size_,
                         static_cast<std::size_t>(count) * memory_size_);
}

MutableBytes ReadRun::take(BufferPool::Buffer& buffer, std::uint64_t size) {
  if (buffer.size() < size) buffer = execution_.buffers->take(static_cast<std::size_t>(size));
  return buffer.span().first(static_cast<std::size_t>(size));
}

void ReadRun::fill_result() {
  if (plan_.fill_first_.empty()) return;
  const auto piece = std::max<std::size_t>((std::size_t{4} << 20) / memory_size_, 1) * memory_size_;
  auto task = [&](std::size_t i, unsigned) {
    const auto from = i * piece;
    fill_with(result_.subspan(from, std::min(piece, result_.size() - from)), plan_.fill_first_);
  };
  execution_.pool->run(static_cast<std::size_t>(divide_up(result_.size(), piece)), execution_.threads, task);
}

void ReadRun::run() {
  fill_result();
  const auto& tasks = plan_.tasks_;
  if (run_in_blocks()) return;
  std::vector<Worker> workers(execution_.pool->size());
  CancelToken token;
  auto task = [&](std::size_t i, unsigned number) {
    if (execution_.cancelled && execution_.cancelled()) token.cancel();
    run_task(tasks[i], workers[number], execution_.arenas ? &(*execution_.arenas)[number] : nullptr);
    if (number == 0 && execution_.progress)
      execution_.progress(static_cast<double>(i + 1) / static_cast<double>(tasks.size()));
  };
  execution_.pool->run(tasks.size(), execution_.threads, task, &token);
}

void ReadRun::run_task(const Task& task, Worker& worker, convert::Arena* arena) {
  const Part& part = *plan_.parts_[task.part];
  part.partition.copy_into(task.index, worker.copy);
  try {
    const auto& stored = *part.source.elements;
    if (task.absent) return fill(part, worker);
    if (!stored.is_chunked() || stored.codecs().is_plain(task.place.record->filter_mask))
      return read_raw(task, part, worker, arena);
    read_encoded(task, part, worker, arena);
  } catch (Error& error) {
    const auto& elements = *part.source.elements;
    if (elements.is_chunked()) {
      error.in(chunk_name(worker.copy, elements.chunk()));
      if (task.place.record) error.at(task.place.record->address);
    }
    error.in_object(part.source.dataset);
    error.in_file(part.source.file);
    throw;
  }
}

void ReadRun::fill(const Part& part, const Worker& worker) {
  select::for_each_run(worker.copy, [&](std::uint64_t, std::uint64_t to, std::uint64_t count) {
    fill_with(place(to, count), part.source.fill);
  });
}

void ReadRun::scatter(const Part& part, const select::ChunkCopy& copy, ByteView chunk, std::uint64_t first_byte,
                      convert::Arena* arena) {
  const auto size = part.source.conversion.source_size();
  select::for_each_run(copy, [&](std::uint64_t from, std::uint64_t to, std::uint64_t count) {
    deliver(part,
            chunk.subspan(static_cast<std::size_t>(from * size - first_byte), static_cast<std::size_t>(count) * size),
            to, count, arena);
  });
}

void ReadRun::deliver(const Part& part, ByteView elements, std::uint64_t to, std::uint64_t count,
                      convert::Arena* arena) {
  const auto& conversion = part.source.conversion;
  const auto target = place(to, count);
  if (conversion.is_copy())
    std::memcpy(target.data(), elements.data(), elements.size());
  else
    conversion.convert(elements, target, static_cast<std::size_t>(count), part.source.heap, arena);
}

void ReadRun::read_raw(const Task& task, const Part& part, Worker& worker, convert::Arena* arena) {
  const auto& stored = *part.source.elements;
  const auto& conversion = part.source.conversion;
  const auto size = conversion.source_size();
  const auto read = [&](std::uint64_t offset, MutableBytes into) {
    if (!stored.is_chunked()) return stored.raw()->read(task.place.raw_offset + offset, into);
    const auto& record = *task.place.record;
    if (record.stored_size < stored.chunk_bytes())
      throw Error(ErrorKind::corrupt,
                  fmt::format("{} bytes stored where {} belong", record.stored_size, stored.chunk_bytes()));
    const auto address = checked_add(record.address.value, offset);
    if (!address) throw Error(ErrorKind::corrupt, "it lies beyond all addresses");
    read_exactly(stored.file(), Address{*address}, into, "data");
  };
  const auto& copy = worker.copy;
  // The bytes from the first to the last wanted element, and whether they come as one run.
  std::uint64_t first = unlimited, end = 0, runs = 0;
  select::for_each_run(copy, [&](std::uint64_t from, std::uint64_t, std::uint64_t count) {
    first = std::min(first, from);
    end = std::max(end, from + count);
    ++runs;
  });
  if (runs == 1 && conversion.is_copy()) return read(first * size, place(copy.result_offset(), copy.element_count()));
  const auto span = (end - first) * size;
  if (span <= worth_skipping || copy.element_count() * size * 4 >= span) {
    const auto bytes = take(worker.stored, span);
    read(first * size, bytes);
    return scatter(part, copy, bytes, first * size, arena);
  }
  select::for_each_run(copy, [&](std::uint64_t from, std::uint64_t to, std::uint64_t count) {
    const auto target = place(to, count);
    if (conversion.is_copy()) return read(from * size, target);
    const auto bytes = take(worker.stored, count * size);
    read(from * size, bytes);
    conversion.convert(bytes, target, static_cast<std::size_t>(count), part.source.heap, arena);
  });
}

}  // namespace fiver::pipeline
