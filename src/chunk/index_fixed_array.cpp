#include "chunk/index_fixed_array.hpp"

#include <algorithm>

#include "base/checked.hpp"

namespace fiver::chunk {
namespace {

Address page_address(Address block, std::uint64_t offset) {
  const auto address = checked_add(block.value, offset);
  if (!address) throw Error(ErrorKind::corrupt, "fixed array: a page lies beyond all addresses").at(block);
  return Address{*address};
}

}  // namespace

std::optional<ChunkRecord> record_of(const format::ChunkElement& element, const format::ChunkElementFormat& format,
                                     const ChunkGrid& grid) {
  if (!element.address) return std::nullopt;
  return ChunkRecord{*element.address, format.filtered ? element.stored_size : grid.chunk_bytes, element.filter_mask};
}

FixedArrayChunkIndex::FixedArrayChunkIndex(const meta::FileView& file, Address header, const ChunkGrid& grid,
                                           const format::ChunkElementFormat& elements)
    : file_(file),
      grid_(grid),
      numbering_(grid),
      element_format_(elements),
      header_(file.decode_at(
          header, format::fixed_array_header_size(file.widths()), "fixed array header",
          [&](const SharedBytes& b) { return format::decode_fixed_array_header(b.bytes, file.widths(), elements); })),
      geometry_(header_, file.widths()),
      pages_(16 << 20) {
  if (!header_.data_block) return;
  block_ =
      file.decode_at(*header_.data_block, geometry_.head_size(), "fixed array data block", [&](const SharedBytes& b) {
        return format::decode_fixed_array_block(b.bytes, file.widths(), geometry_, elements);
      });
}

std::shared_ptr<const FixedArrayChunkIndex::Elements> FixedArrayChunkIndex::page(std::uint64_t number) const {
  return pages_.get(number, [&] {
    const auto size = geometry_.page_size(number);
    auto fresh = std::make_shared<const Elements>(file_.decode_at(
        page_address(*header_.data_block, geometry_.page_offset(number)), size, "fixed array page",
        [&](const SharedBytes& b) {
          return format::decode_fixed_array_page(b.bytes, file_.widths(), geometry_, element_format_, number);
        }));
    const auto cost = fresh->size() * sizeof(format::ChunkElement);
    return std::pair(std::move(fresh), cost);
  });
}

std::optional<ChunkRecord> FixedArrayChunkIndex::find(std::span<const std::uint64_t> scaled) const {
  if (!header_.data_block || !grid_.contains(scaled)) return std::nullopt;
  const auto number = numbering_.number(scaled);
  if (!number || *number >= geometry_.elements())
    throw Error(ErrorKind::corrupt, "fixed array: it is too short for the dataset").at(*header_.data_block);
  if (!geometry_.paged()) return record_of(block_.elements[static_cast<std::size_t>(*number)], element_format_, grid_);
  const auto page_number = geometry_.page_of(*number);
  if (!format::page_bit(block_.page_bitmap, page_number)) return std::nullopt;
  return record_of((*page(page_number))[static_cast<std::size_t>(geometry_.within_page(*number))], element_format_,
                   grid_);
}

void FixedArrayChunkIndex::for_each(const Visit& visit) const {
  if (!header_.data_block) return;
  Shape scaled(grid_.chunk.size());
  const auto end = std::min(numbering_.end(grid_), geometry_.elements());
  const auto each = [&](std::uint64_t number, const format::ChunkElement& element) {
    const auto record = record_of(element, element_format_, grid_);
    if (!record) return true;
    numbering_.coordinates(number, scaled);
    return !grid_.contains(scaled) || visit(scaled, *record);
  };
  if (!geometry_.paged()) {
    for (std::uint64_t number = 0; number < end; ++number)
      if (!each(number, block_.elements[static_cast<std::size_t>(number)])) return;
    return;
  }
  for (std::uint64_t page_number = 0, number = 0; number < end; ++page_number) {
    const auto in_page = geometry_.elements_in_page(page_number);
    if (format::page_bit(block_.page_bitmap, page_number)) {
      const auto elements = page(page_number);
      for (std::uint64_t i = 0; i < in_page && number + i < end; ++i)
        if (!each(number + i, (*elements)[static_cast<std::size_t>(i)])) return;
    }
    number += in_page;
  }
}

}  // namespace fiver::chunk
