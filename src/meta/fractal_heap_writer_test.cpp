#include "meta/fractal_heap_writer.hpp"

#include <gtest/gtest.h>

#include "format/free_space.hpp"
#include "meta/block_writer_testing.hpp"
#include "meta/fractal_heap_reader.hpp"

namespace fiver::meta {
namespace {

/// Bytes that tell `number` from others of its size.
Bytes object_of(std::uint64_t number, std::size_t size) {
  Bytes object(size);
  for (std::size_t i = 0; i < size; ++i) object[i] = static_cast<std::byte>(number >> (8 * (i % 4)) ^ i);
  return object;
}

format::FractalHeapHeader header_in(const FileView& view, Address address) {
  const auto size = format::fractal_heap_header_size(view.widths(), 0);
  return format::decode_fractal_heap_header(view.read(address, size, "header").bytes, view.widths());
}

/// What a heap's header must say, from its blocks and its objects.
struct Tally {
  std::uint64_t direct_bytes = 0, direct_blocks = 0, tables = 0, levels = 0, end = 0;
};

void walk_table(const FileView& view, const format::FractalHeapGeometry& geometry, Address heap, Address address,
                std::uint64_t offset, unsigned rows, std::uint64_t level, Tally& tally) {
  const auto bytes = view.read(address, geometry.indirect_block_size(rows), "table");
  const auto table = format::decode_fractal_heap_indirect_block(bytes.bytes, view.widths(), geometry, rows);
  ASSERT_EQ(table.heap, heap);
  ASSERT_EQ(table.offset, offset);
  ++tally.tables;
  tally.levels = std::max(tally.levels, level);
  for (const auto& child : table.children) {
    const auto row = static_cast<unsigned>((&child - table.children.data()) / geometry.width());
    const auto size = geometry.block_size(row);
    if (child.address && row < geometry.direct_rows()) {
      const auto block = view.read(*child.address, size, "block");
      const auto decoded = format::decode_fractal_heap_direct_block(block.bytes, view.widths(), geometry);
      ASSERT_EQ(decoded, (format::FractalHeapDirectBlock{heap, offset}));
      tally.direct_bytes += size;
      ++tally.direct_blocks;
      tally.end = offset + size;
    } else if (child.address) {
      walk_table(view, geometry, heap, *child.address, offset, geometry.rows_of_indirect(row), level + 1, tally);
    }
    offset += size;
  }
}

/// The room of all direct blocks that could stand before `end`, whether they do or not.
std::uint64_t room_before(const format::FractalHeapGeometry& geometry, std::uint64_t end) {
  std::uint64_t room = 0;
  for (std::uint64_t offset = 0; offset < end;) {
    auto place = geometry.place(offset);
    while (place.row >= geometry.direct_rows()) place = geometry.place(place.within);
    room += geometry.block_size(place.row) - geometry.direct_block_header_size();
    offset += geometry.block_size(place.row);
  }
  return room;
}

void expect_all_freed(const MemoryBlocks& blocks) {
  std::map<std::uint64_t, std::uint64_t> written;
  for (const auto& [address, bytes] : blocks.written()) written[address] = bytes.size();
  EXPECT_TRUE(blocks.freed() == written) << blocks.freed().size() << " blocks freed of " << written.size();
}

/// Builds a heap of `count` objects, reads it back, derives its statistics anew, gives it up. Returns its shape.
Tally expect_round_trip(const FractalHeapParameters& parameters, std::uint64_t count,
                        const std::function<std::size_t(std::uint64_t)>& size_of, FieldWidths widths = {}) {
  MemoryBlocks blocks(widths);
  FractalHeapBuilder builder(blocks, parameters);
  std::vector<Bytes> ids;
  format::FractalHeapHeader expected;
  std::uint64_t managed_bytes = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto size = size_of(i);
    ids.push_back(builder.add(object_of(i, size)));
    EXPECT_EQ(ids.back().size(), parameters.id_length);
    const auto tiny = size <= std::min<std::size_t>(parameters.id_length - 1U, 16),
               huge = size > parameters.most_managed;
    (tiny ? expected.tiny_count : huge ? expected.huge_count : expected.managed_count).value += 1;
    (tiny ? expected.tiny_size.value : huge ? expected.huge_size.value : managed_bytes) += size;
  }
  const auto address = builder.finish();
  const auto view = blocks.view();
  const auto header = header_in(*view, address);
  const format::FractalHeapGeometry geometry(header, widths);
  const FractalHeapReader reader(*view, address);
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto read = reader.read(ids[static_cast<std::size_t>(i)]);
    const auto wanted = object_of(i, size_of(i));
    if (!std::equal(read.bytes.begin(), read.bytes.end(), wanted.begin(), wanted.end()))
      ADD_FAILURE() << "object " << i << " of " << count;
  }
  EXPECT_EQ(header.tiny_count, expected.tiny_count);
  EXPECT_EQ(header.tiny_size, expected.tiny_size);
  EXPECT_EQ(header.huge_count, expected.huge_count);
  EXPECT_EQ(header.huge_size, expected.huge_size);
  EXPECT_EQ(header.next_huge_id, expected.huge_count);
  EXPECT_EQ(header.huge_tree.has_value(), expected.huge_count.value > 0);
  EXPECT_EQ(header.managed_count, expected.managed_count);
  EXPECT_EQ(header.root.has_value(), expected.managed_count.value > 0);
  EXPECT_EQ(header.free_space_manager, std::nullopt);

