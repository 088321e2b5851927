// For tests: what the header of a fractal heap tells, against what its blocks hold.
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "format/fractal_heap.hpp"
#include "meta/file_view.hpp"

namespace fiver::meta {

inline format::FractalHeapHeader header_in(const FileView& view, Address address) {
  const auto size = format::fractal_heap_header_size(view.widths(), 0);
  return format::decode_fractal_heap_header(view.read(address, size, "header").bytes, view.widths());
}

/// What the header of a heap tells, from its tables and blocks, and from the sizes of the managed objects that are alive.
inline void expect_statistics(const FileView& view, Address address, std::uint64_t live_bytes,
                              std::uint64_t live_count) {
  const auto header = header_in(view, address);
  const format::FractalHeapGeometry geometry(header, view.widths());
  std::uint64_t allocated = 0, end = 0, room = 0;
  const auto walk = [&](const auto& self, std::optional<Address> at, std::uint64_t offset, unsigned rows) -> void {
    std::vector<format::FractalHeapChild> children(std::size_t{rows} * geometry.width());
    if (at) {
      const auto bytes = view.read(*at, geometry.indirect_block_size(rows), "table");
      const auto table = format::decode_fractal_heap_indirect_block(bytes.bytes, view.widths(), geometry, rows);
      EXPECT_EQ(table.heap, address);
      EXPECT_EQ(table.offset, offset);
      children = table.children;
    }
    for (std::size_t i = 0; i < children.size(); ++i) {
      const auto row = static_cast<unsigned>(i / geometry.width());
      const auto size = geometry.block_size(row);
      if (row >= geometry.direct_rows()) {
        self(self, children[i].address, offset, geometry.rows_of_indirect(row));
      } else {
        room += size - geometry.direct_block_header_size();
        if (children[i].address) {
          const auto block = view.read(*children[i].address, size, "block");
          EXPECT_EQ(format::decode_fractal_heap_direct_block(block.bytes, view.widths(), geometry),
                    (format::FractalHeapDirectBlock{address, offset}));
          allocated += size;
          end = offset + size;
        }
      }
      offset += size;
    }
  };
  if (header.current_rows == 0) return;
  walk(walk, header.root, 0, header.current_rows);
  EXPECT_EQ(header.managed_allocated.value, allocated);
  EXPECT_EQ(header.iterator_offset.value, end);
  EXPECT_EQ(header.managed_size.value, geometry.row_offset(header.current_rows));
  EXPECT_EQ(header.managed_count.value, live_count);
  EXPECT_EQ(header.free_space.value, room - live_bytes);
  EXPECT_FALSE(header.free_space_manager);
}

}  // namespace fiver::meta
