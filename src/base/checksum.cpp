#include "base/checksum.hpp"

#include <bit>

namespace fiver {
namespace {

struct State {
  std::uint32_t a, b, c;

  void mix() {
    a -= c;
    a ^= std::rotl(c, 4);
    c += b;
    b -= a;
    b ^= std::rotl(a, 6);
    a += c;
    c -= b;
    c ^= std::rotl(b, 8);
    b += a;
    a -= c;
    a ^= std::rotl(c, 16);
    c += b;
    b -= a;
    b ^= std::rotl(a, 19);
    a += c;
    c -= b;
    c ^= std::rotl(b, 4);
    b += a;
  }

  void finish() {
    c ^= b;
    c -= std::rotl(b, 14);
    a ^= c;
    a -= std::rotl(c, 11);
    b ^= a;
    b -= std::rotl(a, 25);
    c ^= b;
    c -= std::rotl(b, 16);
    a ^= c;
    a -= std::rotl(c, 4);
    b ^= a;
    b -= std::rotl(a, 14);
    c ^= b;
    c -= std::rotl(b, 24);
  }
};

}  // namespace

std::uint32_t lookup3(ByteView bytes, std::uint32_t initial) {
  const std::uint32_t start = 0xDEADBEEFU + static_cast<std::uint32_t>(bytes.size()) + initial;
  State state{start, start, start};
  constexpr std::size_t block = 12;
  for (; bytes.size() > block; bytes = bytes.subspan(block)) {
    state.a += load_little<std::uint32_t>(bytes);
    state.b += load_little<std::uint32_t>(bytes.subspan(4));
    state.c += load_little<std::uint32_t>(bytes.subspan(8));
    state.mix();
  }
  if (bytes.empty()) return state.c;
  std::array<std::byte, block> last{};  // the algorithm adds only the bytes that are there: zeros add nothing
  std::memcpy(last.data(), bytes.data(), bytes.size());
  state.a += load_little<std::uint32_t>(last);
  state.b += load_little<std::uint32_t>(ByteView(last).subspan(4));
  state.c += load_little<std::uint32_t>(ByteView(last).subspan(8));
  state.finish();
  return state.c;
}

}  // namespace fiver
