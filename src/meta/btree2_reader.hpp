// Searching and walking a version 2 B-tree (format specification III.A.2). Nodes are fetched on demand and kept.
#pragma once

#include <functional>
#include <memory>

#include "base/function_ref.hpp"
#include "base/shared_cache.hpp"
#include "format/btree2.hpp"
#include "meta/file_view.hpp"

namespace fiver::meta {

class BTree2Reader {
 public:
  /// `file` must outlive the reader.
  BTree2Reader(const FileView& file, Address header, std::size_t cache_bytes = 16 << 20);

  const format::BTree2Header& header() const { return header_; }
  std::uint64_t size() const { return header_.total_records.value; }

  /// Calls `visit` for every record in order until it returns false.
  void for_each(FunctionRef<bool(ByteView record)> visit) const;
  /// `order(record)` is negative for records before the wanted one, 0 for it, positive after. Calls `visit` for each record of
  /// order 0 (names may share a hash), in order, until it returns false.
  void find(FunctionRef<int(ByteView record)> order, FunctionRef<bool(ByteView record)> visit) const;

 private:
  struct Node {
    SharedBytes bytes;
    format::BTree2Node decoded;
  };
  struct Walk;
  std::shared_ptr<const Node> node(Address address, unsigned level, std::uint64_t records) const;
  bool walk(Address address, unsigned level, std::uint64_t records, Walk& state) const;

  const FileView& file_;
  Address address_;
  format::BTree2Header header_;
  format::BTree2Geometry geometry_;
  mutable SharedCache<std::uint64_t, Node> nodes_;
};

}  // namespace fiver::meta
