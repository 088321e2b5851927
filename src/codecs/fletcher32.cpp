// Filter 3, fletcher32. No values. A chunk is its data, then the checksum of that data:
//   data : n bytes
//   sum  : u32   second sum << 16 | first sum
// Both sums start at 0 and run over big-endian 16-bit words; an odd last byte is the high half of a word. They are kept modulo 65535
// by end-around carry, in which a sum that is not zero never becomes zero. HDF5 up to 1.6.2 on little-endian machines stored the sum
// with the bytes of each half exchanged; both forms are accepted.
#include <fmt/format.h>

#include "codecs/builtin.hpp"
#include "codecs/growing.hpp"

namespace fiver::codecs {
namespace {

constexpr std::size_t sum_size = 4;

constexpr std::uint64_t fold(std::uint64_t sum) {
  return sum == 0 ? 0 : (sum - 1) % 65535 + 1;
}

std::uint32_t fletcher32(ByteView bytes) {
  constexpr std::size_t words_at_once = std::size_t{1} << 20U;  // the second sum grows with the square: 2^55 at most
  std::uint64_t first = 0, second = 0;
  while (bytes.size() >= 2) {
    const auto words = std::min(words_at_once, bytes.size() / 2);
    for (std::size_t i = 0; i < words; ++i) {
      first += std::to_integer<std::uint64_t>(bytes[2 * i]) << 8U | std::to_integer<std::uint64_t>(bytes[2 * i + 1]);
      second += first;
    }
    first = fold(first);
    second = fold(second);
    bytes = bytes.subspan(2 * words);
  }
  if (!bytes.empty()) {
    first = fold(first + (std::to_integer<std::uint64_t>(bytes[0]) << 8U));
    second = fold(second + first);
  }
  return static_cast<std::uint32_t>(second << 16U | first);
}

FilterStatus verify(ByteView in) {
  if (in.size() < sum_size)
    return FilterStatus::bad_data(fmt::format("the {} stored bytes cannot hold a checksum of 4", in.size()));
  const auto data = in.first(in.size() - sum_size);
  const auto stored = load_little<std::uint32_t>(in.last(sum_size));
  const auto computed = fletcher32(data);
  const auto exchanged = (computed & 0x00FF00FFU) << 8U | (computed >> 8U & 0x00FF00FFU);
  if (stored == computed || stored == exchanged) return FilterStatus::ok();
  return FilterStatus::bad_data(
      fmt::format("checksum of bytes 0 to {} is {:08x}, stored is {:08x}", data.size(), computed, stored));
}

class Fletcher32 final : public Filter {
 public:
  std::uint16_t id() const noexcept override { return 3; }
  std::string_view name() const noexcept override { return "fletcher32"; }

  FilterStatus decode(std::span<const std::uint32_t>, ByteView in, std::size_t, std::size_t room,
                      Bytes& out) const override {
    out.clear();
    if (auto status = verify(in); !status) return status;
    if (in.size() - sum_size > room) return too_large(room);
    out.assign(in.begin(), in.end() - sum_size);
    return FilterStatus::ok();
  }

  FilterStatus decode_into(std::span<const std::uint32_t>, ByteView in, MutableBytes out) const override {
    if (auto status = verify(in); !status) return status;
    if (in.size() - sum_size != out.size())
      return FilterStatus::bad_data(fmt::format("holds {} bytes instead of {}", in.size() - sum_size, out.size()));
    std::copy(in.begin(), in.end() - sum_size, out.begin());
    return FilterStatus::ok();
  }

  FilterStatus encode(std::span<const std::uint32_t>, ByteView in, std::size_t room, Bytes& out) const override {
    out.clear();
    if (room < sum_size || in.size() > room - sum_size)
      return FilterStatus::no_room(fmt::format("{} bytes and a checksum are more than {}", in.size(), room));
    out.reserve(in.size() + sum_size);
    out.assign(in.begin(), in.end());
    out.resize(in.size() + sum_size);
    store_little(fletcher32(in), MutableBytes(out).last(sum_size));
    return FilterStatus::ok();
  }
};

}  // namespace

std::unique_ptr<Filter> make_fletcher32() {
  return std::make_unique<Fletcher32>();
}

}  // namespace fiver::codecs
