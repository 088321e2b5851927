// Changing a version 2 B-tree by path copy. Nodes that lead to a change are loaded; a loaded node may hold any number of records
// until all changes are in. Then, from the leaves up, thick nodes are split and thin ones joined with a neighbour, and what is
// loaded is written, each node once. Nodes that were not loaded stay where they are.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <unordered_set>
#include <utility>

#include "meta/btree2_shape.hpp"
#include "meta/btree2_writer.hpp"

namespace fiver::meta {
namespace {

using format::BTree2Child;
using Changes = std::span<const BTree2Change>;

/// Paths of trees with larger nodes are not left in memory.
constexpr std::uint32_t most_kept_node = 64 << 10;

struct Node;
/// A subtree: loaded, or still as the file has it; then perhaps with a copy in memory.
struct Kid {
  BTree2Child stored;
  std::unique_ptr<Node> node, copy;
};
/// An internal node without records has one kid, or none when there is no record in all its subtree.
struct Node {
  unsigned level = 0;
  Bytes records;
  std::vector<Kid> kids;
};

}  // namespace

struct BTree2Path {
  Address address;
  format::BTree2Header header;
  Kid root;
};

namespace {

class Update {
 public:
  Update(const FileView& file, BlockWriter& writer, const format::BTree2Header& header,
         FunctionRef<int(ByteView, ByteView)> order)
      : file_(file), writer_(writer), header_(header), geometry_(header, file.widths()), order_(order) {}

  /// `path`: in, what an earlier update left of this tree, or nothing; out, what this one leaves.
  Address run(Address old, Changes changes, std::shared_ptr<BTree2Path>& path) {
    Kid root;
    if (path)
      root = std::move(path->root);
    else if (header_.root)
      root.stored = {*header_.root, header_.root_records, header_.total_records.value};
    else
      start_empty(root);
    apply(load(root, geometry_.depth()), changes);
    fit_root(root);
    header_.depth = static_cast<std::uint16_t>(geometry_.depth());
    const bool none = root.node && is_void(*root.node);
    if (none) {
      header_.depth = 0;
      root.stored = {};
    } else if (root.node) {
      root.stored = write(*root.node);
    }
    header_.root = none ? std::nullopt : std::optional(root.stored.address);
    header_.root_records = static_cast<std::uint16_t>(root.stored.records);
    header_.total_records.value = root.stored.total;
    writer_.free(old, format::btree2_header_size(file_.widths()));
    const auto address = writer_.put(format::encode_btree2_header(header_, writer_.widths()));
    root.copy = std::move(root.node);
    const bool keeps = !none && geometry_.node_size() <= most_kept_node;
    path = keeps ? std::make_shared<BTree2Path>(BTree2Path{address, header_, std::move(root)}) : nullptr;
    return address;
  }

 private:
  std::size_t record_size() const { return geometry_.record_size(); }
  std::size_t count(const Node& node) const { return node.records.size() / record_size(); }
  std::size_t count(const Kid& kid) const {
    return kid.node ? count(*kid.node) : static_cast<std::size_t>(kid.stored.records);
  }
  ByteView record(const Node& node, std::size_t i) const {
    return ByteView(node.records).subspan(i * record_size(), record_size());
  }
  static void append(Bytes& to, ByteView bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }
  /// No records in all the subtree. A kid in the file never is.
  static bool is_void(const Node& node) { return node.level == 0 ? node.records.empty() : node.kids.empty(); }
  static bool is_void(const Kid& kid) { return kid.node && is_void(*kid.node); }
  BTree2NodeBounds bounds(unsigned level) const {
    return BTree2NodeBounds::of(geometry_, level, header_.merge_percent);
  }