  Tally tally;
  if (header.root && header.current_rows > 0) {
    walk_table(*view, geometry, address, *header.root, 0, header.current_rows, 1, tally);
    EXPECT_EQ(header.managed_size.value, geometry.row_offset(header.current_rows));
    EXPECT_EQ(header.iterator_offset.value, tally.end);
    EXPECT_EQ(header.free_space.value, room_before(geometry, header.managed_size.value) - managed_bytes);
  } else if (header.root) {
    tally = {geometry.starting_size(), 1, 0, 0, geometry.starting_size()};
    EXPECT_EQ(header.managed_size.value, geometry.starting_size());
    EXPECT_EQ(header.iterator_offset.value, 0U);  // as libhdf5 has it until the root is a table
    EXPECT_EQ(header.free_space.value, room_before(geometry, 1) - managed_bytes);
  } else {
    EXPECT_EQ(header.managed_size.value, 0U);
    EXPECT_EQ(header.free_space.value, 0U);
  }
  EXPECT_EQ(header.managed_allocated.value, tally.direct_bytes);
  free_fractal_heap(*view, blocks, address);
  expect_all_freed(blocks);
  return tally;
}

/// For the links of groups.
constexpr FractalHeapParameters as_libhdf5{};

TEST(FractalHeapWriter, Sizes) {
  expect_round_trip(as_libhdf5, 0, [](auto) { return 1; });
  EXPECT_EQ(expect_round_trip(as_libhdf5, 1, [](auto) { return 25; }).tables, 0U);
  // To the last byte of the first block, and one more.
  EXPECT_EQ(expect_round_trip(as_libhdf5, 1, [](auto) { return 512 - 21; }).direct_blocks, 1U);
  EXPECT_EQ(expect_round_trip(as_libhdf5, 1, [](auto) { return 512 - 20; }).tables, 1U);
  EXPECT_EQ(expect_round_trip(link_heap_parameters, 2500, [](auto) { return 40; }).levels, 2U);
  EXPECT_EQ(expect_round_trip(link_heap_parameters, 100000, [](auto) { return 50; }).levels, 4U);
  EXPECT_EQ(expect_round_trip(attribute_heap_parameters, 11, [](auto) { return 91; }).direct_blocks, 1U);  // 1002 bytes
  EXPECT_EQ(expect_round_trip(attribute_heap_parameters, 12, [](auto) { return 91; }).direct_blocks, 2U);
  EXPECT_EQ(expect_round_trip(as_libhdf5, 2500, [](auto) { return 40; }).levels, 1U);  // 100 KB
  EXPECT_EQ(expect_round_trip(as_libhdf5, 100000, [](auto) { return 50; }).levels, 3U);
  EXPECT_EQ(expect_round_trip(as_libhdf5, 300000, [](auto i) { return 20 + i % 40; }).levels, 3U);
}

