#include "meta/fractal_heap_reader.hpp"

#include <fmt/format.h>

#include "base/checked.hpp"
#include "format/btree2_records.hpp"

namespace fiver::meta {
namespace {

format::FractalHeapHeader read_header(const FileView& file, Address address, bool newest) {
  return file.retried(address, [&](bool again) {
    const bool past_cache = newest || again;
    const auto widths = file.widths();
    const auto plain = format::fractal_heap_header_size(widths, 0);
    const auto start = file.fetch(address, plain, "fractal heap header", past_cache);
    const auto filters = format::fractal_heap_filter_bytes(start.bytes, widths);
    if (filters == 0) return format::decode_fractal_heap_header(start.bytes, widths);
    const auto whole =
        file.fetch(address, format::fractal_heap_header_size(widths, filters), "fractal heap header", past_cache);
    return format::decode_fractal_heap_header(whole.bytes, widths);
  });
}

}  // namespace

FractalHeapReader::FractalHeapReader(const FileView& file, Address header) : FractalHeapReader(file, header, false) {}

FractalHeapReader::FractalHeapReader(const FileView& file, Address header, bool is_newest)
    : file_(file),
      address_(header),
      header_(read_header(file, header, is_newest)),
      geometry_(header_, file.widths()),
      blocks_(32 << 20),
      tables_(4 << 20),
      is_newest_(is_newest) {
  if (header_.huge_tree) huge_ = std::make_unique<BTree2Reader>(file, *header_.huge_tree);
}

const FractalHeapReader::Found* FractalHeapReader::Held::find(std::uint64_t offset) const {
  if (slots_.empty()) return nullptr;
  const auto& slot = slots_[offset / granule % slots_.size()];
  return slot.block && offset - slot.start < slot.size ? &slot : nullptr;
}

void FractalHeapReader::Held::keep(const Found& found, std::uint64_t offset, std::uint64_t heap_bytes) {
  if (slots_.empty()) slots_.resize(static_cast<std::size_t>(std::min(heap_bytes / granule + 1, most_slots)));
  // A block has many slots and counts once: when it comes into the slot of its start.
  if (slot_of(found.start).block != found.block) {
    if (bytes_ + found.size > most_bytes) {
      for (auto& slot : slots_) slot = {};
      bytes_ = 0;
    }
    bytes_ += std::min(found.size, most_bytes);
    slot_of(found.start) = found;
  }
  slot_of(offset) = found;
}

/// A writer in another process rewrites the header of a heap that grows, and the page that ours was read from may be older than the tree that
/// has the id. Then the heap has no such block yet, or zeros there; no message begins with one.
SharedBytes FractalHeapReader::read(ByteView id, Held* held) const {
  try {
    auto object = read_by_header(id, held);
    if (is_newest_ || object.bytes.empty() || object.bytes.front() != std::byte{0}) return object;
  } catch (const Error& error) {
    if (is_newest_ || error.kind() != ErrorKind::corrupt) throw;
  }
  return newest().read_by_header(id, nullptr);
}

const FractalHeapReader& FractalHeapReader::newest() const {
  {
    std::lock_guard lock(newest_mutex_);
    if (newest_) return *newest_;
  }
  std::unique_ptr<const FractalHeapReader> fresh(new FractalHeapReader(file_, address_, true));
  std::lock_guard lock(newest_mutex_);
  if (!newest_) newest_ = std::move(fresh);
  return *newest_;
}

SharedBytes FractalHeapReader::read_by_header(ByteView id, Held* held) const {
  try {
    const auto decoded = format::decode_fractal_heap_id(id, file_.widths(), geometry_);
    if (const auto* managed = std::get_if<format::ManagedHeapId>(&decoded)) return read_managed(*managed, held);
    if (const auto* direct = std::get_if<format::HugeDirectHeapId>(&decoded))
      return read_huge(direct->address, direct->stored_size, direct->filter_mask, direct->memory_size);
    if (const auto* key = std::get_if<format::HugeKeyHeapId>(&decoded)) return read_huge_by_key(key->key);
    auto tiny = std::make_shared<Bytes>(std::get<format::TinyHeapId>(decoded).object);
    const ByteView view = *tiny;
    return {std::move(tiny), view};
  } catch (Error& error) {
    error.at(address_);
    throw;
  }
}

Bytes FractalHeapReader::undo_filters(std::uint32_t mask, ByteView stored, std::uint64_t size) const {
  if (!file_.settings().undo_filters)
    throw Error(ErrorKind::unsupported, "fractal heap: its blocks are filtered, and no codecs were given");
  return file_.settings().undo_filters(header_.filter_message, mask, stored, size);
}

std::shared_ptr<const FractalHeapReader::Table> FractalHeapReader::table(Address address, unsigned rows) const {
  return tables_.get(address.value, [&] {
    const auto size = geometry_.indirect_block_size(rows);
    auto fresh = std::make_shared<Table>();
    fresh->decoded = file_.decode_at(address, size, "fractal heap indirect block", [&](const SharedBytes& b) {
      return format::decode_fractal_heap_indirect_block(b.bytes, file_.widths(), geometry_, rows);
    });
    return std::pair(std::shared_ptr<const Table>(std::move(fresh)), static_cast<std::size_t>(size));
  });
}

std::shared_ptr<const FractalHeapReader::Block> FractalHeapReader::direct_block(const format::FractalHeapChild& child,
                                                                                std::uint64_t size) const {
  return blocks_.get(child.address->value, [&] {
    auto fresh = std::make_shared<Block>();
    const auto stored = header_.filtered() ? child.stored_size : size;
    fresh->bytes = file_.decode_at(*child.address, stored, "fractal heap direct block", [&](const SharedBytes& bytes) {
      SharedBytes plain = bytes;
      if (header_.filtered()) {
        auto decoded = std::make_shared<Bytes>(undo_filters(child.filter_mask, bytes.bytes, size));
        plain.bytes = *decoded;
        plain.keeper = std::move(decoded);
      }
      format::decode_fractal_heap_direct_block(plain.bytes, file_.widths(), geometry_);
      return plain;
    });
    return std::pair(std::shared_ptr<const Block>(std::move(fresh)), static_cast<std::size_t>(size));
  });
}

FractalHeapReader::Found FractalHeapReader::find_block(std::uint64_t offset) const {
  if (!header_.root) throw Error(ErrorKind::corrupt, "fractal heap: it is empty, but an id points into it");
  format::FractalHeapChild child{*header_.root, header_.filtered_root_size.value, header_.root_filter_mask};
  std::uint64_t within = offset, size = geometry_.starting_size();
  if (header_.current_rows > 0) {
    Address address = *header_.root;
    unsigned rows = header_.current_rows;
    for (;;) {  // each step goes to a table of fewer rows, so this ends
      const auto place = geometry_.place(within);
      if (place.row >= rows)
        throw Error(ErrorKind::corrupt, fmt::format("fractal heap: offset {} lies beyond its {} rows", offset, rows));
      const auto kept = table(address, rows);
      const auto number = std::size_t{place.row} * geometry_.width() + place.column;
      if (number >= kept->decoded.children.size() || !kept->decoded.children[number].address)
        throw Error(ErrorKind::corrupt, fmt::format("fractal heap: no block holds offset {}", offset));
      child = kept->decoded.children[number];
      within = place.within;
      size = geometry_.block_size(place.row);
      if (place.row < geometry_.direct_rows()) break;
      const auto below = geometry_.rows_of_indirect(place.row);
      if (below >= rows) throw Error(ErrorKind::corrupt, "fractal heap: a table is not smaller than the one above it");
      address = *child.address;
      rows = below;
    }
  }
  return {direct_block(child, size), offset - within, size};
}

SharedBytes FractalHeapReader::read_managed(const format::ManagedHeapId& id, Held* held) const {
  Found fresh;
  const auto* found = held != nullptr ? held->find(id.offset) : nullptr;
  if (found == nullptr) {
    fresh = find_block(id.offset);
    found = &fresh;
    if (held != nullptr) held->keep(fresh, id.offset, header_.managed_allocated.value);
  }
  const auto& block = found->block;
  const auto within = id.offset - found->start;
  if (within < geometry_.direct_block_header_size() || !lies_within(within, id.size, block->bytes.bytes.size()))
    throw Error(ErrorKind::corrupt,
                fmt::format("fractal heap: an object of {} bytes at offset {} crosses its block of {}", id.size,
                            id.offset, found->size));
  return {block, block->bytes.bytes.subspan(static_cast<std::size_t>(within), static_cast<std::size_t>(id.size))};
}

SharedBytes FractalHeapReader::read_huge(Address address, std::uint64_t stored, std::uint32_t mask,
                                         std::uint64_t size) const {
  auto bytes = file_.read(address, stored, "huge object of a fractal heap");
  if (!header_.filtered()) return bytes;
  auto decoded = std::make_shared<Bytes>(undo_filters(mask, bytes.bytes, size));
  const ByteView view = *decoded;
  return {std::move(decoded), view};
}

SharedBytes FractalHeapReader::read_huge_by_key(std::uint64_t key) const {
  if (!huge_) throw Error(ErrorKind::corrupt, "fractal heap: it has no tree of huge objects, but an id needs it");
  const auto type = static_cast<format::BTree2Type>(huge_->header().type);
  if (type != format::BTree2Type::huge_indirect && type != format::BTree2Type::huge_indirect_filtered)
    throw Error(ErrorKind::corrupt,
                fmt::format("fractal heap: its tree of huge objects has records of type {}", huge_->header().type));
  const auto decode = [&](ByteView record) { return format::decode_huge_object_record(record, file_.widths(), type); };
  std::optional<format::HugeObjectRecord> found;
  auto order = [&](ByteView record) {
    const auto id = decode(record).id;
    return id < key ? -1 : id > key ? 1 : 0;
  };
  auto visit = [&](ByteView record) {
    found = decode(record);
    return false;
  };
  huge_->find(order, visit);
  if (!found) throw Error(ErrorKind::corrupt, fmt::format("fractal heap: no huge object {}", key));
  return read_huge(found->address, found->stored_size, found->filter_mask, found->memory_size);
}

}  // namespace fiver::meta
