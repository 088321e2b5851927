#include "format/symbol_table.hpp"

#include "format/damage_testing.hpp"

namespace fiver::format {
namespace {

using namespace damage;

std::vector<SymbolTableEntry> entries() {
  return {
      {8, Address{96}, {}}, {16, Address{200}, CachedGroup{Address{300}, Address{400}}}, {24, {}, CachedSoftLink{32}}};
}

TEST(SymbolTable, SizesRoundTripAndDamage) {
  EXPECT_EQ(symbol_table_entry_size({8, 8}), 40U);
  EXPECT_EQ(symbol_table_node_size(4, {8, 8}), 328U);
  for (const auto widths : all_widths) {
    const auto bytes = encode_symbol_table_node(entries(), widths, 2);
    EXPECT_EQ(bytes.size(), symbol_table_node_size(2, widths));
    const auto decode = [&](ByteView b) { return decode_symbol_table_node(b, widths, 2); };
    EXPECT_EQ(decode(bytes), entries());
    EXPECT_EQ(decode_symbol_table_count(ByteView(bytes).first(symbol_table_node_start), widths, 2), 3U);
    expect_damage_handled(bytes, 8 + 3 * symbol_table_entry_size(widths), false, decode);
  }
}

TEST(SymbolTable, NameOffsetsAreAsWideAsLengths) {
  // Widths 2 and 4: files of libhdf5 with other widths show it, whatever the specification says.
  const auto bytes = encode_symbol_table_node({{0x1234, Address{0x5678}, {}}}, {2, 4}, 1);
  EXPECT_EQ(bytes[8], std::byte{0x34});
  EXPECT_EQ(bytes[12], std::byte{0x78});
}

TEST(SymbolTable, RefusesUnknownCacheTypesAndTooManyEntries) {
  auto bytes = encode_symbol_table_node(entries(), {}, 2);
  bytes[8 + 16] = std::byte{3};
  EXPECT_NE(reason_of([&] { decode_symbol_table_node(bytes, {}, 2); }).find("unknown cache type 3"), std::string::npos);
  EXPECT_NE(reason_of([&] { decode_symbol_table_node(bytes, {}, 1); }).find("3 entries, at most 2"), std::string::npos);
  EXPECT_NE(reason_of([&] { decode_symbol_table_count(bytes, {}, 1); }).find("3 entries, at most 2"),
            std::string::npos);
  EXPECT_THROW(encode_symbol_table_node(entries(), {}, 1), Error);
}

}  // namespace
}  // namespace fiver::format
