// Filter 32008, bitshuffle. Values: [major, minor, element size, block size in elements (0: the default), codec, level]. With a codec
// (2: LZ4, 3: zstd) a chunk is, integers big-endian:
//   total      : u64   decoded bytes
//   block_size : u32   decoded bytes of every block but the last; it may differ from the values'
//   block ...  : u32 stored size, then one LZ4 block or zstd frame of a bit-transposed block
//   rest       : the last (count mod 8) elements as they are
// Without a codec (0) it is the transposed blocks alone, then the rest. The last block holds what is left, down to a multiple of 8.
#include <fmt/format.h>
#include <lz4.h>
#include <zstd.h>

#include <algorithm>
#include <array>

#include "base/checked.hpp"
#include "codecs/bit_transpose.hpp"
#include "codecs/builtin_large.hpp"
#include "codecs/framed_filter.hpp"
#include "codecs/lz4_block.hpp"
#include "fiver/spi/piecewise_filter.hpp"

namespace fiver::codecs {
namespace {

constexpr std::uint32_t version_major = 0, version_minor = 4;  // of the library in every writer met
constexpr std::size_t header_size = 12, length_size = 4;
constexpr std::size_t default_block_bytes = 8192, least_block_elements = 128;
constexpr std::string_view plain_codec = "bitshuffle", lz4_codec = "bitshuffle+lz4", zstd_codec = "bitshuffle+zstd",
                           stored_codec = "stored";
// The most that a stored byte can stand for: an LZ4 length byte 255, four bytes of a zstd frame a block of 128 KiB; and what is added once.
constexpr std::uint64_t lz4_best_ratio = 255, lz4_extra = 64, zstd_best_ratio = 1U << 15U, zstd_extra = 1U << 17U;

enum class Codec : std::uint32_t { none = 0, lz4 = 2, zstd = 3 };

struct Parameters {
  std::size_t element_size = 0;
  std::uint64_t block_bytes = 0;
  Codec codec = Codec::none;
  int level = 0;
};

std::uint64_t default_block(std::uint64_t element_size) {
  return std::max(default_block_bytes / element_size / 8 * 8, least_block_elements) * element_size;
}

FilterStatus parameters_of(std::span<const std::uint32_t> values, Parameters& result) {
  if (values.size() < 3)
    return FilterStatus::bad_parameters(fmt::format("bitshuffle has {} values instead of 3 or more", values.size()));
  result.element_size = values[2];
  if (result.element_size == 0) return FilterStatus::bad_parameters("bitshuffle of elements of 0 bytes");
  const std::uint64_t block = values.size() > 3 ? values[3] : 0;
  if (block % 8 != 0)
    return FilterStatus::bad_parameters(fmt::format("bitshuffle blocks of {} elements, not a multiple of 8", block));
  result.block_bytes = block == 0 ? default_block(result.element_size) : block * result.element_size;
  const std::uint32_t codec = values.size() > 4 ? values[4] : 0;
  if (codec != 0 && codec != 2 && codec != 3)
    return FilterStatus::bad_parameters(fmt::format("unknown codec {} after bitshuffle", codec));
  result.codec = Codec{codec};
  result.level = values.size() > 5 ? static_cast<int>(std::min<std::uint32_t>(values[5], 22)) : 0;
  return FilterStatus::ok();
}

// What the stored bytes say of the decoded ones, before any of them are decoded.
FilterStatus read_header(ByteView in, Parameters& parameters, std::uint64_t& total) {
  total = in.size();
  if (parameters.codec != Codec::none) {
    if (in.size() < header_size)
      return FilterStatus::bad_data(
          fmt::format("the {} stored bytes are shorter than a bitshuffle header of {}", in.size(), header_size));
    total = load_big<std::uint64_t>(in);
    parameters.block_bytes = load_big<std::uint32_t>(in.subspan(8));
    if (parameters.block_bytes == 0) parameters.block_bytes = default_block(parameters.element_size);
    if (parameters.block_bytes % (8 * parameters.element_size) != 0)
      return FilterStatus::bad_data(
          fmt::format("bitshuffle blocks of {} bytes hold no multiple of 8 elements of {} bytes",
                      parameters.block_bytes, parameters.element_size));
  }
  if (total % parameters.element_size != 0)
    return FilterStatus::bad_data(
        fmt::format("{} decoded bytes are no whole elements of {} bytes", total, parameters.element_size));
  return FilterStatus::ok();
}

std::string_view name_of(Codec codec) {
  return codec == Codec::lz4 ? lz4_codec : codec == Codec::zstd ? zstd_codec : plain_codec;
}

// Calls `visit(const ChunkBlock&) -> FilterStatus` for every block in order, the rest last.
template <class Visit>
FilterStatus for_each_block(ByteView in, const Parameters& parameters, std::uint64_t total, Visit visit) {
  const bool coded = parameters.codec != Codec::none;
  const auto codec = name_of(parameters.codec);
  const std::uint64_t rest = total % (8 * parameters.element_size);
  std::size_t at = coded ? header_size : 0;
  for (std::uint64_t made = 0; made < total - rest;) {
    const auto size = std::min(parameters.block_bytes, total - rest - made);
    std::uint64_t stored = size;
    if (coded) {
      if (in.size() - at < length_size)
        return FilterStatus::bad_data(
            fmt::format("the length of a bitshuffle block at byte {} runs past the end at {}", at, in.size()));
      stored = load_big<std::uint32_t>(in.subspan(at));
      at += length_size;
    }
    if (stored > in.size() - at)
      return FilterStatus::bad_data(
          fmt::format("bitshuffle block at byte {} of {} bytes runs past the end at {}", at, stored, in.size()));
    if (auto status = visit(ChunkBlock{at, stored, made, size, codec}); !status) return status;
    at += static_cast<std::size_t>(stored);
    made += size;
  }
  if (rest == 0) return FilterStatus::ok();
  if (rest > in.size() - at)
    return FilterStatus::bad_data(fmt::format("the last {} elements at byte {} run past the end at {}",
                                              rest / parameters.element_size, at, in.size()));
  return visit(ChunkBlock{at, rest, total - rest, rest, stored_codec});
}

// True when the stored bytes can be what they claim: a short chunk of nonsense then costs no large allocation.
FilterStatus check_plausible(ByteView in, const Parameters& parameters, std::uint64_t total) {
  const bool lz4 = parameters.codec == Codec::lz4;
  const auto ratio = lz4 ? lz4_best_ratio : zstd_best_ratio, extra = lz4 ? lz4_extra : zstd_extra;
  return for_each_block(in, parameters, total, [&](const ChunkBlock& block) {
    if (block.codec != stored_codec && block.decoded_size > block.stored_size * ratio + extra)
      return FilterStatus::bad_data(fmt::format("block at byte {} of {} bytes cannot decode to {}", block.stored_offset,
                                                block.stored_size, block.decoded_size));
    return FilterStatus::ok();
  });
}

// Room for one block between its codec and its transposition. The usual block fits on the stack and so in the first cache.
class Scratch {
 public:
  MutableBytes of(std::size_t size) {
    if (size <= near_.size()) return near_;
    if (far_.size() < size) far_.resize(size);
    return far_;
  }

