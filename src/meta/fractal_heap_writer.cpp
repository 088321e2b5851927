#include "meta/fractal_heap_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

#include "base/checked.hpp"
#include "format/free_space.hpp"
#include "meta/btree2_reader.hpp"
#include "meta/btree2_writer.hpp"

namespace fiver::meta {
namespace {

using format::BTree2Type;

constexpr std::uint8_t direct_checksums_flag = 2;
constexpr std::uint32_t huge_tree_node_size = 512;

format::FractalHeapHeader empty_header(const FractalHeapParameters& parameters) {
  format::FractalHeapHeader header;
  header.id_length = parameters.id_length;
  header.flags = parameters.checksum_direct_blocks ? direct_checksums_flag : 0;
  header.most_managed = parameters.most_managed;
  header.width = parameters.width;
  header.starting_size = {parameters.starting_size};
  header.most_direct = {parameters.most_direct};
  header.heap_bits = parameters.heap_bits;
  header.starting_rows = 1;
  return header;
}

format::FractalHeapGeometry checked_geometry(const format::FractalHeapHeader& header, FieldWidths widths) {
  try {
    // The size of the whole heap must be a number, as must the room in it.
    if (header.heap_bits < 64) return {header, widths};
  } catch (const Error& error) {
    throw Error(ErrorKind::invalid_argument, error.reason());
  }
  throw Error(ErrorKind::invalid_argument, fmt::format("fractal heap: {} bits", header.heap_bits));
}

}  // namespace

FractalHeapBuilder::FractalHeapBuilder(BlockWriter& writer, const FractalHeapParameters& parameters)
    : writer_(writer),
      widths_(writer.widths()),
      header_(empty_header(parameters)),
      geometry_(checked_geometry(header_, widths_)),
      address_(writer.allocate(format::fractal_heap_header_size(widths_, 0))) {
  const auto ids_are_short = parameters.id_length < 1 + geometry_.offset_width() + geometry_.length_width();
  const auto objects_fit =
      lies_within(geometry_.direct_block_header_size(), parameters.most_managed, parameters.most_direct);
  // The first row beyond the direct blocks must have room for a table of a row.
  const auto first_table = geometry_.direct_rows();
  const auto tables_fit = geometry_.most_rows() <= first_table || geometry_.rows_of_indirect(first_table) > 0;
  if (ids_are_short || !objects_fit || !tables_fit)
    throw Error(ErrorKind::invalid_argument,
                fmt::format("fractal heap: ids of {} bytes, objects of up to {} in rows of {} blocks of up to {}",
                            parameters.id_length, parameters.most_managed, parameters.width, parameters.most_direct));
}

Bytes FractalHeapBuilder::encode(const format::FractalHeapId& id) const {
  return format::encode_fractal_heap_id(id, header_.id_length, widths_, geometry_);
}

Bytes FractalHeapBuilder::add(ByteView object) {
  if (object.empty()) throw Error(ErrorKind::invalid_argument, "fractal heap: an object of no bytes");
  if (object.size() > header_.most_managed) return add_huge(object);
  if (object.size() > format::most_tiny_bytes(header_.id_length)) return add_managed(object);
  header_.tiny_size.value += object.size();
  ++header_.tiny_count.value;
  return encode(format::TinyHeapId{Bytes(object.begin(), object.end())});
}

Bytes FractalHeapBuilder::add_managed(ByteView object) {
  if (object.size() > block_.size() - block_used_) {
    end_block();
    start_block(geometry_.direct_block_header_size() + object.size());
  }
  std::copy(object.begin(), object.end(), block_.begin() + static_cast<std::ptrdiff_t>(block_used_));
  const format::ManagedHeapId id{block_offset_ + block_used_, object.size()};
  block_used_ += object.size();
  managed_bytes_ += object.size();
  ++header_.managed_count.value;
  return encode(id);
}

Bytes FractalHeapBuilder::add_huge(ByteView object) {
  format::HugeObjectRecord record;
  record.address = writer_.put(Bytes(object.begin(), object.end()));
  record.stored_size = object.size();
  record.id = ++header_.next_huge_id.value;  // the header keeps the last one given
  huge_.push_back(record);
  header_.huge_size.value += object.size();
  ++header_.huge_count.value;
  if (!format::huge_ids_are_direct(header_.id_length, widths_, false)) return encode(format::HugeKeyHeapId{record.id});
  return encode(format::HugeDirectHeapId{record.address, record.stored_size, 0, 0});
}

FractalHeapBuilder::Block FractalHeapBuilder::next_block(std::uint64_t least_size) const {
  for (auto offset = next_offset_;;) {
    auto place = geometry_.place(offset);
    if (offset >> geometry_.heap_bits() != 0)
      throw Error(ErrorKind::limit, fmt::format("fractal heap: it is full at 2^{} bytes", geometry_.heap_bits()));
    while (place.row >= geometry_.direct_rows()) place = geometry_.place(place.within);
    const auto size = geometry_.block_size(place.row);
    if (size >= least_size) return {offset, size};
    offset += size;
  }
}

void FractalHeapBuilder::start_block(std::uint64_t least_size) {
  const auto block = next_block(least_size);
  grow_root(block);
  block_.assign(static_cast<std::size_t>(block.size), std::byte{0});
  block_offset_ = block.offset;
  block_used_ = geometry_.direct_block_header_size();
  next_offset_ = block.offset + block.size;
}

void FractalHeapBuilder::grow_root(const Block& block) {
  const auto is_first = blocks_.empty();
  if (is_first && block.offset == 0) return;  // the root is this block
  const auto needed = geometry_.place(block.offset).row + 1;
  if (needed <= header_.current_rows) return;
  const auto doubled = std::min(2U * header_.current_rows, geometry_.most_rows());
  header_.current_rows = static_cast<std::uint16_t>(std::max({needed, doubled, 1U}));
}

void FractalHeapBuilder::end_block() {
  if (block_.empty()) return;
  format::seal_fractal_heap_direct_block(block_, {address_, block_offset_}, widths_, geometry_);
  header_.managed_allocated.value += block_.size();
  blocks_.push_back({block_offset_, writer_.put(std::move(block_))});
  block_.clear();
  block_used_ = 0;
}

std::uint64_t FractalHeapBuilder::room_of_table(unsigned rows) const {
  std::uint64_t room = 0;
  for (unsigned row = 0; row < rows; ++row)
    room += geometry_.width() * (row < geometry_.direct_rows()
                                     ? geometry_.block_size(row) - geometry_.direct_block_header_size()
                                     : room_of_table(geometry_.rows_of_indirect(row)));
  return room;
}

Address FractalHeapBuilder::write_table(std::uint64_t offset, unsigned rows, std::size_t& next) {
  format::FractalHeapIndirectBlock table{address_, offset, {}};
  table.children.reserve(std::size_t{rows} * geometry_.width());
  for (unsigned row = 0; row < rows; ++row) {
    for (unsigned column = 0; column < geometry_.width(); ++column) {
      auto& child = table.children.emplace_back();
      const auto start = offset + geometry_.row_offset(row) + column * geometry_.block_size(row);
      if (next == blocks_.size() || blocks_[next].offset - start >= geometry_.block_size(row)) continue;
      if (row < geometry_.direct_rows())
        child.address = blocks_[next++].address;
      else
        child.address = write_table(start, geometry_.rows_of_indirect(row), next);
    }
  }
  return writer_.put(format::encode_fractal_heap_indirect_block(table, widths_, geometry_));
}

Address FractalHeapBuilder::write_huge_tree() {
  const auto direct = format::huge_ids_are_direct(header_.id_length, widths_, false);
  const auto type = direct ? BTree2Type::huge_direct : BTree2Type::huge_indirect;
  if (direct) std::sort(huge_.begin(), huge_.end(), [](const auto& a, const auto& b) { return a.address < b.address; });
  format::BTree2Header tree;
  tree.type = static_cast<std::uint8_t>(type);
  tree.node_size = huge_tree_node_size;
  tree.record_size = static_cast<std::uint16_t>(format::huge_object_record_size(type, widths_));
  Bytes record;
  const auto encoded = [&](std::uint64_t i) -> ByteView {
    Encoder out(widths_);
    format::encode_huge_object_record(out, huge_[static_cast<std::size_t>(i)], type);
    record = std::move(out).take();
    return record;
  };
  return build_btree2(writer_, tree, huge_.size(), encoded);
}

Address FractalHeapBuilder::finish() {
  end_block();
  if (header_.current_rows > 0) {
    std::size_t next = 0;
    header_.root = write_table(0, header_.current_rows, next);
    header_.managed_size = {geometry_.row_offset(header_.current_rows)};
    header_.iterator_offset = {next_offset_};
    header_.free_space = {room_of_table(header_.current_rows) - managed_bytes_};
  } else if (!blocks_.empty()) {
    header_.root = blocks_.front().address;
    header_.managed_size = {geometry_.starting_size()};
    header_.free_space = {geometry_.starting_size() - geometry_.direct_block_header_size() - managed_bytes_};
  }
  if (!huge_.empty()) header_.huge_tree = write_huge_tree();
  writer_.write(address_, format::encode_fractal_heap_header(header_, widths_));
  return address_;
}

namespace {

class Freeing {
 public:
  Freeing(const FileView& file, BlockWriter& writer, const format::FractalHeapHeader& header)
      : file_(file), writer_(writer), header_(header), geometry_(header, file.widths()) {}

