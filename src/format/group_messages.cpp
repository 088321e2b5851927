#include "format/group_messages.hpp"

#include <fmt/format.h>

#include "base/decoder.hpp"

namespace fiver::format {
namespace {

constexpr std::uint8_t flag_tracked = 1, flag_indexed = 2;
constexpr std::uint8_t flag_phase_change = 1, flag_estimates = 2;

std::uint8_t decode_flags(Decoder& in) {
  in.version(0);
  const auto flags = in.u8("flags");
  if ((flags & ~3U) != 0) in.fail(fmt::format("unknown flags {:#04x}", flags));
  return flags;
}

template <class Info>
void decode_order_flags(Decoder& in, Info& info) {
  const auto flags = decode_flags(in);
  info.order_tracked = (flags & flag_tracked) != 0;
  info.order_indexed = (flags & flag_indexed) != 0;
}

template <class Info>
void decode_storage(Decoder& in, Info& info) {
  info.heap = in.address("fractal heap address");
  info.name_tree = in.address("name tree address");
  if (info.order_indexed) info.order_tree = in.address("creation order tree address");
  if (info.heap.has_value() != info.name_tree.has_value()) in.fail("only one of fractal heap and name tree");
}

template <class Info>
void encode_order_flags(Encoder& out, const Info& info) {
  out.version(0);
  out.u8(
      static_cast<std::uint8_t>((info.order_tracked ? flag_tracked : 0U) | (info.order_indexed ? flag_indexed : 0U)));
}

template <class Info>
void encode_storage(Encoder& out, const Info& info) {
  out.address(info.heap);
  out.address(info.name_tree);
  if (info.order_indexed) out.address(info.order_tree);
}

}  // namespace

LinkInfo decode_link_info(ByteView body, FieldWidths widths) {
  Decoder in(body, widths, "link info message");
  LinkInfo info;
  decode_order_flags(in, info);
  if (info.order_tracked) info.max_creation_index = static_cast<std::int64_t>(in.u64("greatest creation index"));
  if (info.max_creation_index < 0) in.fail(fmt::format("greatest creation index is {}", info.max_creation_index));
  decode_storage(in, info);
  return info;
}

void encode_link_info(Encoder& out, const LinkInfo& info) {
  encode_order_flags(out, info);
  if (info.order_tracked) out.u64(static_cast<std::uint64_t>(info.max_creation_index));
  encode_storage(out, info);
}

AttributeInfo decode_attribute_info(ByteView body, FieldWidths widths) {
  Decoder in(body, widths, "attribute info message");
  AttributeInfo info;
  decode_order_flags(in, info);
  if (info.order_tracked) info.max_creation_index = in.u16("greatest creation index");
  decode_storage(in, info);
  return info;
}

void encode_attribute_info(Encoder& out, const AttributeInfo& info) {
  encode_order_flags(out, info);
  if (info.order_tracked) out.u16(info.max_creation_index);
  encode_storage(out, info);
}

GroupInfo decode_group_info(ByteView body, FieldWidths widths) {
  Decoder in(body, widths, "group info message");
  const auto flags = decode_flags(in);
  GroupInfo info;
  if ((flags & flag_phase_change) != 0) {
    info.max_compact = in.u16("most compact links");
    info.min_dense = in.u16("fewest dense links");
    if (info.max_compact < info.min_dense)
      in.fail(fmt::format("links go dense above {} and come back below {}", info.max_compact, info.min_dense));
  }
  if ((flags & flag_estimates) != 0) {
    info.estimated_entries = in.u16("estimated links");
    info.estimated_name_length = in.u16("estimated length of a name");
  }
  return info;
}

void encode_group_info(Encoder& out, const GroupInfo& info) {
  const GroupInfo defaults;
  const bool phase_change = info.max_compact != defaults.max_compact || info.min_dense != defaults.min_dense;
  const bool estimates = info.estimated_entries != defaults.estimated_entries ||
                         info.estimated_name_length != defaults.estimated_name_length;
  out.version(0);
  out.u8(static_cast<std::uint8_t>((phase_change ? flag_phase_change : 0U) | (estimates ? flag_estimates : 0U)));
  if (phase_change) {
    out.u16(info.max_compact);
    out.u16(info.min_dense);
  }
  if (estimates) {
    out.u16(info.estimated_entries);
    out.u16(info.estimated_name_length);
  }
}

SymbolTableMessage decode_symbol_table_message(ByteView body, FieldWidths widths) {
  Decoder in(body, widths, "symbol table message");
  SymbolTableMessage table;
  table.btree = in.defined_address("B-tree address");
  table.heap = in.defined_address("local heap address");
  return table;
}

void encode_symbol_table_message(Encoder& out, const SymbolTableMessage& table) {
  out.address(table.btree);
  out.address(table.heap);
}

}  // namespace fiver::format
