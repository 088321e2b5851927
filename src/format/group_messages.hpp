// What a group's or object's header says about its links and attributes: link info (0x02), group info (0x0A), attribute info (0x15) and
// the old-style group's symbol table (0x11) (format specification IV.A.2.c, k, v, r).
//
//   link info        0 flags [max-index(8)] heap(O) name-tree(O) [order-tree(O)]        flags: 0 order tracked, 1 indexed
//   attribute info   0 flags [max-index(2)] heap(O) name-tree(O) [order-tree(O)]        flags: the same
//   group info       0 flags [max-compact(2) min-dense(2)] [entries(2) name-length(2)]  flags: 0 phase change, 1 estimates
//   symbol table     tree(O) heap(O)
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.hpp"
#include "base/encoder.hpp"
#include "base/field_widths.hpp"
#include "fiver/values/address.hpp"

namespace fiver::format {

struct LinkInfo {
  bool order_tracked = false, order_indexed = false;
  std::int64_t max_creation_index = 0;     ///< tracked: one more than any link ever had
  std::optional<Address> heap, name_tree;  ///< absent: the links are messages of the header
  std::optional<Address> order_tree;       ///< only when indexed
  friend bool operator==(const LinkInfo&, const LinkInfo&) = default;
};

struct AttributeInfo {
  bool order_tracked = false, order_indexed = false;
  std::uint16_t max_creation_index = 0;
  std::optional<Address> heap, name_tree;  ///< absent: the attributes are messages of the header
  std::optional<Address> order_tree;
  friend bool operator==(const AttributeInfo&, const AttributeInfo&) = default;
};

/// Parts that have their defaults are not stored.
struct GroupInfo {
  std::uint16_t max_compact = 8, min_dense = 6;
  std::uint16_t estimated_entries = 4, estimated_name_length = 8;
  friend bool operator==(const GroupInfo&, const GroupInfo&) = default;
};

struct SymbolTableMessage {
  Address btree, heap;
  friend bool operator==(const SymbolTableMessage&, const SymbolTableMessage&) = default;
};

LinkInfo decode_link_info(ByteView body, FieldWidths widths);
void encode_link_info(Encoder& out, const LinkInfo& info);
AttributeInfo decode_attribute_info(ByteView body, FieldWidths widths);
void encode_attribute_info(Encoder& out, const AttributeInfo& info);
GroupInfo decode_group_info(ByteView body, FieldWidths widths);
void encode_group_info(Encoder& out, const GroupInfo& info);
SymbolTableMessage decode_symbol_table_message(ByteView body, FieldWidths widths);
void encode_symbol_table_message(Encoder& out, const SymbolTableMessage& table);

}  // namespace fiver::format
