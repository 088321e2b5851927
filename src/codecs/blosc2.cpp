// Filter 32026, Blosc 2. Values: [revision 1, block bytes, element size, chunk bytes, level, shuffle, codec, rank, dimensions...]. A chunk
// is one contiguous frame (blosc2_frame.hpp), which describes itself; chunks of two dimensions and more are n-dimensional arrays in it.
#include <fmt/format.h>

#include <algorithm>

#include "codecs/blosc2_frame.hpp"
#include "codecs/blosc2_library.hpp"
#include "codecs/builtin_large.hpp"

namespace fiver::codecs {
namespace {

// Padding at most doubles a dimension; a chunk that claims more than this over its room is nonsense.
constexpr std::uint64_t most_padding = 8, free_padding = 1U << 20U;

FilterStatus decode_chunks(const Blosc2Frame& frame, ByteView in, MutableBytes out) {
  const auto& library = Blosc2Library::get();
  if (!library.missing.empty()) return FilterStatus::unavailable(library.missing);
  if (out.empty()) return FilterStatus::ok();
  Bytes stored(in.begin(),
               in.begin() + static_cast<std::ptrdiff_t>(frame.frame_size));  // the library wants them writable
  auto* const opened = reinterpret_cast<std::uint8_t*>(stored.data());
  const std::unique_ptr<Blosc2Library::Frame, int (*)(Blosc2Library::Frame*)> super_chunk(
      library.open_frame(opened, static_cast<std::int64_t>(stored.size()), false), library.close_frame);
  if (!super_chunk) return FilterStatus::bad_data(fmt::format("the {} stored bytes are no Blosc 2 frame", in.size()));
  std::int64_t index = 0;
  for (std::size_t at = 0; at < out.size(); ++index) {
    const auto size = std::min<std::size_t>(frame.chunk_size, out.size() - at);
    const int made = library.decode_chunk(super_chunk.get(), index, &out[at], static_cast<int>(size));
    if (made < 0 || static_cast<std::size_t>(made) != size)
      return FilterStatus::bad_data(
          fmt::format("chunk {} of the Blosc 2 frame does not decode to {} bytes (result {})", index, size, made));
    at += size;
  }
  return FilterStatus::ok();
}

FilterStatus decode_frame(const Blosc2Frame& frame, ByteView in, MutableBytes out) {
  if (!frame.array) return decode_chunks(frame, in, out);
  Bytes blocks(frame.size);
  if (auto status = decode_chunks(frame, in, blocks); !status) return status;
  order_blosc2_blocks(frame, blocks, out);
  return FilterStatus::ok();
}

FilterStatus open_frame(ByteView in, std::size_t room, Blosc2Frame& frame) {
  if (auto status = decode_blosc2_frame(in, frame); !status) return status;
  if (frame.array_size > room)
    return FilterStatus::no_room(fmt::format("decodes to {} bytes, more than {}", frame.array_size, room));
  if (frame.size > free_padding && (frame.size - free_padding) / most_padding > room)
    return FilterStatus::no_room(fmt::format("decodes to {} bytes with padding, room for {}", frame.size, room));
  return FilterStatus::ok();
}

class Blosc2 final : public Filter {
 public:
  std::uint16_t id() const noexcept override { return 32026; }
  std::string_view name() const noexcept override { return "blosc2"; }

  FilterStatus decode(std::span<const std::uint32_t>, ByteView in, std::size_t, std::size_t room,
                      Bytes& out) const override {
    Blosc2Frame frame;
    auto status = open_frame(in, room, frame);
    if (status && !Blosc2Library::get().missing.empty())
      status = FilterStatus::unavailable(Blosc2Library::get().missing);
    if (status) {
      out.resize(frame.array_size);
      status = decode_frame(frame, in, out);
    }
    if (!status) out.clear();
    return status;
  }

  FilterStatus decode_into(std::span<const std::uint32_t>, ByteView in, MutableBytes out) const override {
    Blosc2Frame frame;
    if (auto status = open_frame(in, out.size(), frame); !status) return status;
    if (frame.array_size != out.size())
      return FilterStatus::bad_data(fmt::format("decodes to {} bytes instead of {}", frame.array_size, out.size()));
    return decode_frame(frame, in, out);
  }

  bool can_encode() const noexcept override { return false; }
  FilterStatus encode(std::span<const std::uint32_t>, ByteView, std::size_t, Bytes& out) const override {
    out.clear();
    return FilterStatus::unavailable("Blosc 2 chunks are read, not written");
  }
};

}  // namespace

std::unique_ptr<Filter> make_blosc2() {
  return std::make_unique<Blosc2>();
}

}  // namespace fiver::codecs
