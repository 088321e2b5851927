#include "chunk/index_extensible_array.hpp"

#include <algorithm>

#include "base/checked.hpp"
#include "chunk/index_fixed_array.hpp"

namespace fiver::chunk {

using InDataBlock = format::ExtensibleArrayGeometry::InDataBlock;

ExtensibleArrayChunkIndex::ExtensibleArrayChunkIndex(const meta::FileView& file, Address header, const ChunkGrid& grid,
                                                     const format::ChunkElementFormat& elements)
    : file_(file),
      grid_(grid),
      numbering_(grid),
      element_format_(elements),
      header_(file.decode_at(header, format::extensible_array_header_size(file.widths()), "extensible array header",
                             [&](const SharedBytes& b) {
                               return format::decode_extensible_array_header(b.bytes, file.widths(), elements);
                             })),
      geometry_(header_, file.widths()),
      elements_(16 << 20),
      super_blocks_(4 << 20) {
  if (!header_.index_block) return;
  index_block_ = file.decode_at(
      *header_.index_block, geometry_.index_block_size(), "extensible array index block", [&](const SharedBytes& b) {
        return format::decode_extensible_array_index_block(b.bytes, file.widths(), geometry_, elements);
      });
}

std::shared_ptr<const format::ExtensibleArraySuperBlock> ExtensibleArrayChunkIndex::super_block(Address address,
                                                                                                unsigned number) const {
  return super_blocks_.get(address.value, [&] {
    const auto size = geometry_.super_block_size(number);
    auto fresh = std::make_shared<const format::ExtensibleArraySuperBlock>(
        file_.decode_at(address, size, "extensible array super block", [&](const SharedBytes& b) {
          return format::decode_extensible_array_super_block(b.bytes, file_.widths(), geometry_, element_format_,
                                                             number);
        }));
    return std::pair(std::move(fresh), static_cast<std::size_t>(size));
  });
}

std::optional<Address> ExtensibleArrayChunkIndex::data_block_of(const InDataBlock& place, bool& page_written) const {
  page_written = true;
  if (place.direct_slot) return index_block_.data_blocks.at(*place.direct_slot);
  const auto address = index_block_.super_blocks.at(place.super_block_slot.value());
  if (!address) return std::nullopt;
  const auto block = super_block(*address, place.super_block);
  if (place.data_block >= block->data_blocks.size())
    throw Error(ErrorKind::corrupt, "extensible array: a super block has too few data blocks").at(*address);
  if (geometry_.pages_per_data_block(place.super_block) > 0)
    page_written = format::page_bit(block->page_bitmap, place.bitmap_bit);
  return block->data_blocks[static_cast<std::size_t>(place.data_block)];
}

std::shared_ptr<const ExtensibleArrayChunkIndex::Elements> ExtensibleArrayChunkIndex::elements_of(
    Address block, const InDataBlock& place) const {
  const auto super = place.super_block;
  if (geometry_.pages_per_data_block(super) == 0) {
    return elements_.get(block.value, [&] {
      auto fresh = std::make_shared<const Elements>(file_.decode_at(
          block, geometry_.data_block_head_size(super), "extensible array data block", [&](const SharedBytes& b) {
            return format::decode_extensible_array_data_block(b.bytes, file_.widths(), geometry_, element_format_,
                                                              super)
                .elements;
          }));
      const auto cost = fresh->size() * sizeof(format::ChunkElement);
      return std::pair(std::move(fresh), cost);
    });
  }
  const auto address = checked_add(block.value, geometry_.page_offset(place.page));
  if (!address) throw Error(ErrorKind::corrupt, "extensible array: a page lies beyond all addresses").at(block);
  return elements_.get(*address, [&] {
    auto fresh = std::make_shared<const Elements>(
        file_.decode_at(Address{*address}, geometry_.page_size(), "extensible array page", [&](const SharedBytes& b) {
          return format::decode_extensible_array_page(b.bytes, file_.widths(), geometry_, element_format_);
        }));
    const auto cost = fresh->size() * sizeof(format::ChunkElement);
    return std::pair(std::move(fresh), cost);
  });
}

std::optional<ChunkRecord> ExtensibleArrayChunkIndex::find_number(std::uint64_t number) const {
  if (number >= geometry_.most_elements())
    throw Error(ErrorKind::corrupt, "extensible array: a chunk's number is larger than the array can be");
  const auto place = geometry_.place(number);
  if (const auto* inside = std::get_if<format::ExtensibleArrayGeometry::InIndexBlock>(&place))
    return record_of(index_block_.elements.at(static_cast<std::size_t>(inside->element)), element_format_, grid_);
  const auto& in_block = std::get<InDataBlock>(place);
  bool page_written = true;
  const auto block = data_block_of(in_block, page_written);
  if (!block || !page_written) return std::nullopt;
  const auto elements = elements_of(*block, in_block);
  const bool paged = geometry_.pages_per_data_block(in_block.super_block) > 0;
  return record_of(elements->at(static_cast<std::size_t>(paged ? in_block.within_page : in_block.element)),
                   element_format_, grid_);
}

std::optional<ChunkRecord> ExtensibleArrayChunkIndex::find(std::span<const std::uint64_t> scaled) const {
  if (!header_.index_block || !grid_.contains(scaled)) return std::nullopt;
  const auto number = numbering_.number(scaled);
  if (!number) throw Error(ErrorKind::corrupt, "extensible array: a chunk's number passes 64 bits");
  return find_number(*number);
}

void ExtensibleArrayChunkIndex::for_each(const Visit& visit) const {
  if (!header_.index_block) return;
  Shape scaled(grid_.chunk.size());
  const auto end = std::min({numbering_.end(grid_), header_.used_elements.value, geometry_.most_elements()});
  for (std::uint64_t number = 0; number < end;) {
    const auto place = geometry_.place(number);
    // Whole data blocks and pages that were never written are stepped over, so that a sparse array costs what it holds.
    std::uint64_t run = 1;
    std::shared_ptr<const Elements> elements;
    std::uint64_t first = 0;
    if (const auto* in_block = std::get_if<InDataBlock>(&place)) {
      const bool paged = geometry_.pages_per_data_block(in_block->super_block) > 0;
      first = paged ? in_block->within_page : in_block->element;
      run = (paged ? geometry_.elements_per_page() : geometry_.elements_per_data_block(in_block->super_block)) - first;
      bool page_written = true;
      const auto block = data_block_of(*in_block, page_written);
      if (!block && in_block->super_block_slot && !index_block_.super_blocks.at(*in_block->super_block_slot))
        run = geometry_.data_blocks(in_block->super_block) * geometry_.elements_per_data_block(in_block->super_block) -
              (number - geometry_.first_element(in_block->super_block));
      if (block && page_written) elements = elements_of(*block, *in_block);
    } else {
      first = std::get<format::ExtensibleArrayGeometry::InIndexBlock>(place).element;
    }
    run = std::min(run, end - number);
    for (std::uint64_t i = 0;
         i < run && (elements || std::holds_alternative<format::ExtensibleArrayGeometry::InIndexBlock>(place)); ++i) {
      const auto& element = elements ? elements->at(static_cast<std::size_t>(first + i))
                                     : index_block_.elements.at(static_cast<std::size_t>(first));
      const auto record = record_of(element, element_format_, grid_);
      if (!record) continue;
      numbering_.coordinates(number + i, scaled);
      if (grid_.contains(scaled) && !visit(scaled, *record)) return;
    }
    number += run;
  }
}

}  // namespace fiver::chunk
