// Filter 32013, ZFP. Values: [library version << 16 | codec << 12 | plugin version, words...], the words being the header that zfp would
// put in front of a stream: magic, type and dimensions, mode. A chunk is the stream without that header. Bytes of a word are in the order
// of the machine that wrote it; where they only make sense swapped, so are the elements.
#include <fmt/format.h>
#include <zfp.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <optional>

#include "base/bytes.hpp"
#include "base/checked.hpp"
#include "codecs/builtin_large.hpp"

namespace fiver::codecs {
namespace {

constexpr std::uint32_t version_word = 0x1000U << 16U | 5U << 12U | 0x111U;
constexpr std::size_t most_words = 8;
constexpr std::size_t stream_slack = 64;  // the library reads and writes words of up to 8 bytes

struct Close {
  void operator()(bitstream* stream) const { stream_close(stream); }
  void operator()(zfp_stream* stream) const { zfp_stream_close(stream); }
  void operator()(zfp_field* field) const { zfp_field_free(field); }
};

// A zfp stream over a buffer, and the field that it codes.
struct Stream {
  Stream(void* bytes, std::size_t size)
      : bits(stream_open(bytes, size)), stream(zfp_stream_open(bits.get())), field(zfp_field_alloc()) {}
  std::unique_ptr<bitstream, Close> bits;
  std::unique_ptr<zfp_stream, Close> stream;
  std::unique_ptr<zfp_field, Close> field;
};

struct Header {
  std::uint64_t mode = 0, metadata = 0;
  std::size_t element_size = 0;
  std::uint64_t size = 0;  // bytes of the whole field
  bool swapped = false;
};

// The dimensions that are used are not 0, whatever the bits are.
std::optional<std::uint64_t> size_of(const zfp_field& field) {
  const std::array<std::uint64_t, 5> factors = {
      zfp_type_size(field.type), std::max<std::uint64_t>(field.nx, 1), std::max<std::uint64_t>(field.ny, 1),
      std::max<std::uint64_t>(field.nz, 1), std::max<std::uint64_t>(field.nw, 1)};
  return checked_product(factors);
}

FilterStatus read_header(std::span<const std::uint32_t> values, Header& header) {
  if (values.size() < 2 || values.size() > 1 + most_words)
    return FilterStatus::bad_parameters(fmt::format("ZFP has {} values instead of 4 to 6", values.size()));
  // Plugins before 1.1 did not name the codec; the magic of the header stands for it there.
  const std::uint32_t plugin = values[0] & 0xFFFU, codec = values[0] >> 12U & 0xFU;
  if (plugin >= 0x110 && codec > ZFP_CODEC)
    return FilterStatus::unavailable(
        fmt::format("written with codec {} of ZFP, the library here knows {}", codec, ZFP_CODEC));
  for (const bool swapped : {false, true}) {
    alignas(8) std::array<std::byte, 4 * most_words + stream_slack> bytes{};
    for (std::size_t i = 1; i < values.size(); ++i) {
      const auto word = MutableBytes(bytes).subspan(4 * (i - 1), 4);
      swapped ? store_big(values[i], word) : store_little(values[i], word);
    }
    const Stream stream(bytes.data(), bytes.size());
    if (zfp_read_header(stream.stream.get(), stream.field.get(), ZFP_HEADER_FULL) == 0) continue;
    header.mode = zfp_stream_mode(stream.stream.get());
    header.metadata = zfp_field_metadata(stream.field.get());
    header.element_size = zfp_type_size(stream.field->type);
    header.swapped = swapped;
    const auto size = size_of(*stream.field);
    if (!size || *size == 0) return FilterStatus::bad_parameters("the dimensions in the ZFP header are too large");
    header.size = *size;
    return FilterStatus::ok();
  }
  return FilterStatus::bad_parameters(fmt::format("the values hold no ZFP header of codec version {}", ZFP_CODEC));
}

bool set_up(const Stream& stream, const Header& header) {
  return zfp_stream_set_mode(stream.stream.get(), header.mode) != zfp_mode_null &&
         zfp_field_set_metadata(stream.field.get(), header.metadata) != 0;
}

void swap_elements(MutableBytes bytes, std::size_t size) {
  for (std::size_t at = 0; at < bytes.size(); at += size) std::reverse(&bytes[at], &bytes[at] + size);
}

// The most bytes that any stream of this header has. The library never looks where its input ends, so it gets a copy of that length.
FilterStatus longest_stream(const Header& header, std::size_t& longest) {
  const Stream stream(nullptr, 0);
  if (!set_up(stream, header)) return FilterStatus::bad_parameters("the ZFP header has no valid mode");
  longest = zfp_stream_maximum_size(stream.stream.get(), stream.field.get());
  if (longest == 0 || longest / 32 > header.size)
    return FilterStatus::bad_parameters(
        fmt::format("the ZFP header asks for streams of {} bytes for {} decoded ones", longest, header.size));
  return FilterStatus::ok();
}

FilterStatus decode_stream(const Header& header, ByteView in, MutableBytes out) {
  std::size_t longest = 0;
  if (auto status = longest_stream(header, longest); !status) return status;
  // Bits past the end are ones, of which a block takes as many as it can: what was cut off is then missed.
  Bytes padded(longest + stream_slack, std::byte{0xFF});
  const std::size_t kept = std::min(in.size(), longest);
  std::copy_n(in.begin(), kept, padded.begin());
  const Stream stream(padded.data(), padded.size());
  if (!set_up(stream, header)) return FilterStatus::bad_parameters("the ZFP header has no valid mode");
  zfp_field_set_pointer(stream.field.get(), out.data());
  const std::size_t used = zfp_decompress(stream.stream.get(), stream.field.get());
  if (used == 0 || used > (kept + 7) / 8 * 8)
    return FilterStatus::bad_data(
        fmt::format("the ZFP stream of {} bytes ends early: {} were needed", in.size(), used));
  if (header.swapped) swap_elements(out, header.element_size);
  return FilterStatus::ok();
}

// Two values are a double in the byte order of this machine's words, the lower half first.
double double_at(std::span<const std::uint32_t> values, std::size_t at) {
  return std::bit_cast<double>(std::uint64_t{values[at]} | std::uint64_t{values[at + 1]} << 32U);
}

enum class Mode : std::uint32_t { rate = 1, precision = 2, accuracy = 3, expert = 4, reversible = 5 };

// The user's form: [mode, 0, arguments...]; none at all means the library's own defaults.
FilterStatus set_mode(zfp_stream* stream, std::span<const std::uint32_t> values, zfp_type type, unsigned rank) {
  if (values.empty()) {
    zfp_stream_set_params(stream, ZFP_MIN_BITS, ZFP_MAX_BITS, ZFP_MAX_PREC, ZFP_MIN_EXP);
    return FilterStatus::ok();
  }
  constexpr std::array<std::size_t, 6> needed = {0, 4, 3, 4, 6, 1};
  if (values[0] == 0 || values[0] >= needed.size() || values.size() < needed[values[0]])
    return FilterStatus::bad_parameters(fmt::format("ZFP mode {} with {} values", values[0], values.size()));
  switch (Mode{values[0]}) {
    case Mode::rate:
      if (!(double_at(values, 2) > 0)) return FilterStatus::bad_parameters("ZFP needs a rate above 0");
      zfp_stream_set_rate(stream, double_at(values, 2), type, rank, zfp_false);
      break;
    case Mode::precision:
      zfp_stream_set_precision(stream, values[2]);
      break;
    case Mode::accuracy:
      zfp_stream_set_accuracy(stream, double_at(values, 2));
      break;
    case Mode::expert:
      if (!zfp_stream_set_params(stream, values[2], values[3], values[4], static_cast<int>(values[5])))
        return FilterStatus::bad_parameters("the expert parameters of ZFP contradict each other");
      break;
    case Mode::reversible:
      zfp_stream_set_reversible(stream);
      break;
  }
  return FilterStatus::ok();
}

zfp_type type_of(const Datatype& type) {
  const auto native = std::endian::native == std::endian::little ? ByteOrder::little : ByteOrder::big;
  if (const auto* number = type.as<FloatType>(); number && number->order == native)
    return type.size() == 4 ? zfp_type_float : type.size() == 8 ? zfp_type_double : zfp_type_none;
  if (const auto* number = type.as<IntegerType>(); number && number->order == native)
    return type.size() == 4 ? zfp_type_int32 : type.size() == 8 ? zfp_type_int64 : zfp_type_none;
  return zfp_type_none;
}

class Zfp final : public Filter {
 public:
  std::uint16_t id() const noexcept override { return 32013; }
  std::string_view name() const noexcept override { return "zfp"; }

