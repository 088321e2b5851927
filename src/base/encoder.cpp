#include "base/encoder.hpp"

#include <fmt/format.h>

#include <array>
#include <limits>

#include "base/checksum.hpp"
#include "fiver/values/dataspace.hpp"
#include "fiver/values/error.hpp"

namespace fiver {
namespace {

constexpr std::size_t usual_size = 64;

/// A size that is known becomes a single move.
template <std::size_t Width>
void append(Bytes& to, const std::byte* from) {
  to.insert(to.end(), from, from + Width);
}

}  // namespace

void Encoder::uint(std::uint64_t value, unsigned width) {
  const bool is_all_ones = value == std::numeric_limits<std::uint64_t>::max();
  if (width < 8 && !is_all_ones && value >> (8 * width) != 0)
    throw Error(ErrorKind::invalid_argument, fmt::format("{} does not fit in {} bytes", value, width));
  if (out_.capacity() == 0) out_.reserve(usual_size);  // growing from nothing would take six steps
  std::array<std::byte, sizeof value> bytes;
  store_little(value, bytes);
  switch (width) {
    case 1:
      return out_.push_back(bytes[0]);
    case 2:
      return append<2>(out_, bytes.data());
    case 4:
      return append<4>(out_, bytes.data());
    case 8:
      return append<8>(out_, bytes.data());
    default:
      out_.insert(out_.end(), bytes.begin(), bytes.begin() + width);
  }
}

void Encoder::address(std::optional<Address> value) {
  uint(value ? value->value : std::numeric_limits<std::uint64_t>::max(), widths_.offset);
}

void Encoder::extent(std::uint64_t value) {
  uint(value, widths_.length);
}

void Encoder::text(std::string_view value) {
  bytes(bytes_of(value));
  u8(0);
}

void Encoder::patch(std::size_t position, std::uint64_t value, unsigned width) {
  for (unsigned i = 0; i < width; ++i) out_[position + i] = static_cast<std::byte>(value >> (8 * i));
}

void Encoder::checksum() {
  u32(lookup3(out_));
}

}  // namespace fiver
