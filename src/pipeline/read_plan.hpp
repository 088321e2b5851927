// A read, planned whole before any data move: a flat list of chunks of one or many datasets, each with its place in the file and the
// way of its elements into the result. Made by one thread; run by all.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/buffer_pool.hpp"
#include "base/heap_access.hpp"
#include "base/worker_pool.hpp"
#include "convert/plan.hpp"
#include "fiver/values/decode_work.hpp"
#include "fiver/values/plan.hpp"
#include "pipeline/stored_elements.hpp"
#include "select/partition.hpp"

namespace fiver::pipeline {

/// One dataset's part in a read. What it points to lives as long as `keeper`.
struct ReadSource {
  std::shared_ptr<const void> keeper;
  const StoredElements* elements = nullptr;
  convert::ConversionPlan conversion;
  const HeapReader* heap = nullptr;
  Bytes fill;                 ///< one element in the memory type
  std::string file, dataset;  ///< for reports and messages
};

class ReadPlan {
 public:
  ReadPlan(std::uint64_t elements, std::uint32_t stored_size, std::uint32_t memory_size);

  /// Adds elements of one dataset; looks its chunks up. Throws what the index throws, limit.
  void add(ReadSource source, select::Placed wanted);
  /// The whole result is set to this element (in the memory type) first: parts of a virtual dataset may have no source.
  void fill_first(Bytes element, std::uint64_t fill_elements);
  /// Lives as long as the plan.
  void keep(std::shared_ptr<const void> what) { kept_.push_back(std::move(what)); }
  void add_missing(MissingSource missing) { report_.missing.push_back(std::move(missing)); }

  const Plan& report() const { return report_; }
  std::uint64_t result_bytes() const { return elements_ * memory_size_; }

  struct Execution {
    WorkerPool* pool = nullptr;
    BufferPool* buffers = nullptr;
    unsigned threads = 0;                           ///< at most; 0: all
    std::vector<convert::Arena>* arenas = nullptr;  ///< one a worker, where variable-length parts are read
    std::function<bool()> cancelled;
    std::function<void(double)> progress;  ///< called by worker 0 only
    DecodeWork* decoding = nullptr;
  };
  /// Fills `result`, result_bytes() long. May be run any number of times, by any number of threads at once.
  void run(MutableBytes result, const Execution& execution) const;

 private:
  friend class ReadRun;
  struct Part {
    ReadSource source;
    select::Partition partition;
    std::size_t report_index;
  };
  struct Task {
    std::uint32_t part;
    std::uint64_t index;  ///< in the part's partition
    StoredElements::Place place;
    bool absent;
  };

  std::uint64_t elements_;
  std::uint32_t memory_size_;
  std::vector<std::unique_ptr<const Part>> parts_;
  std::vector<Task> tasks_;
  Bytes fill_first_;
  std::vector<std::shared_ptr<const void>> kept_;
  Plan report_;
};

}  // namespace fiver::pipeline