  /// The node in memory; what the file has is given back.
  Node& load(Kid& kid, unsigned level) {
    if (kid.node) return *kid.node;
    const auto address = kid.stored.address;
    if (!loaded_.insert(address.value).second)
      throw Error(ErrorKind::corrupt, "v2 B-tree: a node is part of itself or of two others").at(address);
    if (kid.copy) {
      kid.node = std::move(kid.copy);
      writer_.free(address, geometry_.node_size());
      return *kid.node;
    }
    kid.node = std::make_unique<Node>();
    kid.node->level = level;
    file_.decode_at(address, geometry_.node_size(), "v2 B-tree node", [&](const SharedBytes& bytes) {
      const auto decoded =
          format::decode_btree2_node(bytes.bytes, file_.widths(), geometry_, level, kid.stored.records);
      kid.node->records.assign(decoded.record_bytes.begin(), decoded.record_bytes.end());
      kid.node->kids.resize(decoded.children.size());
      for (std::size_t i = 0; i < decoded.children.size(); ++i) kid.node->kids[i].stored = decoded.children[i];
      return 0;
    });
    if (level > 0 && kid.node->records.empty())
      throw Error(ErrorKind::corrupt, "v2 B-tree: an internal node without records").at(address);
    writer_.free(address, geometry_.node_size());
    return *kid.node;
  }

  ByteView checked(ByteView bytes) const {
    if (bytes.size() != record_size())
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("v2 B-tree: a record of {} bytes where all have {}", bytes.size(), record_size()));
    return bytes;
  }

  void apply(Node& node, Changes changes) {
    if (changes.empty()) return;
    if (node.level == 0)
      apply_leaf(node, changes);
    else
      apply_internal(node, changes);
  }

  /// The first record from `from` on that does not stand before `key`.
  std::size_t lower_bound(const Node& node, std::size_t from, ByteView key) {
    std::size_t low = from, high = count(node);
    while (low < high) {
      const auto middle = (low + high) / 2;
      if (order_(record(node, middle), key) < 0)
        low = middle + 1;
      else
        high = middle;
    }
    return low;
  }

  void apply_leaf(Node& leaf, Changes changes) {
    Bytes merged;
    std::size_t next = 0;
    const auto keep_to = [&](std::size_t end) {
      append(merged, ByteView(leaf.records).subspan(next * record_size(), (end - next) * record_size()));
      next = end;
    };
    for (const auto& change : changes) {
      keep_to(lower_bound(leaf, next, change.key));
      if (next < count(leaf) && order_(record(leaf, next), change.key) == 0) ++next;
      if (change.record) append(merged, checked(*change.record));
    }
    keep_to(count(leaf));
    leaf.records = std::move(merged);
  }

  void apply_internal(Node& node, Changes changes) {
    const auto records = count(node);
    std::vector<bool> removed(records, false);
    for (std::size_t i = 0; !changes.empty();) {
      // Straight to the record that is not before the next change: kids between have none.
      i = lower_bound(node, i, changes.front().key);
      const auto before =
          i == records ? changes.size()
                       : static_cast<std::size_t>(std::partition_point(changes.begin(), changes.end(),
                                                                       [&](const BTree2Change& change) {
                                                                         return order_(change.key, record(node, i)) < 0;
                                                                       }) -
                                                  changes.begin());
      if (before > 0) apply(load(node.kids[i], node.level - 1), changes.first(before));
      changes = changes.subspan(before);
      if (i == records) break;
      if (!changes.empty() && order_(changes.front().key, record(node, i)) == 0) {
        if (const auto& fresh = changes.front().record) {
          checked(*fresh);
          std::copy(fresh->begin(), fresh->end(),
                    node.records.begin() + static_cast<std::ptrdiff_t>(i * record_size()));
        } else {
          removed[i] = true;
        }
        changes = changes.subspan(1);
      }
      ++i;
    }
    close_gaps(node, removed);
  }

  /// Takes void kids and removed records out, so that every two neighbours have a record between them again.
  void close_gaps(Node& node, const std::vector<bool>& removed) {
    if (std::none_of(removed.begin(), removed.end(), [](bool gone) { return gone; }) &&
        std::none_of(node.kids.begin(), node.kids.end(), [](const Kid& kid) { return is_void(kid); }))
      return;
    Node closed{node.level, {}, {}};
    closed.kids.reserve(node.kids.size());
    closed.kids.push_back(std::move(node.kids.front()));
    for (std::size_t i = 1; i < node.kids.size(); ++i) {
      auto& last = closed.kids.back();
      auto& kid = node.kids[i];
      Bytes between(record(node, i - 1).begin(), record(node, i - 1).end());
      if (removed[i - 1]) {
        if (!is_void(last) && !is_void(kid))
          between = take_last(load(last, node.level - 1));
        else if (is_void(last)) {
          last = std::move(kid);
          continue;
        } else {
          continue;
        }
      }
      if (is_void(last)) {
        put_first(load(kid, node.level - 1), between);
        last = std::move(kid);
      } else if (is_void(kid)) {
        put_last(load(last, node.level - 1), between);
      } else {
        append(closed.records, between);
        closed.kids.push_back(std::move(kid));
      }
    }
    if (closed.kids.size() == 1 && is_void(closed.kids.front())) closed.kids.clear();
    node = std::move(closed);
  }

