// Fixed arrays and B-trees of both versions, each made whole from what it holds.
#include <algorithm>

#include "common/file_builder.hpp"
#include "format/btree1.hpp"
#include "format/btree2.hpp"
#include "format/fixed_array.hpp"

namespace fiver::tests {
namespace {

constexpr unsigned chunk_k = 32;  // what superblock 2 means when it says nothing

}  // namespace

Address FileBuilder::add_fixed_array(const std::vector<PlacedChunk>& chunks,
                                     const format::ChunkElementFormat& elements) {
  format::FixedArrayHeader header{static_cast<std::uint8_t>(elements.client()),
                                  static_cast<std::uint8_t>(elements.element_size(widths_)),
                                  10,
                                  {chunks.size()},
                                  {}};
  const auto address = append(Bytes(format::fixed_array_header_size(widths_)));
  const format::FixedArrayGeometry geometry(header, widths_);
  format::FixedArrayBlock block{address, Bytes(static_cast<std::size_t>(geometry.bitmap_size())), {}};
  Bytes pages;
  for (std::uint64_t page = 0, next = 0; page < geometry.pages(); ++page) {
    std::vector<format::ChunkElement> part;
    while (part.size() < geometry.elements_in_page(page)) part.push_back(chunks.at(next++).element);
    const auto bytes = format::encode_array_page(part, widths_, elements);
    pages.insert(pages.end(), bytes.begin(), bytes.end());
    format::set_page_bit(block.page_bitmap, page);
  }
  if (!geometry.paged())
    for (const auto& chunk : chunks) block.elements.push_back(chunk.element);
  auto bytes = format::encode_fixed_array_block(block, widths_, geometry, elements);
  bytes.insert(bytes.end(), pages.begin(), pages.end());
  header.data_block = append(bytes);
  put(address, format::encode_fixed_array_header(header, widths_));
  return address;
}

Address FileBuilder::add_btree2(std::uint8_t type, std::uint32_t node_size, const std::vector<Bytes>& records) {
  const auto record_size = static_cast<std::uint16_t>(records.at(0).size());
  const auto geometry_of = [&](unsigned depth) {
    return format::BTree2Geometry(type, node_size, record_size, depth, widths_);
  };
  unsigned depth = 0;
  while (geometry_of(depth).level(depth).most_total < records.size()) ++depth;
  const auto geometry = geometry_of(depth);
  // A node of `level` over records [first, end): as few children as hold them, and records between those.
  const auto add_node = [&](const auto& self, unsigned level, std::size_t first,
                            std::size_t end) -> format::BTree2Child {
    format::BTree2Node node{level, record_size, {}, {}};
    Bytes own;
    const auto take = [&](std::size_t i) { own.insert(own.end(), records[i].begin(), records[i].end()); };
    if (level == 0) {
      for (auto i = first; i < end; ++i) take(i);
    } else {
      const auto below = static_cast<std::size_t>(geometry.level(level - 1).most_total);
      const auto children = std::max<std::size_t>((end - first + 1 + below) / (below + 1), 2);
      auto at = first;
      for (std::size_t i = 0; i < children; ++i) {
        const auto share = (end - at) / (children - i);  // of what is left, the records between the children counted
        node.children.push_back(self(self, level - 1, at, at + share));
        at += share;
        if (i + 1 < children) take(at++);
      }
    }
    node.record_bytes = own;
    return {append(format::encode_btree2_node(node, widths_, geometry)), own.size() / record_size, end - first};
  };
  const auto root = add_node(add_node, depth, 0, records.size());
  return append(format::encode_btree2_header({type,
                                              node_size,
                                              record_size,
                                              static_cast<std::uint16_t>(depth),
                                              100,
                                              40,
                                              root.address,
                                              static_cast<std::uint16_t>(root.records),
                                              {records.size()}},
                                             widths_));
}

Address FileBuilder::add_btree1(std::vector<Address> children, unsigned k, std::uint64_t node_size,
                                const std::function<Bytes(const BTree1Place&)>& encode_node) {
  std::size_t span = 1;
  for (std::uint8_t level = 0;; ++level, span *= 2 * k) {
    std::vector<Address> nodes;
    const Address start = append({});
    const auto count = (children.size() + 2 * k - 1) / (2 * k);
    const auto node_at = [&](std::size_t i) { return Address{start.value + i * node_size}; };
    for (std::size_t i = 0; i < count; ++i) {
      BTree1Place place{level, {}, {}, {}, i * 2 * k * span, span};
      for (auto c = i * 2 * k; c < std::min(children.size(), (i + 1) * 2 * k); ++c)
        place.children.push_back(children[c]);
      if (i > 0) place.left = node_at(i - 1);
      if (i + 1 < count) place.right = node_at(i + 1);
      nodes.push_back(append(encode_node(place)));
    }
    if (nodes.size() == 1) return nodes[0];
    children = std::move(nodes);
  }
}

Address FileBuilder::add_chunk_btree1(const std::vector<PlacedChunk>& chunks, const DatasetSpec& spec) {
  const auto rank = static_cast<unsigned>(spec.shape.size());
  std::vector<Address> children;
  for (const auto& chunk : chunks) children.push_back(*chunk.element.address);
  const auto encode_node = [&](const BTree1Place& place) {
    format::BTree1ChunkNode node{place.level, place.left, place.right, rank, {}, {}, {}, place.children};
    for (std::size_t i = 0; i <= place.children.size(); ++i) {
      const auto at = place.first + i * place.span;
      const auto& chunk = chunks[std::min(at, chunks.size() - 1)];
      Shape offset(rank);
      for (unsigned d = 0; d < rank; ++d) offset[d] = (chunk.scaled[d] + (at >= chunks.size())) * (*spec.chunk)[d];
      node.add_key(static_cast<std::uint32_t>(chunk.element.stored_size), 0, offset);
    }
    return format::encode_btree1_chunk_node(node, widths_, chunk_k);
  };
  return add_btree1(children, chunk_k, format::btree1_chunk_node_size(chunk_k, rank, widths_), encode_node);
}

}  // namespace fiver::tests
