// Chunks made of independent blocks (bitshuffle, LZ4), read whole: a small region decodes only its blocks, and a single large chunk is
// shared out among the workers. Where framing is known, read_parts.cpp doesn't even read the whole.
#include <algorithm>

#include "pipeline/decode_timer.hpp"
#include "pipeline/read_run.hpp"

namespace fiver::pipeline {
namespace {

/// A region of less than a quarter of a chunk is worth the walk over the block lengths.
constexpr std::uint64_t small_share = 4;
/// Sharing out a chunk costs some microseconds; decoding this many bytes takes some dozens.
constexpr std::uint64_t least_shared_bytes = 512 << 10;

struct Blocks {
  CodecChain::BlockFilter filter;
  std::vector<ChunkBlock> list;
};

/// The blocks of an encoded chunk when they are sound and cover all of it.
std::optional<Blocks> blocks_of(const StoredElements& stored, std::uint32_t mask, ByteView encoded) {
  const auto filter = stored.codecs().only_filter(mask);
  if (!filter) return std::nullopt;
  auto list = filter->filter->blocks(*filter->values, encoded, static_cast<std::size_t>(stored.chunk_bytes()));
  if (!list || list->empty()) return std::nullopt;
  std::uint64_t end = 0;
  for (const auto& block : *list) {
    if (block.decoded_offset != end || block.decoded_size > stored.chunk_bytes() - end) return std::nullopt;
    if (block.stored_offset > encoded.size() || block.stored_size > encoded.size() - block.stored_offset)
      return std::nullopt;
    end += block.decoded_size;
  }
  if (end != stored.chunk_bytes()) return std::nullopt;
  return Blocks{*filter, std::move(*list)};
}

void decode_block(const Blocks& blocks, const ChunkBlock& block, ByteView encoded, MutableBytes decoded) {
  decode_block(
      blocks.filter, block,
      encoded.subspan(static_cast<std::size_t>(block.stored_offset), static_cast<std::size_t>(block.stored_size)),
      decoded.subspan(static_cast<std::size_t>(block.decoded_offset), static_cast<std::size_t>(block.decoded_size)));
}

}  // namespace

void decode_block(const CodecChain::BlockFilter& filter, const ChunkBlock& block, ByteView stored, MutableBytes out) {
  const auto status = filter.filter->decode_block(*filter.values, block, stored, out);
  if (!status)
    throw Error(status.code == FilterStatus::Code::unavailable ? ErrorKind::unsupported : ErrorKind::corrupt,
                std::string(filter.filter->name()) + ": " + status.reason);
}

bool ReadRun::decode_wanted_blocks(const Task& task, const Part& part, ByteView encoded, Worker& worker,
                                   convert::Arena* arena) {
  const auto& stored = *part.source.elements;
  const auto& copy = worker.copy;
  const auto size = part.source.conversion.source_size();
  if (copy.element_count() * size * small_share > stored.chunk_bytes()) return false;
  const auto blocks = blocks_of(stored, task.place.record->filter_mask, encoded);
  if (!blocks) return false;
  std::vector<bool> wanted(blocks->list.size());
  std::uint64_t bytes = 0;
  select::for_each_run(copy, [&](std::uint64_t from, std::uint64_t, std::uint64_t count) {
    const auto first_byte = from * size, end_byte = (from + count) * size;
    auto block = std::upper_bound(blocks->list.begin(), blocks->list.end(), first_byte,
                                  [](std::uint64_t byte, const ChunkBlock& b) { return byte < b.decoded_offset; }) -
                 1;
    for (; block != blocks->list.end() && block->decoded_offset < end_byte; ++block) {
      const auto number = static_cast<std::size_t>(block - blocks->list.begin());
      if (!wanted[number]) bytes += block->decoded_size;
      wanted[number] = true;
    }
  });
  // Not much is saved then, and the whole chunk can be remembered.
  if (bytes * 2 > stored.chunk_bytes()) return false;
  const auto decoded = take(worker.decoded, stored.chunk_bytes());
  {
    const DecodeTimer timer(execution_.decoding, 1, bytes);
    for (std::size_t i = 0; i < wanted.size(); ++i)
      if (wanted[i]) decode_block(*blocks, blocks->list[i], encoded, decoded);
  }
  scatter(part, copy, decoded, 0, arena);
  return true;
}

bool ReadRun::run_in_blocks() {
  const auto& tasks = plan_.tasks_;
  const auto threads =
      execution_.threads == 0 ? execution_.pool->size() : std::min(execution_.threads, execution_.pool->size());
  if (tasks.size() != 1 || threads < 2) return false;
  const auto& task = tasks.front();
  const Part& part = *plan_.parts_[task.part];
  const auto& stored = *part.source.elements;
  if (task.absent || !stored.is_chunked() || stored.chunk_bytes() < least_shared_bytes) return false;
  const auto& record = *task.place.record;
  if (!stored.codecs().only_filter(record.filter_mask)) return false;
  Worker worker;
  part.partition.copy_into(task.index, worker.copy);
  if (worker.copy.element_count() * part.source.conversion.source_size() * small_share <= stored.chunk_bytes())
    return false;
  stored.file().position(record.address, record.stored_size, "data");
  const auto encoded = take(worker.stored, record.stored_size);
  read_exactly(stored.file(), record.address, encoded, "data");
  const auto blocks = blocks_of(stored, record.filter_mask, encoded);
  if (!blocks) return false;
  const bool direct = worker.copy.is_whole_chunk() && part.source.conversion.is_copy();
  const auto decoded = direct ? place(worker.copy.result_offset(), worker.copy.element_count())
                              : take(worker.decoded, stored.chunk_bytes());
  // A few groups a thread: the last one to end should not keep the others waiting for long.
  const auto groups = std::min<std::size_t>(blocks->list.size(), std::size_t{threads} * 4);
  auto decode_group = [&](std::size_t group, unsigned) {
    const auto first = blocks->list.size() * group / groups, end = blocks->list.size() * (group + 1) / groups;
    const DecodeTimer timer(execution_.decoding, group == 0 ? 1 : 0, group == 0 ? stored.chunk_bytes() : 0);
    for (auto i = first; i < end; ++i) decode_block(*blocks, blocks->list[i], encoded, decoded);
  };
  try {
    execution_.pool->run(groups, threads, decode_group);
    if (!direct) scatter(part, worker.copy, decoded, 0, execution_.arenas ? &execution_.arenas->front() : nullptr);
  } catch (Error& error) {
    error.at(record.address);
    error.in_object(part.source.dataset);
    error.in_file(part.source.file);
    throw;
  }
  return true;
}

}  // namespace fiver::pipeline