  Node& edge(Node& node, bool last) {
    if (node.kids.empty()) {
      node.kids.emplace_back();
      node.kids.back().node = std::make_unique<Node>(Node{node.level - 1, {}, {}});
    }
    return load(last ? node.kids.back() : node.kids.front(), node.level - 1);
  }
  void put_first(Node& node, ByteView bytes) {
    if (node.level > 0) return put_first(edge(node, false), bytes);
    node.records.insert(node.records.begin(), bytes.begin(), bytes.end());
  }
  void put_last(Node& node, ByteView bytes) {
    if (node.level > 0) return put_last(edge(node, true), bytes);
    append(node.records, bytes);
  }
  /// Removes the last record of a subtree that has one.
  Bytes take_last(Node& node) {
    if (node.level == 0) {
      const auto last = record(node, count(node) - 1);
      Bytes taken(last.begin(), last.end());
      node.records.resize(node.records.size() - record_size());
      return taken;
    }
    auto taken = take_last(edge(node, true));
    if (is_void(node.kids.back())) {
      node.kids.pop_back();
      if (!node.kids.empty()) {
        const auto last = record(node, count(node) - 1);
        const Bytes moved(last.begin(), last.end());
        node.records.resize(node.records.size() - record_size());
        put_last(edge(node, true), moved);
      }
    }
    return taken;
  }

  /// Makes all loaded nodes below `node` hold what they may. `at_end`: nothing in the tree stands after it.
  void fit_below(Node& node, bool at_end) {
    for (std::size_t i = 0; i < node.kids.size(); ++i)
      if (node.kids[i].node) fit_below(*node.kids[i].node, at_end && i + 1 == node.kids.size());
    fit_kids(node, at_end);
  }

  /// The same for the kids alone, whose own kids fit.
  void fit_kids(Node& node, bool at_end) {
    if (node.level == 0) return;
    const auto bound = bounds(node.level - 1);
    for (std::size_t i = 0; i < node.kids.size();) {
      const auto own = count(node.kids[i]);
      if (!node.kids[i].node || (own >= bound.least && own <= bound.most)) {
        ++i;
      } else if (own < bound.least) {
        if (node.kids.size() == 1) return;  // a node above, thin itself, gives it neighbours
        i = join(node, i == 0 ? 0 : i - 1, at_end);
      } else {
        // One more node is worth writing when a neighbour's room saves a split: appended trees end up full.
        const auto two = 2 * bound.most + 1;
        if (i > 0 && own + 1 + count(node.kids[i - 1]) <= two)
          i = join(node, i - 1, at_end);
        else if (i + 1 < node.kids.size() && own + 1 + count(node.kids[i + 1]) <= two)
          i = join(node, i, at_end);
        i += split(node, i, bound, at_end && i + 1 == node.kids.size());
      }
    }
  }

  /// Kid i + 1 and the record before it become part of kid i.
  std::size_t join(Node& node, std::size_t i, bool at_end) {
    auto& left = load(node.kids[i], node.level - 1);
    auto& right = load(node.kids[i + 1], node.level - 1);
    append(left.records, record(node, i));
    append(left.records, right.records);
    std::move(right.kids.begin(), right.kids.end(), std::back_inserter(left.kids));
    const auto place = node.records.begin() + static_cast<std::ptrdiff_t>(i * record_size());
    node.records.erase(place, place + static_cast<std::ptrdiff_t>(record_size()));
    node.kids.erase(node.kids.begin() + static_cast<std::ptrdiff_t>(i + 1));
    fit_kids(left, at_end && i + 1 == node.kids.size());  // a lone thin kid has neighbours now
    return i;
  }

