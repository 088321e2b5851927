// A regular file of the operating system as a Storage.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "fiver/spi/storage.hpp"
#include "io/descriptor_budget.hpp"

namespace fiver::io {

enum class OpenMode : std::uint8_t {
  read,
  read_write,
  create,            ///< for reading and writing; makes an empty file where none is. Never cuts a file that is there:
                     ///< only whoever holds its lock may, with resize(0)
  create_exclusive,  ///< for reading and writing; Error{conflict} when the name is taken
};

/// What a file can do beyond a Storage.
class FileStorage : public Storage {
 public:
  virtual OpenMode mode() const = 0;
  /// Tries to lock bytes [offset, offset + length) for this open file (an "open file description" lock);
  /// length 0 = to infinity. These know nothing of try_lock's lock, nor it of these. False when another holds
  /// it. Throws Error{unsupported} where there are no such locks.
  virtual bool try_lock_range(LockMode mode, std::uint64_t offset, std::uint64_t length) = 0;
  virtual void unlock_range(std::uint64_t offset, std::uint64_t length) = 0;
};

/// Opens a regular file. Throws Error{not_found} when there is none, {invalid_argument} when the name is
/// something else (directory, pipe, socket, device), {conflict} for create_exclusive on a name that is taken,
/// {limit} when there are no descriptors left, {io} otherwise; the file is named in the error.
///
/// reserve() leaves the file at least `size` long; holes that were in it when it was opened stay holes. sync() also makes the name of a file durable that it made;
/// once it failed it always fails. In a child process, reading goes on, writing is Error{conflict}, and
/// unlock() does nothing: the lock is the parent's. With a `budget`, a file open for reading and not locked
/// may be closed when others need its descriptor, and is opened again when next read: Error{io} if the name
/// then leads to another file, or the file's size or time of change are not those it was opened with.
std::shared_ptr<FileStorage> open_file(const std::string& path, OpenMode mode,
                                       std::shared_ptr<DescriptorBudget> budget = nullptr);

}  // namespace fiver::io
