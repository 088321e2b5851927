#include "meta/attributes_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/checksum.hpp"
#include "format/btree2_records.hpp"
#include "format/message_types.hpp"
#include "meta/btree2_writer.hpp"
#include "meta/fractal_heap_writer.hpp"

namespace fiver::meta {
namespace {

using format::BTree2Type;

constexpr std::uint32_t tree_node_size = 512;  // libhdf5's for trees of attributes

/// What libhdf5 writes where creation order is not tracked.
constexpr std::uint32_t no_order = 0xFFFF;

/// A record of either tree, before it is encoded.
struct Entry {
  std::uint32_t hash = 0;
  const DenseAttribute* attribute = nullptr;
  format::PackedHeapId id{};

  std::uint32_t order() const { return attribute->creation_order.value_or(no_order); }
};

template <class EncodeRecord>
Address write_tree(BlockWriter& writer, BTree2Type type, const std::vector<Entry>& entries, std::size_t record_size,
                   EncodeRecord&& encode_record) {
  format::BTree2Header tree;
  tree.type = static_cast<std::uint8_t>(type);
  tree.node_size = tree_node_size;
  tree.record_size = static_cast<std::uint16_t>(record_size);
  Bytes bytes(record_size);
  const auto record = [&](std::uint64_t i) -> ByteView {
    encode_record(MutableBytes(bytes), entries[static_cast<std::size_t>(i)]);
    return bytes;
  };
  return build_btree2(writer, tree, entries.size(), record);
}

/// The attributes by the hashes of their names, those of one hash by name.
std::vector<Entry> sorted_entries(std::span<const DenseAttribute> attributes, bool need_order) {
  std::vector<Entry> entries;
  entries.reserve(attributes.size());
  for (const auto& attribute : attributes) {
    if (need_order && !attribute.creation_order)
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("dense attributes: creation order is tracked, \"{}\" has none", attribute.name));
    entries.push_back({lookup3(bytes_of(attribute.name)), &attribute});
  }
  const auto key = [](const Entry& entry) { return std::pair(entry.hash, entry.attribute->name); };
  std::sort(entries.begin(), entries.end(), [&](const Entry& a, const Entry& b) { return key(a) < key(b); });
  for (std::size_t i = 1; i < entries.size(); ++i)
    if (key(entries[i - 1]) == key(entries[i]))
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("dense attributes: \"{}\" stands twice", entries[i].attribute->name));
  return entries;
}

}  // namespace

format::AttributeInfo write_dense_attributes(BlockWriter& writer, std::span<const DenseAttribute> attributes,
                                             const format::AttributeInfo& info) {
  auto entries = sorted_entries(attributes, info.order_tracked || info.order_indexed);
  FractalHeapBuilder heap(writer, attribute_heap_parameters);
  for (auto& entry : entries) {
    const auto& attribute = *entry.attribute;
    const auto shared = (attribute.flags & format::message_shared) != 0;
    if (shared && attribute.message.size() != format::attribute_heap_id_size)
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("dense attributes: the shared heap's id of \"{}\" has {} bytes", attribute.name,
                              attribute.message.size()));
    entry.id = shared ? format::PackedHeapId(attribute.message) : heap.add_packed(attribute.message);
  }
  auto written = info;
  written.heap = heap.finish();
  constexpr auto order_record_size = format::attribute_heap_id_size + 5, name_record_size = order_record_size + 4;
  written.name_tree = write_tree(
      writer, BTree2Type::attribute_name, entries, name_record_size, [](MutableBytes to, const Entry& entry) {
        format::store_attribute_name_record(to, {entry.id, entry.attribute->flags, entry.order(), entry.hash});
      });
  written.order_tree.reset();
  if (!info.order_indexed) return written;

  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.order() < b.order(); });
  for (std::size_t i = 1; i < entries.size(); ++i)
    if (entries[i - 1].order() == entries[i].order())
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("dense attributes: \"{}\" and \"{}\" have the same creation order",
                              entries[i - 1].attribute->name, entries[i].attribute->name));
  written.order_tree =
      write_tree(writer, BTree2Type::attribute_creation_order, entries, order_record_size,
                 [](MutableBytes to, const Entry& entry) {
                   Encoder out;
                   format::encode_attribute_order_record(out, {entry.id, entry.attribute->flags, entry.order()});
                   std::copy(out.view().begin(), out.view().end(), to.begin());
                 });
  return written;
}

std::optional<DenseUpdate> update_dense_attributes(const FileView& file, BlockWriter& writer,
                                                   const format::AttributeInfo& info, std::uint64_t used,
                                                   bool dead_end_is_free, const AttributeChanges& changes) {
  if (info.order_indexed != info.order_tree.has_value()) return std::nullopt;
  const bool ordered = info.order_tracked || info.order_indexed;
  DenseChanges dense;
  dense.count = changes.count;
  const auto put = [&](std::vector<DenseChange>& to, const DenseAttribute& attribute) {
    if (ordered && !attribute.creation_order)
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("dense attributes: creation order is tracked, \"{}\" has none", attribute.name));
    to.push_back({attribute.name, attribute.creation_order.value_or(no_order), attribute.message});
  };
  for (const auto& attribute : changes.added) {
    if ((attribute.flags & format::message_shared) != 0) return std::nullopt;
    put(dense.added, attribute);
  }
  for (const auto& attribute : changes.removed) put(dense.removed, attribute);
  return update_dense(file, writer, dense_attributes, {info.heap.value(), info.name_tree.value(), info.order_tree},
                      used, dead_end_is_free, dense);
}

void free_dense_attributes(const FileView& file, BlockWriter& writer, const format::AttributeInfo& info) {
  if (info.heap) free_fractal_heap(file, writer, *info.heap);
  if (info.name_tree) free_btree2(file, writer, *info.name_tree);
  if (info.order_tree) free_btree2(file, writer, *info.order_tree);
}

}  // namespace fiver::meta
