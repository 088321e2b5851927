#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "format/attribute_message.hpp"
#include "format/btree2_records.hpp"
#include "meta/attributes_writer.hpp"
#include "meta/block_writer_testing.hpp"
#include "meta/btree2_reader.hpp"
#include "meta/dense_update.hpp"
#include "meta/dense_update_testing.hpp"
#include "meta/fractal_heap_reader.hpp"

namespace fiver::meta {
namespace {

TEST(DenseUpdate, AttributesAreReplacedRenamedAndHuge) {
  std::mt19937 random(5);
  for (const bool indexed : {false, true}) {
    struct Attribute {
      Bytes message;
      std::uint32_t order = 0;
    };
    MemoryBlocks blocks;
    format::AttributeInfo info;
    info.order_tracked = info.order_indexed = indexed;
    std::map<std::string, Attribute> attributes;
    std::uint32_t order = 0;
    // Of the message, the heap and the trees need the name only.
    const auto make = [&](const std::string& name, std::size_t size) {
      format::AttributeMessage message{name, CharacterSet::ascii, {}, {}, false, false, {}};
      const Bytes type{std::byte{0x10}, std::byte{8}, {}, {}, std::byte{4}, {}, {}, {}, {}, {}, std::byte{32}, {}},
          space{std::byte{2}, {}, {}, {}}, data(size, std::byte{7});
      message.type = type;
      message.space = space;
      message.data = data;
      Encoder out(FieldWidths{});
      format::encode_attribute(out, message, 3);
      return Attribute{std::move(out).take(), order++};
    };
    const auto dense = [&](const std::string& name, const Attribute& attribute) {
      DenseAttribute one{attribute.message, name, 0, {}};
      if (indexed) one.creation_order = attribute.order;
      return one;
    };
    for (int i = 0; i < 150; ++i) attributes["start " + std::to_string(i)] = make("start " + std::to_string(i), 60);
    std::vector<DenseAttribute> all;
    for (const auto& [name, attribute] : attributes) all.push_back(dense(name, attribute));
    info = write_dense_attributes(blocks, all, info);
    std::uint64_t used = 0;
    unsigned updates = 0, whole = 0;
    for (int round = 0; round < 150; ++round) {
      const auto before = attributes;
      AttributeChanges changes;
      changes.count = attributes.size();
      auto at = attributes.begin();
      std::advance(at, static_cast<std::ptrdiff_t>(random() % attributes.size()));
      const auto old = at->first;
      const auto name = round % 3 == 0 ? old : "new " + std::to_string(round);
      auto fresh = make(name, random() % 8 == 0 ? 2000 + random() % 3000 : random() % 300);
      if (name == old) fresh.order = at->second.order;
      if (round % 3 < 2) {
        changes.removed.push_back(dense(before.find(old)->first, before.at(old)));
        attributes.erase(old);
      }
      attributes[name] = std::move(fresh);
      changes.added.push_back(dense(attributes.find(name)->first, attributes.at(name)));
      const auto view = blocks.view();
      if (const auto update = update_dense_attributes(*view, blocks, info, used, true, changes)) {
        ++updates;
        info.name_tree = update->now.names;
        info.order_tree = update->now.orders;
        used = update->used;
      } else {
        ++whole;
        free_dense_attributes(*view, blocks, info);
        all.clear();
        for (const auto& [each, attribute] : attributes) all.push_back(dense(each, attribute));
        info = write_dense_attributes(blocks, all, info);
        used = 0;
      }
      const auto now = blocks.view();
      const FractalHeapReader heap(*now, *info.heap);
      std::size_t seen = 0;
      auto each = [&](ByteView bytes) {
        const auto record = format::decode_attribute_name_record(bytes);
        const auto message = heap.read(record.id.view());
        const auto& wanted = attributes.at(format::decode_attribute(message.bytes, {}).name);
        EXPECT_TRUE(
            std::equal(message.bytes.begin(), message.bytes.end(), wanted.message.begin(), wanted.message.end()));
        EXPECT_EQ(record.order, indexed ? wanted.order : 0xFFFFU);
        ++seen;
        return true;
      };
      BTree2Reader(*now, *info.name_tree).for_each(each);
      EXPECT_EQ(seen, attributes.size());
      if (indexed) {
        EXPECT_EQ(BTree2Reader(*now, *info.order_tree).size(), attributes.size());
      }
    }
    EXPECT_GT(updates, 130U);
    std::uint64_t bytes = 0, count = 0;
    for (const auto& [name, attribute] : attributes) {
      if (attribute.message.size() > attribute_heap_parameters.most_managed) continue;
      bytes += attribute.message.size();
      ++count;
    }
    const auto view = blocks.view();
    expect_statistics(*view, *info.heap, bytes, count);
    free_dense_attributes(*view, blocks, info);
    std::map<std::uint64_t, std::uint64_t> written;
    for (const auto& [address, block] : blocks.written()) written[address] = block.size();
    EXPECT_TRUE(blocks.freed() == written) << blocks.freed().size() << " blocks freed of " << written.size();
  }
}

}  // namespace
}  // namespace fiver::meta
