// Filter 4, szip. Values: [options, pixels per block, bits per pixel, pixels per scanline]. A chunk is
//   size   : u32   decoded bytes
//   stream : a CCSDS 121.0-B stream, coded by libaec, in szip's arrangement:
// 32- and 64-bit pixels are split into byte planes, coded as 8-bit samples; a scanline is one reference interval, and is filled up to
// whole blocks.
#include <fmt/format.h>
#include <libaec.h>

#include "codecs/builtin.hpp"
#include "codecs/growing.hpp"

namespace fiver::codecs {
namespace {

constexpr std::size_t size_bytes = 4;
constexpr std::uint32_t entropy_coding = 4, little_endian = 8, big_endian = 16, nearest_neighbour = 32, allow_k13 = 1,
                        raw = 128;
constexpr std::uint32_t max_block = 32, max_blocks_in_scanline = 128;
/// A whole interval of zero blocks is a few bits: 64 blocks of 32 4-byte samples in less than two bytes.
constexpr std::size_t best_ratio = 8192;

/// How pixels become libaec's samples.
struct Arrangement {
  unsigned sample_bits = 0, block = 0, blocks_in_scanline = 0, flags = 0;
  std::size_t pixel_size = 0;   ///< bytes of a pixel in the decoded chunk
  std::size_t sample_size = 0;  ///< bytes of a sample: 1 where pixels are split into planes
  std::size_t scanline = 0;     ///< samples of a scanline, without the filling
  std::size_t padded() const { return std::size_t{block} * blocks_in_scanline; }
  bool planes() const { return sample_size != pixel_size; }
  /// Bytes of libaec's samples for `size` bytes of pixels; the last scanline is filled up only `whole`.
  std::size_t sample_bytes(std::size_t size, bool whole) const {
    const auto samples = size / sample_size;
    const auto rest = samples % scanline;
    const auto tail = rest == 0 ? 0 : whole && padded() != scanline ? padded() : rest;
    return (samples / scanline * padded() + tail) * sample_size;
  }
};

FilterStatus arrange(std::span<const std::uint32_t> values, Arrangement& a) {
  if (values.size() < 4)
    return FilterStatus::bad_parameters(fmt::format("szip needs 4 values and has {}", values.size()));
  const auto options = values[0], block = values[1], bits = values[2], scanline = values[3];
  if (block < 2 || block > max_block || block % 2 != 0)
    return FilterStatus::bad_parameters(fmt::format("szip blocks of {} pixels are not even and at most 32", block));
  if (bits == 0 || (bits > 24 && bits != 32 && bits != 64))
    return FilterStatus::bad_parameters(fmt::format("szip cannot have pixels of {} bits", bits));
  if (scanline == 0 || scanline > block * max_blocks_in_scanline)
    return FilterStatus::bad_parameters(fmt::format("szip scanlines of {} pixels are not 1 to 128 blocks", scanline));
  const bool split = bits > 24;
  a.sample_bits = split ? 8 : bits;
  a.block = block;
  a.blocks_in_scanline = (scanline + block - 1) / block;
  a.flags = AEC_NOT_ENFORCE;
  if ((options & big_endian) != 0) a.flags |= AEC_DATA_MSB;
  if ((options & nearest_neighbour) != 0) a.flags |= AEC_DATA_PREPROCESS;
  a.pixel_size = split ? bits / 8 : bits > 16 ? 4 : bits > 8 ? 2 : 1;
  a.sample_size = split ? 1 : a.pixel_size;
  a.scanline = scanline;
  return FilterStatus::ok();
}

aec_stream stream_of(const Arrangement& a, ByteView in, MutableBytes out) {
  aec_stream stream{};
  stream.bits_per_sample = a.sample_bits;
  stream.block_size = a.block;
  stream.rsi = a.blocks_in_scanline;
  stream.flags = a.flags;
  stream.next_in = reinterpret_cast<const unsigned char*>(in.data());
  stream.avail_in = in.size();
  stream.next_out = reinterpret_cast<unsigned char*>(out.data());
  stream.avail_out = out.size();
  return stream;
}

/// Moves every scanline from `from`, which has `from_line` bytes a line, to `to`, which has `to_line`.
void repack(ByteView from, std::size_t from_line, MutableBytes to, std::size_t to_line) {
  while (!from.empty() && !to.empty()) {
    const auto count = std::min({from_line, to_line, from.size(), to.size()});
    std::memcpy(to.data(), from.data(), count);
    from = from.subspan(std::min(from_line, from.size()));
    to = to.subspan(std::min(to_line, to.size()));
  }
}

/// Plane b holds byte b of every pixel.
void join_planes(ByteView planes, MutableBytes pixels, std::size_t size) {
  const auto count = pixels.size() / size;
  for (std::size_t b = 0; b < size; ++b)
    for (std::size_t i = 0; i < count; ++i) pixels[i * size + b] = planes[b * count + i];
}

void split_planes(ByteView pixels, MutableBytes planes, std::size_t size) {
  const auto count = pixels.size() / size;
  for (std::size_t b = 0; b < size; ++b)
    for (std::size_t i = 0; i < count; ++i) planes[b * count + i] = pixels[i * size + b];
}

FilterStatus decode_stream(const Arrangement& a, ByteView in, MutableBytes out) {
  if (out.empty()) return FilterStatus::ok();
  const bool filled = a.padded() != a.scanline;
  Bytes samples(filled || a.planes() ? a.sample_bytes(out.size(), true) : 0);
  auto stream = stream_of(a, in, samples.empty() ? out : MutableBytes(samples));
  if (const int result = aec_buffer_decode(&stream); result != AEC_OK)
    return FilterStatus::bad_data(
        fmt::format("szip stream is wrong near byte {} (code {})", size_bytes + in.size() - stream.avail_in, result));
  // The filling of the last scanline may be missing.
  if (const auto needed = a.sample_bytes(out.size(), false); stream.total_out < needed)
    return FilterStatus::bad_data(
        fmt::format("szip stream of {} bytes ends after {} of {} decoded bytes", in.size(), stream.total_out, needed));
  if (samples.empty()) return FilterStatus::ok();
  if (!a.planes()) {
    repack(samples, a.padded() * a.sample_size, out, a.scanline * a.sample_size);
  } else if (!filled) {
    join_planes(samples, out, a.pixel_size);
  } else {
    Bytes planes(out.size());
    repack(samples, a.padded(), planes, a.scanline);
    join_planes(planes, out, a.pixel_size);
  }
  return FilterStatus::ok();
}

/// `in` as samples, scanlines filled up by repeating the last sample: it costs least.
Bytes make_samples(const Arrangement& a, ByteView in) {
  Bytes planes;
  if (a.planes()) {
    planes.resize(in.size());
    split_planes(in, planes, a.pixel_size);
    in = planes;
  }
  if (a.padded() == a.scanline) return Bytes(in.begin(), in.end());
  Bytes samples;
  samples.reserve(a.sample_bytes(in.size(), true));
  while (!in.empty()) {
    const auto line = in.first(std::min(in.size(), a.scanline * a.sample_size));
    samples.insert(samples.end(), line.begin(), line.end());
    const auto last = line.last(a.sample_size);
    for (auto have = line.size(); have < a.padded() * a.sample_size; have += a.sample_size)
      samples.insert(samples.end(), last.begin(), last.end());
    in = in.subspan(line.size());
  }
  return samples;
}

FilterStatus read_size(ByteView in, std::size_t& size) {
  if (in.size() < size_bytes)
    return FilterStatus::bad_data(fmt::format("the {} stored bytes cannot hold a size of 4", in.size()));
  size = load_little<std::uint32_t>(in);
  return FilterStatus::ok();
}

class Szip final : public Filter {
 public:
  std::uint16_t id() const noexcept override { return 4; }
  std::string_view name() const noexcept override { return "szip"; }

