// What a process did with files while somebody watched: `python -m fiver SCRIPT` reports it at the script's end. Elsewhere there is no such
// log, and looking for one is all that it costs. Times are the clock's, from the caller's view; those in DecodeWork are all workers' together.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "fiver/dataset.hpp"

namespace fiver::python {

/// One dataset's. Any thread may add to it.
class DatasetLog {
 public:
  explicit DatasetLog(const Dataset& dataset);

  struct Facts {
    std::string file, path;
    Shape shape, chunk;  ///< chunk: empty where there is none
    std::uint64_t element_size = 0;
    bool filtered = false, is_virtual = false;
  };
  struct Reads {
    std::uint64_t calls = 0, elements = 0;
    std::uint64_t delivered_bytes = 0;  ///< in the types that were asked for
    std::uint64_t used_bytes = 0;       ///< the same as stored
    std::uint64_t chunks = 0, stored_bytes = 0,
                  decoded_bytes = 0;  ///< as plans foresee them, each time they are wanted
    std::uint64_t fill_elements = 0, missing_elements = 0;
    std::uint64_t distinct_chunks = 0;  ///< 0 where that is not known
    std::uint64_t onward = 0;           ///< calls that began, in the first dimension, where the one before ended
    std::uint64_t direct_calls = 0, direct_bytes = 0;  ///< of chunks as stored
    std::chrono::nanoseconds took{0};
  };
  struct Writes {
    std::uint64_t calls = 0, bytes = 0, chunks = 0, distinct_chunks = 0;
    std::uint64_t direct_calls = 0, direct_bytes = 0;
    std::chrono::nanoseconds took{0};
  };
  /// How many calls had a selection of this size.
  using Sizes = std::map<Shape, std::uint64_t>;

  const Facts& facts() const { return facts_; }
  /// To be given to the engine.
  DecodeWork& decoding() { return decoding_; }
  void read(const Plan& report, const Selection& selection, std::uint64_t bytes, std::chrono::nanoseconds took);
  void write(const Selection& selection, std::uint64_t bytes, std::chrono::nanoseconds took);
  /// One call for all chunks.
  void read_chunks(std::uint64_t chunks, std::uint64_t stored, std::uint64_t bytes, std::chrono::nanoseconds took);
  /// One chunk, outside of what the engine counts.
  void decoded(std::uint64_t bytes, std::chrono::nanoseconds took);
  void read_direct(std::uint64_t bytes);
  void write_direct(std::uint64_t bytes);

  struct State {
    Facts facts;
    Reads reads;
    Writes writes;
    Sizes read_sizes, write_sizes;
    std::uint64_t decoded_chunks, decoded_bytes, decode_nanoseconds;
  };
  State state() const;

 private:
  /// The chunks that calls of one kind have met.
  class Met {
   public:
    /// Returns how many chunks the selection meets.
    std::uint64_t add(const Selection& selection, const Facts& facts);
    std::uint64_t count() const { return count_; }

   private:
    void add_product(const std::vector<std::vector<std::uint64_t>>& axes, const Facts& facts, std::uint64_t& met);
    void add_one(std::uint64_t number);
    std::vector<bool> seen_;
    std::uint64_t count_ = 0;
  };
  static void add_size(const Selection& selection, const Shape& extent, Sizes& sizes);

  mutable std::mutex mutex_;
  Facts facts_;
  Reads reads_;
  Writes writes_;
  Sizes read_sizes_, write_sizes_;
  Met read_met_, write_met_;
  std::uint64_t next_ = unlimited;  ///< where a read that goes on would begin
  DecodeWork decoding_;
};

class IoLog {
 public:
  void opened(const std::string& file, const std::string& mode);
  /// Good for as long as the log is.
  DatasetLog& of(const Dataset& dataset);

  struct Opening {
    std::string file, mode;
    std::uint64_t times = 0;
  };
  std::vector<Opening> files() const;
  std::vector<DatasetLog::State> datasets() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::uint64_t> files_;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<DatasetLog>> datasets_;
};

class Slot;
/// The log of a dataset, where its session has one.
DatasetLog* log_of(const Slot& slot, const Dataset& dataset);

/// The time since it was made; where nobody is to know it, the clock isn't read.
class Stopwatch {
 public:
  explicit Stopwatch(bool runs) {
    if (runs) start_ = std::chrono::steady_clock::now();
  }
  std::chrono::nanoseconds took() const { return std::chrono::steady_clock::now() - start_; }

 private:
  std::chrono::steady_clock::time_point start_;
};

}  // namespace fiver::python
