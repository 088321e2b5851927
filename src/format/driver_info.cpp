#include "format/driver_info.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/decoder.hpp"

namespace fiver::format {
namespace {

constexpr std::size_t id_size = 8;
constexpr std::string_view family_id = "NCSAfami", multi_id = "NCSAmult";

void encode_id(Encoder& out, const DriverInfo& info) {
  if (info.id.size() != id_size)
    throw Error(ErrorKind::invalid_argument, fmt::format("\"{}\" is no driver's identification", info.id));
  out.bytes(bytes_of(info.id));
}

// The distinct values of a mapping, in order of first use.
std::vector<std::uint8_t> members_of(const std::array<std::uint8_t, 6>& mapping) {
  std::vector<std::uint8_t> members;
  for (const auto value : mapping)
    if (std::find(members.begin(), members.end(), value) == members.end()) members.push_back(value);
  return members;
}

}  // namespace

std::uint64_t driver_info_block_size(ByteView prefix) {
  Decoder in(prefix, {}, "driver information block");
  in.version(0);
  in.reserved(3);
  const auto size = in.u32("size");
  in.skip(id_size, "identification");
  return driver_info_block_prefix + std::uint64_t{size};
}

DriverInfo decode_driver_info_block(ByteView block) {
  Decoder in(block, {}, "driver information block");
  in.version(0);
  in.reserved(3);
  const auto size = in.u32("size");
  DriverInfo info;
  info.id = text_of(in.bytes(id_size, "identification"));
  const auto data = in.bytes(size, "data");
  info.data.assign(data.begin(), data.end());
  return info;
}

void encode_driver_info_block(Encoder& out, const DriverInfo& info) {
  out.version(0);
  out.zeros(3);
  out.uint(info.data.size(), 4);
  encode_id(out, info);
  out.bytes(info.data);
}

DriverInfo decode_driver_info_message(ByteView body, FieldWidths widths) {
  Decoder in(body, widths, "driver info message");
  in.version(0);
  DriverInfo info;
  info.id = text_of(in.bytes(id_size, "identification"));
  const auto data = in.bytes(in.u16("size"), "data");
  info.data.assign(data.begin(), data.end());
  return info;
}

void encode_driver_info_message(Encoder& out, const DriverInfo& info) {
  out.version(0);
  encode_id(out, info);
  out.uint(info.data.size(), 2);
  out.bytes(info.data);
}

std::optional<FamilyDriver> decode_family_driver(const DriverInfo& info) {
  if (info.id != family_id) return std::nullopt;
  Decoder in(info.data, {}, "family driver information");
  FamilyDriver family{in.u64("member size")};
  if (family.member_size == 0) in.fail("members of 0 bytes");
  return family;
}

std::optional<MultiDriver> decode_multi_driver(const DriverInfo& info) {
  if (info.id != multi_id) return std::nullopt;
  Decoder in(info.data, {}, "multi driver information");
  MultiDriver multi;
  for (auto& member : multi.mapping) {
    member = in.u8("mapping");
    if (member == 0 || member > multi.mapping.size()) in.fail(fmt::format("a kind mapped to {}", member));
  }
  in.reserved(2);
  multi.members.resize(members_of(multi.mapping).size());
  for (auto& member : multi.members) {
    member.start = in.u64("start of a member");
    member.end = in.u64("end of a member");
  }
  for (auto& member : multi.members) {
    const auto start = in.position();
    member.name = in.text("name of a member");
    in.skip((8 - (in.position() - start) % 8) % 8, "padding of a name");
  }
  return multi;
}

DriverInfo encode_family_driver(const FamilyDriver& family) {
  Encoder out;
  out.u64(family.member_size);
  return {std::string(family_id), std::move(out).take()};
}

DriverInfo encode_multi_driver(const MultiDriver& multi) {
  if (multi.members.size() != members_of(multi.mapping).size())
    throw Error(ErrorKind::invalid_argument,
                fmt::format("{} members for a mapping to {}", multi.members.size(), members_of(multi.mapping).size()));
  Encoder out;
  for (const auto value : multi.mapping) out.u8(value);
  out.zeros(2);
  for (const auto& member : multi.members) {
    out.u64(member.start);
    out.u64(member.end);
  }
  for (const auto& member : multi.members) {
    out.text(member.name);
    out.pad_to_multiple(8);
  }
  return {std::string(multi_id), std::move(out).take()};
}

}  // namespace fiver::format
