// Filter 1, deflate. Values: [level 0-9]. A chunk is one zlib stream (RFC 1950); bytes after its end are ignored. libdeflate works on
// whole buffers, which chunks are, and is 2 to 4 times as fast as zlib.
#include <fmt/format.h>
#include <libdeflate.h>

#include "codecs/builtin.hpp"
#include "codecs/growing.hpp"

namespace fiver::codecs {
namespace {

constexpr std::size_t best_ratio = 1032;  // one match of 258 bytes in two bits

struct FreeCoder {
  void operator()(libdeflate_compressor* coder) const { libdeflate_free_compressor(coder); }
  void operator()(libdeflate_decompressor* coder) const { libdeflate_free_decompressor(coder); }
};

Decoded inflate(ByteView in, MutableBytes out) {
  // Making one costs as much as a small chunk.
  thread_local const std::unique_ptr<libdeflate_decompressor, FreeCoder> coder(libdeflate_alloc_decompressor());
  if (!coder) return {FilterStatus::unavailable("no memory for a deflate decoder")};
  std::byte nothing{};
  std::size_t used = 0, made = 0;
  const auto result = libdeflate_zlib_decompress_ex(coder.get(), in.empty() ? &nothing : in.data(), in.size(),
                                                    out.empty() ? &nothing : out.data(), out.size(), &used, &made);
  switch (result) {
    case LIBDEFLATE_SUCCESS:
      return {FilterStatus::ok(), made};
    case LIBDEFLATE_INSUFFICIENT_SPACE:
      return {{}, 0, true};
    default:
      return {FilterStatus::bad_data(
          fmt::format("the {} stored bytes are not a whole zlib stream with the right checksum", in.size()))};
  }
}

class Deflate final : public Filter {
 public:
  std::uint16_t id() const noexcept override { return 1; }
  std::string_view name() const noexcept override { return "deflate"; }

  FilterStatus decode(std::span<const std::uint32_t>, ByteView in, std::size_t expected, std::size_t room,
                      Bytes& out) const override {
    return decode_growing(first_guess(expected, room, in.size(), best_ratio), room, out,
                          [in](MutableBytes buffer) { return inflate(in, buffer); });
  }

  FilterStatus decode_into(std::span<const std::uint32_t>, ByteView in, MutableBytes out) const override {
    return decode_exactly(out, [in](MutableBytes buffer) { return inflate(in, buffer); });
  }

  FilterStatus encode(std::span<const std::uint32_t> values, ByteView in, std::size_t room, Bytes& out) const override {
    out.clear();
    if (auto status = check(values); !status) return status;
    const auto level = static_cast<int>(values[0]);
    thread_local std::unique_ptr<libdeflate_compressor, FreeCoder> coder;
    thread_local int coder_level = -1;
    if (coder_level != level) {
      coder.reset(libdeflate_alloc_compressor(level));
      coder_level = coder ? level : -1;
    }
    if (!coder) return FilterStatus::unavailable("no memory for a deflate encoder");
    // The full bound, whatever the room: near its end libdeflate gives up some bytes early.
    out.resize(libdeflate_zlib_compress_bound(coder.get(), in.size()));
    std::byte nothing{};
    const auto size =
        libdeflate_zlib_compress(coder.get(), in.empty() ? &nothing : in.data(), in.size(), out.data(), out.size());
    if (size == 0 || size > room) {
      out.clear();
      return FilterStatus::no_room(fmt::format("deflates to {} bytes, more than {}", size, room));
    }
    out.resize(size);
    return FilterStatus::ok();
  }

  FilterStatus complete_parameters(const FilterContext&, std::vector<std::uint32_t>& values) const override {
    return check(values);
  }

 private:
  static FilterStatus check(std::span<const std::uint32_t> values) {
    if (values.empty() || values[0] > 9)
      return FilterStatus::bad_parameters("deflate needs one value, the level, from 0 to 9");
    return FilterStatus::ok();
  }
};

}  // namespace

std::unique_ptr<Filter> make_deflate() {
  return std::make_unique<Deflate>();
}

}  // namespace fiver::codecs
