// The metadata cache image: copies of metadata that the file's own may be older than. Not in the format specification (libhdf5 1.10.1).
//   "MDCI" version:u8 flags:u8 data length:L entries:u32 entries sum:u32
//   entry: type:u8 flags:u8 ring:u8 age:u8 children:u16 dirty children:u16 parents:u16 rank:i32 address:O size:L parents:O x n bytes
// A reader must lay every entry's bytes over the file at its address.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "base/field_widths.hpp"
#include "fiver/values/address.hpp"

namespace fiver::format {

struct CacheImageEntry {
  std::uint8_t type = 0, flags = 0, ring = 0, age = 0;
  std::uint16_t children = 0, dirty_children = 0;
  std::int32_t rank = 0;  ///< in the order of last use
  Address address;
  std::vector<Address> parents;
  Bytes bytes;
  friend bool operator==(const CacheImageEntry&, const CacheImageEntry&) = default;
};

struct CacheImage {
  std::uint8_t flags = 0;
  std::vector<CacheImageEntry> entries;
  friend bool operator==(const CacheImage&, const CacheImage&) = default;
};

/// `block` has the size that the cache image message tells.
CacheImage decode_cache_image(ByteView block, FieldWidths widths);
Bytes encode_cache_image(const CacheImage& image, FieldWidths widths);

}  // namespace fiver::format
