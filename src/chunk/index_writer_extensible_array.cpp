// Extensible arrays of chunks, written whole (format specification VII.D). Only blocks that hold a chunk are written.
#include "base/checked.hpp"
#include "chunk/index_writer_kinds.hpp"
#include "format/extensible_array.hpp"
#include "format/fixed_array.hpp"

namespace fiver::chunk {
namespace {

using Geometry = format::ExtensibleArrayGeometry;

class Array {
 public:
  Array(const IndexWrite& write, const format::ExtensibleArrayHeader& header)
      : write_(write),
        header_(header),
        geometry_(header, write.file.widths()),
        address_(write.writer.allocate(format::extensible_array_header_size(write.file.widths()))) {}

  Address put(std::span<const NumberedElement> elements) {
    index_.header = address_;
    index_.elements.resize(geometry_.index_block_elements());
    index_.data_blocks.resize(geometry_.direct_data_blocks());
    index_.super_blocks.resize(geometry_.super_block_addresses());
    header_.used_elements.value = elements.back().number + 1;
    header_.realised_elements.value = geometry_.index_block_elements();
    while (!elements.empty()) {
      const auto place = geometry_.place(elements.front().number);
      if (const auto* inside = std::get_if<Geometry::InIndexBlock>(&place)) {
        index_.elements.at(static_cast<std::size_t>(inside->element)) = elements.front().element;
        elements = elements.subspan(1);
      } else {
        elements = elements.subspan(put_data_block(std::get<Geometry::InDataBlock>(place), elements));
      }
    }
    put_super_block();
    header_.index_block =
        write_.writer.put(format::encode_extensible_array_index_block(index_, widths(), geometry_, write_.elements));
    write_.writer.write(address_, format::encode_extensible_array_header(header_, widths()));
    return address_;
  }

 private:
  FieldWidths widths() const { return write_.file.widths(); }
  /// Block offsets count the elements after those of the index block.
  std::uint64_t block_offset(unsigned super, std::uint64_t data_block) const {
    return geometry_.first_element(super) - geometry_.index_block_elements() +
           data_block * geometry_.elements_per_data_block(super);
  }

  /// The block that the first of `elements` belongs in, and all others that do; returns how many.
  std::size_t put_data_block(const Geometry::InDataBlock& where, std::span<const NumberedElement> elements) {
    const auto super = where.super_block;
    const auto first = elements.front().number - where.element;
    const auto room = geometry_.elements_per_data_block(super);
    const auto size = checked_block_size(write_.file, geometry_.data_block_size(super), "extensible array data block");
    if (!where.direct_slot) open_super_block(super, *where.super_block_slot);
    std::size_t used = 0;
    while (used < elements.size() && elements[used].number - first < room) ++used;
    format::ExtensibleArrayDataBlock block{address_, block_offset(super, where.data_block), {}};
    Bytes pages(size - static_cast<std::size_t>(geometry_.data_block_head_size(super)));
    if (geometry_.pages_per_data_block(super) == 0) {
      block.elements.resize(static_cast<std::size_t>(room));
      for (std::size_t i = 0; i < used; ++i)
        block.elements[static_cast<std::size_t>(elements[i].number - first)] = elements[i].element;
    } else {
      put_pages(pages, elements.first(used), first, where);
    }
    auto bytes = format::encode_extensible_array_data_block(block, widths(), geometry_, write_.elements, super);
    bytes.insert(bytes.end(), pages.begin(), pages.end());
    const auto address = write_.writer.put(std::move(bytes));
    if (where.direct_slot)
      index_.data_blocks.at(*where.direct_slot) = address;
    else
      super_->block.data_blocks.at(static_cast<std::size_t>(where.data_block)) = address;
    ++header_.data_blocks.value;
    header_.data_block_bytes.value += size;
    header_.realised_elements.value += room;
    return used;
  }

  /// Pages without a chunk stay zero: their bit says that nobody may read them.
  void put_pages(Bytes& pages, std::span<const NumberedElement> elements, std::uint64_t first,
                 const Geometry::InDataBlock& where) {
    const auto per_page = geometry_.elements_per_page();
    for (std::size_t next = 0; next < elements.size();) {
      const auto number = (elements[next].number - first) / per_page;
      std::vector<format::ChunkElement> page(static_cast<std::size_t>(per_page));
      for (; next < elements.size() && (elements[next].number - first) / per_page == number; ++next)
        page[static_cast<std::size_t>((elements[next].number - first) % per_page)] = elements[next].element;
      const auto bytes = format::encode_array_page(page, widths(), write_.elements);
      std::copy(bytes.begin(), bytes.end(),
                pages.begin() + static_cast<std::ptrdiff_t>(number * geometry_.page_size()));
      format::set_page_bit(super_->block.page_bitmap,
                           where.data_block * geometry_.pages_per_data_block(where.super_block) + number);
    }
  }