  FilterStatus decode(std::span<const std::uint32_t> values, ByteView in, std::size_t, std::size_t room,
                      Bytes& out) const override {
    Header header;
    auto status = read_header(values, header);
    if (status && header.size > room)
      status = FilterStatus::no_room(fmt::format("decodes to {} bytes, more than {}", header.size, room));
    // A block of up to 256 elements of 8 bytes takes at least one bit.
    constexpr std::uint64_t best_ratio = 8 * 2048, extra = 2048;
    if (status && header.size > in.size() * best_ratio + extra)
      status =
          FilterStatus::bad_data(fmt::format("a ZFP stream of {} bytes cannot decode to {}", in.size(), header.size));
    if (status) {
      out.resize(header.size);
      status = decode_stream(header, in, out);
    }
    if (!status) out.clear();
    return status;
  }

  FilterStatus decode_into(std::span<const std::uint32_t> values, ByteView in, MutableBytes out) const override {
    Header header;
    if (auto status = read_header(values, header); !status) return status;
    if (header.size != out.size())
      return FilterStatus::bad_data(fmt::format("decodes to {} bytes instead of {}", header.size, out.size()));
    return decode_stream(header, in, out);
  }

  FilterStatus encode(std::span<const std::uint32_t> values, ByteView in, std::size_t room, Bytes& out) const override {
    out.clear();
    Header header;
    if (auto status = read_header(values, header); !status) return status;
    if (header.size != in.size())
      return FilterStatus::bad_data(fmt::format("{} bytes to encode, {} in the ZFP header", in.size(), header.size));
    if (header.swapped) return FilterStatus::bad_parameters("ZFP writes elements in this machine's byte order only");
    std::size_t longest = 0;
    if (auto status = longest_stream(header, longest); !status) return status;
    out.resize(longest + stream_slack);
    Bytes elements(in.begin(), in.end());  // aligned, and not const as the library wants it
    const Stream stream(out.data(), out.size());
    if (!set_up(stream, header)) return FilterStatus::bad_parameters("the ZFP header has no valid mode");
    zfp_field_set_pointer(stream.field.get(), elements.data());
    const std::size_t made = zfp_compress(stream.stream.get(), stream.field.get());
    out.resize(std::min(made, room));
    if (made != 0 && made <= room) return FilterStatus::ok();
    out.clear();
    if (made == 0) return FilterStatus::bad_data("ZFP cannot encode the chunk");
    return FilterStatus::no_room(fmt::format("the encoded chunk is larger than {} bytes", room));
  }

