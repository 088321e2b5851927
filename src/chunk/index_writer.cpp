// Choice, checks and the kinds of index that have no blocks of their own; the others are in index_writer_*.cpp.
#include "chunk/index_writer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/checked.hpp"
#include "chunk/index_writer_kinds.hpp"
#include "chunk/linear_index.hpp"
#include "meta/btree2_writer.hpp"

namespace fiver::chunk {
namespace {

[[noreturn]] void refuse(const ChunkChange& change, std::string_view reason) {
  throw Error(ErrorKind::invalid_argument, fmt::format("chunk ({}): {}", fmt::join(change.scaled, ","), reason));
}

format::ChunkElementFormat elements_of(const ChunkedLayout& layout, const ChunkGrid& grid, bool filtered,
                                       FieldWidths widths) {
  return filtered ? format::ChunkElementFormat::with_filters(grid.chunk_bytes, layout.wide_sizes, widths)
                  : format::ChunkElementFormat::plain();
}

/// Bytes that the index has for a stored size; 0: none, all chunks have the same.
unsigned size_width(const IndexWrite& write) {
  if (std::holds_alternative<BTree1Index>(write.now.index)) return 4;
  if (!write.filtered) return 0;
  if (std::holds_alternative<SingleChunkIndex>(write.now.index)) return write.file.widths().length;
  return write.elements.size_width;
}

void check(const IndexWrite& write) {
  const auto width = size_width(write);
  for (std::size_t i = 0; i < write.changes.size(); ++i) {
    const auto& change = write.changes[i];
    if (change.scaled.size() != write.new_grid.chunk.size())
      refuse(change, fmt::format("{} coordinates for rank {}", change.scaled.size(), write.new_grid.chunk.size()));
    if (i > 0 && !(write.changes[i - 1].scaled < change.scaled)) refuse(change, "it does not follow the one before it");
    if (!write.new_grid.contains(change.scaled) && (change.record || !write.old_grid.contains(change.scaled)))
      refuse(change, fmt::format("outside the extent of ({}) chunks", fmt::join(write.new_grid.counts, ",")));
    if (!change.record) continue;
    const auto& record = *change.record;
    if (!write.filtered && (record.stored_size != write.new_grid.chunk_bytes || record.filter_mask != 0))
      refuse(change, fmt::format("{} stored bytes and filter mask {:#x}; without filters they are {} and 0",
                                 record.stored_size, record.filter_mask, write.new_grid.chunk_bytes));
    if (width > 0 && width < 8 && record.stored_size >> (8 * width) != 0)
      refuse(change, fmt::format("{} stored bytes do not fit in the {} bytes that this index has for them",
                                 record.stored_size, width));
  }
}

/// Places are computed, so there is only a block to be allocated and claims to be checked.
Address write_implicit_index(const IndexWrite& write) {
  if (write.filtered) throw Error(ErrorKind::invalid_argument, "an implicit chunk index for a dataset with filters");
  const auto& grid = write.new_grid;
  auto first = write.now.index_address;
  if (!first) {
    const auto chunks = checked_product(grid.most_counts);
    const auto bytes = chunks ? checked_multiply(*chunks, grid.chunk_bytes) : std::nullopt;
    if (!bytes || *bytes == 0)
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("an implicit chunk index of at most ({}) chunks", fmt::join(grid.most_counts, ",")));
    first = write.writer.allocate(*bytes);
  }
  const LinearNumbering numbering(grid);
  for (const auto& change : write.changes) {
    if (!change.record) continue;  // the place stays; what is outside the extent is not looked at
    const auto number = numbering.number(change.scaled);
    const auto offset = number ? checked_multiply(*number, grid.chunk_bytes) : std::nullopt;
    const auto place = offset ? checked_add(first->value, *offset) : std::nullopt;
    if (!place || change.record->address.value != *place)
      refuse(change, fmt::format("at address {}; in an implicit index it can only be at {}",
                                 change.record->address.value, place.value_or(~std::uint64_t{0})));
  }
  return *first;
}

void write_single(const IndexWrite& write, ChunkedLayout& layout) {
  auto& single = std::get<SingleChunkIndex>(layout.index);
  single.filtered = write.filtered;
  for (const auto& change : write.changes) {
    if (std::any_of(change.scaled.begin(), change.scaled.end(), [](auto c) { return c != 0; }))
      refuse(change, "the index has room for the first chunk only");
    const auto record = change.record.value_or(ChunkRecord{});
    layout.index_address = change.record ? std::optional(record.address) : std::nullopt;
    single.stored_size = write.filtered ? record.stored_size : 0;
    single.filter_mask = record.filter_mask;
  }
}

}  // namespace

