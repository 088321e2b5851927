#include "format/layout_message.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/checked.hpp"
#include "base/decoder.hpp"

namespace fiver::format {
namespace {

enum LayoutClass : std::uint8_t { compact_class = 0, contiguous_class = 1, chunked_class = 2, virtual_class = 3 };
enum IndexKind : std::uint8_t { single_chunk = 1, implicit = 2, fixed_array = 3, extensible_array = 4, btree2 = 5 };
constexpr std::uint8_t flag_partial_unfiltered = 1, flag_single_filtered = 2;
constexpr std::uint64_t max_u32 = std::numeric_limits<std::uint32_t>::max();

// The dimensions that layouts count: those of a chunk, and the size of an element as the last.
unsigned decode_chunk_rank(Decoder& in) {
  const unsigned count = in.u8("number of dimensions");
  if (count < 2 || count > max_rank + 1)
    in.fail(fmt::format("a chunk of {} dimensions, the element's size included", count));
  return count;
}

void decode_chunk_dims(Decoder& in, unsigned count, unsigned width, ChunkedLayout& chunked) {
  std::uint64_t bytes = 1;
  for (unsigned i = 0; i < count; ++i) {
    const auto dim = in.uint(width, "chunk dimension");
    if (dim == 0) in.fail(fmt::format("chunk dimension {} is 0", i));
    if (i + 1 < count) {
      chunked.chunk.push_back(dim);
    } else {
      if (dim > max_u32) in.fail(fmt::format("an element of {} bytes", dim));
      chunked.element_size = static_cast<std::uint32_t>(dim);
    }
    const auto product = checked_multiply(bytes, dim);
    if (!product) in.fail("a chunk of more than 2^64 bytes");
    bytes = *product;
  }
  if (!chunked.wide_sizes && bytes > max_u32)
    in.fail(fmt::format("a chunk of {} bytes before layout version 5", bytes));
}

CompactLayout decode_compact(Decoder& in, unsigned size_width) {
  const auto data = in.bytes(in.uint(size_width, "size of the compact data"), "compact data");
  return {{data.begin(), data.end()}};
}

Layout decode_v1_v2(Decoder& in) {
  const unsigned count = in.u8("number of dimensions");
  const auto layout_class = in.u8("class");
  in.reserved(5);
  if (count == 0 || count > max_rank + 1) in.fail(fmt::format("{} dimensions", count));
  std::optional<Address> address;
  if (layout_class != compact_class) address = in.address("data address");
  switch (layout_class) {
    case compact_class:
      in.skip(4 * std::uint64_t{count}, "dimension sizes");
      return decode_compact(in, 4);
    case contiguous_class: {
      std::uint64_t size = 1;
      for (unsigned i = 0; i < count; ++i) {
        const auto product = checked_multiply(size, in.u32("dimension size"));
        if (!product) in.fail("more than 2^64 bytes");
        size = *product;
      }
      return ContiguousLayout{address, size};
    }
    case chunked_class: {
      if (count < 2) in.fail("a chunk without dimensions");
      ChunkedLayout chunked;
      decode_chunk_dims(in, count, 4, chunked);
      chunked.index_address = address;
      return chunked;
    }
    default:
      in.unsupported(fmt::format("unknown class {}", layout_class));
  }
}

ChunkIndexKind decode_index(Decoder& in, std::uint8_t kind, bool single_filtered) {
  if (single_filtered && kind != single_chunk)
    in.fail(fmt::format("the flag of a filtered single chunk on index type {}", kind));
  switch (kind) {
    case single_chunk: {
      SingleChunkIndex single;
      single.filtered = single_filtered;
      if (single_filtered) {
        single.stored_size = in.length("stored size of the single chunk");
        single.filter_mask = in.u32("filter mask of the single chunk");
      }
      return single;
    }
    case implicit:
      return ImplicitIndex{};
    case fixed_array: {
      FixedArrayIndex fixed;
      fixed.page_bits = in.u8("page bits");
      if (fixed.page_bits == 0) in.fail("fixed array with pages of no bits");
      return fixed;
    }
    case extensible_array: {
      ExtensibleArrayIndex e;
      e.max_bits = in.u8("bits of the largest number of elements");
      e.index_block_elements = in.u8("elements of the index block");
      e.min_super_block_pointers = in.u8("fewest pointers of a super block");
      e.min_data_block_elements = in.u8("fewest elements of a data block");
      e.page_bits = in.u8("page bits");
      if (e.max_bits == 0 || e.index_block_elements == 0 || e.min_super_block_pointers == 0 ||
          e.min_data_block_elements == 0 || e.page_bits == 0)
        in.fail("extensible array with a parameter of 0");
      return e;
    }
    case btree2: {
      BTree2Index tree;
      tree.node_size = in.u32("node size");
      tree.split_percent = in.u8("split percent");
      tree.merge_percent = in.u8("merge percent");
      if (tree.node_size == 0) in.fail("v2 B-tree with nodes of 0 bytes");
      if (tree.split_percent == 0 || tree.split_percent > 100 || tree.merge_percent > 100)
        in.fail(fmt::format("v2 B-tree that splits at {} and merges at {} percent", tree.split_percent,
                            tree.merge_percent));
      return tree;
    }
    default:
      in.unsupported(fmt::format("unknown chunk index type {}", kind));
  }
}

ChunkedLayout decode_chunked_v4(Decoder& in, bool wide_sizes) {
  ChunkedLayout chunked;
  chunked.wide_sizes = wide_sizes;
  const auto flags = in.u8("flags");
  if ((flags & ~(flag_partial_unfiltered | flag_single_filtered)) != 0)
    in.fail(fmt::format("unknown flags {:#04x}", flags));
  chunked.filter_partial_chunks = (flags & flag_partial_unfiltered) == 0;
  const auto count = decode_chunk_rank(in);
  const unsigned width = in.u8("width of a dimension");
  if (width < 1 || width > 8) in.fail(fmt::format("dimensions {} bytes wide", width));
  decode_chunk_dims(in, count, width, chunked);
  const auto kind = in.u8("chunk index type");
  chunked.index = decode_index(in, kind, (flags & flag_single_filtered) != 0);
  chunked.index_address = in.address("chunk index address");
  return chunked;
}

// What a layout message of some version needs to know to be written.
struct LayoutEncoder {
  Encoder& out;
  std::uint8_t version;