TEST(FractalHeapWriter, MixedSizesSkipBlocksThatAreTooSmall) {
  for (const auto& parameters : {as_libhdf5, link_heap_parameters, attribute_heap_parameters}) {
    expect_round_trip(parameters, 9, [](auto i) { return i % 2 == 0 ? 100 : 4096; });
    expect_round_trip(parameters, 3000, [](auto i) { return 1 + i * 7919 % 4096; });
    expect_round_trip(parameters, 600, [](auto i) { return 1 + i * 7919 % 9000; });  // a third are huge
    expect_round_trip(parameters, 40, [](auto i) { return i == 20 ? 100000 : 1 + i % 8; });
  }
}

TEST(FractalHeapWriter, NarrowWidthsAndOtherParameters) {
  for (const FieldWidths widths : {FieldWidths{4, 4}, {4, 8}, {8, 4}})
    expect_round_trip(
        link_heap_parameters, 100, [](auto i) { return 1 + i * 37 % 500; }, widths);
  // Lengths of two bytes can't say libhdf5's largest block.
  MemoryBlocks narrow({2, 2});
  FractalHeapBuilder too_large(narrow, as_libhdf5);
  EXPECT_THROW(too_large.finish(), Error);
  const FractalHeapParameters narrow_parameters{.most_direct = 4096, .heap_bits = 15, .most_managed = 2000};
  expect_round_trip(narrow_parameters, 60, [](auto i) { return 1 + i * 37 % 500; }, {2, 2});
  // Huge objects whose place stands in the id.
  auto direct = link_heap_parameters;
  direct.id_length = 17;
  expect_round_trip(direct, 50, [](auto i) { return i % 3 == 0 ? 5000 : 30; });
  expect_round_trip(link_heap_parameters, 20, [](auto) { return 5000; }, {4, 4});
  // Tables in tables in tables, without checksums.
  const FractalHeapParameters small{2, 64, 64, 20, 30, 6, false};
  EXPECT_GE(expect_round_trip(small, 5000, [](auto i) { return 8 + i % 20; }).levels, 3U);
}

TEST(FractalHeapWriter, StatisticsAreThoseOfLibhdf5) {
  // Measured on groups that libhdf5 1.14.6 made, with soft links of 21 bytes.
  struct Measured {
    std::uint64_t count, free_space, managed_size, allocated, iterator_offset;
    unsigned rows;
  };
  for (const auto& measured :
       {Measured{9, 302, 512, 512, 0, 0}, Measured{20, 71, 512, 512, 0, 0}, Measured{100, 1828, 4096, 2560, 2560, 2},
        Measured{1000, 240472, 262144, 24576, 24576, 8}, Measured{5000, 156472, 262144, 114688, 114688, 8},
        Measured{20000, 66524140, 67108864, 458752, 458752, 16}}) {
    MemoryBlocks blocks;
    FractalHeapBuilder builder(blocks, as_libhdf5);
    for (std::uint64_t i = 0; i < measured.count; ++i) builder.add(object_of(i, 21));
    const auto address = builder.finish();
    const auto header = header_in(*blocks.view(), address);
    EXPECT_EQ(header.free_space.value, measured.free_space) << measured.count;
    EXPECT_EQ(header.managed_size.value, measured.managed_size) << measured.count;
    EXPECT_EQ(header.managed_allocated.value, measured.allocated) << measured.count;
    EXPECT_EQ(header.iterator_offset.value, measured.iterator_offset) << measured.count;
    EXPECT_EQ(header.current_rows, measured.rows) << measured.count;
  }
}

TEST(FractalHeapWriter, SameCallsGiveTheSameBytes) {
  const auto build = [] {
    MemoryBlocks blocks;
    FractalHeapBuilder builder(blocks, attribute_heap_parameters);
    for (std::uint64_t i = 0; i < 500; ++i) builder.add(object_of(i, 1 + i * 101 % 5000));
    builder.finish();
    return blocks.written();
  };
  EXPECT_TRUE(build() == build());
}

