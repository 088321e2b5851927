// Where a shared message's body really stands: in a committed datatype's header, or in the file's heap of shared messages (format
// specification IV.A.2, "Shared Message", and III.H).
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "format/message_types.hpp"
#include "format/shared_message.hpp"
#include "format/shared_message_table.hpp"
#include "meta/file_view.hpp"
#include "meta/fractal_heap_reader.hpp"

namespace fiver::meta {

struct ResolvedMessage {
  SharedBytes body;
  std::optional<Address> committed;  ///< the header of the committed datatype that has it
};

/// The file's shared message heaps.
class SharedMessages {
 public:
  /// Without a table: references into it are then corrupt.
  explicit SharedMessages(const FileView& file) : file_(file) {}
  SharedMessages(const FileView& file, Address table, unsigned indexes);

  bool has_table() const { return !heaps_.empty(); }
  /// Follows a reference to a message of the given type.
  ResolvedMessage resolve(const format::SharedMessageRef& reference, format::MessageType type) const;
  /// The body itself, or what it refers to when `shared`. `keeper` keeps `body` alive.
  ResolvedMessage resolve(ByteView body, bool shared, std::shared_ptr<const void> keeper,
                          format::MessageType type) const;

 private:
  struct Heap {
    std::uint16_t type_flags;
    std::unique_ptr<FractalHeapReader> reader;  // null: the index is empty
  };
  const FileView& file_;
  std::vector<Heap> heaps_;
};

}  // namespace fiver::meta
