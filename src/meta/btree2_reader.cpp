#include "meta/btree2_reader.hpp"

#include <fmt/format.h>

#include "meta/address_set.hpp"

namespace fiver::meta {

struct BTree2Reader::Walk {
  FunctionRef<int(ByteView)> order;
  FunctionRef<bool(ByteView)> visit;
  bool everything = false;
  AddressSet seen{};  // nodes: a tree that meets itself has no end
};

BTree2Reader::BTree2Reader(const FileView& file, Address header, std::size_t cache_bytes)
    : file_(file),
      address_(header),
      header_(
          file.decode_at(header, format::btree2_header_size(file.widths()), "v2 B-tree header",
                         [&](const SharedBytes& b) { return format::decode_btree2_header(b.bytes, file.widths()); })),
      geometry_(header_, file.widths()),
      nodes_(cache_bytes) {}

std::shared_ptr<const BTree2Reader::Node> BTree2Reader::node(Address address, unsigned level,
                                                             std::uint64_t records) const {
  return nodes_.get(address.value, [&] {
    auto fresh = std::make_shared<Node>();
    file_.decode_at(address, geometry_.node_size(), "v2 B-tree node", [&](const SharedBytes& bytes) {
      fresh->bytes = bytes;
      fresh->decoded = format::decode_btree2_node(bytes.bytes, file_.widths(), geometry_, level, records);
      return 0;
    });
    return std::pair(std::shared_ptr<const Node>(std::move(fresh)), std::size_t{geometry_.node_size()});
  });
}

bool BTree2Reader::walk(Address address, unsigned level, std::uint64_t records, Walk& state) const {
  if (!state.seen.insert(address.value))
    throw Error(ErrorKind::corrupt, "v2 B-tree: a node is part of itself or of two others").at(address);
  const auto kept = node(address, level, records);
  const auto& decoded = kept->decoded;
  if (decoded.level != level || decoded.size() != records)  // kept from another place of a tree that meets itself
    throw Error(ErrorKind::corrupt, "v2 B-tree: a node stands in two places").at(address);
  std::size_t from = 0, to = decoded.size();
  if (!state.everything) {  // the records of order 0 are [from, to): two binary searches
    std::size_t low = 0, high = decoded.size();
    while (low < high) {
      const auto middle = (low + high) / 2;
      if (state.order(decoded.record(middle)) < 0)
        low = middle + 1;
      else
        high = middle;
    }
    from = low;
    for (to = from; to < decoded.size() && state.order(decoded.record(to)) == 0;) ++to;
  }
  for (std::size_t i = from; i <= to; ++i) {
    if (level > 0) {
      const auto& child = decoded.children.at(i);
      if (!walk(child.address, level - 1, child.records, state)) return false;
    }
    if (i < to && !state.visit(decoded.record(i))) return false;
  }
  return true;
}

void BTree2Reader::for_each(FunctionRef<bool(ByteView)> visit) const {
  if (!header_.root) return;
  auto no_order = [](ByteView) { return 0; };
  Walk state{no_order, visit, true};
  walk(*header_.root, geometry_.depth(), header_.root_records, state);
}

void BTree2Reader::find(FunctionRef<int(ByteView)> order, FunctionRef<bool(ByteView)> visit) const {
  if (!header_.root) return;
  Walk state{order, visit};
  walk(*header_.root, geometry_.depth(), header_.root_records, state);
}

}  // namespace fiver::meta
