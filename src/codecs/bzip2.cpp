// Filter 307, bzip2. Values: [block size in units of 100 000 bytes, 1-9]. A chunk is one bzip2 stream; bytes after its end are ignored.
#include <bzlib.h>
#include <fmt/format.h>

#include "codecs/builtin.hpp"
#include "codecs/growing.hpp"

namespace fiver::codecs {
namespace {

constexpr std::size_t most_at_once = std::numeric_limits<unsigned>::max();

/// The library counts in 32 bits: hands it the next piece of a longer buffer.
struct Feed {
  std::span<char> rest;
  void give(char*& next, unsigned& available) {
    if (available != 0 || rest.empty()) return;
    next = rest.data();
    available = static_cast<unsigned>(std::min(rest.size(), most_at_once));
    rest = rest.subspan(available);
  }
};

std::span<char> chars(ByteView bytes) {
  // The interface predates const: the library does not write to its input.
  return {const_cast<char*>(reinterpret_cast<const char*>(bytes.data())), bytes.size()};
}
std::span<char> chars(MutableBytes bytes) {
  return {reinterpret_cast<char*>(bytes.data()), bytes.size()};
}

struct DecoderStream : bz_stream {
  DecoderStream() : bz_stream{}, ready(BZ2_bzDecompressInit(this, 0, 0) == BZ_OK) {}
  ~DecoderStream() { BZ2_bzDecompressEnd(this); }
  DecoderStream(const DecoderStream&) = delete;
  DecoderStream& operator=(const DecoderStream&) = delete;
  bool ready;
};

struct EncoderStream : bz_stream {
  explicit EncoderStream(int block_size) : bz_stream{}, ready(BZ2_bzCompressInit(this, block_size, 0, 0) == BZ_OK) {}
  ~EncoderStream() { BZ2_bzCompressEnd(this); }
  EncoderStream(const EncoderStream&) = delete;
  EncoderStream& operator=(const EncoderStream&) = delete;
  bool ready;
};

Decoded bzip2_decode(ByteView in, MutableBytes out) {
  DecoderStream stream;
  if (!stream.ready) return {FilterStatus::unavailable("no memory for a bzip2 decoder")};
  Feed source{chars(in)}, target{chars(out)};
  std::array<char, 1> probe{};  // given when the buffer is full: is there one byte more?
  bool probing = false;
  for (;;) {
    source.give(stream.next_in, stream.avail_in);
    target.give(stream.next_out, stream.avail_out);
    if (stream.avail_out == 0 && !probing) {
      probing = true;
      stream.next_out = probe.data();
      stream.avail_out = 1;
    }
    const auto input_before = stream.avail_in, room_before = stream.avail_out;
    const int result = BZ2_bzDecompress(&stream);
    const auto used = in.size() - source.rest.size() - stream.avail_in;
    if (probing && stream.avail_out == 0) return {{}, 0, true};
    if (result == BZ_STREAM_END) {
      return {FilterStatus::ok(), probing ? out.size() : out.size() - target.rest.size() - stream.avail_out};
    }
    if (result != BZ_OK)
      return {FilterStatus::bad_data(fmt::format("bzip2 stream is wrong near byte {} (code {})", used, result))};
    if (stream.avail_in == input_before && stream.avail_out == room_before)
      return {FilterStatus::bad_data(fmt::format("bzip2 stream has no end in its {} bytes", in.size()))};
  }
}

class Bzip2 final : public Filter {
 public:
  std::uint16_t id() const noexcept override { return 307; }
  std::string_view name() const noexcept override { return "bzip2"; }

  FilterStatus decode(std::span<const std::uint32_t>, ByteView in, std::size_t expected, std::size_t room,
                      Bytes& out) const override {
    // 900 000 equal bytes shrink to some 40.
    return decode_growing(first_guess(expected, room, in.size(), 32768), room, out,
                          [in](MutableBytes buffer) { return bzip2_decode(in, buffer); });
  }

  FilterStatus decode_into(std::span<const std::uint32_t>, ByteView in, MutableBytes out) const override {
    return decode_exactly(out, [in](MutableBytes buffer) { return bzip2_decode(in, buffer); });
  }

  FilterStatus encode(std::span<const std::uint32_t> values, ByteView in, std::size_t room, Bytes& out) const override {
    out.clear();
    if (auto status = check(values); !status) return status;
    EncoderStream stream(values.empty() ? 9 : static_cast<int>(values[0]));
    if (!stream.ready) return FilterStatus::unavailable("no memory for a bzip2 encoder");
    out.resize(std::min(room, in.size() + in.size() / 100 + 600));
    Feed source{chars(in)}, target{chars(MutableBytes(out))};
    int result = BZ_OK;
    while (result != BZ_STREAM_END) {
      source.give(stream.next_in, stream.avail_in);
      target.give(stream.next_out, stream.avail_out);
      if (stream.avail_out == 0) {
        out.clear();
        return FilterStatus::no_room(fmt::format("bzip2 needs more than {} bytes", room));
      }
      result = BZ2_bzCompress(&stream, source.rest.empty() ? BZ_FINISH : BZ_RUN);
      if (result < 0) {
        out.clear();
        return FilterStatus::unavailable(fmt::format("the bzip2 encoder failed with code {}", result));
      }
    }
    out.resize(out.size() - target.rest.size() - stream.avail_out);
    return FilterStatus::ok();
  }

  FilterStatus complete_parameters(const FilterContext&, std::vector<std::uint32_t>& values) const override {
    return check(values);
  }

 private:
  static FilterStatus check(std::span<const std::uint32_t> values) {
    if (!values.empty() && (values[0] < 1 || values[0] > 9))
      return FilterStatus::bad_parameters(fmt::format("bzip2 block size {} is not from 1 to 9", values[0]));
    return FilterStatus::ok();
  }
};

}  // namespace

std::unique_ptr<Filter> make_bzip2() {
  return std::make_unique<Bzip2>();
}

}  // namespace fiver::codecs