 private:
  std::array<std::byte, 16384> near_;
  Bytes far_;
};

struct FreeDecoder {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};
struct FreeEncoder {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

// Decodes blocks, one after another, with the room that they share.
class BlockDecoder {
 public:
  explicit BlockDecoder(std::size_t element_size) : element_size_(element_size) {}

  FilterStatus decode(const ChunkBlock& block, ByteView stored, MutableBytes out) {
    if (block.codec == stored_codec || block.codec == plain_codec) {
      if (stored.size() != out.size())
        return FilterStatus::bad_data(
            fmt::format("{} bytes stored at {} for {}", stored.size(), block.stored_offset, out.size()));
      if (block.codec == stored_codec)
        std::copy(stored.begin(), stored.end(), out.begin());
      else
        untranspose_bits(element_size_, stored, out);
      return FilterStatus::ok();
    }
    const MutableBytes rows = scratch_.of(out.size() + lz4_block_slack);
    if (block.codec == lz4_codec) {
      if (!decode_lz4_block(stored, rows, out.size()))
        return FilterStatus::bad_data(fmt::format("LZ4 block at byte {} of {} bytes does not decode to {}",
                                                  block.stored_offset, stored.size(), out.size()));
    } else {
      // Making one takes longer than decoding a block.
      thread_local const std::unique_ptr<ZSTD_DCtx, FreeDecoder> zstd(ZSTD_createDCtx());
      if (!zstd) return FilterStatus::unavailable("no memory for a zstd decoder");
      const std::size_t made = ZSTD_decompressDCtx(zstd.get(), rows.data(), out.size(), stored.data(), stored.size());
      if (ZSTD_isError(made) || made != out.size())
        return FilterStatus::bad_data(fmt::format("zstd frame at byte {} of {} bytes does not decode to {}: {}",
                                                  block.stored_offset, stored.size(), out.size(),
                                                  ZSTD_getErrorName(made)));
    }
    untranspose_bits(element_size_, rows.first(out.size()), out);
    return FilterStatus::ok();
  }

