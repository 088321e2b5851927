// Keeps all that changes a file, with its bytes and in order, so that a test can build the file as a crash at
// any moment would have left it.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/mutexes.hpp"
#include "io/forwarding_storage.hpp"

namespace fiver::io {

struct RecordedChange {
  enum class Kind : std::uint8_t { write, reserve, resize, sync, mark };
  Kind kind;
  std::uint64_t offset = 0;  ///< of a write; of reserve and resize: the size
  Bytes bytes;               ///< of a write
  std::string label;         ///< of a mark
};

class RecordingStorage final : public ForwardingStorage {
 public:
  explicit RecordingStorage(std::shared_ptr<Storage> inner) : ForwardingStorage(std::move(inner)) {}

  /// Puts a note between the changes: "flush 3 returned".
  void mark(std::string label);
  std::vector<RecordedChange> changes() const;
  void clear();

  void write_at(std::uint64_t offset, std::span<const std::byte> bytes) override;
  void reserve(std::uint64_t size) override;
  void resize(std::uint64_t size) override;
  void sync() override;

 private:
  void keep(RecordedChange change);

  mutable Mutex mutex_;
  std::vector<RecordedChange> changes_;
};

/// Does to the bytes of a file what the change did to the file.
void apply(const RecordedChange& change, Bytes& file);

}  // namespace fiver::io
