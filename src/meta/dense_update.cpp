#include "meta/dense_update.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/checksum.hpp"
#include "format/attribute_message.hpp"
#include "format/btree2_records.hpp"
#include "format/link_message.hpp"
#include "format/message_types.hpp"
#include "meta/btree2_reader.hpp"
#include "meta/btree2_writer.hpp"
#include "meta/fractal_heap_reader.hpp"

namespace fiver::meta {

using format::BTree2Type;
using format::PackedHeapId;

const DenseKind dense_links{
    static_cast<std::uint8_t>(BTree2Type::link_name),
    static_cast<std::uint8_t>(BTree2Type::link_creation_order),
    4 + format::link_heap_id_size,
    8 + format::link_heap_id_size,
    link_heap_parameters,
    [](ByteView record) { return format::decode_link_name_record(record).hash; },
    [](ByteView record) { return std::optional(format::decode_link_name_record(record).id); },
    [](ByteView record) { return format::decode_link_order_record(record).order; },
    [](ByteView object, FieldWidths widths) { return format::decode_link(object, widths).name; },
    [](Encoder& out, std::uint32_t hash, const PackedHeapId& id, std::uint64_t) {
      format::encode_link_name_record(out, {hash, id});
    },
    [](Encoder& out, std::uint64_t order, const PackedHeapId& id) {
      format::encode_link_order_record(out, {order, id});
    },
};

const DenseKind dense_attributes{
    static_cast<std::uint8_t>(BTree2Type::attribute_name),
    static_cast<std::uint8_t>(BTree2Type::attribute_creation_order),
    9 + format::attribute_heap_id_size,
    5 + format::attribute_heap_id_size,
    attribute_heap_parameters,
    [](ByteView record) { return format::decode_attribute_name_record(record).hash; },
    [](ByteView record) {
      const auto decoded = format::decode_attribute_name_record(record);
      return (decoded.flags & format::message_shared) != 0 ? std::nullopt : std::optional(decoded.id);
    },
    [](ByteView record) { return std::uint64_t{format::decode_attribute_order_record(record).order}; },
    [](ByteView object, FieldWidths widths) { return format::decode_attribute(object, widths).name; },
    [](Encoder& out, std::uint32_t hash, const PackedHeapId& id, std::uint64_t order) {
      format::encode_attribute_name_record(out, {id, 0, static_cast<std::uint32_t>(order), hash});
    },
    [](Encoder& out, std::uint64_t order, const PackedHeapId& id) {
      format::encode_attribute_order_record(out, {id, 0, static_cast<std::uint32_t>(order)});
    },
};

namespace {

/// The trees and the heap as the file has them.
class Stored {
 public:
  Stored(const FileView& file, const DenseKind& kind, const DenseStorage& storage)
      : file_(file), kind_(kind), storage_(storage), heap_(file, storage.heap), names_(file, storage.names) {}

  bool has_count(std::uint64_t count) const {
    const auto fits = [&](const BTree2Reader& tree, std::uint8_t type, std::uint16_t record) {
      return tree.header().type == type && tree.header().record_size == record && tree.size() == count;
    };
    if (!fits(names_, kind_.name_type, kind_.name_record)) return false;
    return !storage_.orders || fits({file_, *storage_.orders}, kind_.order_type, kind_.order_record);
  }

  /// Where the last object that a name leads to ends.
  std::uint64_t used(const format::FractalHeapGeometry& geometry) const {
    std::uint64_t end = 0;
    auto each = [&](ByteView record) {
      const auto id = kind_.id(record);
      if (!id) return true;
      const auto decoded = format::decode_fractal_heap_id(id->view(), file_.widths(), geometry);
      if (const auto* managed = std::get_if<format::ManagedHeapId>(&decoded))
        end = std::max(end, managed->offset + managed->size);
      return true;
    };
    names_.for_each(each);
    return end;
  }

  std::optional<Bytes> find(std::string_view name) const {
    const auto hash = lookup3(bytes_of(name));
    std::optional<Bytes> found;
    auto order = [&](ByteView record) {
      const auto other = kind_.hash(record);
      return other < hash ? -1 : other > hash ? 1 : 0;
    };
    auto visit = [&](ByteView record) {
      if (!kind_.id(record) || name_of(record) != name) return true;
      found.emplace(record.begin(), record.end());
      return false;
    };
    names_.find(order, visit);
    return found;
  }

  /// Of a record that the file has. Names of one hash stand in the order of their bytes.
  std::string name_of(ByteView record) const {
    const auto id = kind_.id(record);
    if (!id) throw Error(ErrorKind::unsupported, "dense storage: names of one hash, one of them in the shared heap");
    return kind_.name(heap_.read(id->view()).bytes, file_.widths());
  }

 private:
  const FileView& file_;
  const DenseKind& kind_;
  const DenseStorage& storage_;
  FractalHeapReader heap_;
  BTree2Reader names_;
};

class Trees {
 public:
  Trees(const FileView& file, BlockWriter& writer, const DenseKind& kind, const Stored& stored)
      : file_(file), writer_(writer), kind_(kind), stored_(stored) {}

