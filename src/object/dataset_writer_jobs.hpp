// What the parts of a DatasetWriter share: a chunk on its way to the file.
#pragma once

#include "base/buffer_pool.hpp"
#include "base/worker_pool.hpp"
#include "object/dataset_writer.hpp"

namespace fiver::object {

/// Several workers share chunks from this size on, when there are fewer of them than workers.
constexpr std::uint64_t least_for_several = 1 << 20;

struct DatasetWriter::Job {
  Shape scaled;
  std::size_t number = 0;
  BufferPool::Buffer owned;  ///< what is stored, unless somebody else's memory is
  ByteView stored;
  std::uint32_t mask = 0;
  Address address;
  std::uint64_t stamp = 0;
  std::optional<chunk::LiveIndex::Stamped> expected;
  bool nothing = false;  ///< there was nothing to write
  unsigned workers = 1;  ///< so many may share the encoding
};

/// A chunk that is written while its caller goes on.
struct DatasetWriter::Behind {
  Job job;
  std::shared_ptr<WorkerPool::Ticket> ticket;  ///< null once it was waited for
};

}  // namespace fiver::object
