// Filter 32001, Blosc (version 1). Values: [filter revision 2, format 2, element size, chunk bytes, level, shuffle, codec]; only the
// encoder reads them. A chunk is one frame that describes itself, integers little-endian:
//   version, codec version, flags : u8   flags: bit 0 bytes shuffled, 1 stored, 2 bits shuffled, 5-7 codec
//   element size                  : u8   1 where it is above 255
//   size, block size, stored size : u32  the last with these 16 bytes
//   blocks ...
#include <blosc.h>
#include <fmt/format.h>

#include "base/bytes.hpp"
#include "codecs/builtin_large.hpp"

namespace fiver::codecs {
namespace {

constexpr std::uint32_t revision = 2, format_version = 2;
constexpr std::size_t header_size = BLOSC_MIN_HEADER_LENGTH;
constexpr int default_level = 5;
constexpr const char* codec_names[] = {"blosclz", "lz4", "lz4hc", "snappy", "zlib", "zstd"};
// The codecs by their number in a frame's flags, which puts lz4 and lz4hc together.
constexpr const char* frame_codec_names[] = {"blosclz", "lz4", "snappy", "zlib", "zstd"};

// The best codec makes at most this of a stored byte; one block of repeated bytes takes no stored byte at all in some formats.
constexpr std::uint64_t best_ratio = 1U << 15U, extra = 1U << 20U;

// The decoded size of the frame, once everything that the library takes on trust has been checked.
FilterStatus read_header(ByteView in, std::size_t& size) {
  if (in.size() < header_size)
    return FilterStatus::bad_data(
        fmt::format("the {} stored bytes are shorter than a Blosc header of {}", in.size(), header_size));
  const std::size_t stored = load_little<std::uint32_t>(in.subspan(12));
  if (stored > in.size())
    return FilterStatus::bad_data(fmt::format("a Blosc frame of {} bytes in {} stored bytes", stored, in.size()));
  if (stored < header_size || blosc_cbuffer_validate(in.data(), stored, &size) != 0)
    return FilterStatus::bad_data(fmt::format("the Blosc header is wrong: sizes {}, {} and {}",
                                              load_little<std::uint32_t>(in.subspan(4)),
                                              load_little<std::uint32_t>(in.subspan(8)), stored));
  return FilterStatus::ok();
}

// A codec that the library was built without fails like broken data; this tells them apart.
FilterStatus check_codec(ByteView in) {
  const unsigned codec = std::to_integer<unsigned>(in[2]) >> 5U;
  const bool only_stored = (std::to_integer<unsigned>(in[2]) & BLOSC_MEMCPYED) != 0;
  if (only_stored) return FilterStatus::ok();
  if (codec >= std::size(frame_codec_names))
    return FilterStatus::bad_data(fmt::format("unknown Blosc codec {}", codec));
  if (blosc_compname_to_compcode(frame_codec_names[codec]) < 0)
    return FilterStatus::unavailable(fmt::format(
        "the chunk needs the codec {}, which the Blosc library was built without", frame_codec_names[codec]));
  return FilterStatus::ok();
}

class Blosc final : public Filter {
 public:
  std::uint16_t id() const noexcept override { return 32001; }
  std::string_view name() const noexcept override { return "blosc"; }

  FilterStatus decode(std::span<const std::uint32_t>, ByteView in, std::size_t, std::size_t room,
                      Bytes& out) const override {
    std::size_t size = 0;
    auto status = read_header(in, size);
    if (status && size > room)
      status = FilterStatus::no_room(fmt::format("decodes to {} bytes, more than {}", size, room));
    if (status && size > in.size() * best_ratio + extra)
      status = FilterStatus::bad_data(fmt::format("a Blosc frame of {} bytes cannot decode to {}", in.size(), size));
    if (status) {
      out.resize(size);
      status = decode_frame(in, out);
    }
    if (!status) out.clear();
    return status;
  }

  FilterStatus decode_into(std::span<const std::uint32_t>, ByteView in, MutableBytes out) const override {
    std::size_t size = 0;
    if (auto status = read_header(in, size); !status) return status;
    if (size != out.size())
      return FilterStatus::bad_data(fmt::format("decodes to {} bytes instead of {}", size, out.size()));
    return decode_frame(in, out);
  }

