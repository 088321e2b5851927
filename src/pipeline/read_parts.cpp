// Encoded chunks. Of one that is wanted whole, nothing is remembered: that is how data stream. One that is wanted in part is likely to be
// asked again: a chunk framed by blocks gives only the wanted ones, and where its blocks begin is remembered; any other has to be decoded
// whole, and stays so for a while.
#include <fmt/format.h>

#include <algorithm>

#include "pipeline/block_walk.hpp"
#include "pipeline/decode_timer.hpp"
#include "pipeline/read_run.hpp"

namespace fiver::pipeline {
namespace {

/// Of more than this share of the blocks not much is saved by leaving out the others.
constexpr std::uint64_t few_blocks_share = 4;
/// Who takes more than this share of a chunk is on the way through it, and would pay for fresh memory without coming back.
constexpr std::uint64_t remembered_share = 2;
/// A read that goes through more chunks than this may be the only one of its kind, such as a slice of which a hundred times as much would
/// have to be kept; its chunks have to be met once more.
constexpr std::size_t few_chunks = 64;
/// Blocks this far apart in the file come with one read: it takes about as long as copying so many bytes.
constexpr std::uint64_t worth_another_read = 16 << 10;

void check_covers(const select::ChunkCopy& copy, std::uint64_t size, std::uint64_t got) {
  std::uint64_t end = 0;
  select::for_each_run(
      copy, [&](std::uint64_t from, std::uint64_t, std::uint64_t count) { end = std::max(end, from + count); });
  if (end * size > got)
    throw Error(ErrorKind::corrupt, fmt::format("it decodes to {} bytes, {} are wanted", got, end * size));
}

/// The blocks that hold wanted elements, in order. Empty when they are more than `most`.
void list_blocks(const select::ChunkCopy& copy, std::uint64_t size, const codecs::BlockFraming& framing,
                 std::uint64_t most, std::vector<std::uint64_t>& list) {
  list.clear();
  bool in_order = true, too_many = false;
  select::for_each_run(copy, [&](std::uint64_t from, std::uint64_t, std::uint64_t count) {
    const auto last = framing.block_of((from + count) * size - 1);
    for (auto block = framing.block_of(from * size); block <= last && !too_many; ++block) {
      if (!list.empty() && list.back() == block) continue;
      in_order = in_order && (list.empty() || list.back() < block);
      if (in_order && list.size() >= most) too_many = true;
      list.push_back(block);
    }
  });
  if (!in_order) {
    std::ranges::sort(list);
    list.erase(std::unique(list.begin(), list.end()), list.end());
  }
  if (too_many || list.size() > most) list.clear();
}

}  // namespace

std::size_t ReadRun::decode(const Task& task, const Part& part, ByteView encoded, MutableBytes out, Worker& worker) {
  const DecodeTimer timer(execution_.decoding, 1, out.size());
  const auto got = part.source.elements->codecs().decode(encoded, task.place.record->filter_mask, out, worker.scratch);
  if (got < out.size()) check_covers(worker.copy, part.source.conversion.source_size(), got);
  return got;
}

bool ReadRun::copy_remembered(const Task& task, const Part& part, Worker& worker, convert::Arena* arena) {
  const auto& stored = *part.source.elements;
  const auto* shelf = stored.decoded_chunks();
  if (shelf == nullptr) return false;
  const auto known = shelf->find(*task.place.record);
  if (!known) return false;
  if (known->size < stored.chunk_bytes()) check_covers(worker.copy, part.source.conversion.source_size(), known->size);
  scatter(part, worker.copy, known->bytes.first(static_cast<std::size_t>(stored.chunk_bytes())), 0, arena);
  return true;
}

bool ReadRun::read_few_blocks(const Task& task, const Part& part, Worker& worker, convert::Arena* arena) {
  const auto& stored = *part.source.elements;
  const auto* framing = stored.framing();
  const auto& copy = worker.copy;
  const auto size = part.source.conversion.source_size();
  if (framing == nullptr || copy.element_count() * size * few_blocks_share > stored.chunk_bytes()) return false;
  list_blocks(copy, size, *framing, framing->count() / few_blocks_share, worker.wanted);
  if (worker.wanted.empty()) return false;
  StoredWindow window(stored.file(), *task.place.record, *execution_.buffers, worker.stored);
  BlockWalk walk(*framing, *task.place.record, *stored.block_tables(), window, worker.starts);
  if (!walk.reach(worker.wanted.back())) return false;  // the way over the whole chunk finds out what is wrong with it
  walk.remember();
  auto& blocks = worker.blocks;
  blocks.clear();
  for (const auto number : worker.wanted) blocks.push_back(walk.at(number));

  const auto filter = *stored.codecs().only_filter(task.place.record->filter_mask);
  const auto decoded = take(worker.decoded, blocks.size() * framing->block + framing->rest);
  if (execution_.decoding != nullptr) execution_.decoding->chunks += 1;
  std::size_t made = 0;
  for (std::size_t first = 0, next = 0; first < blocks.size(); first = next) {
    const auto begin = blocks[first].stored_offset;
    auto end = begin;
    for (; next < blocks.size() && (next == first || blocks[next].stored_offset - end <= worth_another_read); ++next)
      end = blocks[next].stored_offset + blocks[next].stored_size;
    const auto bytes = window.bytes(begin, end - begin, 0);
    for (auto i = first; i < next; ++i) {
      const auto out = decoded.subspan(made, static_cast<std::size_t>(blocks[i].decoded_size));
      const DecodeTimer timer(execution_.decoding, 0, out.size());
      decode_block(filter, blocks[i],
                   bytes.subspan(static_cast<std::size_t>(blocks[i].stored_offset - begin),
                                 static_cast<std::size_t>(blocks[i].stored_size)),
                   out);
      blocks[i].stored_offset = made;  // from here on it is there
      made += out.size();
    }
  }
  // Blocks that follow each other in the chunk do so here, too: a run may go on from one to the next.
  auto block = blocks.begin();
  select::for_each_run(copy, [&](std::uint64_t from, std::uint64_t to, std::uint64_t count) {
    const auto byte = from * size;
    if (byte < block->decoded_offset || byte - block->decoded_offset >= block->decoded_size)
      block = std::ranges::upper_bound(blocks, byte, {}, &ChunkBlock::decoded_offset) - 1;
    deliver(part,
            decoded.subspan(static_cast<std::size_t>(block->stored_offset + (byte - block->decoded_offset)),
                            static_cast<std::size_t>(count) * size),
            to, count, arena);
  });
  return true;
}

Shelf::Piece ReadRun::room_to_remember(const Part& part, const chunk::ChunkRecord& record,
                                       const select::ChunkCopy& copy) {
  const auto& stored = *part.source.elements;
  auto* shelf = stored.decoded_chunks();
  if (shelf == nullptr ||
      copy.element_count() * part.source.conversion.source_size() * remembered_share > stored.chunk_bytes())
    return {};
  if (plan_.tasks_.size() > few_chunks && !shelf->met_before(record)) return {};
  return shelf->reserve();
}

void ReadRun::read_encoded(const Task& task, const Part& part, Worker& worker, convert::Arena* arena) {
  const auto& stored = *part.source.elements;
  const auto& record = *task.place.record;
  const auto& copy = worker.copy;
  if (copy_remembered(task, part, worker, arena)) return;
  stored.file().position(record.address, record.stored_size, "data");  // before its size takes any memory
  if (read_few_blocks(task, part, worker, arena)) return;
  const auto encoded = take(worker.stored, record.stored_size);
  read_exactly(stored.file(), record.address, encoded, "data");
  if (copy.is_whole_chunk() && part.source.conversion.is_copy()) {
    decode(task, part, encoded, place(copy.result_offset(), copy.element_count()), worker);
    return;
  }
  if (decode_wanted_blocks(task, part, encoded, worker, arena)) return;
  auto piece = room_to_remember(part, record, copy);
  const auto decoded = piece ? piece.bytes().first(static_cast<std::size_t>(stored.chunk_bytes()))
                             : take(worker.decoded, stored.chunk_bytes());
  const auto got = decode(task, part, encoded, decoded, worker);
  scatter(part, copy, decoded, 0, arena);
  if (piece) stored.decoded_chunks()->keep(record, std::move(piece), got);
}

}  // namespace fiver::pipeline
