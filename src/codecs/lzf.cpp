// Filter 32000, LZF. Values: [revision of the plugin, version of LZF, bytes of a chunk]; optional. A chunk is a raw LZF stream, a sequence of
//   000lllll                     l + 1 literal bytes follow
//   lllooooo oooooooo            copy l + 2 bytes, l from 1 to 6, from 1 + o bytes back
//   111ooooo llllllll oooooooo   copy 7 + l + 2 bytes from 1 + o bytes back
// A copy may overlap what it makes.
#include <fmt/format.h>

#include "codecs/builtin.hpp"
#include "codecs/growing.hpp"

namespace fiver::codecs {
namespace {

constexpr std::size_t best_ratio = 88;  // 264 bytes of three
constexpr std::size_t max_literals = 32, max_distance = 8192, min_match = 3, max_match = 264;

Decoded lzf_decode(ByteView in, MutableBytes out) {
  std::size_t at = 0, made = 0;
  const auto ends_early = [&](std::size_t start) {
    return Decoded{
        FilterStatus::bad_data(fmt::format("LZF step at byte {} runs past the end at {}", start, in.size()))};
  };
  while (at < in.size()) {
    const std::size_t start = at;
    const auto control = std::to_integer<std::size_t>(in[at++]);
    if (control < max_literals) {
      const auto count = control + 1;
      if (count > in.size() - at) return ends_early(start);
      if (count > out.size() - made) return {{}, 0, true};
      std::memcpy(out.data() + made, in.data() + at, count);
      at += count;
      made += count;
      continue;
    }
    auto count = (control >> 5U) + 2;
    if (count == 9) {
      if (at == in.size()) return ends_early(start);
      count += std::to_integer<std::size_t>(in[at++]);
    }
    if (at == in.size()) return ends_early(start);
    const auto distance = ((control & 31U) << 8U | std::to_integer<std::size_t>(in[at++])) + 1;
    if (distance > made)
      return {FilterStatus::bad_data(
          fmt::format("LZF step at byte {} copies from {} bytes back, but only {} are there", start, distance, made))};
    if (count > out.size() - made) return {{}, 0, true};
    std::byte* to = out.data() + made;
    const std::byte* from = to - distance;
    if (distance >= count)
      std::memcpy(to, from, count);
    else
      for (std::size_t i = 0; i < count; ++i) to[i] = from[i];
    made += count;
  }
  return {FilterStatus::ok(), made};
}

/// Writes into a buffer of fixed size; `full` once it would overflow.
class LzfWriter {
 public:
  explicit LzfWriter(MutableBytes out) : out_(out) {}

  void literals(ByteView bytes) {
    while (!bytes.empty()) {
      const auto count = std::min(bytes.size(), max_literals);
      if (!fits(count + 1)) return;
      put(count - 1);
      std::memcpy(out_.data() + size_, bytes.data(), count);
      size_ += count;
      bytes = bytes.subspan(count);
    }
  }

  void match(std::size_t distance, std::size_t count) {
    const auto offset = distance - 1;
    const auto length = count - 2;
    if (!fits(length < 7 ? 2 : 3)) return;
    put(std::min<std::size_t>(length, 7) << 5U | offset >> 8U);
    if (length >= 7) put(length - 7);
    put(offset & 0xFFU);
  }

  bool full() const { return full_; }
  std::size_t size() const { return size_; }

 private:
  bool fits(std::size_t count) {
    full_ = full_ || count > out_.size() - size_;
    return !full_;
  }
  void put(std::size_t value) { out_[size_++] = static_cast<std::byte>(value); }

  MutableBytes out_;
  std::size_t size_ = 0;
  bool full_ = false;
};

/// Greedy: the last place with the same hash of three bytes is the only candidate.
void lzf_encode(ByteView in, LzfWriter& writer) {
  constexpr unsigned hash_bits = 13;
  // Positions modulo 2^32: a wrong one is found out by comparing the bytes.
  std::array<std::uint32_t, std::size_t{1} << hash_bits> last{};
  const auto slot = [&](std::size_t at) -> std::uint32_t& {
    const auto three = std::to_integer<std::uint32_t>(in[at]) << 16U |
                       std::to_integer<std::uint32_t>(in[at + 1]) << 8U | std::to_integer<std::uint32_t>(in[at + 2]);
    return last[three * 2654435761U >> (32 - hash_bits)];
  };
  std::size_t at = 0, literal_start = 0;
  while (in.size() - at >= min_match && !writer.full()) {
    auto& candidate = slot(at);
    const std::size_t distance = static_cast<std::uint32_t>(at) - candidate;
    candidate = static_cast<std::uint32_t>(at);
    std::size_t count = 0;
    if (distance > 0 && distance <= max_distance && distance <= at) {
      const auto limit = std::min(max_match, in.size() - at);
      while (count < limit && in[at + count] == in[at + count - distance]) ++count;
    }
    if (count < min_match) {
      ++at;
      continue;
    }
    writer.literals(in.subspan(literal_start, at - literal_start));
    writer.match(distance, count);
    if (count + min_match <= in.size() - at) slot(at + count - 1) = static_cast<std::uint32_t>(at + count - 1);
    at += count;
    literal_start = at;
  }
  writer.literals(in.subspan(literal_start));
}

class Lzf final : public Filter {
 public:
  std::uint16_t id() const noexcept override { return 32000; }
  std::string_view name() const noexcept override { return "LZF"; }

  FilterStatus decode(std::span<const std::uint32_t>, ByteView in, std::size_t expected, std::size_t room,
                      Bytes& out) const override {
    return decode_growing(first_guess(expected, room, in.size(), best_ratio), room, out,
                          [in](MutableBytes buffer) { return lzf_decode(in, buffer); });
  }

  FilterStatus decode_into(std::span<const std::uint32_t>, ByteView in, MutableBytes out) const override {
    return decode_exactly(out, [in](MutableBytes buffer) { return lzf_decode(in, buffer); });
  }

  FilterStatus encode(std::span<const std::uint32_t>, ByteView in, std::size_t room, Bytes& out) const override {
    out.resize(std::min(room, in.size() + in.size() / max_literals + 1));
    LzfWriter writer(out);
    lzf_encode(in, writer);
    out.resize(writer.full() ? 0 : writer.size());
    if (writer.full()) return FilterStatus::no_room(fmt::format("LZF needs more than {} bytes", room));
    return FilterStatus::ok();
  }

  FilterStatus complete_parameters(const FilterContext& context, std::vector<std::uint32_t>& values) const override {
    const auto elements = checked_product(context.chunk);
    const auto bytes = elements ? checked_multiply(*elements, context.type.size()) : std::nullopt;
    if (!bytes || *bytes > std::numeric_limits<std::uint32_t>::max())
      return FilterStatus::bad_parameters("LZF stores the chunk's size in 32 bits, and this chunk is larger");
    values = {4, 0x0105, static_cast<std::uint32_t>(*bytes)};
    return FilterStatus::ok();
  }
};

}  // namespace

std::unique_ptr<Filter> make_lzf() {
  return std::make_unique<Lzf>();
}

}  // namespace fiver::codecs
