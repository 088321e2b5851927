// Filter 2, shuffle. Values: [element size]. The bytes of floor(n / size) elements, transposed: first the first byte of every element,
// then the second, and so on; the bytes left over follow as they are. Done for the common sizes in a form that compilers vectorise.
#include <fmt/format.h>

#include "codecs/builtin.hpp"
#include "codecs/growing.hpp"

namespace fiver::codecs {
namespace {

template <std::size_t size>
void unshuffle_fixed(const std::byte* __restrict in, std::byte* __restrict out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t b = 0; b < size; ++b) out[i * size + b] = in[b * count + i];
}

template <std::size_t size>
void shuffle_fixed(const std::byte* __restrict in, std::byte* __restrict out, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t b = 0; b < size; ++b) out[b * count + i] = in[i * size + b];
}

/// For any size, a few hundred elements at a time: their bytes then stay in the first-level cache for all planes.
template <class Move>
void by_tiles(std::size_t size, std::size_t count, Move move) {
  const std::size_t tile = std::max<std::size_t>(16, 16384 / size);
  for (std::size_t start = 0; start < count; start += tile) {
    const auto end = start + std::min(tile, count - start);
    for (std::size_t b = 0; b < size; ++b)
      for (std::size_t i = start; i < end; ++i) move(i * size + b, b * count + i);
  }
}

void unshuffle(const std::byte* in, std::byte* out, std::size_t size, std::size_t count) {
  switch (size) {
    case 2:
      return unshuffle_fixed<2>(in, out, count);
    case 4:
      return unshuffle_fixed<4>(in, out, count);
    case 8:
      return unshuffle_fixed<8>(in, out, count);
    default:
      by_tiles(size, count, [in, out](std::size_t plain, std::size_t planar) { out[plain] = in[planar]; });
  }
}

void shuffle(const std::byte* in, std::byte* out, std::size_t size, std::size_t count) {
  switch (size) {
    case 2:
      return shuffle_fixed<2>(in, out, count);
    case 4:
      return shuffle_fixed<4>(in, out, count);
    case 8:
      return shuffle_fixed<8>(in, out, count);
    default:
      by_tiles(size, count, [in, out](std::size_t plain, std::size_t planar) { out[planar] = in[plain]; });
  }
}

/// `move` transposes the whole elements; the rest is copied.
FilterStatus apply(std::span<const std::uint32_t> values, ByteView in, MutableBytes out,
                   void (*move)(const std::byte*, std::byte*, std::size_t, std::size_t)) {
  if (values.empty() || values[0] == 0)
    return FilterStatus::bad_parameters("shuffle needs one value, the size of an element in bytes");
  const std::size_t size = values[0];
  const std::size_t count = size == 1 ? 0 : in.size() / size;
  if (count > 0) move(in.data(), out.data(), size, count);
  const auto rest = in.subspan(count * size);
  std::copy(rest.begin(), rest.end(), out.begin() + static_cast<std::ptrdiff_t>(count * size));
  return FilterStatus::ok();
}

class Shuffle final : public Filter {
 public:
  std::uint16_t id() const noexcept override { return 2; }
  std::string_view name() const noexcept override { return "shuffle"; }

  FilterStatus decode(std::span<const std::uint32_t> values, ByteView in, std::size_t, std::size_t room,
                      Bytes& out) const override {
    out.clear();
    if (in.size() > room) return too_large(room);
    out.resize(in.size());
    return apply(values, in, out, unshuffle);
  }

  FilterStatus decode_into(std::span<const std::uint32_t> values, ByteView in, MutableBytes out) const override {
    if (in.size() != out.size())
      return FilterStatus::bad_data(fmt::format("has {} bytes instead of {}", in.size(), out.size()));
    return apply(values, in, out, unshuffle);
  }

  FilterStatus encode(std::span<const std::uint32_t> values, ByteView in, std::size_t room, Bytes& out) const override {
    out.clear();
    if (in.size() > room)
      return FilterStatus::no_room(fmt::format("shuffled bytes stay {}, more than {}", in.size(), room));
    out.resize(in.size());
    return apply(values, in, out, shuffle);
  }

  FilterStatus complete_parameters(const FilterContext& context, std::vector<std::uint32_t>& values) const override {
    values = {context.type.size()};
    return FilterStatus::ok();
  }
};

}  // namespace

std::unique_ptr<Filter> make_shuffle() {
  return std::make_unique<Shuffle>();
}

}  // namespace fiver::codecs