ChunkedLayout write_chunk_index(const meta::FileView& file, meta::BlockWriter& writer, const ChunkedLayout& now,
                                const ChunkGrid& old_grid, const ChunkGrid& new_grid, bool filtered, unsigned chunk_k,
                                std::span<const ChunkChange> changes, std::shared_ptr<meta::BTree2Path>* path) {
  const IndexWrite write{file,     writer,   now,
                         old_grid, new_grid, filtered,
                         chunk_k,  changes,  elements_of(now, new_grid, filtered, file.widths()),
                         path};
  check(write);
  auto layout = now;
  if (std::holds_alternative<ImplicitIndex>(now.index)) {
    layout.index_address = write_implicit_index(write);
  } else if (std::holds_alternative<SingleChunkIndex>(now.index)) {
    write_single(write, layout);
  } else if (!changes.empty()) {
    struct Write {
      const IndexWrite& write;
      std::optional<Address> operator()(const BTree1Index&) const { return write_btree1_index(write); }
      std::optional<Address> operator()(const BTree2Index&) const { return write_btree2_index(write); }
      std::optional<Address> operator()(const FixedArrayIndex&) const { return write_fixed_array_index(write); }
      std::optional<Address> operator()(const ExtensibleArrayIndex&) const {
        return write_extensible_array_index(write);
      }
      std::optional<Address> operator()(const SingleChunkIndex&) const { return write.now.index_address; }
      std::optional<Address> operator()(const ImplicitIndex&) const { return write.now.index_address; }
    };
    layout.index_address = std::visit(Write{write}, now.index);
  }
  return layout;
}

void free_chunk_index(const meta::FileView& file, meta::BlockWriter& writer, const ChunkedLayout& layout,
                      const ChunkGrid& grid, bool filtered, unsigned chunk_k) {
  if (!layout.index_address) return;
  const auto address = *layout.index_address;
  const auto elements = elements_of(layout, grid, filtered, file.widths());
  FreeOnce free(writer);
  if (std::holds_alternative<BTree1Index>(layout.index))
    free_btree1_index(file, free, address, static_cast<unsigned>(grid.chunk.size()), chunk_k);
  else if (std::holds_alternative<BTree2Index>(layout.index))
    meta::free_btree2(file, writer, address);
  else if (std::holds_alternative<FixedArrayIndex>(layout.index))
    free_fixed_array_index(file, free, address, elements);
  else if (std::holds_alternative<ExtensibleArrayIndex>(layout.index))
    free_extensible_array_index(file, free, address, elements);
}

ChunkIndexKind choose_chunk_index(const Dataspace& space, const Shape& chunk, bool filtered, bool early,
                                  IndexStyle style) {
  if (style == IndexStyle::earliest) return BTree1Index{};
  const auto& most = space.max_dims ? *space.max_dims : space.dims;
  if (most == space.dims && most == chunk) return SingleChunkIndex{filtered, 0, 0};
  if (style == IndexStyle::native) return BTree2Index{};
  const auto growing = std::count(most.begin(), most.end(), unlimited);
  if (growing > 1) return BTree2Index{};
  if (growing == 1) return ExtensibleArrayIndex{};
  if (early && !filtered) return ImplicitIndex{};
  return FixedArrayIndex{};
}

void FreeOnce::operator()(Address address, std::uint64_t size) {
  if (!freed_.insert(address.value).second)
    throw Error(ErrorKind::corrupt, "chunk index: a block stands in two places").at(address);
  writer_.free(address, size);
}

std::size_t checked_block_size(const meta::FileView& file, std::uint64_t size, std::string_view what) {
  if (size > file.limits().metadata_block)
    throw Error(ErrorKind::limit,
                fmt::format("{}: {} bytes are more than the limit of {}", what, size, file.limits().metadata_block));
  return static_cast<std::size_t>(size);
}

format::ChunkElement element_of(const ChunkRecord& record, const format::ChunkElementFormat& format) {
  if (!format.filtered) return {record.address, 0, 0};
  return {record.address, record.stored_size, record.filter_mask};
}

}  // namespace fiver::chunk
