// The elements of one dataset that is written to: chunks go out encoded as they come whole, parts of chunks are staged and go out later, once
// for each chunk. Contiguous elements are written in place.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/mutexes.hpp"
#include "base/worker_pool.hpp"
#include "chunk/linear_index.hpp"
#include "chunk/live_index.hpp"
#include "convert/plan.hpp"
#include "fiver/dataset.hpp"
#include "object/draft.hpp"
#include "object/encode_scratch.hpp"
#include "object/snapshot.hpp"
#include "object/stage.hpp"
#include "pipeline/encode_chain.hpp"
#include "select/partition.hpp"

namespace fiver::object {

class FileWriter;
class ObjectState;

/// What is written: elements of the stored type, or of the one that a conversion starts from.
struct WriteSource {
  ByteView bytes;
  std::size_t element_size = 0;                         ///< of `bytes`
  const convert::ConversionPlan* conversion = nullptr;  ///< null: of the stored type

  /// `count` elements from number `from` on, as they are stored.
  void copy(std::uint64_t from, std::uint64_t count, MutableBytes to) const;
};

/// Ways to break the order of writes on purpose: a test of histories that these don't fail tests nothing.
struct ChunkMutant {
  bool no_chunk_order = false;  ///< what is drained replaces whatever is there by then
};

class DatasetWriter {
 public:
  /// `facts`: the dataset as it is now; `index`: of chunked ones, what the file has.
  DatasetWriter(FileWriter& writer, std::shared_ptr<ObjectState> state, const DatasetFacts& facts,
                std::shared_ptr<const chunk::ChunkIndex> index);
  ~DatasetWriter();
  DatasetWriter(const DatasetWriter&) = delete;
  DatasetWriter& operator=(const DatasetWriter&) = delete;

  /// Null unless chunked.
  const std::shared_ptr<chunk::LiveIndex>& index() const { return index_; }

  /// Elements at the places of `to`, which count from the start of the source's bytes.
  void write(const select::Placed& to, const WriteSource& source, const ReadOptions& options);
  void write_chunk(const Shape& scaled, ByteView stored, std::uint32_t mask);
  /// Chunks outside the new extent go; those that cross it are filled behind it. `publish` changes the dataspace. No other call writes to the
  /// dataset meanwhile: those under way end first, later ones wait.
  void cut(const Shape& extent, const std::function<void()>& publish);

  /// Writes what is staged. Where `first` and `last` chunk are given, only if something is staged between them.
  void drain(const Shape* first = nullptr, const Shape* last = nullptr);
  /// Returns when no chunk is on its way to the file any more. Throws what kept it from getting there; the next call tries it again.
  void settle();
  /// What is on its way is not wanted any more.
  void abandon();

  void mutate(const ChunkMutant& mutant) { mutant_ = mutant; }

  // For commits.
  bool has_staged() const;
  const chunk::ChunkGrid& committed_grid() const { return committed_grid_; }
  std::shared_ptr<const chunk::ChunkIndex> open_index(const ChunkedLayout& layout, const chunk::ChunkGrid& grid) const;
  void committed(std::shared_ptr<const chunk::ChunkIndex> index, const chunk::ChunkGrid& grid);

 private:
  struct Job;
  struct Behind;
  using Encode = std::function<void(Job& job, EncodeScratch& worker)>;
  /// Held by each call that writes elements, or alone by one that changes the extent.
  class Turn {
   public:
    Turn(DatasetWriter& writer, bool alone);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    DatasetWriter& writer_;
    bool alone_;
  };