  void free(Address address, std::uint64_t size, std::string_view what) {
    if (!file_.holds(address, size))
      throw Error(ErrorKind::corrupt, fmt::format("fractal heap: its {} of {} bytes leaves the file", what, size))
          .at(address);
    if (!seen_.insert(address.value).second)
      throw Error(ErrorKind::corrupt, fmt::format("fractal heap: its {} stands in two places", what)).at(address);
    writer_.free(address, size);
  }

  void free_blocks() {
    if (!header_.root) return;
    if (header_.current_rows > 0) return free_table(*header_.root, header_.current_rows);
    free_direct({*header_.root, header_.filtered_root_size.value, 0}, geometry_.starting_size());
  }

  void free_huge_objects() {
    if (!header_.huge_tree) return;
    {
      const BTree2Reader tree(file_, *header_.huge_tree);
      const auto type = static_cast<BTree2Type>(tree.header().type);
      if (type < BTree2Type::huge_indirect || type > BTree2Type::huge_direct_filtered)
        throw Error(ErrorKind::corrupt,
                    fmt::format("fractal heap: its tree of huge objects has records of type {}", tree.header().type))
            .at(*header_.huge_tree);
      auto each = [&](ByteView record) {
        const auto object = format::decode_huge_object_record(record, file_.widths(), type);
        free(object.address, object.stored_size, "huge object");
        return true;
      };
      tree.for_each(each);
    }
    free_btree2(file_, writer_, *header_.huge_tree);
  }