  FilterStatus encode(std::span<const std::uint32_t> values, ByteView in, std::size_t room, Bytes& out) const override {
    out.clear();
    Coding coding;
    if (auto status = coding_of(values, coding); !status) return status;
    if (in.size() > BLOSC_MAX_BUFFERSIZE)
      return FilterStatus::bad_parameters(fmt::format("{} bytes are more than Blosc allows in a chunk", in.size()));
    const auto size = std::min(room, in.size() + BLOSC_MAX_OVERHEAD);
    out.resize(size);
    const int stored = blosc_compress_ctx(coding.level, coding.shuffle, coding.element_size, in.size(), in.data(),
                                          out.data(), size, coding.codec, 0, 1);
    out.resize(stored > 0 ? static_cast<std::size_t>(stored) : 0);
    if (stored > 0) return FilterStatus::ok();
    return FilterStatus::no_room(fmt::format("the encoded chunk is larger than {} bytes", room));
  }

  // The user gives [0, 0, 0, 0, level, shuffle, codec] or less: the first four are the filter's own.
  FilterStatus complete_parameters(const FilterContext& context, std::vector<std::uint32_t>& values) const override {
    constexpr std::size_t own = 4;
    if (values.size() < own) values.resize(own, 0);
    std::uint64_t bytes = context.type.size();
    for (const auto length : context.chunk)
      if (__builtin_mul_overflow(bytes, length, &bytes) || bytes > BLOSC_MAX_BUFFERSIZE)
        return FilterStatus::bad_parameters("the chunk has more bytes than Blosc allows");
    // The elements of an array are shuffled one by one.
    const auto* array = context.type.as<ArrayType>();
    const std::uint32_t element_size = array ? array->base->size() : context.type.size();
    values[0] = revision;
    values[1] = format_version;
    values[2] = element_size > BLOSC_MAX_TYPESIZE ? 1 : element_size;
    values[3] = static_cast<std::uint32_t>(bytes);
    Coding coding;
    return coding_of(values, coding);
  }

 private:
  struct Coding {
    int level = 0, shuffle = 0;
    std::size_t element_size = 0;
    const char* codec = nullptr;
  };

  static FilterStatus coding_of(std::span<const std::uint32_t> values, Coding& coding) {
    if (values.size() < 4)
      return FilterStatus::bad_parameters(fmt::format("Blosc has {} values instead of 4 or more", values.size()));
    const std::uint32_t level = values.size() > 4 ? values[4] : default_level;
    const std::uint32_t shuffle = values.size() > 5 ? values[5] : BLOSC_SHUFFLE;
    const std::uint32_t codec = values.size() > 6 ? values[6] : 0;
    if (level > 9 || shuffle > BLOSC_BITSHUFFLE || codec >= std::size(codec_names))
      return FilterStatus::bad_parameters(fmt::format("Blosc level {}, shuffle {}, codec {}", level, shuffle, codec));
    if (blosc_compname_to_compcode(codec_names[codec]) < 0)
      return FilterStatus::unavailable(fmt::format("the Blosc library was built without {}", codec_names[codec]));
    const std::size_t element_size = values[2] == 0 || values[2] > BLOSC_MAX_TYPESIZE ? 1 : values[2];
    coding = {static_cast<int>(level), static_cast<int>(shuffle), element_size, codec_names[codec]};
    return FilterStatus::ok();
  }

  static FilterStatus decode_frame(ByteView in, MutableBytes out) {
    if (out.empty()) return FilterStatus::ok();
    if (auto status = check_codec(in); !status) return status;
    const int made = blosc_decompress_ctx(in.data(), out.data(), out.size(), 1);
    if (made < 0 || static_cast<std::size_t>(made) != out.size())
      return FilterStatus::bad_data(
          fmt::format("the Blosc frame of {} bytes does not decode to {} (result {})", in.size(), out.size(), made));
    return FilterStatus::ok();
  }
};

}  // namespace

std::unique_ptr<Filter> make_blosc() {
  return std::make_unique<Blosc>();
}

}  // namespace fiver::codecs