  void add(const DenseRecord& record) {
    names_[{kind_.hash(record.name_record), record.name}].record = record.name_record;
    orders_[record.order].record = record.order_record;
    fresh_.emplace(kind_.id(record.name_record).value(), record.name);
  }
  void remove(const DenseRecord& record) {
    names_[{kind_.hash(record.name_record), record.name}].old = record.name_record;
    orders_[record.order].old = record.order_record;
  }

  DenseStorage write(const DenseStorage& from) {
    auto now = from;
    const auto by_name = [&](ByteView a, ByteView b) {
      const auto left = kind_.hash(a), right = kind_.hash(b);
      if (left != right) return left < right ? -1 : 1;
      if (std::equal(a.begin(), a.end(), b.begin(), b.end())) return 0;
      const auto order = name_of(a).compare(name_of(b));
      return order < 0 ? -1 : order > 0 ? 1 : 0;
    };
    now.names = update_btree2(file_, writer_, from.names, changes(names_), by_name);
    if (!from.orders) return now;
    const auto by_order = [&](ByteView a, ByteView b) {
      const auto left = kind_.order(a), right = kind_.order(b);
      return left < right ? -1 : left > right ? 1 : 0;
    };
    now.orders = update_btree2(file_, writer_, *from.orders, changes(orders_), by_order);
    return now;
  }

 private:
  struct Pair {
    std::optional<Bytes> old, record;
  };

  template <class Map>
  static std::vector<BTree2Change> changes(const Map& map) {
    std::vector<BTree2Change> changes;
    for (const auto& [key, pair] : map) {
      auto& change = changes.emplace_back();
      change.key = pair.old ? *pair.old : *pair.record;
      if (pair.record) change.record = *pair.record;
    }
    return changes;
  }

  std::string name_of(ByteView record) const {
    const auto id = kind_.id(record);
    const auto fresh = id ? fresh_.find(*id) : fresh_.end();
    return fresh != fresh_.end() ? std::string(fresh->second) : stored_.name_of(record);
  }

  const FileView& file_;
  BlockWriter& writer_;
  const DenseKind& kind_;
  const Stored& stored_;
  std::map<std::pair<std::uint32_t, std::string_view>, Pair> names_;
  std::map<std::uint64_t, Pair> orders_;
  std::map<PackedHeapId, std::string_view> fresh_;
};

}  // namespace

std::optional<DenseUpdate> update_dense(const FileView& file, BlockWriter& writer, const DenseKind& kind,
                                        const DenseStorage& storage, std::uint64_t used, bool dead_end_is_free,
                                        const DenseChanges& changes) {
  auto end = find_fractal_heap_end(file, storage.heap, kind.heap);
  if (!end) return std::nullopt;
  const Stored stored(file, kind, storage);
  if (!stored.has_count(changes.count)) return std::nullopt;
  const format::FractalHeapGeometry geometry(end->header, file.widths());
  const auto start = end->block_offset + geometry.direct_block_header_size();
  if (used == 0) used = dead_end_is_free ? std::max(start, stored.used(geometry)) : end->header.iterator_offset.value;
  if (used < start || used > end->header.iterator_offset.value) return std::nullopt;

  DenseUpdate update;
  const auto records_of = [&](const DenseChange& change, Bytes name_record, const PackedHeapId& id) {
    Encoder order_record(file.widths());
    kind.encode_order(order_record, change.order, id);
    return DenseRecord{std::string(change.name), change.order, std::move(name_record), std::move(order_record).take()};
  };
  for (const auto& change : changes.removed) {
    auto record = stored.find(change.name);
    if (!record) return std::nullopt;
    const auto id = kind.id(*record).value();
    update.removed.push_back(records_of(change, std::move(*record), id));
  }
  FractalHeapBuilder heap(file, writer, std::move(*end), used);
  for (const auto& record : update.removed) heap.remove(kind.id(record.name_record)->view());
  if (heap.is_mostly_dead(changes.count - changes.removed.size())) return std::nullopt;

  for (const auto& change : changes.added) {
    const PackedHeapId id(heap.add(change.object));
    Encoder name_record(file.widths());
    kind.encode_name(name_record, lookup3(bytes_of(change.name)), id, change.order);
    update.added.push_back(records_of(change, std::move(name_record).take(), id));
  }
  Trees trees(file, writer, kind, stored);
  for (const auto& record : update.removed) trees.remove(record);
  for (const auto& record : update.added) trees.add(record);
  update.now = trees.write(storage);
  heap.finish();
  update.used = heap.used();
  return update;
}

DenseStorage write_dense_between(const FileView& file, BlockWriter& writer, const DenseKind& kind,
                                 const DenseStorage& storage, const DenseUpdate& update,
                                 const std::set<std::string_view>& kept) {
  const Stored stored(file, kind, storage);
  Trees trees(file, writer, kind, stored);
  for (const auto& record : update.removed)
    if (!kept.contains(record.name)) trees.remove(record);
  for (const auto& record : update.added)
    if (!kept.contains(record.name)) trees.add(record);
  return trees.write(storage);
}

}  // namespace fiver::meta