  void operator()(const CompactLayout& compact) const {
    out.u8(compact_class);
    out.uint(compact.data.size(), 2);
    out.bytes(compact.data);
  }
  void operator()(const ContiguousLayout& contiguous) const {
    out.u8(contiguous_class);
    out.address(contiguous.address);
    out.length(contiguous.size);
  }
  void operator()(const VirtualLayout& mappings) const {
    if (version < 4) throw Error(ErrorKind::invalid_argument, "a virtual dataset needs layout version 4");
    out.u8(virtual_class);
    out.address(mappings.heap);
    out.u32(mappings.heap_index);
  }
  void operator()(const ChunkedLayout& chunked) const {
    check(chunked);
    const bool is_btree1 = std::holds_alternative<BTree1Index>(chunked.index);
    out.u8(chunked_class);
    const auto count = static_cast<std::uint8_t>(chunked.chunk.size() + 1);
    if (version == 3) {
      if (!is_btree1 || !chunked.filter_partial_chunks)
        throw Error(ErrorKind::invalid_argument, "this chunk index or flag needs layout version 4");
      out.u8(count);
      out.address(chunked.index_address);
      for (const auto dim : chunked.chunk) out.uint(dim, 4);
      out.u32(chunked.element_size);
      return;
    }
    if (is_btree1) throw Error(ErrorKind::invalid_argument, "a version 1 B-tree needs layout version 3");
    const auto* single = std::get_if<SingleChunkIndex>(&chunked.index);
    const bool single_filtered = single && single->filtered;
    out.u8(static_cast<std::uint8_t>((chunked.filter_partial_chunks ? 0U : flag_partial_unfiltered) |
                                     (single_filtered ? flag_single_filtered : 0U)));
    out.u8(count);
    const auto width = bytes_needed(
        std::max(*std::max_element(chunked.chunk.begin(), chunked.chunk.end()), std::uint64_t{chunked.element_size}));
    out.u8(static_cast<std::uint8_t>(width));
    for (const auto dim : chunked.chunk) out.uint(dim, width);
    out.uint(chunked.element_size, width);
    std::visit(*this, chunked.index);
    out.address(chunked.index_address);
  }
  void operator()(const BTree1Index&) const {}
  void operator()(const SingleChunkIndex& single) const {
    out.u8(single_chunk);
    if (!single.filtered) return;
    out.length(single.stored_size);
    out.u32(single.filter_mask);
  }
  void operator()(const ImplicitIndex&) const { out.u8(implicit); }
  void operator()(const FixedArrayIndex& fixed) const {
    out.u8(fixed_array);
    out.u8(fixed.page_bits);
  }
  void operator()(const ExtensibleArrayIndex& e) const {
    out.u8(extensible_array);
    for (const auto value :
         {e.max_bits, e.index_block_elements, e.min_super_block_pointers, e.min_data_block_elements, e.page_bits})
      out.u8(value);
  }
  void operator()(const BTree2Index& tree) const {
    out.u8(btree2);
    out.u32(tree.node_size);
    out.u8(tree.split_percent);
    out.u8(tree.merge_percent);
  }

