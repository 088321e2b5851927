// The public face of stored chunks.
#include <fmt/format.h>

#include "fiver/dataset.hpp"
#include "object/reading.hpp"
#include "object/runtime_state.hpp"
#include "object/stored_chunks.hpp"

namespace fiver {

using object::FoundChunk;

void Dataset::visit_chunks(const std::function<bool(const ChunkInfo&)>& visit) const {
  object::for_each_stored_chunk(handle_, [&](const FoundChunk& chunk) { return visit(chunk.info); });
}

std::vector<ChunkInfo> Dataset::chunk_map() const {
  std::vector<ChunkInfo> map;
  visit_chunks([&](const ChunkInfo& chunk) {
    map.push_back(chunk);
    return true;
  });
  return map;
}

std::uint64_t Dataset::chunk_count() const {
  std::uint64_t count = 0;
  visit_chunks([&](const ChunkInfo&) {
    ++count;
    return true;
  });
  return count;
}

std::optional<ChunkInfo> Dataset::find_chunk(const Shape& element) const {
  auto found = object::find_stored_chunk(handle_, element);
  if (!found) return std::nullopt;
  return std::move(found->info);
}

namespace {

FoundChunk chunk_at(const std::shared_ptr<const object::Handle>& dataset, const Shape& element) {
  auto found = object::find_stored_chunk(dataset, element);
  if (!found)
    throw Error(ErrorKind::not_found, fmt::format("no chunk was written at ({})", fmt::join(element, ",")))
        .in_object(dataset->path())
        .in_file(dataset->file()->state().name());
  return std::move(*found);
}

void read_stored(const FoundChunk& chunk, MutableBytes into) {
  chunk.owner->guarded([&] { pipeline::read_exactly(chunk.stored->file(), chunk.record.address, into, "chunk"); });
}

}  // namespace

StoredChunk Dataset::read_chunk(const Shape& element) const {
  auto found = chunk_at(handle_, element);
  found.owner->guarded([&] { found.stored->file().position(found.record.address, found.record.stored_size, "chunk"); });
  StoredChunk chunk{found.info, std::vector<std::byte>(static_cast<std::size_t>(found.record.stored_size))};
  read_stored(found, chunk.bytes);
  return chunk;
}

std::size_t Dataset::read_chunk_into(const Shape& element, std::span<std::byte> into,
                                     std::uint32_t* filter_mask) const {
  const auto found = chunk_at(handle_, element);
  if (into.size() < found.record.stored_size)
    throw Error(ErrorKind::invalid_argument,
                fmt::format("a buffer of {} bytes for a chunk of {}", into.size(), found.record.stored_size))
        .in_object(path());
  const auto size = static_cast<std::size_t>(found.record.stored_size);
  read_stored(found, into.first(size));
  if (filter_mask != nullptr) *filter_mask = found.record.filter_mask;
  return size;
}

void Dataset::decode_chunk(std::span<const std::byte> stored, std::uint32_t filter_mask,
                           std::span<std::byte> into) const {
  handle_->guarded([&] {
    pipeline::CodecChain::Scratch scratch;
    handle_->snapshot()->codecs().decode(stored, filter_mask, into, scratch);
  });
}

void Dataset::for_each_chunk(const std::function<void(const Chunk&)>& work, const ReadOptions& options) const {
  std::vector<FoundChunk> chunks;
  object::for_each_stored_chunk(handle_, [&](const FoundChunk& chunk) {
    chunks.push_back(chunk);
    return true;
  });
  auto& runtime = handle_->file()->runtime();
  std::vector<BufferPool::Buffer> buffers(runtime.pool.size());
  CancelToken token;
  auto one = [&](std::size_t i, unsigned worker) {
    if (options.cancelled && options.cancelled()) token.cancel();
    const auto& found = chunks[i];
    found.owner->guarded([&] {
      found.stored->file().position(found.record.address, found.record.stored_size, "chunk");
      const auto size = static_cast<std::size_t>(found.record.stored_size);
      auto& buffer = buffers[worker];
      if (buffer.size() < size) buffer = runtime.buffers.take(size);
      read_stored(found, buffer.span().first(size));
      const object::ChunkContext context{found.owner, found.stored, found.record.filter_mask};
      work(Chunk(found.info, buffer.span().first(size), context));
    });
    if (worker == 0 && options.progress)
      options.progress(static_cast<double>(i + 1) / static_cast<double>(chunks.size()));
  };
  runtime.pool.run(chunks.size(), options.threads, one, &token);
}

Shape Chunk::shape() const {
  return context_->stored->is_chunked() ? context_->stored->chunk() : context_->owner->space().dims;
}

std::uint64_t Chunk::decoded_size() const {
  return context_->stored->is_chunked() ? context_->stored->chunk_bytes() : info_.stored_size;
}

void Chunk::decode_into(std::span<std::byte> into) const {
  if (into.size() != decoded_size())
    throw Error(ErrorKind::invalid_argument,
                fmt::format("a buffer of {} bytes for a chunk of {}", into.size(), decoded_size()));
  pipeline::CodecChain::Scratch scratch;
  context_->stored->codecs().decode(stored_, context_->mask, into, scratch);
}

void Chunk::decode_converted(const Datatype& memory, std::span<std::byte> into) const {
  const auto& type = context_->owner->dataset()->type;
  const auto& file = context_->owner->file()->state();
  const auto plan = convert::ConversionPlan::make(type, memory, file.view().widths());
  if (plan.is_copy() && into.size() == decoded_size()) return decode_into(into);
  const auto count = static_cast<std::size_t>(decoded_size() / type.size());
  if (into.size() != count * memory.size())
    throw Error(ErrorKind::invalid_argument,
                fmt::format("a buffer of {} bytes for {} elements of {}", into.size(), count, memory.size()));
  auto buffer = context_->owner->file()->runtime().buffers.take(static_cast<std::size_t>(decoded_size()));
  const auto decoded = buffer.span().first(static_cast<std::size_t>(decoded_size()));
  decode_into(decoded);
  plan.convert(decoded, into, count, &file.heap());
}

std::vector<ChunkBlock> Chunk::blocks() const {
  const auto filter = context_->stored->codecs().only_filter(context_->mask);
  if (!filter) return {};
  return filter->filter->blocks(*filter->values, stored_, static_cast<std::size_t>(decoded_size()))
      .value_or(std::vector<ChunkBlock>{});
}

}  // namespace fiver
