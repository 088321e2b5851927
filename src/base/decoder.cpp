#include "base/decoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/checksum.hpp"
#include "fiver/values/dataspace.hpp"

namespace fiver {
namespace {

std::uint64_t all_ones(unsigned width) {
  return width >= 8 ? std::numeric_limits<std::uint64_t>::max() : (std::uint64_t{1} << (8 * width)) - 1;
}

}  // namespace

std::optional<Address> Decoder::address(std::string_view field) {
  const auto value = uint(widths_.offset, field);
  if (value == all_ones(widths_.offset)) return std::nullopt;
  return Address{value};
}

Address Decoder::defined_address(std::string_view field) {
  const auto value = address(field);
  if (!value) fail(fmt::format("{} is undefined", field));
  return *value;
}

std::uint64_t Decoder::extent(std::string_view field) {
  const auto value = length(field);
  return value == all_ones(widths_.length) ? unlimited : value;
}

void Decoder::too_short(std::uint64_t count, std::string_view field) const {
  fail(fmt::format("{} needs {} bytes, {} are left", field, count, rest_.size()));
}

std::string Decoder::text(std::string_view field) {
  const auto nul = std::find(rest_.begin(), rest_.end(), std::byte{0});
  if (nul == rest_.end()) fail(fmt::format("{} has no NUL at its end", field));
  const auto taken = bytes(static_cast<std::uint64_t>(nul - rest_.begin()), field);
  skip(1, field);
  return std::string(text_of(taken));
}

void Decoder::signature(std::string_view expected) {
  const auto found = bytes(expected.size(), "signature");
  if (text_of(found) != expected) fail(fmt::format("no signature \"{}\"", expected));
}

void Decoder::version(std::uint8_t expected) {
  version_in({expected});
}

std::uint8_t Decoder::version_in(std::initializer_list<std::uint8_t> known) {
  const auto found = u8("version");
  if (std::find(known.begin(), known.end(), found) == known.end())
    unsupported(fmt::format("unknown version {}", found));
  return found;
}

void Decoder::checksum() {
  const auto covered = all_.first(position());
  const auto stored = u32("checksum");
  const auto computed = lookup3(covered);
  if (stored != computed) fail(fmt::format("checksum is {:#010x}, its bytes give {:#010x},", stored, computed));
}

void Decoder::expect_end() {
  if (!rest_.empty()) fail(fmt::format("{} bytes too many", rest_.size()));
}

void Decoder::fail(std::string_view reason) const {
  throw Error(ErrorKind::corrupt, fmt::format("{}: {} at byte {}", what_, reason, position()));
}

void Decoder::unsupported(std::string_view reason) const {
  throw Error(ErrorKind::unsupported, fmt::format("{}: {} at byte {}", what_, reason, position()));
}

}  // namespace fiver