  void open_super_block(unsigned number, unsigned slot) {
    if (super_ && super_->number == number) return;
    put_super_block();
    checked_block_size(write_.file, geometry_.super_block_size(number), "extensible array super block");
    super_ = SuperBlock{number, slot, {}};
    super_->block.header = address_;
    super_->block.block_offset = block_offset(number, 0);
    super_->block.page_bitmap.resize(static_cast<std::size_t>(geometry_.bitmap_size(number)));
    super_->block.data_blocks.resize(static_cast<std::size_t>(geometry_.data_blocks(number)));
  }

  void put_super_block() {
    if (!super_) return;
    auto bytes = format::encode_extensible_array_super_block(super_->block, widths(), geometry_, write_.elements,
                                                             super_->number);
    ++header_.super_blocks.value;
    header_.super_block_bytes.value += bytes.size();
    index_.super_blocks.at(super_->slot) = write_.writer.put(std::move(bytes));
    super_.reset();
  }

  struct SuperBlock {
    unsigned number, slot;
    format::ExtensibleArraySuperBlock block;
  };
  const IndexWrite& write_;
  format::ExtensibleArrayHeader header_;
  Geometry geometry_;
  Address address_;
  format::ExtensibleArrayIndexBlock index_{};
  std::optional<SuperBlock> super_{};  ///< the one that data blocks are being written of
};

}  // namespace

std::optional<Address> write_extensible_array_index(const IndexWrite& write) {
  const auto elements = numbered_elements(write);
  std::optional<Address> address;
  if (!elements.empty()) {
    const auto& index = std::get<ExtensibleArrayIndex>(write.now.index);
    format::ExtensibleArrayHeader header;
    header.client = static_cast<std::uint8_t>(write.elements.client());
    header.element_size = static_cast<std::uint8_t>(write.elements.element_size(write.file.widths()));
    header.max_bits = index.max_bits;
    header.index_block_elements = index.index_block_elements;
    header.min_data_block_elements = index.min_data_block_elements;
    header.min_super_block_pointers = index.min_super_block_pointers;
    header.page_bits = index.page_bits;
    address = Array(write, header).put(elements);
  }
  FreeOnce free(write.writer);
  if (write.now.index_address) free_extensible_array_index(write.file, free, *write.now.index_address, write.elements);
  return address;
}

void free_extensible_array_index(const meta::FileView& file, FreeOnce& free, Address address,
                                 const format::ChunkElementFormat& elements) {
  const auto widths = file.widths();
  const auto size = format::extensible_array_header_size(widths);
  const auto header = file.decode_at(address, size, "extensible array header", [&](const SharedBytes& bytes) {
    return format::decode_extensible_array_header(bytes.bytes, widths, elements);
  });
  free(address, size);
  if (!header.index_block) return;
  const Geometry geometry(header, widths);
  const auto index = file.decode_at(
      *header.index_block, geometry.index_block_size(), "extensible array index block", [&](const SharedBytes& bytes) {
        return format::decode_extensible_array_index_block(bytes.bytes, widths, geometry, elements);
      });
  free(*header.index_block, geometry.index_block_size());
  std::size_t slot = 0;
  for (unsigned super = 0; super < geometry.first_super_block(); ++super)
    for (std::uint64_t i = 0; i < geometry.data_blocks(super); ++i, ++slot)
      if (const auto block = index.data_blocks.at(slot)) free(*block, geometry.data_block_size(super));
  for (unsigned i = 0; i < geometry.super_block_addresses(); ++i) {
    const auto super = geometry.first_super_block() + i;
    const auto at = index.super_blocks.at(i);
    if (!at) continue;
    const auto block = file.decode_at(
        *at, geometry.super_block_size(super), "extensible array super block", [&](const SharedBytes& bytes) {
          return format::decode_extensible_array_super_block(bytes.bytes, widths, geometry, elements, super);
        });
    for (const auto& data_block : block.data_blocks)
      if (data_block) free(*data_block, geometry.data_block_size(super));
    free(*at, geometry.super_block_size(super));
  }
}

}  // namespace fiver::chunk
