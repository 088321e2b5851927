// Where a heap of ours takes its next object.
#include <algorithm>

#include "meta/fractal_heap_writer.hpp"

namespace fiver::meta {
namespace {

/// What does not cross such a line is rewritten whole or not at all.
constexpr std::uint64_t record_line = 512;

}  // namespace

std::optional<FractalHeapEnd> find_fractal_heap_end(const FileView& file, Address address,
                                                    const FractalHeapParameters& parameters) {
  const auto widths = file.widths();
  const auto size = format::fractal_heap_header_size(widths, 0);
  const auto start = file.read(address, size, "fractal heap header");
  if (format::fractal_heap_filter_bytes(start.bytes, widths) != 0) return std::nullopt;
  FractalHeapEnd end;
  end.address = address;
  end.header = file.decode_at(address, size, "fractal heap header", [&](const SharedBytes& bytes) {
    end.header_bytes.assign(bytes.bytes.begin(), bytes.bytes.end());
    return format::decode_fractal_heap_header(bytes.bytes, widths);
  });
  const auto& header = end.header;
  const bool same =
      header.id_length == parameters.id_length && header.flags == (parameters.checksum_direct_blocks ? 2 : 0) &&
      header.most_managed == parameters.most_managed && header.width == parameters.width &&
      header.starting_size.value == parameters.starting_size && header.most_direct.value == parameters.most_direct &&
      header.heap_bits == parameters.heap_bits && header.starting_rows == 1 && !header.free_space_manager;
  const auto position = file.base() + address.value;
  const bool on_one_line = position / record_line == (position + size - 1) / record_line;
  if (!same || !on_one_line || header.current_rows == 0 || !header.root ||
      header.managed_allocated.value <= 2 * parameters.most_direct)
    return std::nullopt;

  const format::FractalHeapGeometry geometry(header, widths);
  auto within = header.iterator_offset.value - 1;  // of the last byte, from the start of a table
  auto rows = unsigned{header.current_rows};
  for (auto at = *header.root;;) {
    auto& table = end.path.emplace_back();
    table.address = at;
    table.rows = rows;
    table.block = file.decode_at(at, geometry.indirect_block_size(rows), "fractal heap indirect block",
                                 [&](const SharedBytes& b) {
                                   return format::decode_fractal_heap_indirect_block(b.bytes, widths, geometry, rows);
                                 });
    const auto place = geometry.place(within);
    const auto number = std::size_t{place.row} * geometry.width() + place.column;
    const auto& children = table.block.children;
    const auto is_free = [](const format::FractalHeapChild& child) { return !child.address; };
    if (table.block.heap != address || table.block.offset != header.iterator_offset.value - 1 - within ||
        place.row >= rows || !children[number].address ||
        !std::all_of(children.begin() + static_cast<std::ptrdiff_t>(number) + 1, children.end(), is_free))
      return std::nullopt;
    at = *children[number].address;
    within = place.within;
    if (place.row < geometry.direct_rows()) {
      const auto block_size = geometry.block_size(place.row);
      end.block_address = at;
      end.block_offset = header.iterator_offset.value - block_size;
      const auto block = file.decode_at(at, block_size, "fractal heap direct block", [&](const SharedBytes& bytes) {
        end.block.assign(bytes.bytes.begin(), bytes.bytes.end());
        return format::decode_fractal_heap_direct_block(bytes.bytes, widths, geometry);
      });
      if (within != block_size - 1 || block != format::FractalHeapDirectBlock{address, end.block_offset})
        return std::nullopt;
      return end;
    }
    rows = geometry.rows_of_indirect(place.row);
    if (rows >= table.rows) return std::nullopt;
  }
}

}  // namespace fiver::meta