  void free_space_record() {
    if (!header_.free_space_manager) return;
    const auto widths = file_.widths();
    const auto size = format::free_space_header_size(widths);
    format::FreeSpaceHeader record;
    try {
      record = file_.decode_at(*header_.free_space_manager, size, "free space header", [&](const SharedBytes& bytes) {
        return format::decode_free_space_header(bytes.bytes, widths);
      });
    } catch (const Error& error) {
      // No reader needs this record. That it is damaged costs its own space, and must not keep a group from being changed.
      if (error.kind() == ErrorKind::corrupt) return;
      throw;
    }
    free(*header_.free_space_manager, size, "free space header");
    if (record.list) free(*record.list, record.list_allocated.value, "free space list");
  }

 private:
  void free_direct(const format::FractalHeapChild& child, std::uint64_t size) {
    free(*child.address, header_.filtered() ? child.stored_size : size, "direct block");
  }

  void free_table(Address address, unsigned rows) {
    const auto size = geometry_.indirect_block_size(rows);
    const auto table = file_.decode_at(address, size, "fractal heap indirect block", [&](const SharedBytes& bytes) {
      return format::decode_fractal_heap_indirect_block(bytes.bytes, file_.widths(), geometry_, rows);
    });
    for (std::size_t i = 0; i < table.children.size(); ++i) {
      const auto& child = table.children[i];
      if (!child.address) continue;
      const auto row = static_cast<unsigned>(i / geometry_.width());
      if (row < geometry_.direct_rows()) {
        free_direct(child, geometry_.block_size(row));
        continue;
      }
      const auto below = geometry_.rows_of_indirect(row);
      if (below >= rows)
        throw Error(ErrorKind::corrupt, "fractal heap: a table is not smaller than the one above it").at(address);
      free_table(*child.address, below);
    }
    free(address, size, "indirect block");
  }

  const FileView& file_;
  BlockWriter& writer_;
  const format::FractalHeapHeader& header_;
  format::FractalHeapGeometry geometry_;
  std::unordered_set<std::uint64_t> seen_;
};

}  // namespace

void free_fractal_heap(const FileView& file, BlockWriter& writer, Address address) {
  const auto widths = file.widths();
  const auto header = file.retried(address, [&](bool past_cache) {
    const auto fetch = [&](std::uint16_t filter_bytes) {
      return file.fetch(address, format::fractal_heap_header_size(widths, filter_bytes), "fractal heap header",
                        past_cache);
    };
    const auto start = fetch(0);
    const auto filter_bytes = format::fractal_heap_filter_bytes(start.bytes, widths);
    return format::decode_fractal_heap_header((filter_bytes == 0 ? start : fetch(filter_bytes)).bytes, widths);
  });
  Freeing freeing(file, writer, header);
  freeing.free(address, format::fractal_heap_header_size(widths, header.filter_bytes), "header");
  freeing.free_blocks();
  freeing.free_huge_objects();
  freeing.free_space_record();
}

}  // namespace fiver::meta
