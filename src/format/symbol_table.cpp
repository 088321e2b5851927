#include "format/symbol_table.hpp"

#include <fmt/format.h>

namespace fiver::format {
namespace {

constexpr std::uint32_t no_cache = 0, group_cache = 1, soft_link_cache = 2;
constexpr std::size_t scratch_size = 16;

/// What a node begins with: how many entries it has.
unsigned decode_start(Decoder& decoder, unsigned k) {
  decoder.signature("SNOD");
  decoder.version(1);
  decoder.reserved(1);
  const auto count = decoder.u16("entry count");
  if (count > 2 * std::uint64_t{k})
    decoder.fail(fmt::format("{} entries, at most {} fit,", count, 2 * std::uint64_t{k}));
  return count;
}

}  // namespace

std::size_t symbol_table_entry_size(FieldWidths widths) {
  return widths.length + widths.offset + 8 + scratch_size;
}

SymbolTableEntry decode_symbol_table_entry(Decoder& decoder) {
  SymbolTableEntry entry;
  const auto offset_width = decoder.widths().offset;
  entry.name_offset = decoder.length("name offset");
  entry.header = decoder.address("object header address");
  const auto cache_type = decoder.u32("cache type");
  decoder.reserved(4);
  if (cache_type == group_cache) {
    const auto btree = decoder.address("cached B-tree address");
    const auto heap = decoder.address("cached heap address");
    entry.cache = CachedGroup{btree, heap};
    decoder.skip(scratch_size - 2 * offset_width, "scratch space");
  } else if (cache_type == soft_link_cache) {
    entry.cache = CachedSoftLink{decoder.u32("soft link offset")};
    decoder.skip(scratch_size - 4, "scratch space");
  } else if (cache_type == no_cache) {
    decoder.skip(scratch_size, "scratch space");
  } else {
    decoder.fail(fmt::format("unknown cache type {}", cache_type));
  }
  return entry;
}

void encode_symbol_table_entry(Encoder& encoder, const SymbolTableEntry& entry) {
  const auto offset_width = encoder.widths().offset;
  encoder.length(entry.name_offset);
  encoder.address(entry.header);
  if (const auto* group = std::get_if<CachedGroup>(&entry.cache)) {
    encoder.u32(group_cache);
    encoder.reserved(4);
    encoder.address(group->btree);
    encoder.address(group->heap);
    encoder.zeros(scratch_size - 2 * offset_width);
  } else if (const auto* link = std::get_if<CachedSoftLink>(&entry.cache)) {
    encoder.u32(soft_link_cache);
    encoder.reserved(4);
    encoder.u32(link->text_offset);
    encoder.zeros(scratch_size - 4);
  } else {
    encoder.u32(no_cache);
    encoder.reserved(4);
    encoder.zeros(scratch_size);
  }
}

std::uint64_t symbol_table_node_size(unsigned k, FieldWidths widths) {
  return symbol_table_node_start + 2 * std::uint64_t{k} * symbol_table_entry_size(widths);
}

unsigned decode_symbol_table_count(ByteView start, FieldWidths widths, unsigned k) {
  Decoder decoder(start, widths, "symbol table node");
  return decode_start(decoder, k);
}

std::vector<SymbolTableEntry> decode_symbol_table_node(ByteView node, FieldWidths widths, unsigned k) {
  Decoder decoder(node, widths, "symbol table node");
  const auto count = decode_start(decoder, k);
  std::vector<SymbolTableEntry> entries;
  entries.reserve(count);
  for (unsigned i = 0; i < count; ++i) entries.push_back(decode_symbol_table_entry(decoder));
  return entries;
}

Bytes encode_symbol_table_node(const std::vector<SymbolTableEntry>& entries, FieldWidths widths, unsigned k) {
  if (entries.size() > 2 * std::uint64_t{k} || entries.size() > 0xFFFF)
    throw Error(ErrorKind::invalid_argument,
                fmt::format("symbol table node: {} entries, at most {} fit", entries.size(), 2 * std::uint64_t{k}));
  Encoder encoder(widths);
  encoder.signature("SNOD");
  encoder.version(1);
  encoder.reserved(1);
  encoder.u16(static_cast<std::uint16_t>(entries.size()));
  for (const auto& entry : entries) encode_symbol_table_entry(encoder, entry);
  encoder.zeros(static_cast<std::size_t>(symbol_table_node_size(k, widths)) - encoder.size());
  return std::move(encoder).take();
}

}  // namespace fiver::format
