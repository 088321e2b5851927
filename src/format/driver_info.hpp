// What a multi-file driver keeps about its members: as a block that superblock 0 and 1 point to (format specification II.B), as a
// message (0x14) in the extension of later ones (IV.A.2.u).
//
//   block     0 0(3) size(4) identification(8) data(size)
//   message   0 identification(8) size(2) data(size)
//   NCSAfami  member-size(8)
//   NCSAmult  mapping(6) 0(2) {start(8) end(8)}... {name NUL, padded to 8}...    one for each distinct value of the mapping
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/encoder.hpp"
#include "base/field_widths.hpp"

namespace fiver::format {

struct DriverInfo {
  std::string id;  ///< 8 characters: "NCSAfami", "NCSAmult"
  Bytes data;
  friend bool operator==(const DriverInfo&, const DriverInfo&) = default;
};

/// A file cut into members of equal size.
struct FamilyDriver {
  std::uint64_t member_size = 0;
  friend bool operator==(const FamilyDriver&, const FamilyDriver&) = default;
};

/// A file with one member for each kind of data. mapping: kind (superblock, B-tree, raw data, global heap,
/// local heap, object header) -> number from 1 of the kind whose member it shares.
struct MultiDriver {
  struct Member {
    std::uint64_t start = 0, end = 0;
    std::string name;  ///< pattern, "%s-m.h5"
    friend bool operator==(const Member&, const Member&) = default;
  };
  std::array<std::uint8_t, 6> mapping{};
  std::vector<Member> members;  ///< in order of first use in mapping
  friend bool operator==(const MultiDriver&, const MultiDriver&) = default;
};

/// Bytes of the block before its data; `size` is the whole block's once these are decoded.
inline constexpr std::size_t driver_info_block_prefix = 16;
/// The size of the whole block, from its first driver_info_block_prefix bytes.
std::uint64_t driver_info_block_size(ByteView prefix);
DriverInfo decode_driver_info_block(ByteView block);
void encode_driver_info_block(Encoder& out, const DriverInfo& info);

DriverInfo decode_driver_info_message(ByteView body, FieldWidths widths);
void encode_driver_info_message(Encoder& out, const DriverInfo& info);

/// The driver's own data, or nothing when `info` is another driver's.
std::optional<FamilyDriver> decode_family_driver(const DriverInfo& info);
std::optional<MultiDriver> decode_multi_driver(const DriverInfo& info);
DriverInfo encode_family_driver(const FamilyDriver& family);
DriverInfo encode_multi_driver(const MultiDriver& multi);

}  // namespace fiver::format
