#include "format/superblock.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/decoder.hpp"

namespace fiver::format {
namespace {

constexpr std::uint32_t cache_nothing = 0, cache_symbol_table = 1;
constexpr unsigned scratch_size = 16;

FieldWidths decode_widths(Decoder& in) {
  const unsigned offset = in.u8("size of offsets"), length = in.u8("size of lengths");
  for (const auto width : {offset, length}) {
    if (width == 16 || width == 32) in.unsupported(fmt::format("fields of {} bytes", width));
    if (width != 2 && width != 4 && width != 8) in.fail(fmt::format("fields of {} bytes", width));
  }
  return {offset, length};
}

std::uint64_t decode_end_of_file(Decoder& in) {
  const auto end = in.defined_address("end of file address").value;
  return end;  // of a multi-file, beyond any single file
}

void must_be_zero(Decoder& in, std::string_view what) {
  if (const auto version = in.u8(what); version != 0) in.unsupported(fmt::format("{} {}", what, version));
}

std::uint16_t decode_k(Decoder& in, std::string_view what) {
  const auto k = in.u16(what);
  if (k == 0) in.fail(fmt::format("{} is 0", what));
  return k;
}

void decode_root_entry(Decoder& in, Superblock& s) {
  in.length("root entry's name offset");
  s.root_header = in.defined_address("root object header address");
  const auto cache = in.u32("root entry's cache type");
  in.reserved(4);
  const auto scratch = in.bytes(scratch_size, "root entry's scratch pad");
  if (cache != cache_symbol_table) return;  // a new-style root group leaves it empty
  Decoder pad(scratch, in.widths(), "root entry's scratch pad");
  const auto btree = pad.address("B-tree address"), heap = pad.address("local heap address");
  if (btree && heap) s.root_cache = CachedSymbolTable{*btree, *heap};
}

void decode_old(ByteView bytes, Superblock& s) {
  Decoder head(bytes, {}, "superblock");
  head.skip(superblock_signature.size() + 1, "signature and version");
  must_be_zero(head, "free space version");
  must_be_zero(head, "root entry version");
  head.reserved(1);
  must_be_zero(head, "shared header version");
  s.widths = decode_widths(head);
  Decoder in(bytes, s.widths, "superblock");
  in.skip(head.position(), "fields before");
  in.reserved(1);
  s.group_leaf_k = decode_k(in, "group leaf node K");
  s.group_internal_k = decode_k(in, "group internal node K");
  const auto flags = in.u32("consistency flags");
  if (flags > 0xFF) in.fail(fmt::format("consistency flags are {:#x}", flags));
  s.flags = static_cast<std::uint8_t>(flags);
  if (s.version == 1) {
    s.chunk_k = decode_k(in, "chunk node K");
    in.reserved(2);
  }
  s.base_address = in.defined_address("base address").value;
  in.address("free space address");
  s.end_of_file = decode_end_of_file(in);
  s.driver_info = in.address("driver information address");
  decode_root_entry(in, s);
}

void decode_new(ByteView bytes, Superblock& s) {
  Decoder head(bytes, {}, "superblock");
  head.skip(superblock_signature.size() + 1, "signature and version");
  s.widths = decode_widths(head);
  Decoder in(bytes, s.widths, "superblock");
  in.skip(head.position(), "fields before");
  s.flags = in.u8("consistency flags");
  if ((s.flags & ~(superblock_open_for_write | superblock_file_ok | superblock_swmr_write)) != 0)
    in.fail(fmt::format("consistency flags are {:#x}", s.flags));
  s.base_address = in.defined_address("base address").value;
  s.extension = in.address("extension address");
  s.end_of_file = decode_end_of_file(in);
  s.root_header = in.defined_address("root object header address");
  in.checksum();
}

}  // namespace

bool has_superblock_signature(ByteView bytes) {
  return bytes.size() >= superblock_signature.size() &&
         std::equal(superblock_signature.begin(), superblock_signature.end(), bytes.begin());
}

std::size_t superblock_size(std::uint8_t version, FieldWidths widths) {
  if (version >= 2) return 16 + 4 * std::size_t{widths.offset};
  return (version == 1 ? 28U : 24U) + 5 * std::size_t{widths.offset} + widths.length + 8 + scratch_size;
}

Superblock decode_superblock(ByteView bytes) {
  Decoder in(bytes, {}, "superblock");
  const auto signature = in.bytes(superblock_signature.size(), "signature");
  if (!has_superblock_signature(signature)) in.fail("no HDF5 signature");
  Superblock s;
  s.version = in.version_in({0, 1, 2, 3});
  if (s.version < 2)
    decode_old(bytes, s);
  else
    decode_new(bytes, s);
  return s;
}

void encode_superblock(Encoder& out, const Superblock& s) {
  if (s.version > 3)
    throw Error(ErrorKind::invalid_argument, fmt::format("there is no superblock version {}", s.version));
  if (out.widths() != s.widths)
    throw Error(ErrorKind::invalid_argument, "the superblock's field widths are not the encoder's");
  if (out.size() != 0)
    throw Error(ErrorKind::invalid_argument, "a superblock must be encoded on its own: its checksum covers it all");
  out.bytes(superblock_signature);
  out.version(s.version);
  if (s.version >= 2) {
    out.u8(static_cast<std::uint8_t>(s.widths.offset));
    out.u8(static_cast<std::uint8_t>(s.widths.length));
    out.u8(s.flags);
    out.address(Address{s.base_address});
    out.address(s.extension);
    out.address(Address{s.end_of_file});
    out.address(s.root_header);
    out.checksum();
    return;
  }
  out.zeros(4);
  out.u8(static_cast<std::uint8_t>(s.widths.offset));
  out.u8(static_cast<std::uint8_t>(s.widths.length));
  out.zeros(1);
  out.u16(s.group_leaf_k);
  out.u16(s.group_internal_k);
  out.u32(s.flags);
  if (s.version == 1) {
    out.u16(s.chunk_k);
    out.zeros(2);
  }
  out.address(Address{s.base_address});
  out.address(std::nullopt);  // free space is never kept here
  out.address(Address{s.end_of_file});
  out.address(s.driver_info);
  out.length(0);  // the root's name: the empty string at the start of the heap
  out.address(s.root_header);
  out.u32(s.root_cache ? cache_symbol_table : cache_nothing);
  out.zeros(4);
  const auto scratch_end = out.size() + scratch_size;
  if (s.root_cache) {
    out.address(s.root_cache->btree);
    out.address(s.root_cache->heap);
  }
  out.zeros(scratch_end - out.size());
}

}  // namespace fiver::format