TEST(FractalHeapWriter, RefusesWhatNoHeapCanHave) {
  MemoryBlocks blocks;
  const auto kind_of = [](auto&& call) -> std::optional<ErrorKind> {
    try {
      call();
    } catch (const Error& error) {
      return error.kind();
    }
    return std::nullopt;
  };
  const auto build = [&](const FractalHeapParameters& parameters) {
    return kind_of([&] { FractalHeapBuilder(blocks, parameters); });
  };
  EXPECT_EQ(build(link_heap_parameters), std::nullopt);
  EXPECT_EQ(build({.width = 3}), ErrorKind::invalid_argument);
  EXPECT_EQ(build({.heap_bits = 64}), ErrorKind::invalid_argument);
  EXPECT_EQ(build({.id_length = 6}), ErrorKind::invalid_argument);
  EXPECT_EQ(build({.most_managed = 65536, .id_length = 8}), ErrorKind::invalid_argument);
  EXPECT_EQ(build({.width = 4, .starting_size = 512, .most_direct = 512}), ErrorKind::invalid_argument);
  FractalHeapBuilder full(blocks, {2, 64, 64, 10, 30, 6, false});
  EXPECT_EQ(kind_of([&] { full.add({}); }), ErrorKind::invalid_argument);
  EXPECT_EQ(kind_of([&] {
              for (int i = 0; i < 40; ++i) full.add(Bytes(30));
            }),
            ErrorKind::limit);
}

TEST(FractalHeapWriter, ABlockInTwoPlacesIsNotFreedTwice) {
  MemoryBlocks blocks;
  const auto parameters = link_heap_parameters;
  FractalHeapBuilder builder(blocks, parameters);
  for (std::uint64_t i = 0; i < 30; ++i) builder.add(object_of(i, 100));
  const auto address = builder.finish();
  const auto view = blocks.view();
  auto header = header_in(*view, address);
  const format::FractalHeapGeometry geometry(header, {});
  const auto size = geometry.indirect_block_size(header.current_rows);
  auto table = format::decode_fractal_heap_indirect_block(view->read(*header.root, size, "table").bytes, {}, geometry,
                                                          header.current_rows);
  table.children[1] = table.children[0];
  header.root = blocks.put(format::encode_fractal_heap_indirect_block(table, {}, geometry));
  const auto damaged = blocks.put(format::encode_fractal_heap_header(header, {}));
  EXPECT_THROW(free_fractal_heap(*blocks.view(), blocks, damaged), Error);
}

TEST(FractalHeapWriter, WhatOnlyLibhdf5WritesIsFreedToo) {
  MemoryBlocks blocks;
  FractalHeapBuilder builder(blocks, link_heap_parameters);
  builder.add(object_of(1, 100));
  const auto plain = builder.finish();
  auto header = header_in(*blocks.view(), plain);
  // A filtered heap's only block, and the record of its free space with its list.
  header.filter_bytes = 5;
  header.filter_message = Bytes(5, std::byte{1});
  header.filtered_root_size = {77};
  format::FreeSpaceHeader record;
  record.list_used = record.list_allocated = {40};
  record.list = blocks.put(Bytes(40));
  header.free_space_manager = blocks.put(format::encode_free_space_header(record, {}));
  const auto filtered = blocks.put(format::encode_fractal_heap_header(header, {}));
  const auto header_size = format::fractal_heap_header_size({}, 5), record_size = format::free_space_header_size({});
  std::map<std::uint64_t, std::uint64_t> expected{{header.root->value, 77},
                                                  {filtered.value, header_size},
                                                  {header.free_space_manager->value, record_size},
                                                  {record.list->value, 40}};
  free_fractal_heap(*blocks.view(), blocks, filtered);
  EXPECT_EQ(blocks.freed(), expected);
  // A damaged record is left where it is.
  header.free_space_manager = record.list;
  const auto damaged = blocks.put(format::encode_fractal_heap_header(header, {}));
  MemoryBlocks second;
  free_fractal_heap(*blocks.view(), second, damaged);
  expected = {{header.root->value, 77}, {damaged.value, header_size}};
  EXPECT_EQ(second.freed(), expected);
}

}  // namespace
}  // namespace fiver::meta
