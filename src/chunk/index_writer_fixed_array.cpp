// Fixed arrays of chunks, written whole (format specification VII.C), and what they share with extensible arrays.
#include <fmt/format.h>

#include <algorithm>

#include "base/checked.hpp"
#include "chunk/index_writer_kinds.hpp"
#include "chunk/linear_index.hpp"
#include "format/fixed_array.hpp"

namespace fiver::chunk {

std::vector<NumberedElement> numbered_elements(const IndexWrite& write) {
  if (write.old_grid.most_counts != write.new_grid.most_counts)
    throw Error(ErrorKind::invalid_argument, "an array of chunks can't change its maximum extent");
  const LinearNumbering numbering(write.new_grid);
  const auto number_of = [&](std::span<const std::uint64_t> scaled) {
    const auto number = numbering.number(scaled);
    if (!number) throw Error(ErrorKind::invalid_argument, "an array of chunks: a chunk's number passes 64 bits");
    return *number;
  };
  struct Change {
    std::uint64_t number;
    const std::optional<ChunkRecord>* record;
  };
  // Sorted anew: an unlimited dimension that is not the first is the slowest of the numbering all the same.
  std::vector<Change> changes;
  changes.reserve(write.changes.size());
  for (const auto& change : write.changes) changes.push_back({number_of(change.scaled), &change.record});
  std::sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) { return a.number < b.number; });
  std::vector<NumberedElement> result;
  std::size_t next = 0;
  const auto add_changes_before = [&](std::uint64_t end) {
    for (; next < changes.size() && changes[next].number < end; ++next)
      if (const auto& record = *changes[next].record)
        result.push_back({changes[next].number, element_of(*record, write.elements)});
  };
  const auto old = open_chunk_index(write.file, write.now, write.old_grid, write.filtered, write.chunk_k);
  old->for_each([&](std::span<const std::uint64_t> scaled, const ChunkRecord& record) {
    const auto number = number_of(scaled);
    add_changes_before(number);
    if (next == changes.size() || changes[next].number != number)
      result.push_back({number, element_of(record, write.elements)});
    return true;
  });
  add_changes_before(~std::uint64_t{0});
  return result;
}

std::optional<Address> write_fixed_array_index(const IndexWrite& write) {
  const auto widths = write.file.widths();
  const auto elements = numbered_elements(write);
  std::optional<Address> address;
  if (!elements.empty()) {
    const auto all = checked_product(write.new_grid.most_counts);
    if (!all || std::count(write.new_grid.most_counts.begin(), write.new_grid.most_counts.end(), unlimited) > 0)
      throw Error(ErrorKind::invalid_argument, "a fixed array for a dataset without a fixed number of chunks");
    format::FixedArrayHeader header;
    header.client = static_cast<std::uint8_t>(write.elements.client());
    header.element_size = static_cast<std::uint8_t>(write.elements.element_size(widths));
    header.page_bits = std::get<FixedArrayIndex>(write.now.index).page_bits;
    header.elements.value = *all;
    const format::FixedArrayGeometry geometry(header, widths);
    const auto size = checked_block_size(write.file, geometry.block_size(), "fixed array data block");
    address = write.writer.allocate(format::fixed_array_header_size(widths));
    format::FixedArrayBlock block{*address, Bytes(static_cast<std::size_t>(geometry.bitmap_size())), {}};
    Bytes pages(size - static_cast<std::size_t>(geometry.head_size()));
    if (!geometry.paged()) block.elements.resize(static_cast<std::size_t>(*all));
    for (std::size_t next = 0; next < elements.size();) {
      if (!geometry.paged()) {
        block.elements[static_cast<std::size_t>(elements[next].number)] = elements[next].element;
        ++next;
        continue;
      }
      // Pages without a chunk stay zero: their bit says that nobody may read them.
      const auto number = geometry.page_of(elements[next].number);
      std::vector<format::ChunkElement> page(static_cast<std::size_t>(geometry.elements_in_page(number)));
      for (; next < elements.size() && geometry.page_of(elements[next].number) == number; ++next)
        page[static_cast<std::size_t>(geometry.within_page(elements[next].number))] = elements[next].element;
      const auto bytes = format::encode_array_page(page, widths, write.elements);
      std::copy(bytes.begin(), bytes.end(),
                pages.begin() + static_cast<std::ptrdiff_t>(geometry.page_offset(number) - geometry.head_size()));
      format::set_page_bit(block.page_bitmap, number);
    }
    auto bytes = format::encode_fixed_array_block(block, widths, geometry, write.elements);
    bytes.insert(bytes.end(), pages.begin(), pages.end());
    header.data_block = write.writer.put(std::move(bytes));
    write.writer.write(*address, format::encode_fixed_array_header(header, widths));
  }
  FreeOnce free(write.writer);
  if (write.now.index_address) free_fixed_array_index(write.file, free, *write.now.index_address, write.elements);
  return address;
}

void free_fixed_array_index(const meta::FileView& file, FreeOnce& free, Address address,
                            const format::ChunkElementFormat& elements) {
  const auto size = format::fixed_array_header_size(file.widths());
  const auto header = file.decode_at(address, size, "fixed array header", [&](const SharedBytes& bytes) {
    return format::decode_fixed_array_header(bytes.bytes, file.widths(), elements);
  });
  free(address, size);
  if (header.data_block) free(*header.data_block, format::FixedArrayGeometry(header, file.widths()).block_size());
}

}  // namespace fiver::chunk
