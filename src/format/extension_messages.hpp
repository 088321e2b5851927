// The messages of the superblock extension (format specification IV.A.2.t, x, p; the cache image is not in
// the specification); the driver information is in driver_info.hpp.
//
//   B-tree K (0x13)               0 chunk-K(2) group-internal-K(2) group-leaf-K(2)
//   file space info (0x17)   v0   0 strategy(1) threshold(L) [strategy 1: manager(O) x 6]
//                            v1   1 strategy(1) persist(1) threshold(L) page-size(L) page-end-threshold(2)
//                            end(O) [persist: manager(O) x 12]
//   cache image (0x18)            0 address(O) length(L)
//   shared message table (0x0F)   0 table(O) indexes(1)
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/encoder.hpp"
#include "base/field_widths.hpp"
#include "fiver/values/address.hpp"

namespace fiver::format {

struct BTreeK {
  std::uint16_t chunk = 32, group_internal = 16, group_leaf = 4;
  friend bool operator==(const BTreeK&, const BTreeK&) = default;
};

enum class FileSpaceStrategy : std::uint8_t { free_space_managers, paged, aggregation, none };

struct FileSpaceInfo {
  std::uint8_t version = 1;
  FileSpaceStrategy strategy = FileSpaceStrategy::free_space_managers;
  bool persist = false;
  std::uint64_t threshold = 1;  ///< the smallest free section worth keeping
  std::uint64_t page_size = 4096;
  std::uint16_t page_end_threshold = 0;
  std::optional<Address> end_before_managers;  ///< the end of the file before the managers were written
  std::vector<std::optional<Address>>
      managers;  ///< version 1: 12 when persistent; version 0: 6 with its strategy 1; else empty
  friend bool operator==(const FileSpaceInfo&, const FileSpaceInfo&) = default;
};

struct CacheImageMessage {
  std::optional<Address> address;
  std::uint64_t length = 0;
  friend bool operator==(const CacheImageMessage&, const CacheImageMessage&) = default;
};

struct SharedMessageTableMessage {
  Address table;
  std::uint8_t index_count = 0;  ///< at most 8
  friend bool operator==(const SharedMessageTableMessage&, const SharedMessageTableMessage&) = default;
};

BTreeK decode_btree_k(ByteView body, FieldWidths widths);
void encode_btree_k(Encoder& out, const BTreeK& k);
/// Version 0 is told in the terms of version 1.
FileSpaceInfo decode_file_space_info(ByteView body, FieldWidths widths);
void encode_file_space_info(Encoder& out, const FileSpaceInfo& info);
CacheImageMessage decode_cache_image_message(ByteView body, FieldWidths widths);
void encode_cache_image_message(Encoder& out, const CacheImageMessage& image);
SharedMessageTableMessage decode_shared_message_table_message(ByteView body, FieldWidths widths);
void encode_shared_message_table_message(Encoder& out, const SharedMessageTableMessage& table);

}  // namespace fiver::format
