#include "format/extension_messages.hpp"

#include <fmt/format.h>

#include "base/decoder.hpp"

namespace fiver::format {
namespace {

constexpr std::size_t managers_v0 = 6, managers_v1 = 12;
constexpr std::uint64_t min_page = 512, max_page = 1ULL << 30;
constexpr std::uint8_t max_shared_indexes = 8;

void decode_managers(Decoder& in, std::size_t count, FileSpaceInfo& info) {
  for (std::size_t i = 0; i < count; ++i) info.managers.push_back(in.address("free space manager address"));
}

// HDF5 1.10.0's strategies, 1 to 4: managers that persist, managers, aggregation, none.
void decode_file_space_v0(Decoder& in, FileSpaceInfo& info) {
  const auto strategy = in.u8("strategy");
  info.threshold = in.length("free space threshold");
  switch (strategy) {
    case 1:
      info.persist = true;
      decode_managers(in, managers_v0, info);
      break;
    case 2:
      break;
    case 3:
      info.strategy = FileSpaceStrategy::aggregation;
      break;
    case 4:
      info.strategy = FileSpaceStrategy::none;
      break;
    default:
      in.fail(fmt::format("unknown strategy {}", strategy));
  }
}

void encode_file_space_v0(Encoder& out, const FileSpaceInfo& info) {
  if (info.strategy == FileSpaceStrategy::paged)
    throw Error(ErrorKind::invalid_argument, "paged file space needs version 1 of its message");
  std::uint8_t strategy = info.persist ? 1 : 2;
  if (info.strategy == FileSpaceStrategy::aggregation) strategy = 3;
  if (info.strategy == FileSpaceStrategy::none) strategy = 4;
  out.u8(strategy);
  out.length(info.threshold);
}

void decode_file_space_v1(Decoder& in, FileSpaceInfo& info) {
  const auto strategy = in.u8("strategy"), persist = in.u8("persist");
  if (strategy > 3) in.fail(fmt::format("unknown strategy {}", strategy));
  if (persist > 1) in.fail(fmt::format("\"persist\" is {}", persist));
  info.strategy = static_cast<FileSpaceStrategy>(strategy);
  info.persist = persist == 1;
  info.threshold = in.length("free space threshold");
  info.page_size = in.length("page size");
  if (info.page_size < min_page || info.page_size > max_page) in.fail(fmt::format("pages of {} bytes", info.page_size));
  info.page_end_threshold = in.u16("page end threshold");
  info.end_before_managers = in.address("end of file before the managers");
  if (info.persist) decode_managers(in, managers_v1, info);
}

}  // namespace

BTreeK decode_btree_k(ByteView body, FieldWidths widths) {
  Decoder in(body, widths, "B-tree K message");
  in.version(0);
  BTreeK k;
  k.chunk = in.u16("chunk node K");
  k.group_internal = in.u16("group internal node K");
  k.group_leaf = in.u16("group leaf node K");
  if (k.chunk == 0 || k.group_internal == 0 || k.group_leaf == 0)
    in.fail(fmt::format("a K of 0 among {}, {}, {}", k.chunk, k.group_internal, k.group_leaf));
  return k;
}

void encode_btree_k(Encoder& out, const BTreeK& k) {
  out.version(0);
  out.u16(k.chunk);
  out.u16(k.group_internal);
  out.u16(k.group_leaf);
}

FileSpaceInfo decode_file_space_info(ByteView body, FieldWidths widths) {
  Decoder in(body, widths, "file space info message");
  FileSpaceInfo info;
  info.version = in.version_in({0, 1});
  if (info.version == 0)
    decode_file_space_v0(in, info);
  else
    decode_file_space_v1(in, info);
  return info;
}

void encode_file_space_info(Encoder& out, const FileSpaceInfo& info) {
  const auto managers = !info.persist ? 0 : info.version == 0 ? managers_v0 : managers_v1;
  if (info.version > 1 || info.managers.size() != managers)
    throw Error(ErrorKind::invalid_argument,
                fmt::format("file space info version {} with {} managers", info.version, info.managers.size()));
  out.version(info.version);
  if (info.version == 0) {
    encode_file_space_v0(out, info);
  } else {
    out.u8(static_cast<std::uint8_t>(info.strategy));
    out.u8(info.persist ? 1 : 0);
    out.length(info.threshold);
    out.length(info.page_size);
    out.u16(info.page_end_threshold);
    out.address(info.end_before_managers);
  }
  for (const auto& manager : info.managers) out.address(manager);
}

CacheImageMessage decode_cache_image_message(ByteView body, FieldWidths widths) {
  Decoder in(body, widths, "cache image message");
  in.version(0);
  CacheImageMessage image;
  image.address = in.address("address");
  image.length = in.length("length");
  return image;
}

void encode_cache_image_message(Encoder& out, const CacheImageMessage& image) {
  out.version(0);
  out.address(image.address);
  out.length(image.length);
}

SharedMessageTableMessage decode_shared_message_table_message(ByteView body, FieldWidths widths) {
  Decoder in(body, widths, "shared message table message");
  in.version(0);
  SharedMessageTableMessage table;
  table.table = in.defined_address("table address");
  table.index_count = in.u8("number of indexes");
  if (table.index_count == 0 || table.index_count > max_shared_indexes)
    in.fail(fmt::format("{} indexes, there are 1 to {}", table.index_count, max_shared_indexes));
  return table;
}

void encode_shared_message_table_message(Encoder& out, const SharedMessageTableMessage& table) {
  out.version(0);
  out.address(table.table);
  out.u8(table.index_count);
}

}  // namespace fiver::format
