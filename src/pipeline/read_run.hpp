// A ReadPlan at work: workers read, decode, convert and scatter, each into places of the result that no other touches.
#pragma once

#include "pipeline/read_plan.hpp"

namespace fiver::pipeline {

class ReadRun {
 public:
  ReadRun(const ReadPlan& plan, MutableBytes result, const ReadPlan::Execution& execution);
  void run();

 private:
  /// What one worker keeps from chunk to chunk.
  struct Worker {
    BufferPool::Buffer stored, decoded;
    CodecChain::Scratch scratch;
    select::ChunkCopy copy;
    std::vector<std::uint64_t> wanted;  // blocks of a chunk
    std::vector<ChunkBlock> blocks;     // the same, with their places
    std::vector<std::uint32_t> starts;  // of blocks
  };
  using Task = ReadPlan::Task;
  using Part = ReadPlan::Part;

  void fill_result();
  void run_task(const Task& task, Worker& worker, convert::Arena* arena);
  void fill(const Part& part, const Worker& worker);
  void read_raw(const Task& task, const Part& part, Worker& worker, convert::Arena* arena);
  void read_encoded(const Task& task, const Part& part, Worker& worker, convert::Arena* arena);
  /// Each returns false when that is not the way for this chunk; then nothing was written.
  bool copy_remembered(const Task& task, const Part& part, Worker& worker, convert::Arena* arena);
  bool read_few_blocks(const Task& task, const Part& part, Worker& worker, convert::Arena* arena);
  bool decode_wanted_blocks(const Task& task, const Part& part, ByteView encoded, Worker& worker,
                            convert::Arena* arena);
  /// For a chunk that is about to be decoded; empty when it is not worth being remembered.
  Shelf::Piece room_to_remember(const Part& part, const chunk::ChunkRecord& record, const select::ChunkCopy& copy);
  bool run_in_blocks();
  void scatter(const Part& part, const select::ChunkCopy& copy, ByteView chunk, std::uint64_t first_byte,
               convert::Arena* arena);
  /// Copies or converts stored elements to place `to` of the result.
  void deliver(const Part& part, ByteView elements, std::uint64_t to, std::uint64_t count, convert::Arena* arena);
  /// Decodes a whole chunk, and returns how many bytes came out; throws corrupt when some wanted element is not among them.
  std::size_t decode(const Task& task, const Part& part, ByteView encoded, MutableBytes out, Worker& worker);
  MutableBytes place(std::uint64_t element, std::uint64_t count);
  MutableBytes take(BufferPool::Buffer& buffer, std::uint64_t size);

  const ReadPlan& plan_;
  MutableBytes result_;
  const ReadPlan::Execution& execution_;
  std::size_t memory_size_;
};

/// A block of a chunk into `out`, which has its size. Throws corrupt, unsupported.
void decode_block(const CodecChain::BlockFilter& filter, const ChunkBlock& block, ByteView stored, MutableBytes out);

/// Sets all of `into` to copies of `element`.
void fill_with(MutableBytes into, ByteView element);

}  // namespace fiver::pipeline
