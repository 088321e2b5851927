// Bounds on what a file may make the library do. Each stops one attack; each may be raised by who trusts the file.
#pragma once

#include <cstdint>

namespace fiver {

struct Limits {
  /// Datatypes inside datatypes. Attack: a message that nests until the stack ends.
  unsigned datatype_nesting = 64;
  /// Members and parts of one datatype in all. Attack: a small message that expands to millions of parts.
  std::uint32_t datatype_parts = 1U << 20;
  /// Soft and external links followed in one look-up. Attack: links that lead to each other.
  unsigned link_hops = 64;
  /// Continuation blocks of one object header. Attack: a chain that returns to itself.
  unsigned header_continuations = 1024;
  /// Bytes of one object header, all blocks together. Attack: a length that takes all memory.
  std::uint64_t header_bytes = 256ULL << 20;
  /// Levels of a B-tree. Attack: a tree whose nodes are their own children.
  unsigned tree_depth = 64;
  /// Bytes of one piece of metadata (a heap block, an index block). Attack: a length that takes all memory.
  std::uint64_t metadata_block = 1ULL << 30;
  /// Bytes of one decoded chunk. Attack: chunk dimensions that multiply to terabytes.
  std::uint64_t chunk_bytes = 4ULL << 30;
  /// Bytes that one read may return or one value may take when the library allocates. Attack: a shape of petabytes in 1 KiB.
  std::uint64_t result_bytes = 64ULL << 30;
  /// Virtual datasets inside virtual datasets. Attack: two that are each other's source.
  unsigned virtual_nesting = 16;
  /// Groups and objects met by one walk. Attack: a file of empty groups without end.
  std::uint64_t walk_objects = 100'000'000;
  friend bool operator==(const Limits&, const Limits&) = default;
};

}  // namespace fiver
