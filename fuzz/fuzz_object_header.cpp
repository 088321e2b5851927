// Object headers and superblocks. Byte 0 of the input chooses; checksums are made right first, so that the fuzzer sees past them.
#include <algorithm>

#include "base/checksum.hpp"
#include "base/decoder.hpp"
#include "base/encoder.hpp"
#include "format/driver_info.hpp"
#include "format/object_header.hpp"
#include "format/superblock.hpp"
#include "fuzzing.hpp"

namespace {

using namespace fiver;
using namespace fiver::format;

// The first `size` bytes with their last four replaced by the checksum of the others.
Bytes checksummed(ByteView bytes, std::size_t size) {
  Bytes copy(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
  if (size >= 4) store_little(lookup3(ByteView(copy).first(size - 4)), MutableBytes(copy).last(4));
  return copy;
}

void check_same(const std::vector<RawMessage>& a, const std::vector<RawMessage>& b) {
  const auto same = [](const RawMessage& x, const RawMessage& y) {
    return x.type == y.type && x.flags == y.flags && x.creation_index == y.creation_index &&
           std::equal(x.body.begin(), x.body.end(), y.body.begin(), y.body.end());
  };
  if (!std::equal(a.begin(), a.end(), b.begin(), b.end(), same)) fuzzing::fail("messages changed on their way");
}

void header(ByteView input) {
  Decoder in(input, {}, "object header");
  const auto prefix = decode_object_header_prefix(in);
  if (prefix.block_bytes > input.size()) return;
  const auto size = static_cast<std::size_t>(prefix.block_bytes);
  const auto block = prefix.version == 2 ? checksummed(input, size)
                                         : Bytes(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(size));
  const auto messages = decode_first_block(block, prefix);
  const auto again = encode_first_block(prefix, messages);
  Decoder second(again, {}, "object header");
  const auto prefix_again = decode_object_header_prefix(second);
  check_same(messages, decode_first_block(again, prefix_again));

  const auto rest = input.subspan(size);
  const auto more = prefix.version == 2 ? checksummed(rest, rest.size()) : Bytes(rest.begin(), rest.end());
  const auto continued = decode_continuation_block(more, prefix);
  const auto more_again = encode_continuation_block(prefix, continued);
  check_same(continued, decode_continuation_block(more_again, prefix));
}

void superblock(ByteView input) {
  Bytes bytes(superblock_signature.begin(), superblock_signature.end());
  bytes.insert(bytes.end(), input.begin(), input.end());
  if (bytes.size() > 11 && bytes[8] >= std::byte{2}) {
    const auto size = superblock_size(2, {std::to_integer<unsigned>(bytes[9]), 8});
    if (size <= bytes.size()) bytes = checksummed(bytes, size);
  }
  const auto value = decode_superblock(bytes);
  Encoder out(value.widths);
  if (!fuzzing::survives([&] { encode_superblock(out, value); })) return;
  if (decode_superblock(out.view()) != value) fuzzing::fail("a superblock changed on its way through the encoder");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = std::as_bytes(std::span(data, size));
  switch (fuzzing::take_byte(input) % 4) {
    case 0:
      fuzzing::survives([&] { superblock(input); });
      break;
    case 1:
      fuzzing::survives([&] { decode_driver_info_block(input); });
      break;
    default:
      fuzzing::survives([&] { header(input); });
      break;
  }
  return 0;
}
