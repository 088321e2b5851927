// Filter 32004, LZ4. Values: [bytes of a block], optional. Integers are big-endian:
//   total      : u64   decoded bytes
//   block_size : u32   decoded bytes of every block but the last
//   block ...  : u32 stored size, then one LZ4 block; as many decoded bytes as stored bytes means stored as they are
#include <fmt/format.h>
#include <lz4.h>

#include "codecs/builtin.hpp"
#include "codecs/growing.hpp"

namespace fiver::codecs {
namespace {

constexpr std::size_t header_size = 12, length_size = 4;
constexpr std::uint32_t default_block = std::uint32_t{1} << 30U;
constexpr std::string_view lz4_codec = "lz4", stored_codec = "stored";

struct Header {
  std::uint64_t total = 0;
  std::uint64_t block_size = 0;
};

FilterStatus read_header(ByteView in, Header& header) {
  if (in.size() < header_size)
    return FilterStatus::bad_data(fmt::format("the {} stored bytes are shorter than an LZ4 header of 12", in.size()));
  header = {load_big<std::uint64_t>(in), load_big<std::uint32_t>(in.subspan(8))};
  if (header.block_size == 0 && header.total != 0)
    return FilterStatus::bad_data(fmt::format("LZ4 blocks of 0 bytes cannot hold {}", header.total));
  return FilterStatus::ok();
}

/// Calls `visit(const ChunkBlock&) -> FilterStatus` for every block in order.
template <class Visit>
FilterStatus for_each_block(ByteView in, const Header& header, Visit visit) {
  std::size_t at = header_size;
  for (std::uint64_t made = 0; made < header.total;) {
    const auto size = std::min(header.block_size, header.total - made);
    if (in.size() - at < length_size)
      return FilterStatus::bad_data(
          fmt::format("the length of an LZ4 block at byte {} runs past the end at {}", at, in.size()));
    const auto stored = load_big<std::uint32_t>(in.subspan(at));
    at += length_size;
    if (stored > in.size() - at)
      return FilterStatus::bad_data(
          fmt::format("LZ4 block at byte {} of {} bytes runs past the end at {}", at, stored, in.size()));
    if (auto status = visit(ChunkBlock{at, stored, made, size, stored == size ? stored_codec : lz4_codec}); !status)
      return status;
    at += stored;
    made += size;
  }
  return FilterStatus::ok();
}

FilterStatus decode_one(const ChunkBlock& block, ByteView stored, MutableBytes out) {
  if (block.codec == stored_codec) {
    if (stored.size() != out.size())
      return FilterStatus::bad_data(fmt::format("raw block at byte {} has {} bytes instead of {}", block.stored_offset,
                                                stored.size(), out.size()));
    std::copy(stored.begin(), stored.end(), out.begin());
    return FilterStatus::ok();
  }
  if (stored.size() > LZ4_MAX_INPUT_SIZE || out.size() > LZ4_MAX_INPUT_SIZE)
    return FilterStatus::bad_data(fmt::format("LZ4 block at byte {} is larger than LZ4 allows", block.stored_offset));
  const int made =
      LZ4_decompress_safe(reinterpret_cast<const char*>(stored.data()), reinterpret_cast<char*>(out.data()),
                          static_cast<int>(stored.size()), static_cast<int>(out.size()));
  if (made < 0)
    return FilterStatus::bad_data(fmt::format("LZ4 block at byte {} is wrong near byte {}", block.stored_offset,
                                              block.stored_offset + static_cast<std::uint64_t>(-(made + 1))));
  if (static_cast<std::size_t>(made) != out.size())
    return FilterStatus::bad_data(
        fmt::format("LZ4 block at byte {} decodes to {} bytes instead of {}", block.stored_offset, made, out.size()));
  return FilterStatus::ok();
}

FilterStatus decode_all(ByteView in, const Header& header, MutableBytes out) {
  return for_each_block(in, header, [&](const ChunkBlock& block) {
    return decode_one(block, in.subspan(block.stored_offset, block.stored_size),
                      out.subspan(block.decoded_offset, block.decoded_size));
  });
}

class Lz4 final : public Filter {
 public:
  std::uint16_t id() const noexcept override { return 32004; }
  std::string_view name() const noexcept override { return "LZ4"; }

