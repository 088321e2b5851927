#include "meta/fractal_heap_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/checked.hpp"
#include "meta/btree2_writer.hpp"

namespace fiver::meta {
namespace {

using format::BTree2Type;

constexpr std::uint8_t direct_checksums_flag = 2;
constexpr std::uint32_t huge_tree_node_size = 512;
/// A heap that has this much dead space more than live is not written anew yet.
constexpr std::uint64_t tolerated_dead = 16 << 10;

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
      address_(writer.allocate_record(format::fractal_heap_header_size(widths_, 0))) {
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

FractalHeapBuilder::FractalHeapBuilder(const FileView& file, BlockWriter& writer, FractalHeapEnd end,
                                       std::uint64_t used)
    : file_(&file),
      writer_(writer),
      widths_(writer.widths()),
      header_(end.header),
      geometry_(header_, widths_),
      address_(end.address),
      block_(std::move(end.block)),
      block_changed_(false),
      block_in_file_(true),
      block_offset_(end.block_offset),
      block_used_(static_cast<std::size_t>(used - end.block_offset)),
      next_offset_(header_.iterator_offset.value) {
  const auto room = room_of_table(header_.current_rows);
  if (used < block_offset_ + geometry_.direct_block_header_size() || block_used_ > block_.size() ||
      header_.free_space.value > room)
    throw Error(ErrorKind::corrupt, fmt::format("fractal heap: objects up to {}, {} bytes of {} free", used,
                                                header_.free_space.value, room))
        .at(address_);
  managed_bytes_ = room - header_.free_space.value;
  old_ = std::move(end);
  // What stands behind is dead.
  std::fill(block_.begin() + static_cast<std::ptrdiff_t>(block_used_), block_.end(), std::byte{0});
}

Bytes FractalHeapBuilder::encode(const format::FractalHeapId& id) const {
  return format::encode_fractal_heap_id(id, header_.id_length, widths_, geometry_);
}

Bytes FractalHeapBuilder::add(ByteView object) {
  if (object.empty()) throw Error(ErrorKind::invalid_argument, "fractal heap: an object of no bytes");
  if (object.size() > header_.most_managed) return add_huge(object);
  if (object.size() > format::most_tiny_bytes(header_.id_length)) return encode(add_managed(object));
  header_.tiny_size.value += object.size();
  ++header_.tiny_count.value;
  return encode(format::TinyHeapId{Bytes(object.begin(), object.end())});
}

format::PackedHeapId FractalHeapBuilder::add_packed(ByteView object) {
  const std::size_t length = header_.id_length;
  if (length > format::PackedHeapId::most_bytes || object.empty() || object.size() > header_.most_managed ||
      object.size() <= format::most_tiny_bytes(header_.id_length))
    return format::PackedHeapId(add(object));
  const auto id = add_managed(object);
  // As format::encode_fractal_heap_id() has it: kind 0, offset, length, zeros.
  std::array<std::byte, format::PackedHeapId::most_bytes> bytes{};
  std::size_t at = 1;
  for (unsigned i = 0; i < geometry_.offset_width(); ++i) bytes[at++] = static_cast<std::byte>(id.offset >> (8 * i));
  for (unsigned i = 0; i < geometry_.length_width(); ++i) bytes[at++] = static_cast<std::byte>(id.size >> (8 * i));
  return format::PackedHeapId(ByteView(bytes).first(length));
}

format::ManagedHeapId FractalHeapBuilder::add_managed(ByteView object) {
  if (object.size() > block_.size() - block_used_) {
    end_block();
    start_block(geometry_.direct_block_header_size() + object.size());
  }
  std::copy(object.begin(), object.end(), block_.begin() + static_cast<std::ptrdiff_t>(block_used_));
  const format::ManagedHeapId id{block_offset_ + block_used_, object.size()};
  block_used_ += object.size();
  block_changed_ = true;
  managed_bytes_ += object.size();
  ++header_.managed_count.value;
  return id;
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

void FractalHeapBuilder::remove(ByteView id) {
  const auto take = [&](Length& from, std::uint64_t amount) {
    if (from.value < amount)
      throw Error(ErrorKind::corrupt, "fractal heap: more objects are removed than its header counts").at(address_);
    from.value -= amount;
  };
  const auto decoded = format::decode_fractal_heap_id(id, widths_, geometry_);
  if (const auto* tiny = std::get_if<format::TinyHeapId>(&decoded)) {
    take(header_.tiny_count, 1);
    take(header_.tiny_size, tiny->object.size());
  } else if (const auto* managed = std::get_if<format::ManagedHeapId>(&decoded)) {
    Length bytes{managed_bytes_};
    take(header_.managed_count, 1);
    take(bytes, managed->size);
    managed_bytes_ = bytes.value;
  }
  // Huge ones stay in their tree, where an older state looks for them, and the header counts what the tree has.
}

bool FractalHeapBuilder::is_mostly_dead(std::uint64_t live) const {
  // Blocks are not filled to the last byte, small ones with large objects least: below four ninths even the worst mixture is not with all
  // alive, and the next commit would find the new heap dead again.
  const auto used = header_.managed_allocated.value - (block_.size() - block_used_);
  if (used > managed_bytes_ / 4 * 9 + tolerated_dead) return true;
  const auto others = header_.managed_count.value + header_.tiny_count.value;
  const auto live_huge = live - std::min(live, others);
  return header_.huge_count.value > 2 * live_huge + 8;
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
  block_changed_ = true;
  block_in_file_ = false;
  next_offset_ = block.offset + block.size;
}

void FractalHeapBuilder::grow_root(const Block& block) {
  const auto is_first = file_ == nullptr && blocks_.empty();
  if (is_first && block.offset == 0) return;  // the root is this block
  const auto needed = geometry_.place(block.offset).row + 1;
  if (needed <= header_.current_rows) return;
  const auto doubled = std::min(2U * header_.current_rows, geometry_.most_rows());
  header_.current_rows = static_cast<std::uint16_t>(std::max({needed, doubled, 1U}));
}

void FractalHeapBuilder::end_block() {
  if (!block_.empty() && block_changed_) {
    format::seal_fractal_heap_direct_block(block_, {address_, block_offset_}, widths_, geometry_);
    if (block_in_file_)
      writer_.free(old_.block_address, block_.size());
    else
      header_.managed_allocated.value += block_.size();
    blocks_.push_back({block_offset_, writer_.put(std::move(block_))});
  }
  block_.clear();
}

std::uint64_t FractalHeapBuilder::room_of_table(unsigned rows) const {
  std::uint64_t room = 0;
  for (unsigned row = 0; row < rows; ++row)
    room += geometry_.width() * (row < geometry_.direct_rows()
                                     ? geometry_.block_size(row) - geometry_.direct_block_header_size()
                                     : room_of_table(geometry_.rows_of_indirect(row)));
  return room;
}

/// The table as the file has it; of two at one offset there are none, since the first blocks of a table are direct ones.
const FractalHeapEnd::Table* FractalHeapBuilder::table_of(std::uint64_t offset) const {
  const auto found =
      std::find_if(old_.path.begin(), old_.path.end(), [&](const auto& table) { return table.block.offset == offset; });
  return found == old_.path.end() ? nullptr : &*found;
}

Address FractalHeapBuilder::write_table(std::uint64_t offset, unsigned rows, std::size_t& next) {
  format::FractalHeapIndirectBlock table{address_, offset, {}};
  if (const auto* old = table_of(offset)) {
    table.children = old->block.children;
    writer_.free(old->address, geometry_.indirect_block_size(old->rows));
  }
  table.children.resize(std::size_t{rows} * geometry_.width());
  for (unsigned row = 0; row < rows; ++row) {
    for (unsigned column = 0; column < geometry_.width(); ++column) {
      auto& child = table.children[std::size_t{row} * geometry_.width() + column];
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
  if (!header_.huge_tree) return build_btree2(writer_, tree, huge_.size(), encoded);
  Bytes records;
  std::vector<BTree2Change> changes;
  for (std::uint64_t i = 0; i < huge_.size(); ++i) {
    const auto bytes = encoded(i);
    records.insert(records.end(), bytes.begin(), bytes.end());
  }
  for (std::size_t i = 0; i < huge_.size(); ++i) {
    const auto bytes = ByteView(records).subspan(i * tree.record_size, tree.record_size);
    changes.push_back({bytes, bytes});
  }
  const auto key = [&](ByteView bytes) {
    const auto decoded = format::decode_huge_object_record(bytes, widths_, type);
    return direct ? decoded.address.value : decoded.id;
  };
  const auto order = [&](ByteView a, ByteView b) {
    const auto left = key(a), right = key(b);
    return left < right ? -1 : left > right ? 1 : 0;
  };
  return update_btree2(*file_, writer_, *header_.huge_tree, changes, order);
}

Address FractalHeapBuilder::finish() {
  end_block();
  if (header_.current_rows > 0) {
    std::size_t next = 0;
    if (!blocks_.empty()) header_.root = write_table(0, header_.current_rows, next);
    header_.managed_size = {geometry_.row_offset(header_.current_rows)};
    header_.iterator_offset = {next_offset_};
    header_.free_space = {room_of_table(header_.current_rows) - managed_bytes_};
  } else if (!blocks_.empty()) {
    header_.root = blocks_.front().address;
    header_.managed_size = {geometry_.starting_size()};
    header_.free_space = {geometry_.starting_size() - geometry_.direct_block_header_size() - managed_bytes_};
  }
  if (!huge_.empty()) header_.huge_tree = write_huge_tree();
  auto bytes = format::encode_fractal_heap_header(header_, widths_);
  if (file_ == nullptr)
    writer_.write(address_, std::move(bytes));
  else if (bytes != old_.header_bytes)
    writer_.rewrite(address_, std::move(old_.header_bytes), std::move(bytes));
  return address_;
}

}  // namespace fiver::meta
