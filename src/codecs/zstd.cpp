// Filter 32015, Zstandard. Values: [level, signed]. A chunk is a zstd frame; its header usually has the decoded size.
#include <fmt/format.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "codecs/builtin.hpp"
#include "codecs/growing.hpp"

namespace fiver::codecs {
namespace {

struct FreeContext {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

Decoded zstd_decode(ByteView in, MutableBytes out) {
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeContext> context(ZSTD_createDCtx());
  if (!context) return {FilterStatus::unavailable("no memory for a zstd decoder")};
  const auto made = ZSTD_decompressDCtx(context.get(), out.data(), out.size(), in.data(), in.size());
  if (!ZSTD_isError(made)) return {FilterStatus::ok(), made};
  if (ZSTD_getErrorCode(made) == ZSTD_error_dstSize_tooSmall) return {{}, 0, true};
  return {FilterStatus::bad_data(
      fmt::format("the {} stored bytes are not a zstd frame: {}", in.size(), ZSTD_getErrorName(made)))};
}

class Zstd final : public Filter {
 public:
  std::uint16_t id() const noexcept override { return 32015; }
  std::string_view name() const noexcept override { return "Zstandard"; }

  FilterStatus decode(std::span<const std::uint32_t>, ByteView in, std::size_t expected, std::size_t room,
                      Bytes& out) const override {
    out.clear();
    std::size_t guess = expected;
    const auto promised = ZSTD_getFrameContentSize(in.data(), in.size());
    if (promised == ZSTD_CONTENTSIZE_ERROR)
      return FilterStatus::bad_data(
          fmt::format("the {} stored bytes do not start with a zstd frame header", in.size()));
    if (promised != ZSTD_CONTENTSIZE_UNKNOWN) {
      if (promised > room)
        return FilterStatus::no_room(fmt::format("the zstd frame promises {} bytes, more than {}", promised, room));
      guess = promised;
    }
    // A block makes at most 128 KiB of its 4 bytes or more.
    return decode_growing(first_guess(guess, room, in.size(), 32768), room, out,
                          [in](MutableBytes buffer) { return zstd_decode(in, buffer); });
  }

  FilterStatus decode_into(std::span<const std::uint32_t>, ByteView in, MutableBytes out) const override {
    return decode_exactly(out, [in](MutableBytes buffer) { return zstd_decode(in, buffer); });
  }

  FilterStatus encode(std::span<const std::uint32_t> values, ByteView in, std::size_t room, Bytes& out) const override {
    out.clear();
    thread_local const std::unique_ptr<ZSTD_CCtx, FreeContext> context(ZSTD_createCCtx());
    if (!context) return FilterStatus::unavailable("no memory for a zstd encoder");
    const int wanted = values.empty() ? ZSTD_CLEVEL_DEFAULT : static_cast<std::int32_t>(values[0]);
    const int level = std::clamp(wanted, ZSTD_minCLevel(), ZSTD_maxCLevel());
    out.resize(ZSTD_compressBound(in.size()));  // whatever the room: near its end zstd gives up some bytes early
    const auto size = ZSTD_compressCCtx(context.get(), out.data(), out.size(), in.data(), in.size(), level);
    if (ZSTD_isError(size) || size > room) {
      out.clear();
      if (ZSTD_isError(size)) return FilterStatus::unavailable(ZSTD_getErrorName(size));
      return FilterStatus::no_room(fmt::format("zstd makes {} bytes, more than {}", size, room));
    }
    out.resize(size);
    return FilterStatus::ok();
  }
};

}  // namespace

std::unique_ptr<Filter> make_zstd() {
  return std::make_unique<Zstd>();
}

}  // namespace fiver::codecs
