#include "meta/dense_update.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <unordered_map>

#include "base/checksum.hpp"
#include "format/btree2_records.hpp"
#include "format/damage_testing.hpp"
#include "format/link_message.hpp"
#include "meta/block_writer_testing.hpp"
#include "meta/btree2_reader.hpp"
#include "meta/dense_update_testing.hpp"
#include "meta/fractal_heap_reader.hpp"
#include "meta/links_reader.hpp"
#include "meta/links_writer.hpp"

namespace fiver::meta {
namespace {

using Links = std::map<std::string, Link>;

/// The links as the readers find them, by the trees of names and, where there is one, of orders.
Links links_in(const FileView& view, const format::LinkInfo& info) {
  Encoder message(view.widths());
  format::encode_link_info(message, info);
  ObjectHeader header;
  header.messages.push_back({static_cast<std::uint16_t>(format::MessageType::link_info), 0, {}, message.view(), 0});
  const auto reader = open_links(view, header, 4, 16);
  Links links;
  reader->for_each([&](Link&& link) {
    auto name = link.name;
    EXPECT_TRUE(links.emplace(std::move(name), std::move(link)).second);
    return true;
  });
  EXPECT_EQ(reader->count(), links.size());
  std::size_t i = 0;
  for (const auto& [name, link] : links)
    if (i++ % 17 == 0) {
      EXPECT_EQ(reader->find(name), link);
    }
  if (!info.order_tree) return links;
  const FractalHeapReader heap(view, *info.heap);
  const BTree2Reader orders(view, *info.order_tree);
  EXPECT_EQ(orders.size(), links.size());
  std::uint64_t last = 0;
  auto each = [&](ByteView record) {
    const auto decoded = format::decode_link_order_record(record);
    const auto link = format::decode_link(heap.read(decoded.id.view()).bytes, view.widths());
    EXPECT_EQ(link.creation_order, static_cast<std::int64_t>(decoded.order));
    EXPECT_EQ(links.at(link.name), link);
    EXPECT_TRUE(last == 0 || decoded.order > last);
    last = decoded.order;
    return true;
  };
  orders.for_each(each);
  return links;
}

/// A group as its commits leave it.
struct Group {
  MemoryBlocks blocks;
  format::LinkInfo info;
  Links links;
  std::uint64_t used = 0;
  unsigned updates = 0, whole = 0;

  explicit Group(bool indexed, FieldWidths widths = {}) : blocks(widths) {
    info.order_tracked = info.order_indexed = indexed;
  }

  Link link(std::string name, std::uint64_t target) {
    Link link{std::move(name), CharacterSet::ascii, {}, HardLink{{target}}};
    if (info.order_tracked) link.creation_order = ++info.max_creation_index;
    return link;
  }

  void commit(const std::vector<Link>& removed, const std::vector<Link>& added, bool reuse = true) {
    const auto before = links;
    for (const auto& link : removed) links.erase(link.name);
    for (const auto& link : added) links[link.name] = link;
    std::vector<const Link*> all;
    for (const auto& [name, link] : links) all.push_back(&link);
    const auto view = blocks.view();
    if (info.heap) {
      LinkChanges changes;
      for (const auto& link : removed) changes.removed.push_back(&before.at(link.name));
      for (const auto& link : added) changes.added.push_back(&links.at(link.name));
      changes.count = before.size();
      const auto end = blocks.end();
      const auto update = update_dense_links(*view, blocks, info, used, reuse, changes);
      if (update) {
        ++updates;
        info.name_tree = update->now.names;
        info.order_tree = update->now.orders;
        used = update->used;
        return;
      }
      EXPECT_EQ(blocks.end(), end);  // nothing was written
      free_dense_links(*view, blocks, info);
    }
    ++whole;
    info = write_dense_links(blocks, all, info);
    used = 0;
  }

