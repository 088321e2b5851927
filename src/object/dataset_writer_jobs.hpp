// What the parts of a DatasetWriter share: a chunk on its way to the file, and what one worker keeps from chunk to chunk.
#pragma once

#include "object/dataset_writer.hpp"

namespace fiver::object {

struct DatasetWriter::Job {
  Shape scaled;
  std::size_t number = 0;
  Bytes owned;  ///< what is stored, unless the caller's memory is
  ByteView stored;
  std::uint32_t mask = 0;
  Address address;
  std::uint64_t stamp = 0;
  std::optional<chunk::LiveIndex::Stamped> expected;
  bool nothing = false;  ///< there was nothing to write
};

struct DatasetWriter::Worker {
  Bytes decoded, stored;
  pipeline::CodecChain::Scratch scratch;
  select::ChunkCopy copy;
};

}  // namespace fiver::object
