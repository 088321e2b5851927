// Nodes of v1 B-trees, symbol table nodes, headers, nodes and records of v2 B-trees. Byte 0 chooses the structure, byte 1 the widths.
#include "format/btree1.hpp"
#include "format/btree2.hpp"
#include "format/btree2_records.hpp"
#include "format/shared_message_table.hpp"
#include "format/symbol_table.hpp"
#include "sealing.hpp"

namespace {

using namespace fiver;
using namespace fiver::format;
using namespace fiver::fuzzing;

constexpr unsigned k = 8, rank = 3;

void old_nodes(unsigned choice, ByteView input, FieldWidths widths) {
  if (choice == 0) {
    const auto decode = [&](ByteView b) { return decode_btree1_group_node(b, widths, k); };
    const auto node = decode(input);
    expect_same(node, encode_btree1_group_node(node, widths, k), decode);
  } else if (choice == 1) {
    const auto decode = [&](ByteView b) { return decode_btree1_chunk_node(b, widths, k, rank); };
    const auto node = decode(input);
    expect_same(node, encode_btree1_chunk_node(node, widths, k), decode);
  } else {
    const auto decode = [&](ByteView b) { return decode_symbol_table_node(b, widths, k); };
    const auto entries = decode(input);
    expect_same(entries, encode_symbol_table_node(entries, widths, k), decode);
  }
}

/// The header from the input's start, then a node as the header describes it.
void new_tree(ByteView input, FieldWidths widths) {
  const auto header_size = btree2_header_size(widths);
  const auto decode = [&](ByteView b) { return decode_btree2_header(b, widths); };
  const auto header = decode(sealed(input, header_size));
  expect_same(header, encode_btree2_header(header, widths), decode);
  const BTree2Geometry geometry(header, widths);
  if (input.size() <= header_size || geometry.node_size() > most_bytes) return;
  input = input.subspan(header_size);
  const auto level = take_byte(input) % (geometry.depth() + 1);
  const auto records = std::min<std::uint64_t>(take_byte(input), geometry.level(level).most_records);
  const auto children = level == 0 ? 0 : (records + 1) * geometry.level(level).pointer_size;
  const auto used = static_cast<std::size_t>(10 + records * geometry.record_size() + children);
  const auto bytes = sealed(input, geometry.node_size(), used);
  const auto node = decode_btree2_node(bytes, widths, geometry, level, records);
  const auto again = encode_btree2_node(node, widths, geometry);
  if (!std::equal(again.begin(), again.begin() + static_cast<std::ptrdiff_t>(used), bytes.begin()))
    fail("a node changed");
}

void record(ByteView input, FieldWidths widths) {
  const auto type = take_byte(input) % 12;
  std::array<std::uint64_t, rank> scaled{};
  switch (static_cast<BTree2Type>(type)) {
    case BTree2Type::huge_indirect:
    case BTree2Type::huge_indirect_filtered:
    case BTree2Type::huge_direct:
    case BTree2Type::huge_direct_filtered:
      decode_huge_object_record(input, widths, static_cast<BTree2Type>(type));
      break;
    case BTree2Type::link_name:
      decode_link_name_record(input);
      break;
    case BTree2Type::link_creation_order:
      decode_link_order_record(input);
      break;
    case BTree2Type::shared_message:
      decode_shared_message_record(input, widths);
      break;
    case BTree2Type::attribute_name:
      decode_attribute_name_record(input);
      break;
    case BTree2Type::attribute_creation_order:
      decode_attribute_order_record(input);
      break;
    case BTree2Type::chunk:
      decode_chunk_record(input, widths, ChunkElementFormat::plain(), scaled);
      break;
    case BTree2Type::filtered_chunk:
      decode_chunk_record(input, widths, ChunkElementFormat::with_filters(input.size(), false, widths), scaled);
      break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = std::as_bytes(std::span(data, size));
  const auto choice = take_byte(input) % 6;
  const auto widths = widths_of(take_byte(input));
  survives([&] {
    if (choice < 3)
      old_nodes(choice, input, widths);
    else if (choice == 3)
      record(input, widths);
    else
      new_tree(input, widths);
  });
  return 0;
}
