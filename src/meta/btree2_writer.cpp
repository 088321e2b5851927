// Whole trees: written bottom-up, freed. Changes of a tree are in btree2_update.cpp.
#include "meta/btree2_writer.hpp"

#include <fmt/format.h>

#include <unordered_set>

#include "meta/btree2_shape.hpp"

namespace fiver::meta {

BTree2NodeBounds BTree2NodeBounds::of(const format::BTree2Geometry& geometry, unsigned level, unsigned merge_percent) {
  BTree2NodeBounds bounds;
  bounds.most = geometry.level(level).most_records;
  if (bounds.most > 0xFFFF)  // the header counts the root's in 16 bits
    throw Error(ErrorKind::unsupported,
                fmt::format("v2 B-tree: {} records in a node of {} bytes", bounds.most, geometry.node_size()));
  if (bounds.most < 2)
    throw Error(ErrorKind::invalid_argument,
                fmt::format("v2 B-tree: a node of {} bytes on level {} has no room for two records of {} bytes",
                            geometry.node_size(), level, geometry.record_size()));
  const std::uint64_t wanted = bounds.most * merge_percent / 100;
  bounds.least =
      std::clamp<std::uint64_t>(level == 0 ? wanted : std::max<std::uint64_t>(wanted, 2), 1, bounds.most / 2);
  return bounds;
}

std::vector<std::uint64_t> BTree2NodeBounds::shares(std::uint64_t records, bool packed) const {
  const auto nodes = records / (most + 1) + 1;  // n nodes and n - 1 records between them
  const auto inside = records - (nodes - 1);
  std::vector<std::uint64_t> shares(static_cast<std::size_t>(nodes));
  for (std::uint64_t i = 0; i < nodes; ++i)
    shares[static_cast<std::size_t>(i)] = packed ? most : inside / nodes + (i < inside % nodes ? 1 : 0);
  if (packed) {
    shares.back() = inside - (nodes - 1) * most;
    if (nodes > 1 && shares.back() < least) {
      shares[shares.size() - 2] -= least - shares.back();
      shares.back() = least;
    }
  }
  return shares;
}

namespace {

class Build {
 public:
  Build(BlockWriter& writer, const format::BTree2Geometry& geometry, FunctionRef<ByteView(std::uint64_t)> record)
      : writer_(writer), geometry_(geometry), record_(record) {}

  /// A node of `level` with `count` records in it and below it: as few children as can hold them, equally full.
  format::BTree2Child node(unsigned level, std::uint64_t count) {
    format::BTree2Node node{level, geometry_.record_size(), {}, {}};
    Bytes own;
    if (level == 0) {
      for (std::uint64_t i = 0; i < count; ++i) take(own);
    } else {
      const auto below = geometry_.level(level - 1).most_total;
      const auto children = std::max<std::uint64_t>(count / (below + 1) + 1, 2);
      auto left = count - (children - 1);
      for (std::uint64_t i = 0; i < children; ++i) {
        const auto share = left / (children - i);
        node.children.push_back(this->node(level - 1, share));
        left -= share;
        if (i + 1 < children) take(own);
      }
    }
    node.record_bytes = own;
    return {writer_.put(format::encode_btree2_node(node, writer_.widths(), geometry_)),
            own.size() / geometry_.record_size(), count};
  }

 private:
  void take(Bytes& to) {
    const auto bytes = record_(next_++);
    if (bytes.size() != geometry_.record_size())
      throw Error(ErrorKind::invalid_argument, fmt::format("v2 B-tree: a record of {} bytes where all have {}",
                                                           bytes.size(), geometry_.record_size()));
    to.insert(to.end(), bytes.begin(), bytes.end());
  }

  BlockWriter& writer_;
  const format::BTree2Geometry& geometry_;
  FunctionRef<ByteView(std::uint64_t)> record_;
  std::uint64_t next_ = 0;
};

}  // namespace

Address build_btree2(BlockWriter& writer, const format::BTree2Header& parameters, std::uint64_t count,
                     FunctionRef<ByteView(std::uint64_t i)> record) {
  auto header = parameters;
  const auto geometry_of = [&](unsigned depth) {
    header.depth = static_cast<std::uint16_t>(depth);
    format::BTree2Geometry geometry(header, writer.widths());
    BTree2NodeBounds::of(geometry, depth, header.merge_percent);
    return geometry;
  };
  auto geometry = geometry_of(0);
  while (geometry.level(header.depth).most_total < count) geometry = geometry_of(header.depth + 1U);
  header.total_records.value = count;
  header.root.reset();
  header.root_records = 0;
  if (count > 0) {
    const auto root = Build(writer, geometry, record).node(header.depth, count);
    header.root = root.address;
    header.root_records = static_cast<std::uint16_t>(root.records);
  }
  return writer.put(format::encode_btree2_header(header, writer.widths()));
}

void free_btree2(const FileView& file, BlockWriter& writer, Address address) {
  const auto size = format::btree2_header_size(file.widths());
  const auto header = file.decode_at(address, size, "v2 B-tree header", [&](const SharedBytes& bytes) {
    return format::decode_btree2_header(bytes.bytes, file.widths());
  });
  const format::BTree2Geometry geometry(header, file.widths());
  std::unordered_set<std::uint64_t> seen;  // nodes: a tree that meets itself would free them twice
  const auto free_node = [&](const auto& self, const format::BTree2Child& child, unsigned level) -> void {
    if (!seen.insert(child.address.value).second)
      throw Error(ErrorKind::corrupt, "v2 B-tree: a node is part of itself or of two others").at(child.address);
    if (level > 0) {
      const auto children =
          file.decode_at(child.address, geometry.node_size(), "v2 B-tree node", [&](const SharedBytes& bytes) {
            return format::decode_btree2_node(bytes.bytes, file.widths(), geometry, level, child.records).children;
          });
      for (const auto& below : children) self(self, below, level - 1);
    }
    writer.free(child.address, geometry.node_size());
  };
  if (header.root)
    free_node(free_node, {*header.root, header.root_records, header.total_records.value}, geometry.depth());
  writer.free(address, size);
}

}  // namespace fiver::meta