  void expect_sound() const {
    const auto view = blocks.view();
    EXPECT_TRUE(links_in(*view, info) == links);
    std::uint64_t bytes = 0, count = 0;
    for (const auto& [name, link] : links) {
      Encoder message(blocks.widths());
      format::encode_link(message, link);
      if (message.size() <= 6 || message.size() > link_heap_parameters.most_managed) continue;
      bytes += message.size();
      ++count;
    }
    expect_statistics(*view, *info.heap, bytes, count);
  }
};

std::vector<Link> some(const Links& links, std::mt19937& random, std::size_t count) {
  std::vector<Link> chosen;
  for (std::size_t i = 0; i < count; ++i) {
    auto at = links.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(random() % links.size()));
    if (std::none_of(chosen.begin(), chosen.end(), [&](const Link& link) { return link.name == at->first; }))
      chosen.push_back(at->second);
  }
  return chosen;
}

void run_history(bool indexed, FieldWidths widths, unsigned seed) {
  std::mt19937 random(seed);
  Group group(indexed, widths);
  std::vector<Link> first;
  for (std::uint64_t i = 0; i < 200; ++i) first.push_back(group.link("start " + std::to_string(i), 1000 + i));
  group.commit({}, first);
  std::uint64_t next = 0;
  for (int round = 0; round < 120; ++round) {
    std::vector<Link> removed, added;
    const auto what = random() % 6;
    if (what < 2) removed = some(group.links, random, 1 + random() % 5);
    if (what == 1)  // replaced
      for (const auto& link : removed) added.push_back(group.link(link.name, 77 + next++));
    if (what == 2) {  // renamed
      removed = some(group.links, random, 1);
      added.push_back(group.link("renamed " + std::to_string(next++), 5));
    }
    if (what > 2)
      for (auto n = 1 + random() % (what == 5 ? 60 : 3); n > 0; --n) {
        // Names of which a link is huge, or takes most of a block.
        const auto length = random() % 20 == 0 ? 300 + random() % 600 : random() % 40;
        added.push_back(group.link(std::string(length, 'n') + std::to_string(next++), 9));
      }
    if (round % 10 == 9) group.used = 0;  // opened anew
    const auto old_info = group.info;
    const auto old_links = group.links;
    group.commit(removed, added, round % 20 != 19);
    // Whoever has the old trees finds all that they name, after this commit and the next.
    ASSERT_TRUE(links_in(*group.blocks.view(), old_info) == old_links) << round;
    if (round % 5 == 0) group.expect_sound();
  }
  group.expect_sound();
  EXPECT_GT(group.updates, 90U);
}

TEST(DenseUpdate, RandomHistoriesOfLinks) {
  unsigned seed = 1;
  for (const bool indexed : {false, true})
    for (const FieldWidths widths : {FieldWidths{8, 8}, {4, 4}, {8, 4}}) run_history(indexed, widths, seed++);
}

TEST(DenseUpdate, TheSameCallsGiveTheSameBytes) {
  const auto make = [] {
    Group group(true);
    for (std::uint64_t i = 0; i < 350; ++i)
      group.commit(i % 7 == 6 ? std::vector{group.links.begin()->second} : std::vector<Link>{},
                   {group.link("link " + std::to_string(i), i)});
    return group.blocks.written();
  };
  EXPECT_TRUE(make() == make());
}

TEST(DenseUpdate, NamesOfOneHash) {
  std::unordered_map<std::uint32_t, std::string> seen;
  std::vector<std::pair<std::string, std::string>> pairs;
  for (int i = 0; i < 300000; ++i) {
    auto name = "n" + std::to_string(i);
    const auto [other, is_new] = seen.emplace(lookup3(bytes_of(name)), name);
    if (!is_new) pairs.emplace_back(other->second, name);
  }
  ASSERT_GT(pairs.size(), 3U);
  Group group(false);
  std::vector<Link> first;
  for (std::uint64_t i = 0; i < 300; ++i) first.push_back(group.link("start " + std::to_string(i), i + 1));
  for (const auto& [one, other] : pairs) first.push_back(group.link(one, 1));
  group.commit({}, first);
  for (const auto& [one, other] : pairs) group.commit({}, {group.link(other, 2)});
  group.expect_sound();
  for (const auto& [one, other] : pairs) {
    group.commit({group.links.at(one)}, {group.link(one, 3)});
    group.commit({group.links.at(other)}, {});
    group.commit({group.links.at(one)}, {group.link(other, 4)});
  }
  group.expect_sound();
  EXPECT_EQ(group.whole, 1U);
  // As both readers and libhdf5 expect it: those of one hash by name.
  const auto view = group.blocks.view();
  const FractalHeapReader heap(*view, *group.info.heap);
  std::pair<std::uint32_t, std::string> last;
  auto each = [&](ByteView bytes) {
    const auto record = format::decode_link_name_record(bytes);
    std::pair now(record.hash, format::decode_link(heap.read(record.id.view()).bytes, {}).name);
    EXPECT_LT(last, now);
    last = std::move(now);
    return true;
  };
  BTree2Reader(*view, *group.info.name_tree).for_each(each);
}

TEST(DenseUpdate, ALinkCostsItsPath) {
  std::uint64_t cost[2];
  for (const auto count : {std::uint64_t{1000}, std::uint64_t{100000}}) {
    Group group(true);
    std::vector<Link> links;
    for (std::uint64_t i = 0; i < count; ++i)
      links.push_back(group.link("a name of some length " + std::to_string(i), i));
    group.commit({}, links);
    const auto end = group.blocks.end();
    for (int i = 0; i < 20; ++i) group.commit({}, {group.link("another " + std::to_string(i), 1)});
    EXPECT_EQ(group.updates, 20U);
    cost[count == 1000 ? 0 : 1] = (group.blocks.end() - end) / 20;
    EXPECT_EQ(group.blocks.rewrites(), 20U);
  }
  EXPECT_LT(cost[0], 6000U);
  EXPECT_LT(cost[1], 9000U);
}

TEST(DenseUpdate, LongHistoriesDontLeak) {
  Group group(false);
  std::vector<Link> first;
  for (std::uint64_t i = 0; i < 200; ++i) first.push_back(group.link("a link of many " + std::to_string(i), i));
  group.commit({}, first);
  int next = 0;
  // Renamed for ever, and opened anew for each. Each opening may lose what is left of a block where dead space is not used again.
  for (const bool reuse : {true, false}) {
    std::uint64_t largest = 0;
    for (int i = 0; i < 600; ++i) {
      group.used = 0;
      group.commit({group.links.begin()->second}, {group.link("renamed " + std::to_string(next++) + " times", 1)},
                   reuse);
      if (i % 10 != 0) continue;
      largest = std::max(largest, header_in(*group.blocks.view(), *group.info.heap).managed_allocated.value);
    }
    EXPECT_LT(largest, 40000U);  // alive are 7 KB
  }
  EXPECT_LT(group.whole, 100U);
  EXPECT_GT(group.whole, 2U);
  group.expect_sound();
}

TEST(DenseUpdate, HeapsOfOthersAreWrittenAnew) {
  const auto changed = [](const std::function<void(format::FractalHeapHeader&)>& change, std::uint64_t count = 400) {
    Group group(false);
    std::vector<Link> first;
    for (std::uint64_t i = 0; i < count; ++i) first.push_back(group.link("start " + std::to_string(i), i + 1));
    group.commit({}, first);
    auto header = header_in(*group.blocks.view(), *group.info.heap);
    const auto before = format::encode_fractal_heap_header(header, {});
    change(header);
    group.blocks.rewrite(*group.info.heap, before, format::encode_fractal_heap_header(header, {}));
    const auto view = group.blocks.view();
    return find_fractal_heap_end(*view, *group.info.heap, link_heap_parameters).has_value();
  };
  EXPECT_TRUE(changed([](auto&) {}));
  EXPECT_FALSE(changed([](auto&) {}, 20));  // a block or two
  {                                         // A header that crosses a line is not rewritten in place.
    Group group(false);
    std::vector<Link> first;
    for (std::uint64_t i = 0; i < 400; ++i) first.push_back(group.link("start " + std::to_string(i), i + 1));
    group.commit({}, first);
    Bytes image(static_cast<std::size_t>(group.blocks.end()) + 400);
    for (const auto& [address, bytes] : group.blocks.written())
      std::copy(bytes.begin(), bytes.end(), image.begin() + static_cast<std::ptrdiff_t>(address) + 400);
    const FileView view(std::make_shared<io::MemoryStorage>(image), 400, {}, FileView::Settings{});
    EXPECT_EQ(group.info.heap->value, 512U);
    EXPECT_FALSE(find_fractal_heap_end(view, *group.info.heap, link_heap_parameters));
  }
  EXPECT_FALSE(changed([](auto& header) { header.free_space_manager = Address{512}; }));
  EXPECT_FALSE(changed([](auto& header) { header.flags = 3; }));
  EXPECT_FALSE(changed([](auto& header) { header.iterator_offset.value -= 512; }));
  EXPECT_FALSE(changed([](auto& header) { header.iterator_offset.value += 512; }));
  EXPECT_FALSE(changed([](auto& header) { header.iterator_offset.value = 0; }));
  EXPECT_THROW(changed([](auto& header) { header.current_rows = 1; }), Error);
  // Another count of records than the group has links.
  Group group(false);
  std::vector<Link> first;
  for (std::uint64_t i = 0; i < 400; ++i) first.push_back(group.link("start " + std::to_string(i), i + 1));
  group.commit({}, first);
  const auto one = group.link("one", 1);
  LinkChanges changes;
  changes.added = {&one};
  changes.count = 399;
  EXPECT_FALSE(update_dense_links(*group.blocks.view(), group.blocks, group.info, 0, true, changes));
  changes.count = 400;
  changes.removed = {&one};
  EXPECT_FALSE(update_dense_links(*group.blocks.view(), group.blocks, group.info, 0, true, changes));
  changes.removed.clear();
  EXPECT_TRUE(update_dense_links(*group.blocks.view(), group.blocks, group.info, 0, true, changes));
}

TEST(DenseUpdate, DamageIsAnErrorOrAllIsWrittenAnew) {
  Group group(true);
  std::vector<Link> first;
  for (std::uint64_t i = 0; i < 400; ++i) first.push_back(group.link("start " + std::to_string(i), i + 1));
  group.commit({}, first);
  group.commit({}, {group.link("one more", 1)});
  const auto all = group.blocks.written();
  Bytes image(static_cast<std::size_t>(group.blocks.end()));
  for (const auto& [address, bytes] : all)
    std::copy(bytes.begin(), bytes.end(), image.begin() + static_cast<std::ptrdiff_t>(address));
  const auto one = group.link("new", 1);
  LinkChanges changes;
  changes.added = {&one};
  changes.removed = {&group.links.at("start 7")};
  changes.count = group.links.size();
  const auto update = [&](ByteView bytes) {
    FileView view(std::make_shared<io::MemoryStorage>(Bytes(bytes.begin(), bytes.end())), 0, {}, FileView::Settings{});
    MemoryBlocks blocks({}, group.blocks.end());
    // What the update rewrites is not in these blocks.
    try {
      update_dense_links(view, blocks, group.info, 0, true, changes);
    } catch (const std::logic_error&) {
    }
  };
  format::damage::decodes(image, update);
  for (std::size_t size = 0; size < image.size(); size += 97)
    format::damage::decodes(ByteView(image).first(size), update);
  auto damaged = image;
  for (std::size_t bit = 8 * 512; bit < 8 * image.size(); bit += 61) {
    damaged[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
    format::damage::decodes(damaged, update);
    damaged[bit / 8] = image[bit / 8];
  }
}

TEST(DenseUpdate, AReaderWhosePagesAreOlderThanTheTrees) {
  Group group(false);
  std::vector<Link> first;
  for (std::uint64_t i = 0; i < 400; ++i) first.push_back(group.link("start " + std::to_string(i), i + 1));
  group.commit({}, first);
  // Another process's view: the file has room for what is to come.
  const auto storage = std::make_shared<io::MemoryStorage>(Bytes(1 << 20));
  const auto put = [&] {
    for (const auto& [address, bytes] : group.blocks.written()) storage->write_at(address, bytes);
  };
  put();
  const FileView view(storage, 0, {}, FileView::Settings{});
  EXPECT_TRUE(links_in(view, group.info) == group.links);
  for (std::uint64_t i = 0; i < 60; ++i) group.commit({}, {group.link("new " + std::to_string(i), i + 1)});
  put();
  EXPECT_GT(group.updates, 50U);
  EXPECT_TRUE(links_in(view, group.info) == group.links);
}

TEST(DenseUpdate, BetweenTwoStates) {
  Group group(true);
  std::vector<Link> first;
  for (std::uint64_t i = 0; i < 400; ++i) first.push_back(group.link("start " + std::to_string(i), i + 1));
  group.commit({}, first);
  const auto before = group.links;
  const auto info = group.info;
  const auto moved = group.link("moved", 8), replacing = group.link("start 3", 99), other = group.link("start 4", 98);
  LinkChanges changes;
  changes.removed = {&before.at("start 7"), &before.at("start 3"), &before.at("start 4"), &before.at("start 5")};
  changes.added = {&moved, &replacing, &other};
  changes.count = before.size();
  const auto view = group.blocks.view();
  const auto update = update_dense_links(*view, group.blocks, info, 0, true, changes);
  ASSERT_TRUE(update);
  // 7 moves, 3 is replaced by a link to something that is elsewhere, 4 and 5 are gone.
  MemoryBlocks between({}, group.blocks.end());
  const auto middle = write_dense_links_between(*view, between, info, *update, {"start 7", "start 3"});
  for (const auto& [address, bytes] : between.written()) group.blocks.write(group.blocks.allocate(bytes.size()), bytes);
  auto expected = before;
  expected["moved"] = moved;
  expected["start 4"] = other;
  expected.erase("start 5");
  const auto after = group.blocks.view();
  EXPECT_TRUE(links_in(*after, middle) == expected);
  expected["start 3"] = replacing;
  expected.erase("start 7");
  auto now = info;
  now.name_tree = update->now.names;
  now.order_tree = update->now.orders;
  EXPECT_TRUE(links_in(*after, now) == expected);
  EXPECT_TRUE(links_in(*after, info) == before);
}

}  // namespace
}  // namespace fiver::meta