  FilterStatus decode(std::span<const std::uint32_t> values, ByteView in, std::size_t, std::size_t room,
                      Bytes& out) const override {
    out.clear();
    std::size_t size = 0;
    if (auto status = read_size(in, size); !status) return status;
    if (size > room) return FilterStatus::no_room(fmt::format("szip promises {} bytes, more than {}", size, room));
    if (size / best_ratio > in.size())
      return FilterStatus::bad_data(fmt::format("{} bytes cannot hold the {} that szip promises", in.size(), size));
    out.resize(size);
    auto status = decode_into(values, in, out);
    if (!status) out.clear();
    return status;
  }

  FilterStatus decode_into(std::span<const std::uint32_t> values, ByteView in, MutableBytes out) const override {
    Arrangement a;
    if (auto status = arrange(values, a); !status) return status;
    std::size_t size = 0;
    if (auto status = read_size(in, size); !status) return status;
    if (size != out.size())
      return FilterStatus::bad_data(fmt::format("szip promises {} bytes instead of {}", size, out.size()));
    if (size % a.pixel_size != 0)
      return FilterStatus::bad_data(fmt::format("{} bytes are no whole number of {}-byte pixels", size, a.pixel_size));
    return decode_stream(a, in.subspan(size_bytes), out);
  }