  FilterStatus decode(std::span<const std::uint32_t>, ByteView in, std::size_t, std::size_t room,
                      Bytes& out) const override {
    out.clear();
    Header header;
    if (auto status = read_header(in, header); !status) return status;
    if (header.total > room)
      return FilterStatus::no_room(fmt::format("the header promises {} bytes, more than {}", header.total, room));
    // A walk over the lengths first: a chunk that is cut off costs no allocation.
    if (auto status = for_each_block(in, header, [](const ChunkBlock&) { return FilterStatus::ok(); }); !status)
      return status;
    out.resize(header.total);
    auto status = decode_all(in, header, out);
    if (!status) out.clear();
    return status;
  }

  FilterStatus decode_into(std::span<const std::uint32_t>, ByteView in, MutableBytes out) const override {
    Header header;
    if (auto status = read_header(in, header); !status) return status;
    if (header.total != out.size())
      return FilterStatus::bad_data(
          fmt::format("the header promises {} bytes instead of {}", header.total, out.size()));
    return decode_all(in, header, out);
  }

  FilterStatus encode(std::span<const std::uint32_t> values, ByteView in, std::size_t room, Bytes& out) const override {
    out.clear();
    std::size_t block_size = values.empty() || values[0] == 0 ? default_block : values[0];
    if (block_size > LZ4_MAX_INPUT_SIZE)
      return FilterStatus::bad_parameters(fmt::format("LZ4 blocks of {} bytes are too large", block_size));
    block_size = std::min(block_size, in.size());
    const auto no_room = [&] {
      out.clear();
      return FilterStatus::no_room(fmt::format("LZ4 needs more than {} bytes", room));
    };
    if (room < header_size) return no_room();
    out.resize(header_size);
    store_big(std::uint64_t{in.size()}, out);
    store_big(static_cast<std::uint32_t>(block_size), MutableBytes(out).subspan(8));
    for (; !in.empty(); in = in.subspan(std::min(block_size, in.size()))) {
      const auto block = in.first(std::min(block_size, in.size()));
      const auto start = out.size() + length_size;
      if (start > room) return no_room();
      // One byte less than the block: what does not fit there is stored as it is.
      const auto space = std::min(block.size() - 1, room - start);
      out.resize(start + space);
      auto stored = static_cast<std::size_t>(
          LZ4_compress_default(reinterpret_cast<const char*>(block.data()), reinterpret_cast<char*>(out.data() + start),
                               static_cast<int>(block.size()), static_cast<int>(space)));
      if (stored == 0) {
        stored = block.size();
        if (stored > room - start) return no_room();
        out.resize(start);
        out.insert(out.end(), block.begin(), block.end());
      }
      out.resize(start + stored);
      store_big(static_cast<std::uint32_t>(stored), MutableBytes(out).subspan(start - length_size));
    }
    return FilterStatus::ok();
  }

  FilterStatus complete_parameters(const FilterContext&, std::vector<std::uint32_t>& values) const override {
    if (!values.empty() && values[0] > LZ4_MAX_INPUT_SIZE)
      return FilterStatus::bad_parameters(fmt::format("LZ4 blocks of {} bytes are too large", values[0]));
    return FilterStatus::ok();
  }

  std::optional<std::vector<ChunkBlock>> blocks(std::span<const std::uint32_t>, ByteView in,
                                                std::size_t expected) const override {
    Header header;
    if (!read_header(in, header) || header.total != expected) return std::nullopt;
    std::vector<ChunkBlock> found;
    const auto status = for_each_block(in, header, [&](const ChunkBlock& block) {
      found.push_back(block);
      return FilterStatus::ok();
    });
    if (!status) return std::nullopt;
    return found;
  }

  FilterStatus decode_block(std::span<const std::uint32_t>, const ChunkBlock& block, ByteView stored,
                            MutableBytes out) const override {
    return decode_one(block, stored, out);
  }
};

}  // namespace

std::unique_ptr<Filter> make_lz4() {
  return std::make_unique<Lz4>();
}

}  // namespace fiver::codecs