  void check(const ChunkedLayout& chunked) const {
    if (chunked.chunk.empty() || chunked.chunk.size() > max_rank)
      throw Error(ErrorKind::invalid_argument, fmt::format("a chunk of {} dimensions", chunked.chunk.size()));
    auto bytes = checked_multiply(checked_product(chunked.chunk).value_or(0), chunked.element_size);
    if (!checked_product(chunked.chunk) || !bytes || *bytes == 0)
      throw Error(ErrorKind::invalid_argument, "a chunk of no bytes, or of more than 2^64");
    if (*bytes > max_u32 && version < 5)
      throw Error(ErrorKind::invalid_argument, fmt::format("a chunk of {} bytes needs layout version 5", *bytes));
    if (chunked.wide_sizes && version < 5)
      throw Error(ErrorKind::invalid_argument, "wide chunk sizes need layout version 5");
  }
};

}  // namespace

Layout decode_layout(ByteView body, FieldWidths widths) {
  Decoder in(body, widths, "data layout message");
  const auto version = in.version_in({1, 2, 3, 4, 5});
  if (version <= 2) return decode_v1_v2(in);
  const auto layout_class = in.u8("class");
  switch (layout_class) {
    case compact_class:
      return decode_compact(in, 2);
    case contiguous_class: {
      ContiguousLayout contiguous;
      contiguous.address = in.address("data address");
      contiguous.size = in.length("size of the data");
      return contiguous;
    }
    case chunked_class: {
      if (version >= 4) return decode_chunked_v4(in, version == 5);
      ChunkedLayout chunked;
      const auto count = decode_chunk_rank(in);
      chunked.index_address = in.address("chunk B-tree address");
      decode_chunk_dims(in, count, 4, chunked);
      return chunked;
    }
    case virtual_class: {
      if (version < 4) in.fail("a virtual dataset before layout version 4");
      VirtualLayout mappings;
      mappings.heap = in.address("address of the mappings' heap");
      mappings.heap_index = in.u32("index of the mappings in their heap");
      return mappings;
    }
    default:
      in.unsupported(fmt::format("unknown class {}", layout_class));
  }
}

void encode_layout(Encoder& out, const Layout& layout, std::uint8_t version) {
  if (version < 3 || version > 5)
    throw Error(ErrorKind::invalid_argument, fmt::format("layout messages are not written in version {}", version));
  const auto* chunked = std::get_if<ChunkedLayout>(&layout);
  if (version == 5 && chunked && !chunked->wide_sizes)
    throw Error(ErrorKind::invalid_argument, "layout version 5 has wide chunk sizes");
  out.version(version);
  std::visit(LayoutEncoder{out, version}, layout);
}

std::uint8_t layout_version(const Layout& layout) {
  if (std::holds_alternative<VirtualLayout>(layout)) return 4;
  const auto* chunked = std::get_if<ChunkedLayout>(&layout);
  if (!chunked) return 3;
  if (chunked->wide_sizes) return 5;
  return std::holds_alternative<BTree1Index>(chunked->index) ? 3 : 4;
}

}  // namespace fiver::format
