// The doubling table: see fractal_heap.hpp. All sizes are powers of two, so that everything is shifts.
#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "format/fractal_heap.hpp"

namespace fiver::format {
namespace {

unsigned exponent(std::uint64_t value, std::string_view what) {
  if (!std::has_single_bit(value))
    throw Error(ErrorKind::corrupt, fmt::format("fractal heap: {} is {}, not a power of two", what, value));
  return static_cast<unsigned>(std::bit_width(value)) - 1;
}

}  // namespace

FractalHeapGeometry::FractalHeapGeometry(const FractalHeapHeader& header, FieldWidths widths)
    : widths_(widths),
      width_(header.width),
      heap_bits_(header.heap_bits),
      direct_checksums_(header.direct_blocks_have_checksums()),
      filtered_(header.filtered()) {
  const auto width_bits = exponent(header.width, "table width");
  starting_bits_ = exponent(header.starting_size.value, "starting block size");
  direct_bits_ = exponent(header.most_direct.value, "largest direct block");
  first_row_bits_ = starting_bits_ + width_bits;
  if (direct_bits_ < starting_bits_ || heap_bits_ > 64 || heap_bits_ < first_row_bits_ || direct_bits_ > heap_bits_)
    throw Error(ErrorKind::corrupt, fmt::format("fractal heap: {} bits, blocks from 2^{} to 2^{} bytes, {} in a row",
                                                heap_bits_, starting_bits_, direct_bits_, width_));
  offset_width_ = (heap_bits_ + 7) / 8;
  length_width_ = std::min((direct_bits_ + 7) / 8, bytes_needed(header.most_managed));
  if (starting_size() < direct_block_header_size())
    throw Error(ErrorKind::corrupt,
                fmt::format("fractal heap: blocks of {} bytes have no room for their header", starting_size()));
}

std::uint64_t FractalHeapGeometry::block_size(unsigned row) const {
  return std::uint64_t{1} << (row == 0 ? starting_bits_ : starting_bits_ + row - 1);
}

std::uint64_t FractalHeapGeometry::row_offset(unsigned row) const {
  return row == 0 ? 0 : std::uint64_t{1} << (first_row_bits_ + row - 1);
}

unsigned FractalHeapGeometry::rows_of_indirect(unsigned row) const {
  const auto block_bits = starting_bits_ + row - 1;
  return block_bits < first_row_bits_ ? 0 : block_bits - first_row_bits_ + 1;
}

FractalHeapGeometry::Place FractalHeapGeometry::place(std::uint64_t offset) const {
  const auto bits = static_cast<unsigned>(std::bit_width(offset));
  const auto row = bits <= first_row_bits_ ? 0 : bits - first_row_bits_;
  const auto in_row = offset - row_offset(row);
  const auto size = block_size(row);
  return {row, static_cast<unsigned>(in_row / size), in_row % size};
}

std::size_t FractalHeapGeometry::direct_block_header_size() const {
  return 5 + widths_.offset + offset_width_ + (direct_checksums_ ? 4 : 0);
}

std::uint64_t FractalHeapGeometry::indirect_block_size(unsigned rows) const {
  const std::uint64_t direct = std::uint64_t{std::min(rows, direct_rows())} * width_;
  const std::uint64_t all = std::uint64_t{rows} * width_;
  const std::uint64_t filter_size = filtered_ ? widths_.length + 4 : 0;
  return 5 + widths_.offset + offset_width_ + all * widths_.offset + direct * filter_size + 4;
}

}  // namespace fiver::format