  /// Kid i becomes as many as its records need; returns how many.
  std::size_t split(Node& node, std::size_t i, const BTree2NodeBounds& bound, bool packed) {
    const auto shares = bound.shares(count(node.kids[i]), packed);
    if (shares.size() == 1) return 1;
    const auto thick = std::move(node.kids[i].node);
    std::vector<Kid> parts(shares.size());
    Bytes between;
    std::size_t next = 0, next_kid = 0;
    for (std::size_t p = 0; p < shares.size(); ++p) {
      const auto share = static_cast<std::size_t>(shares[p]);
      auto part = std::make_unique<Node>(Node{thick->level, {}, {}});
      append(part->records, ByteView(thick->records).subspan(next * record_size(), share * record_size()));
      if (thick->level > 0)
        for (std::size_t k = 0; k <= share; ++k) part->kids.push_back(std::move(thick->kids[next_kid++]));
      next += share;
      if (p + 1 < shares.size()) append(between, record(*thick, next++));
      parts[p].node = std::move(part);
    }
    node.records.insert(node.records.begin() + static_cast<std::ptrdiff_t>(i * record_size()), between.begin(),
                        between.end());
    node.kids.erase(node.kids.begin() + static_cast<std::ptrdiff_t>(i));
    node.kids.insert(node.kids.begin() + static_cast<std::ptrdiff_t>(i), std::make_move_iterator(parts.begin()),
                     std::make_move_iterator(parts.end()));
    return shares.size();
  }

  void start_empty(Kid& root) {
    set_depth(0);
    root.node = std::make_unique<Node>();
  }

  void set_depth(unsigned depth) {
    geometry_ = format::BTree2Geometry(header_.type, header_.node_size, header_.record_size, depth, file_.widths());
  }

  void fit_root(Kid& root) {
    if (!root.node || is_void(*root.node)) return;
    fit_below(*root.node, true);
    while (count(root) > bounds(geometry_.depth()).most) {
      auto above = std::make_unique<Node>();
      above->level = geometry_.depth() + 1;
      above->kids.push_back(std::move(root));
      root = Kid{{}, std::move(above), nullptr};
      set_depth(root.node->level);
      fit_kids(*root.node, true);
    }
    while (root.node && root.node->level > 0 && root.node->records.empty()) {
      auto only = std::move(root.node->kids.front());
      root = std::move(only);
      set_depth(geometry_.depth() - 1);
    }
  }

  /// Of the kids that are written the last one stays in memory.
  BTree2Child write(Node& node) {
    format::BTree2Node encoded{node.level, record_size(), node.records, {}};
    BTree2Child child{{}, count(node), count(node)};
    encoded.children.reserve(node.kids.size());
    Kid* last = nullptr;
    for (auto& kid : node.kids) {
      kid.copy.reset();
      if (kid.node) {
        kid.stored = write(*kid.node);
        kid.copy = std::move(kid.node);
        if (last != nullptr) last->copy.reset();
        last = &kid;
      }
      encoded.children.push_back(kid.stored);
      child.total += kid.stored.total;
    }
    child.address = writer_.put(format::encode_btree2_node(encoded, writer_.widths(), geometry_));
    return child;
  }

  const FileView& file_;
  BlockWriter& writer_;
  format::BTree2Header header_;
  format::BTree2Geometry geometry_;
  FunctionRef<int(ByteView, ByteView)> order_;
  std::unordered_set<std::uint64_t> loaded_;
};

}  // namespace

Address address_of(const BTree2Path& path) {
  return path.address;
}

Address update_btree2(const FileView& file, BlockWriter& writer, Address header, std::span<const BTree2Change> changes,
                      FunctionRef<int(ByteView a, ByteView b)> order, std::shared_ptr<BTree2Path>* path) {
  if (changes.empty()) return header;
  std::shared_ptr<BTree2Path> left;
  if (path != nullptr) left = std::exchange(*path, nullptr);
  if (left && left->address != header) left.reset();
  for (std::size_t i = 1; i < changes.size(); ++i)
    if (order(changes[i - 1].key, changes[i].key) >= 0)
      throw Error(ErrorKind::invalid_argument,
                  fmt::format("v2 B-tree: change {} does not stand before change {}", i - 1, i));
  const auto decoded = left ? left->header
                            : file.decode_at(header, format::btree2_header_size(file.widths()), "v2 B-tree header",
                                             [&](const SharedBytes& bytes) {
                                               return format::decode_btree2_header(bytes.bytes, file.widths());
                                             });
  const auto address = Update(file, writer, decoded, order).run(header, changes, left);
  if (path != nullptr) *path = std::move(left);
  return address;
}

}  // namespace fiver::meta
