#include "meta/attributes_writer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "base/checksum.hpp"
#include "format/attribute_message.hpp"
#include "format/btree2_records.hpp"
#include "format/dataspace_message.hpp"
#include "format/datatype_message.hpp"
#include "meta/attributes_reader.hpp"
#include "meta/block_writer_testing.hpp"
#include "meta/btree2_reader.hpp"

namespace fiver::meta {
namespace {

/// An attribute of `size` bytes that depend on its name, encoded.
struct Sample {
  std::string name;
  Bytes value, message;
};

Sample sample(std::string name, std::size_t size, FieldWidths widths) {
  Sample made{std::move(name), Bytes(size), {}};
  const auto hash = lookup3(bytes_of(made.name));
  for (std::size_t i = 0; i < size; ++i) made.value[i] = static_cast<std::byte>(hash >> (8 * (i % 4)) ^ i);
  Encoder type(widths), space(widths), message(widths);
  format::encode_datatype(type, native_type<std::uint8_t>());
  format::encode_dataspace(space, Dataspace::simple({size}));
  format::encode_attribute(message,
                           {made.name, CharacterSet::ascii, type.view(), space.view(), false, false, made.value});
  made.message = std::move(message).take();
  return made;
}

std::vector<Sample> samples(std::size_t count, FieldWidths widths) {
  std::vector<Sample> made;
  for (std::size_t i = 0; i < count; ++i) {
    const auto name = i == 2 ? "z" : i == 4 ? std::string(60000, 'x') : "attribute " + std::to_string(i);
    const std::size_t size = i == 6 ? 5000 : i == 7 ? 3000000 : 1 + i % 90;
    made.push_back(sample(name, size, widths));
  }
  return made;
}

std::vector<DenseAttribute> dense(const std::vector<Sample>& made, bool tracked) {
  std::vector<DenseAttribute> attributes;
  for (const auto& one : made) {
    auto& attribute = attributes.emplace_back(DenseAttribute{one.message, one.name, 0, {}});
    if (tracked) attribute.creation_order = static_cast<std::uint32_t>(2 * made.size() - 2 * attributes.size());
  }
  return attributes;
}

void expect_all_freed(const MemoryBlocks& blocks) {
  std::map<std::uint64_t, std::uint64_t> written;
  for (const auto& [address, bytes] : blocks.written()) written[address] = bytes.size();
  EXPECT_TRUE(blocks.freed() == written) << blocks.freed().size() << " blocks freed of " << written.size();
}

void expect_round_trip(const std::vector<Sample>& made, bool tracked, bool indexed, FieldWidths widths = {}) {
  const auto attributes = dense(made, tracked);
  MemoryBlocks blocks(widths);
  format::AttributeInfo before;
  before.order_tracked = tracked;
  before.order_indexed = indexed;
  before.max_creation_index = tracked ? 65535 : 0;
  const auto info = write_dense_attributes(blocks, attributes, before);
  ASSERT_TRUE(info.heap && info.name_tree);
  EXPECT_EQ(info.order_tree.has_value(), indexed);
  EXPECT_EQ(info.max_creation_index, before.max_creation_index);

  Encoder message(widths);
  format::encode_attribute_info(message, info);
  ObjectHeader header;
  header.messages.push_back(
      {static_cast<std::uint16_t>(format::MessageType::attribute_info), 0, {}, message.view(), 0});
  const auto view = blocks.view();
  const SharedMessages shared(*view);
  std::map<std::string, AttributeRecord> listed;
  std::pair<std::uint32_t, std::string> last;
  for_each_attribute(*view, header, shared, [&](AttributeRecord&& record) {
    std::pair next{lookup3(bytes_of(record.name)), record.name};
    EXPECT_LT(last, next);
    last = std::move(next);
    listed.emplace(record.name, std::move(record));
    return true;
  });
  EXPECT_EQ(listed.size(), made.size());
  const auto step = std::max<std::size_t>(1, made.size() / 500);
  for (std::size_t i = 0; i < made.size(); ++i) {
    const auto found = listed.find(made[i].name);
    if (found == listed.end() || !std::equal(made[i].value.begin(), made[i].value.end(),
                                             found->second.data.bytes.begin(), found->second.data.bytes.end())) {
      ADD_FAILURE() << "attribute " << i << " of " << made.size();
      continue;
    }
    EXPECT_EQ(found->second.creation_order, attributes[i].creation_order);
    if (i % step == 0) {
      EXPECT_TRUE(find_attribute(*view, header, shared, made[i].name).has_value());
    }
  }
  EXPECT_FALSE(find_attribute(*view, header, shared, "no such name").has_value());
  if (!tracked) {
    const BTree2Reader names(*view, *info.name_tree);
    auto each = [&](ByteView record) {
      EXPECT_EQ(format::decode_attribute_name_record(record).order, 0xFFFFU);
      return true;
    };
    names.for_each(each);
  }
  if (indexed) {
    const BTree2Reader orders(*view, *info.order_tree);
    std::uint64_t next = 0;
    auto each = [&](ByteView record) {
      EXPECT_EQ(format::decode_attribute_order_record(record).order, 2 * next++);
      return true;
    };
    orders.for_each(each);
    EXPECT_EQ(next, made.size());
  }
  free_dense_attributes(*view, blocks, info);
  expect_all_freed(blocks);
}

TEST(AttributesWriter, RoundTrip) {
  for (const auto count : std::vector<std::size_t>{0, 1, 9, 1000}) {
    const auto made = samples(count, {});
    expect_round_trip(made, false, false);
    expect_round_trip(made, true, false);
    expect_round_trip(made, true, true);
  }
  expect_round_trip(samples(100000, {}), false, false);
  expect_round_trip(samples(100, {4, 4}), true, true, {4, 4});
}

TEST(AttributesWriter, NamesOfOneHash) {
  std::unordered_map<std::uint32_t, std::string> seen;
  std::vector<Sample> made;
  for (int i = 0; i < 300000; ++i) {
    auto name = "n" + std::to_string(i);
    const auto [other, is_new] = seen.emplace(lookup3(bytes_of(name)), name);
    if (is_new) continue;
    made.push_back(sample(name, 10, {}));
    made.push_back(sample(other->second, 20, {}));
  }
  ASSERT_GE(made.size(), 6U);
  expect_round_trip(made, true, true);
}

TEST(AttributesWriter, SharedOnesStayInTheFilesHeap) {
  const auto own = sample("own", 50, {});
  const Bytes id(8, std::byte{7});
  const DenseAttribute attributes[] = {{own.message, own.name, 0, 0}, {id, "shared", format::message_shared, 1}};
  MemoryBlocks blocks;
  format::AttributeInfo info;
  info.order_tracked = info.order_indexed = true;
  info = write_dense_attributes(blocks, attributes, info);
  const auto view = blocks.view();
  const BTree2Reader names(*view, *info.name_tree);
  std::size_t shared = 0;
  auto each = [&](ByteView bytes) {
    const auto record = format::decode_attribute_name_record(bytes);
    if ((record.flags & format::message_shared) != 0) {
      ++shared;
      EXPECT_TRUE(std::equal(id.begin(), id.end(), record.id.view().begin(), record.id.view().end()));
      EXPECT_EQ(record.order, 1U);
    }
    return true;
  };
  names.for_each(each);
  EXPECT_EQ(shared, 1U);
  const DenseAttribute wrong[] = {{own.message, own.name, format::message_shared, {}}};
  EXPECT_THROW(write_dense_attributes(blocks, wrong, {}), Error);
}

TEST(AttributesWriter, RefusesWhatHasNoOrder) {
  const auto a = sample("a", 1, {}), b = sample("b", 1, {});
  MemoryBlocks blocks;
  const DenseAttribute twice[] = {{a.message, "a", 0, 0}, {a.message, "a", 0, 1}};
  EXPECT_THROW(write_dense_attributes(blocks, twice, {}), Error);
  format::AttributeInfo info;
  info.order_tracked = info.order_indexed = true;
  const DenseAttribute without[] = {{a.message, "a", 0, {}}};
  EXPECT_THROW(write_dense_attributes(blocks, without, info), Error);
  const DenseAttribute same[] = {{a.message, "a", 0, 3}, {b.message, "b", 0, 3}};
  EXPECT_THROW(write_dense_attributes(blocks, same, info), Error);
}

}  // namespace
}  // namespace fiver::meta