  FilterStatus encode(std::span<const std::uint32_t> values, ByteView in, std::size_t room, Bytes& out) const override {
    out.clear();
    Arrangement a;
    if (auto status = arrange(values, a); !status) return status;
    if (in.size() % a.pixel_size != 0 || in.size() > std::numeric_limits<std::uint32_t>::max())
      return FilterStatus::bad_parameters(
          fmt::format("szip cannot store {} bytes as {}-byte pixels", in.size(), a.pixel_size));
    const auto no_room = [&] {
      out.clear();
      return FilterStatus::no_room(fmt::format("szip needs more than {} bytes", room));
    };
    if (room < size_bytes) return no_room();
    const auto samples = make_samples(a, in);
    // libaec never grows a block by more than its option bits: less than a byte for each of its samples.
    out.resize(std::min(room, size_bytes + 2 * samples.size() + 64));
    store_little(static_cast<std::uint32_t>(in.size()), MutableBytes(out));
    if (samples.empty()) {
      out.resize(size_bytes);
      return FilterStatus::ok();
    }
    auto stream = stream_of(a, samples, MutableBytes(out).subspan(size_bytes));
    if (aec_encode_init(&stream) != AEC_OK) {
      out.clear();
      return FilterStatus::bad_parameters("libaec refuses these szip parameters");
    }
    const int result = aec_encode(&stream, AEC_FLUSH);
    // Ending it fails when not everything was written: the buffer was too small.
    const int ended = aec_encode_end(&stream);
    if (result != AEC_OK || ended != AEC_OK) return no_room();
    out.resize(size_bytes + stream.total_out);
    return FilterStatus::ok();
  }

  FilterStatus complete_parameters(const FilterContext& context, std::vector<std::uint32_t>& values) const override;
};

/// The bits of a pixel and the byte order; 0 bits for a type szip does not take.
std::pair<std::uint32_t, bool> pixel_of(const Datatype& type) {
  const auto of = [&](std::uint32_t precision, std::uint32_t offset, ByteOrder order) {
    auto bits = precision < type.size() * 8 && offset != 0 ? type.size() * 8 : precision;
    if (bits > 24) bits = bits <= 32 ? 32 : bits <= 64 ? 64 : 0;
    return std::pair{bits, order == ByteOrder::big};
  };
  if (const auto* integer = type.as<IntegerType>()) return of(integer->precision, integer->bit_offset, integer->order);
  if (const auto* real = type.as<FloatType>()) return of(real->precision, real->bit_offset, real->order);
  if (const auto* field = type.as<BitFieldType>()) return of(field->precision, field->bit_offset, field->order);
  if (type.size() == 1) return {8, false};
  return {0, false};
}

FilterStatus Szip::complete_parameters(const FilterContext& context, std::vector<std::uint32_t>& values) const {
  if (values.size() < 2) return FilterStatus::bad_parameters("szip needs its options and the pixels of a block");
  const auto [bits, big] = pixel_of(context.type);
  const auto block = values[1];
  const auto elements = checked_product(context.chunk);
  if (bits == 0) return FilterStatus::bad_parameters("szip takes numbers of at most 64 bits");
  if (context.chunk.empty() || !elements)
    return FilterStatus::bad_parameters("szip needs a chunk of at least one dimension");
  const std::uint64_t longest = std::uint64_t{block} * max_blocks_in_scanline;
  const auto last = context.chunk.back();
  if (last < block && *elements < block)
    return FilterStatus::bad_parameters(
        fmt::format("a chunk of {} elements is less than a szip block of {}", *elements, block));
  const auto scanline = last < block ? std::min(longest, *elements) : last <= 4096 ? std::min(longest, last) : longest;
  const auto kept = values[0] & (entropy_coding | nearest_neighbour);
  values = {kept | allow_k13 | raw | (big ? big_endian : little_endian), block, bits,
            static_cast<std::uint32_t>(scanline)};
  Arrangement checked;
  return arrange(values, checked);
}

}  // namespace

std::unique_ptr<Filter> make_szip() {
  return std::make_unique<Szip>();
}

}  // namespace fiver::codecs
