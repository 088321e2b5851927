// A dataset's unfiltered bytes in one line, wherever they are: a contiguous block, the object header, external files.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "fiver/spi/storage.hpp"
#include "meta/file_view.hpp"

namespace fiver::pipeline {

class RawBytes {
 public:
  virtual ~RawBytes() = default;
  /// Fills `into` from byte `offset`. Any thread. Throws corrupt when they are not all there, io.
  virtual void read(std::uint64_t offset, MutableBytes into) const = 0;
  /// Writes from byte `offset` on, in place. Throws io, invalid_argument where that can't be.
  virtual void write(std::uint64_t offset, ByteView from) const;
};

/// A block of the file.
std::unique_ptr<RawBytes> raw_block(const meta::FileView& file, Address address);
/// Bytes in memory.
std::unique_ptr<RawBytes> raw_memory(SharedBytes bytes);

/// External files one after the other; what a file is too short for reads as zeros (format notes, section 14).
struct RawPart {
  std::shared_ptr<Storage> storage;
  std::uint64_t offset = 0;  ///< in that file
  std::uint64_t size = 0;
};
std::unique_ptr<RawBytes> raw_parts(std::vector<RawPart> parts);

/// Reads from a storage exactly, past the metadata cache. Throws corrupt when the file ends first.
void read_exactly(const meta::FileView& file, Address address, MutableBytes into, std::string_view what);

}  // namespace fiver::pipeline
