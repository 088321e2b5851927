// Where a file's bytes live. The engine does all its I/O through this interface, given when a file is opened; users may
// implement it (an archive member, an object store, a test double). Every function may be called from any thread at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace fiver {

/// What makes two opens the same file. A storage that is not a file gives itself a unique device 0 and inode.
struct StorageIdentity {
  std::uint64_t device = 0, inode = 0;
  friend auto operator<=>(const StorageIdentity&, const StorageIdentity&) = default;
};

struct ReadRequest {
  std::uint64_t offset = 0;
  std::span<std::byte> into;
  std::size_t got = 0;  ///< set by read_batch: bytes read, fewer than asked only at the end of the file
};

enum class LockMode : std::uint8_t { shared, exclusive };

class Storage {
 public:
  virtual ~Storage() = default;

  /// The name for messages: the path of a file.
  virtual std::string name() const = 0;
  virtual StorageIdentity identity() const = 0;
  /// Differs when the content does, as far as the storage can tell at no cost: of a file, the time of its last change. Two opens of one
  /// file share what they know of it only while this stays.
  virtual std::uint64_t change_stamp() const { return size(); }
  /// Bytes now.
  virtual std::uint64_t size() const = 0;
  /// Fills `into` from byte `offset`. Returns the bytes read: fewer than asked only where the file ends. Throws Error{io}.
  virtual std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const = 0;
  /// Several reads, in any order, perhaps at once. The default does one after the other.
  virtual void read_batch(std::span<ReadRequest> requests) const {
    for (auto& request : requests) request.got = read_at(request.offset, request.into);
  }
  /// A hint that these bytes are wanted soon.
  virtual void prefetch(std::uint64_t /*offset*/, std::uint64_t /*length*/) const {}

  // Writing. A storage opened for reading throws Error{io} from each.
  virtual void write_at(std::uint64_t offset, std::span<const std::byte> bytes) = 0;
  /// Makes sure that bytes [0, size) can be written without running out of space. Throws Error{io} when they can't.
  virtual void reserve(std::uint64_t size) = 0;
  virtual void resize(std::uint64_t size) = 0;
  /// Returns when all that was written is durable. A failure is final: bytes may be lost, and a retry proves nothing.
  virtual void sync() = 0;
  /// Tries to take the advisory lock of the whole file; false when another holds it. Throws Error{unsupported} where the file
  /// system has no locks.
  virtual bool try_lock(LockMode mode) = 0;
  virtual void unlock() = 0;
};

}  // namespace fiver
