// Symbol table nodes, the leaves of an old-style group, and their entries. Format specification III.B and III.C.
//   "SNOD" version:u8 reserved:u8 count:u16 entries, room for 2K
//   entry: name offset:L  header address:O  cache type:u32  reserved:u32  scratch: 16 bytes
//   scratch of type 1: B-tree:O heap:O    of type 2: offset of the soft link's text in the heap:u32
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/decoder.hpp"
#include "base/encoder.hpp"
#include "fiver/values/address.hpp"

namespace fiver::format {

/// A hint: where the group's tree and names are. The symbol table message of its header has the same.
struct CachedGroup {
  std::optional<Address> btree, heap;
  friend bool operator==(const CachedGroup&, const CachedGroup&) = default;
};
/// The only place of a soft link in an old-style group.
struct CachedSoftLink {
  std::uint32_t text_offset = 0;  ///< in the group's local heap
  friend bool operator==(const CachedSoftLink&, const CachedSoftLink&) = default;
};

struct SymbolTableEntry {
  std::uint64_t name_offset = 0;  ///< in the group's local heap
  std::optional<Address> header;  ///< absent for soft links
  std::variant<std::monostate, CachedGroup, CachedSoftLink> cache;
  friend bool operator==(const SymbolTableEntry&, const SymbolTableEntry&) = default;
};

std::size_t symbol_table_entry_size(FieldWidths widths);
SymbolTableEntry decode_symbol_table_entry(Decoder& decoder);
void encode_symbol_table_entry(Encoder& encoder, const SymbolTableEntry& entry);

/// The bytes of a node, all to be fetched. `k` is the superblock's leaf K.
std::uint64_t symbol_table_node_size(unsigned k, FieldWidths widths);
/// How many entries a node has, from its first bytes.
inline constexpr std::size_t symbol_table_node_start = 8;
unsigned decode_symbol_table_count(ByteView start, FieldWidths widths, unsigned k);
std::vector<SymbolTableEntry> decode_symbol_table_node(ByteView node, FieldWidths widths, unsigned k);
/// The whole node, filled up with zeros. Throws invalid_argument above 2K entries.
Bytes encode_symbol_table_node(const std::vector<SymbolTableEntry>& entries, FieldWidths widths, unsigned k);

}  // namespace fiver::format
