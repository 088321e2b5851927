// The superblock, versions 0 to 3: where the root group is and how wide the file's fields are (format specification II.A).
//
//   v0, v1   signature(8) version 0 0 0 0 O L 0 leaf-K(2) internal-K(2) flags(4) [v1: chunk-K(2) 0(2)]
//            base(O) all-ones(O) end-of-file(O) driver-information(O)
//            root-entry{name(L) header(O) cache-type(4) 0(4) scratch(16)}
//   v2, v3   signature(8) version O L flags(1) base(O) extension(O) end-of-file(O) root-header(O) checksum(4)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/encoder.hpp"
#include "base/field_widths.hpp"
#include "fiver/values/address.hpp"

namespace fiver::format {

inline constexpr std::array<std::byte, 8> superblock_signature = {std::byte{0x89}, std::byte{'H'},  std::byte{'D'},
                                                                  std::byte{'F'},  std::byte{'\r'}, std::byte{'\n'},
                                                                  std::byte{0x1A}, std::byte{'\n'}};

/// Bytes to fetch before decoding; fewer are fine where the file ends.
inline constexpr std::size_t superblock_fetch_size = 128;

// Consistency flags.
inline constexpr std::uint8_t superblock_open_for_write = 0x01;
inline constexpr std::uint8_t superblock_file_ok = 0x02;  ///< reserved, never acted upon
inline constexpr std::uint8_t superblock_swmr_write = 0x04;

/// The root group's tree and heap, as its symbol table entry repeats them.
struct CachedSymbolTable {
  Address btree, heap;
  friend bool operator==(const CachedSymbolTable&, const CachedSymbolTable&) = default;
};

struct Superblock {
  std::uint8_t version = 3;
  FieldWidths widths{};
  std::uint8_t flags = 0;
  std::uint64_t base_address = 0;  ///< byte of the file that addresses count from, as stored
  std::uint64_t end_of_file = 0;   ///< byte of the file where its contents end, base address included
  Address root_header;
  std::optional<Address> extension;  ///< version 2 and 3: object header with the rest
  // Versions 0 and 1 (chunk_k: version 1); in later versions the extension has those that are not the
  // default.
  std::uint16_t group_leaf_k = 4, group_internal_k = 16, chunk_k = 32;
  std::optional<Address> driver_info;           ///< versions 0 and 1
  std::optional<CachedSymbolTable> root_cache;  ///< versions 0 and 1, old-style root group
  friend bool operator==(const Superblock&, const Superblock&) = default;
};

/// Where to look for the signature after `position`: 0, 512, 1024, 2048, ...
constexpr std::uint64_t next_signature_position(std::uint64_t position) {
  return position == 0 ? 512 : 2 * position;
}
/// True when `bytes` start with the signature.
bool has_superblock_signature(ByteView bytes);

/// Bytes of an encoded superblock.
std::size_t superblock_size(std::uint8_t version, FieldWidths widths);

/// From bytes that start at the signature; bytes after the superblock are not looked at.
Superblock decode_superblock(ByteView bytes);
/// The encoder's widths must be those of the superblock.
void encode_superblock(Encoder& out, const Superblock& superblock);

}  // namespace fiver::format