 private:
  std::size_t element_size_;
  Scratch scratch_;
};

FilterStatus decode_all(ByteView in, const Parameters& parameters, std::uint64_t total, MutableBytes out) {
  BlockDecoder decoder(parameters.element_size);
  return for_each_block(in, parameters, total, [&](const ChunkBlock& block) {
    return decoder.decode(
        block, in.subspan(static_cast<std::size_t>(block.stored_offset), static_cast<std::size_t>(block.stored_size)),
        out.subspan(static_cast<std::size_t>(block.decoded_offset), static_cast<std::size_t>(block.decoded_size)));
  });
}

void put_header(const Parameters& parameters, std::size_t size, Bytes& out) {
  if (parameters.codec == Codec::none) return;
  out.resize(header_size);
  store_big(std::uint64_t{size}, MutableBytes(out).first(8));
  store_big(static_cast<std::uint32_t>(parameters.block_bytes), MutableBytes(out).last(4));
}

// Encodes the blocks of a chunk behind what `out` has, which passes `room` by no more than one block. Room for the next block is made a
// few blocks ahead: growing sets it to zero.
class BlockEncoder {
 public:
  BlockEncoder(const Parameters& parameters, std::size_t room, Bytes& out)
      : parameters_(parameters), room_(room), out_(out), end_(out.size()) {}

  FilterStatus encode(ByteView elements) {
    if (parameters_.codec == Codec::none) {
      if (elements.size() > room_ - end_) return no_room();
      transpose_bits(parameters_.element_size, elements, next(elements.size()));
      end_ += elements.size();
      return FilterStatus::ok();
    }
    const MutableBytes rows = scratch_.of(elements.size()).first(elements.size());
    transpose_bits(parameters_.element_size, elements, rows);
    const auto to = next(length_size + bound(elements.size()));
    const auto stored = compress(rows, to.subspan(length_size));
    if (!stored || *stored + length_size > room_ - end_) return no_room();
    store_big(static_cast<std::uint32_t>(*stored), to.first(length_size));
    end_ += length_size + *stored;
    return FilterStatus::ok();
  }

  /// The elements that fill no group of eight, as they are, and the end.
  FilterStatus finish(ByteView rest) {
    if (rest.size() > room_ - end_) return no_room();
    out_.resize(end_);
    out_.insert(out_.end(), rest.begin(), rest.end());
    return FilterStatus::ok();
  }

 private:
  MutableBytes next(std::size_t size) {
    if (out_.size() - end_ < size) out_.resize(std::max(end_ + size, end_ + end_ / 4));
    return MutableBytes(out_).subspan(end_, size);
  }

  FilterStatus no_room() const {
    return FilterStatus::no_room(fmt::format("the encoded chunk is larger than {} bytes", room_));
  }

  std::size_t bound(std::size_t size) const {
    return parameters_.codec == Codec::lz4 ? static_cast<std::size_t>(LZ4_compressBound(static_cast<int>(size)))
                                           : ZSTD_compressBound(size);
  }

  std::optional<std::size_t> compress(ByteView rows, MutableBytes to) {
    if (parameters_.codec == Codec::lz4) {
      const int stored =
          LZ4_compress_default(reinterpret_cast<const char*>(rows.data()), reinterpret_cast<char*>(to.data()),
                               static_cast<int>(rows.size()), static_cast<int>(to.size()));
      if (stored <= 0) return std::nullopt;
      return static_cast<std::size_t>(stored);
    }
    if (!zstd_) zstd_.reset(ZSTD_createCCtx());
    const std::size_t stored =
        ZSTD_compressCCtx(zstd_.get(), to.data(), to.size(), rows.data(), rows.size(), parameters_.level);
    if (ZSTD_isError(stored)) return std::nullopt;
    return stored;
  }

  const Parameters& parameters_;
  std::size_t room_;
  Bytes& out_;
  std::size_t end_;  ///< of what is encoded
  std::unique_ptr<ZSTD_CCtx, FreeEncoder> zstd_;
  Scratch scratch_;
};

class Bitshuffle final : public Filter, public PiecewiseFilter, public FramedFilter {
 public:
  std::uint16_t id() const noexcept override { return 32008; }
  std::string_view name() const noexcept override { return "bitshuffle"; }

  FilterStatus decode(std::span<const std::uint32_t> values, ByteView in, std::size_t, std::size_t room,
                      Bytes& out) const override {
    auto status = decode_within(values, in, room, out);
    if (!status) out.clear();
    return status;
  }

  FilterStatus decode_into(std::span<const std::uint32_t> values, ByteView in, MutableBytes out) const override {
    Parameters parameters;
    std::uint64_t total;
    if (auto status = parameters_of(values, parameters); !status) return status;
    if (auto status = read_header(in, parameters, total); !status) return status;
    if (total != out.size())
      return FilterStatus::bad_data(fmt::format("decodes to {} bytes instead of {}", total, out.size()));
    return decode_all(in, parameters, total, out);
  }