  FilterStatus complete_parameters(const FilterContext& context, std::vector<std::uint32_t>& values) const override {
    if (!values.empty() && values[0] > static_cast<std::uint32_t>(Mode::reversible)) {
      Header header;
      return read_header(values, header);  // whole already: from another dataset
    }
    const zfp_type type = type_of(context.type);
    if (type == zfp_type_none)
      return FilterStatus::bad_parameters("ZFP takes integers and floats of 4 or 8 bytes in this machine's byte order");
    std::vector<std::uint64_t> used;  // fastest first
    for (std::size_t i = context.chunk.size(); i-- > 0;)
      if (context.chunk[i] > 1) used.push_back(context.chunk[i]);
    if (used.empty() || used.size() > 4)
      return FilterStatus::bad_parameters(
          fmt::format("ZFP takes chunks of 1 to 4 dimensions above 1, not {}", used.size()));

    alignas(8) std::array<std::byte, 4 * most_words + stream_slack> bytes{};
    const Stream stream(bytes.data(), bytes.size());
    zfp_field_set_type(stream.field.get(), type);
    used.resize(4, 0);
    stream.field->nx = used[0];
    stream.field->ny = used[1];
    stream.field->nz = used[2];
    stream.field->nw = used[3];
    const auto rank = zfp_field_dimensionality(stream.field.get());
    if (auto status = set_mode(stream.stream.get(), values, type, rank); !status) return status;
    const std::size_t bits = zfp_write_header(stream.stream.get(), stream.field.get(), ZFP_HEADER_FULL);
    if (bits == 0) return FilterStatus::bad_parameters("the chunk is too large for a ZFP header");
    zfp_stream_flush(stream.stream.get());
    values = {version_word};
    for (std::size_t at = 0; 8 * at < bits; at += 4)
      values.push_back(load_little<std::uint32_t>(ByteView(bytes).subspan(at, 4)));
    return FilterStatus::ok();
  }
};

}  // namespace

std::unique_ptr<Filter> make_zfp() {
  return std::make_unique<Zfp>();
}

}  // namespace fiver::codecs
