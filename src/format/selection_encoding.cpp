#include "format/selection_encoding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/checked.hpp"

namespace fiver::format {
namespace {

constexpr std::uint32_t none_kind = 0, points_kind = 1, hyperslab_kind = 2, all_kind = 3;
constexpr std::uint8_t regular_flag = 1;
constexpr std::uint64_t most_in_32_bits = std::numeric_limits<std::uint32_t>::max();

// ---- decoding ----

unsigned decode_width(Decoder& decoder) {
  const auto width = decoder.u8("width of coordinates");
  if (width != 2 && width != 4 && width != 8) decoder.fail(fmt::format("coordinates of {} bytes", width));
  return width;
}

unsigned decode_rank(Decoder& decoder) {
  const auto rank = decoder.u32("rank");
  if (rank == 0 || rank > max_rank) decoder.fail(fmt::format("rank is {}, not 1 to {},", rank, max_rank));
  return rank;
}

std::uint64_t decode_count(Decoder& decoder, unsigned width, std::uint64_t values_each) {
  const auto count = decoder.uint(width, "count");
  if (count > decoder.remaining() / (values_each * width))
    decoder.fail(fmt::format("{} entries of {} bytes, {} are left", count, values_each * width, decoder.remaining()));
  return count;
}

/// All ones of the width mean unlimited.
std::uint64_t decode_extent(Decoder& decoder, unsigned width, std::string_view field) {
  const auto value = decoder.uint(width, field);
  return width < 8 && value == (std::uint64_t{1} << (8 * width)) - 1 ? unlimited : value;
}

PointList decode_points(Decoder& decoder, std::uint32_t version) {
  unsigned width = 4;
  if (version == 1) {
    decoder.reserved(4);
    decoder.u32("length");
  } else {
    width = decode_width(decoder);
  }
  PointList points;
  points.rank = decode_rank(decoder);
  const auto count = decode_count(decoder, width, points.rank);
  const auto coordinates = static_cast<std::size_t>(count) * points.rank;
  points.coordinates.reserve(coordinates);
  for (std::size_t i = 0; i < coordinates; ++i) points.coordinates.push_back(decoder.uint(width, "coordinate"));
  return points;
}

BoxUnion decode_boxes(Decoder& decoder, unsigned rank, unsigned width) {
  const auto count = decode_count(decoder, width, 2 * std::uint64_t{rank});
  BoxUnion result;
  result.boxes.reserve(static_cast<std::size_t>(count));
  for (std::uint64_t i = 0; i < count; ++i) {
    Box box;
    box.start.resize(rank);
    box.size.resize(rank);
    for (auto& start : box.start) start = decoder.uint(width, "first corner");
    for (unsigned d = 0; d < rank; ++d) {
      const auto last = decoder.uint(width, "last corner");
      if (last < box.start[d] || last == unlimited)
        decoder.fail(fmt::format("a box from {} to {}", box.start[d], last));
      box.size[d] = last - box.start[d] + 1;
    }
    result.boxes.push_back(std::move(box));
  }
  return result;
}

RegularHyperslab decode_regular(Decoder& decoder, unsigned rank, unsigned width) {
  RegularHyperslab slab;
  for (unsigned d = 0; d < rank; ++d) {
    const auto start = decoder.uint(width, "start");
    const auto stride = decoder.uint(width, "stride");
    const auto count = decode_extent(decoder, width, "count");
    const auto block = decode_extent(decoder, width, "block");
    if (stride == 0 && count > 1) decoder.fail("stride is 0");
    if (block == unlimited && count > 1) decoder.fail("more than one unlimited block");
    if (block != unlimited && count > 1 && stride < block)
      decoder.fail(fmt::format("blocks of {} with stride {}", block, stride));
    if (count != unlimited && count != 0) {
      // The last element must have a coordinate.
      const auto steps = checked_multiply(count - 1, stride);
      const auto last = steps ? checked_add(*steps, start) : std::nullopt;
      if (!last || (block != unlimited && !checked_add(*last, block))) decoder.fail("the last block ends beyond 2^64");
    }
    slab.start.push_back(start);
    slab.stride.push_back(stride);
    slab.count.push_back(count);
    slab.block.push_back(block);
  }
  return slab;
}

Selection decode_hyperslab(Decoder& decoder, std::uint32_t version) {
  if (version == 1) {
    decoder.reserved(4);
    decoder.u32("length");
    const auto rank = decode_rank(decoder);
    return decode_boxes(decoder, rank, 4);
  }
  const auto flags = decoder.u8("flags");
  if ((flags & ~unsigned{regular_flag}) != 0) decoder.fail(fmt::format("unknown flags {:#x}", flags));
  unsigned width = 8;
  if (version == 2)
    decoder.u32("length");
  else
    width = decode_width(decoder);
  const auto rank = decode_rank(decoder);
  if ((flags & regular_flag) != 0) return decode_regular(decoder, rank, width);
  return decode_boxes(decoder, rank, width);
}

void expect_version(Decoder& decoder, std::uint32_t version, std::uint32_t most) {
  if (version == 0 || version > most) decoder.unsupported(fmt::format("unknown version {}", version));
}

// ---- encoding ----

[[noreturn]] void refuse(std::string_view reason) {
  throw Error(ErrorKind::invalid_argument, fmt::format("selection: {}", reason));
}

/// 2, 4 or 8 bytes: what holds every value, below the all ones that mean unlimited.
unsigned width_for(std::uint64_t largest) {
  return largest < 0xFFFF ? 2 : largest < most_in_32_bits ? 4 : 8;
}

void check_rank(std::size_t rank) {
  if (rank == 0 || rank > max_rank) refuse(fmt::format("rank {}", rank));
}

void encode_head(Encoder& encoder, std::uint32_t kind, std::uint32_t version) {
  encoder.u32(kind);
  encoder.u32(version);
}

void encode_whole(Encoder& encoder, std::uint32_t kind) {
  encode_head(encoder, kind, 1);
  encoder.reserved(4);
  encoder.u32(0);
}

void encode_points(Encoder& encoder, const PointList& points, SelectionStyle style) {
  check_rank(points.rank);
  if (points.coordinates.size() % points.rank != 0) refuse("a point without all its coordinates");
  std::uint64_t largest = points.size();
  for (const auto coordinate : points.coordinates) largest = std::max(largest, coordinate);
  if (style != SelectionStyle::v112 && largest <= most_in_32_bits) {
    encode_head(encoder, points_kind, 1);
    encoder.reserved(4);
    encoder.uint(8 + 4 * std::uint64_t{points.coordinates.size()}, 4);
    encoder.u32(points.rank);
    encoder.u32(static_cast<std::uint32_t>(points.size()));
    for (const auto coordinate : points.coordinates) encoder.uint(coordinate, 4);
    return;
  }
  const auto width = width_for(largest);
  encode_head(encoder, points_kind, 2);
  encoder.u8(static_cast<std::uint8_t>(width));
  encoder.u32(points.rank);
  encoder.uint(points.size(), width);
  for (const auto coordinate : points.coordinates) encoder.uint(coordinate, width);
}

void encode_boxes(Encoder& encoder, const std::vector<Box>& boxes, SelectionStyle style) {
  if (boxes.empty()) {
    encode_whole(encoder, none_kind);
    return;
  }
  const auto rank = boxes.front().start.size();
  check_rank(rank);
  std::uint64_t largest = boxes.size();
  for (const auto& box : boxes) {
    if (box.start.size() != rank || box.size.size() != rank) refuse("boxes of different ranks");
    for (std::size_t d = 0; d < rank; ++d) {
      const auto last = box.size[d] == 0 ? std::nullopt : checked_add(box.start[d], box.size[d] - 1);
      if (!last || *last == unlimited) refuse(fmt::format("a box of {} elements from {}", box.size[d], box.start[d]));
      largest = std::max(largest, *last);
    }
  }
  unsigned width = 4;
  const auto corners_length = 8 + 8 * std::uint64_t{boxes.size()} * rank;
  if (style != SelectionStyle::v112 && largest <= most_in_32_bits && corners_length <= most_in_32_bits) {
    encode_head(encoder, hyperslab_kind, 1);
    encoder.reserved(4);
    encoder.uint(corners_length, 4);
  } else {
    width = width_for(largest);
    encode_head(encoder, hyperslab_kind, 3);
    encoder.u8(0);
    encoder.u8(static_cast<std::uint8_t>(width));
  }
  encoder.u32(static_cast<std::uint32_t>(rank));
  encoder.uint(boxes.size(), width);
  for (const auto& box : boxes) {
    for (const auto start : box.start) encoder.uint(start, width);
    for (std::size_t d = 0; d < rank; ++d) encoder.uint(box.start[d] + box.size[d] - 1, width);
  }
}

/// The blocks of a slab one by one, or nothing when they are many or unlimited, or lie beyond 32 bits.
std::optional<std::vector<Box>> few_blocks(const RegularHyperslab& slab, std::uint64_t most_blocks) {
  const auto rank = slab.start.size();
  const auto blocks = checked_product(slab.count);
  if (!blocks || *blocks > most_blocks) return std::nullopt;
  std::vector<Box> boxes;
  Shape at(rank, 0);
  for (std::uint64_t i = 0; i < *blocks; ++i) {
    Box box{slab.start, slab.block};
    for (std::size_t d = 0; d < rank; ++d) {
      const auto offset = checked_multiply(at[d], slab.stride[d]);
      const auto start = offset ? checked_add(slab.start[d], *offset) : std::nullopt;
      const auto end = start ? checked_add(*start, slab.block[d]) : std::nullopt;
      if (!end || slab.block[d] == 0 || *end - 1 > most_in_32_bits) return std::nullopt;
      box.start[d] = *start;
    }
    boxes.push_back(std::move(box));
    for (std::size_t d = rank; d-- > 0;) {
      if (++at[d] < slab.count[d]) break;
      at[d] = 0;
    }
  }
  return boxes;
}

void encode_regular(Encoder& encoder, const RegularHyperslab& slab, SelectionStyle style) {
  const auto rank = slab.start.size();
  check_rank(rank);
  if (slab.stride.size() != rank || slab.count.size() != rank || slab.block.size() != rank)
    refuse("parts of different ranks");
  const auto is_zero = [](std::uint64_t value) { return value == 0; };
  if (std::any_of(slab.count.begin(), slab.count.end(), is_zero) ||
      std::any_of(slab.block.begin(), slab.block.end(), is_zero)) {
    encode_whole(encoder, none_kind);
    return;
  }
  // Version 1 lists blocks; from 4 on the later versions are shorter. It is all that readers before libhdf5 1.10 know.
  constexpr std::uint64_t blocks_of_a_short_list = 3, blocks_of_any_list = 1U << 20;
  if (style != SelectionStyle::v112) {
    const auto most_blocks = style == SelectionStyle::v18 ? blocks_of_any_list : blocks_of_a_short_list;
    if (const auto boxes = few_blocks(slab, most_blocks)) {
      encode_boxes(encoder, *boxes, style);
      return;
    }
  }
  std::uint64_t largest = 0;
  for (const auto* part : {&slab.start, &slab.stride, &slab.count, &slab.block})
    for (const auto value : *part)
      if (value != unlimited) largest = std::max(largest, value);
  unsigned width = 8;
  if (style == SelectionStyle::v112) {
    width = width_for(largest);
    encode_head(encoder, hyperslab_kind, 3);
    encoder.u8(regular_flag);
    encoder.u8(static_cast<std::uint8_t>(width));
  } else {
    encode_head(encoder, hyperslab_kind, 2);
    encoder.u8(regular_flag);
    encoder.u32(static_cast<std::uint32_t>(4 + 32 * rank));
  }
  encoder.u32(static_cast<std::uint32_t>(rank));
  for (std::size_t d = 0; d < rank; ++d)
    for (const auto value : {slab.start[d], slab.stride[d], slab.count[d], slab.block[d]}) encoder.uint(value, width);
}

}  // namespace

Selection decode_selection(Decoder& decoder) {
  const auto kind = decoder.u32("kind of selection");
  const auto version = decoder.u32("version");
  switch (kind) {
    case none_kind:
    case all_kind:
      expect_version(decoder, version, 1);
      decoder.reserved(4);
      decoder.u32("length");
      if (kind == none_kind) return NoneSelection{};
      return AllSelection{};
    case points_kind:
      expect_version(decoder, version, 2);
      return decode_points(decoder, version);
    case hyperslab_kind:
      expect_version(decoder, version, 3);
      return decode_hyperslab(decoder, version);
    default:
      decoder.fail(fmt::format("unknown kind of selection {}", kind));
  }
}

void encode_selection(Encoder& encoder, const Selection& selection, SelectionStyle style) {
  if (std::holds_alternative<AllSelection>(selection)) {
    encode_whole(encoder, all_kind);
  } else if (std::holds_alternative<NoneSelection>(selection)) {
    encode_whole(encoder, none_kind);
  } else if (const auto* points = std::get_if<PointList>(&selection)) {
    encode_points(encoder, *points, style);
  } else if (const auto* boxes = std::get_if<BoxUnion>(&selection)) {
    encode_boxes(encoder, boxes->boxes, style);
  } else {
    encode_regular(encoder, std::get<RegularHyperslab>(selection), style);
  }
}

std::size_t encoded_selection_size(const Selection& selection, SelectionStyle style) {
  Encoder encoder;
  encode_selection(encoder, selection, style);
  return encoder.size();
}

unsigned selection_rank(const Selection& selection) {
  if (const auto* points = std::get_if<PointList>(&selection)) return points->rank;
  if (const auto* slab = std::get_if<RegularHyperslab>(&selection)) return static_cast<unsigned>(slab->start.size());
  if (const auto* boxes = std::get_if<BoxUnion>(&selection))
    return boxes->boxes.empty() ? 0 : static_cast<unsigned>(boxes->boxes.front().start.size());
  return 0;
}

}  // namespace fiver::format