  /// The number of a call. Pieces of chunks from both sides of one that has whole chunks are never joined.
  std::uint64_t next_stamp(bool whole_chunks);
  void write_chunks(std::size_t count, const ReadOptions& options, const std::function<void(std::size_t, Job&)>& begin,
                    const Encode& encode, const std::function<void(Job&)>& refused, bool may_go_on = false);
  /// Memory for a decoded chunk: the worker's, or the job's where no filter makes other bytes of it.
  MutableBytes chunk_memory(Job& job, EncodeScratch& worker) const;
  /// `chunk` lasts until it is written, unless it is the worker's.
  void encode_into(Job& job, ByteView chunk, EncodeScratch& worker) const;
  /// The same by all workers; false where it is for one.
  bool encode_by_several(Job& job, ByteView chunk) const;
  /// Encodes jobs and writes each as soon as those before it have their places, so that some are written while others are encoded.
  void encode_and_place(std::vector<Job>& jobs, WorkerPool::Task encode, unsigned threads, CancelToken& token);
  void place_jobs(std::vector<Job>& jobs, const ReadOptions& options);
  /// Gives an encoded chunk to the pool to be written while the caller goes on. One at a time.
  void write_behind(Job& job);
  void write_to_file(const Job& job);
  Address place_of(const Job& job);
  void give_up(const Job& job);
  void fill_grown(const Shape& old, const Shape& extent, std::uint64_t stamp);
  void drain_chunk(Job& job, const Stage::Pieces& pieces, EncodeScratch& worker) const;
  void cut_chunks(const Shape& extent);
  void check_inside(const select::ChunkCopy& copy, const Shape& extent) const;
  /// What the dataset leads to now is not used for anything else as long as this is held.
  std::shared_ptr<const void> keeper() const;
  bool is_partial(const Shape& scaled) const;
  void stage_call(const std::shared_ptr<StagedCall>& call, const WriteSource& source, std::uint64_t stamp,
                  const ReadOptions& options);
  /// Memory for the elements of a call, in its block: of the runtime's budget, after what waits has been written out when that is used up.
  void take_block(StagedCall& call, std::size_t bytes);
  void make_room(std::uint64_t bytes);
  /// True when a call with few whole chunks had better wait for more of them, so that all workers have something to encode.
  bool should_wait(std::size_t whole_chunks);
  /// After whole chunks of so many bytes began to wait: writes all that waits once it is enough.
  void write_waiting(std::uint64_t bytes);
  void note_staged();
  void stage_pieces(const select::Partition& partition, const std::vector<std::uint64_t>& which,
                    const WriteSource& source, std::uint64_t stamp, const ReadOptions& options);
  void fill_chunk(MutableBytes chunk) const;

  FileWriter& writer_;
  std::weak_ptr<ObjectState> state_;
  std::size_t element_size_;
  Bytes fill_;  ///< one element
  // Chunked.
  std::shared_ptr<chunk::LiveIndex> index_;
  Shape chunk_;
  std::uint64_t chunk_bytes_ = 0;
  bool filter_partial_chunks_ = true, filtered_ = false;
  pipeline::EncodeChain encoder_;
  pipeline::CodecChain decoder_;
  ChunkMutant mutant_;

  mutable Mutex mutex_;
  Condition drained_, turns_changed_;
  std::uint64_t writing_ = 0, cuts_ = 0;  ///< turns; of cuts, those that wait, too
  bool cutting_ = false;
  bool draining_ = false;
  std::shared_ptr<Behind> behind_;
  bool settling_ = false;
  Stage stage_;
  std::shared_ptr<StageBlock> block_;  ///< the one that has room yet
  std::uint64_t waiting_whole_ = 0;    ///< bytes of whole chunks in the stage
  bool in_a_row_ = false;              ///< the last call wrote whole chunks, too, and nobody wanted to see them since
  std::uint64_t staged_budget_ = 0;    ///< taken from the runtime's memory
  std::uint64_t stamps_ = 0, last_whole_ = 0;
  Shape extent_;  ///< for chunks that cross it
  chunk::ChunkGrid committed_grid_;
  /// Of an implicit index, whose chunks have their places for good: they are overwritten where they are.
  std::optional<chunk::LinearNumbering> numbering_;
  Address first_place_;
};

}  // namespace fiver::object
