// Where an extensible array keeps an element: see extensible_array.hpp.
#include <fmt/format.h>

#include <bit>

#include "base/checked.hpp"
#include "format/extensible_array.hpp"

namespace fiver::format {
namespace {

unsigned log2(std::uint64_t value) {
  return static_cast<unsigned>(std::bit_width(value)) - 1;
}

}  // namespace

ExtensibleArrayGeometry::ExtensibleArrayGeometry(const ExtensibleArrayHeader& header, FieldWidths widths)
    : widths_(widths),
      element_size_(header.element_size),
      least_elements_(header.min_data_block_elements),
      max_bits_(header.max_bits),
      index_elements_(header.index_block_elements),
      page_bits_(header.page_bits) {
  const std::uint64_t pointers = header.min_super_block_pointers;
  const auto fail = [&](std::string_view reason) {
    throw Error(
        ErrorKind::corrupt,
        fmt::format(
            "extensible array: {} (2^{} elements of {} bytes, {} in the index block, data blocks from {}, super blocks "
            "from {}, pages of 2^{})",
            reason, max_bits_, element_size_, index_elements_, least_elements_, pointers, page_bits_));
  };
  if (element_size_ == 0) fail("elements without bytes");
  if (!std::has_single_bit(least_elements_) || !std::has_single_bit(pointers) || pointers < 2)
    fail("block sizes are not powers of two");
  // Above 2^55 elements byte counts would not fit in 64 bits; libhdf5 writes 32.
  if (max_bits_ > 55 || max_bits_ < log2(least_elements_) || page_bits_ > max_bits_)
    fail("sizes that do not fit each other");
  super_blocks_ = 1 + (max_bits_ - log2(least_elements_));
  first_super_block_ = 2 * log2(pointers);
  direct_data_blocks_ = static_cast<unsigned>(2 * (pointers - 1));
  if (first_super_block_ > super_blocks_) fail("more super blocks in the index block than there are");
  // Blocks that the index block points at have no page bitmap anywhere.
  if (first_super_block_ > 0 && elements_per_data_block(first_super_block_ - 1) > elements_per_page())
    fail("pages smaller than the index block's data blocks");
}

std::uint64_t ExtensibleArrayGeometry::elements_per_data_block(unsigned super_block) const {
  return least_elements_ << ((super_block + 1) / 2);
}

std::uint64_t ExtensibleArrayGeometry::first_element(unsigned super_block) const {
  return index_elements_ + least_elements_ * ((std::uint64_t{1} << super_block) - 1);
}

std::uint64_t ExtensibleArrayGeometry::pages_per_data_block(unsigned super_block) const {
  const auto elements = elements_per_data_block(super_block);
  return elements > elements_per_page() ? elements >> page_bits_ : 0;
}

std::uint64_t ExtensibleArrayGeometry::bitmap_size(unsigned super_block) const {
  return data_blocks(super_block) * divide_up(pages_per_data_block(super_block), 8);
}

std::uint64_t ExtensibleArrayGeometry::index_block_size() const {
  return 6 + widths_.offset + index_elements_ * element_size_ +
         (std::uint64_t{direct_data_blocks_} + super_block_addresses()) * widths_.offset + 4;
}

std::uint64_t ExtensibleArrayGeometry::super_block_size(unsigned super_block) const {
  return data_block_prefix_size() + bitmap_size(super_block) + data_blocks(super_block) * widths_.offset + 4;
}

std::uint64_t ExtensibleArrayGeometry::data_block_head_size(unsigned super_block) const {
  const auto elements = pages_per_data_block(super_block) == 0 ? elements_per_data_block(super_block) : 0;
  return data_block_prefix_size() + elements * element_size_ + 4;
}

std::uint64_t ExtensibleArrayGeometry::data_block_size(unsigned super_block) const {
  return data_block_head_size(super_block) + pages_per_data_block(super_block) * page_size();
}

ExtensibleArrayGeometry::Place ExtensibleArrayGeometry::place(std::uint64_t index) const {
  if (index >= most_elements())
    throw Error(ErrorKind::invalid_argument,
                fmt::format("extensible array: element {} of at most {}", index, most_elements()));
  if (index < index_elements_) return InIndexBlock{index};
  const auto super_block = log2((index - index_elements_) / least_elements_ + 1);
  const auto rest = index - first_element(super_block);
  const auto block_elements = elements_per_data_block(super_block);
  InDataBlock place;
  place.super_block = super_block;
  place.data_block = rest / block_elements;
  place.element = rest % block_elements;
  if (super_block < first_super_block_) {
    // All data blocks of earlier super blocks come first: 1, 1, 2, 2, 4, 4, ... of them.
    const auto pairs = super_block / 2;
    const auto earlier = 2 * ((std::uint64_t{1} << pairs) - 1) + (super_block % 2) * (std::uint64_t{1} << pairs);
    place.direct_slot = static_cast<unsigned>(earlier + place.data_block);
  } else {
    place.super_block_slot = super_block - first_super_block_;
  }
  if (const auto pages = pages_per_data_block(super_block); pages != 0) {
    place.page = place.element >> page_bits_;
    place.within_page = place.element & (elements_per_page() - 1);
    place.bitmap_bit = place.data_block * pages + place.page;
  }
  return place;
}

}  // namespace fiver::format