  FilterStatus encode(std::span<const std::uint32_t> values, ByteView in, std::size_t room, Bytes& out) const override {
    out.clear();
    Parameters parameters;
    if (auto status = parameters_of(values, parameters); !status) return status;
    if (in.size() % parameters.element_size != 0)
      return FilterStatus::bad_data(
          fmt::format("{} bytes are no whole elements of {} bytes", in.size(), parameters.element_size));
    if (parameters.block_bytes > LZ4_MAX_INPUT_SIZE)
      return FilterStatus::bad_parameters(
          fmt::format("bitshuffle blocks of {} bytes are too large", parameters.block_bytes));
    if (parameters.codec != Codec::none && room < header_size)
      return FilterStatus::no_room(fmt::format("a bitshuffle header needs {} bytes", header_size));
    put_header(parameters, in.size(), out);
    BlockEncoder encoder(parameters, room, out);
    const std::size_t rest = in.size() % (8 * parameters.element_size);
    auto status = FilterStatus::ok();
    for (std::size_t at = 0; status && at < in.size() - rest;) {
      const auto size = std::min<std::size_t>(parameters.block_bytes, in.size() - rest - at);
      status = encoder.encode(in.subspan(at, size));
      at += size;
    }
    if (status) status = encoder.finish(in.last(rest));
    if (!status) out.clear();
    return status;
  }

  std::optional<Pieces> pieces(std::span<const std::uint32_t> values, std::size_t size) const override {
    Parameters parameters;
    if (!parameters_of(values, parameters)) return std::nullopt;
    Pieces result{static_cast<std::size_t>(parameters.block_bytes), {}};
    put_header(parameters, size, result.head);
    return result;
  }

  // The user gives [block size, codec, level], as to every other implementation; what came from another dataset is whole already.
  FilterStatus complete_parameters(const FilterContext& context, std::vector<std::uint32_t>& values) const override {
    constexpr std::size_t own = 3;
    if (values.size() <= own) values.insert(values.begin(), own, 0);
    values[0] = version_major;
    values[1] = version_minor;
    values[2] = context.type.size();
    Parameters parameters;
    return parameters_of(values, parameters);
  }

  std::optional<std::vector<ChunkBlock>> blocks(std::span<const std::uint32_t> values, ByteView in,
                                                std::size_t expected) const override {
    Parameters parameters;
    std::uint64_t total;
    if (!parameters_of(values, parameters) || !read_header(in, parameters, total) || total != expected)
      return std::nullopt;
    std::vector<ChunkBlock> found;
    const auto status = for_each_block(in, parameters, total, [&](const ChunkBlock& block) {
      found.push_back(block);
      return FilterStatus::ok();
    });
    if (!status) return std::nullopt;
    return found;
  }

  FilterStatus decode_block(std::span<const std::uint32_t> values, const ChunkBlock& block, ByteView stored,
                            MutableBytes out) const override {
    Parameters parameters;
    if (auto status = parameters_of(values, parameters); !status) return status;
    if (block.codec != stored_codec && out.size() % (8 * parameters.element_size) != 0)
      return FilterStatus::bad_data(fmt::format("a block of {} bytes holds no multiple of 8 elements of {} bytes",
                                                out.size(), parameters.element_size));
    return BlockDecoder(parameters.element_size).decode(block, stored, out);
  }

  std::optional<BlockFraming> framing(std::span<const std::uint32_t> values, std::uint64_t decoded) const override {
    Parameters parameters;
    if (!parameters_of(values, parameters) || decoded % parameters.element_size != 0) return std::nullopt;
    const auto rest = decoded % (8 * parameters.element_size);
    return BlockFraming{parameters.codec != Codec::none,
                        parameters.block_bytes,
                        decoded - rest,
                        rest,
                        name_of(parameters.codec),
                        stored_codec};
  }

 private:
  // `out` is not emptied first: a buffer of the right size from the last chunk is then not filled with zeros again.
  static FilterStatus decode_within(std::span<const std::uint32_t> values, ByteView in, std::size_t room, Bytes& out) {
    Parameters parameters;
    std::uint64_t total;
    if (auto status = parameters_of(values, parameters); !status) return status;
    if (auto status = read_header(in, parameters, total); !status) return status;
    if (total > room) return FilterStatus::no_room(fmt::format("decodes to {} bytes, more than {}", total, room));
    if (auto status = check_plausible(in, parameters, total); !status) return status;
    out.resize(static_cast<std::size_t>(total));
    return decode_all(in, parameters, total, out);
  }
};

}  // namespace

std::unique_ptr<Filter> make_bitshuffle() {
  return std::make_unique<Bitshuffle>();
}

}  // namespace fiver::codecs
