// A cursor over the bytes of one structure. Every read is checked against the end; a read that does not fit, a wrong signature,
// version or checksum throws Error{corrupt} (versions: {unsupported}) that names the structure, the field and its byte.
// The call operator makes it one of the "wires" of a describe() function: see encoder.hpp.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/field_widths.hpp"
#include "fiver/values/address.hpp"
#include "fiver/values/error.hpp"

namespace fiver {

class Decoder {
 public:
  /// `what` names the structure in messages and must outlive the decoder ("v2 B-tree header").
  Decoder(ByteView bytes, FieldWidths widths, std::string_view what)
      : all_(bytes), rest_(bytes), widths_(widths), what_(what) {}

  FieldWidths widths() const { return widths_; }
  std::size_t position() const { return all_.size() - rest_.size(); }
  std::size_t remaining() const { return rest_.size(); }
  bool at_end() const { return rest_.empty(); }
  ByteView all() const { return all_; }

  std::uint8_t u8(std::string_view field) { return static_cast<std::uint8_t>(uint(1, field)); }
  std::uint16_t u16(std::string_view field) { return static_cast<std::uint16_t>(uint(2, field)); }
  std::uint32_t u32(std::string_view field) { return static_cast<std::uint32_t>(uint(4, field)); }
  std::uint64_t u64(std::string_view field) { return uint(8, field); }
  /// A little-endian integer of 1 to 8 bytes.
  std::uint64_t uint(unsigned width, std::string_view field) {
    const auto taken = bytes(width, field);
    std::uint64_t value = 0;
    for (unsigned i = 0; i < width; ++i) value |= std::to_integer<std::uint64_t>(taken[i]) << (8 * i);
    return value;
  }
  /// An address that may be undefined (all ones).
  std::optional<Address> address(std::string_view field);
  /// An address that must be defined.
  Address defined_address(std::string_view field);
  /// A value of "size of lengths" bytes. All ones stay as they are in that width; see extent().
  std::uint64_t length(std::string_view field) { return uint(widths_.length, field); }
  /// A value of "size of lengths" bytes where all ones mean `unlimited`.
  std::uint64_t extent(std::string_view field);
  ByteView bytes(std::uint64_t count, std::string_view field) {
    if (count > rest_.size()) too_short(count, field);
    const auto taken = rest_.first(static_cast<std::size_t>(count));
    rest_ = rest_.subspan(static_cast<std::size_t>(count));
    return taken;
  }
  void skip(std::uint64_t count, std::string_view field) { bytes(count, field); }
  /// Bytes up to a NUL, which is consumed; a missing NUL is corrupt.
  std::string text(std::string_view field);
  void signature(std::string_view expected);
  void version(std::uint8_t expected);
  std::uint8_t version_in(std::initializer_list<std::uint8_t> known);
  /// Reads a checksum and holds it against all bytes before it.
  void checksum();
  /// Throws corrupt when bytes are left.
  void expect_end();

  // One wire of describe(): each overload reads one field.
  template <std::unsigned_integral T>
  void operator()(std::string_view field, T& value) {
    value = static_cast<T>(uint(sizeof(T), field));
  }
  void operator()(std::string_view field, std::optional<Address>& value) { value = address(field); }
  void operator()(std::string_view field, Address& value) { value = defined_address(field); }
  void operator()(std::string_view field, Length& value) { value.value = length(field); }
  /// Bytes without meaning: zero when written, anything when read.
  void reserved(unsigned count) { skip(count, "reserved bytes"); }

  /// Throws Error{corrupt}: "WHAT: REASON at byte N".
  [[noreturn]] void fail(std::string_view reason) const;
  [[noreturn]] void unsupported(std::string_view reason) const;

 private:
  [[noreturn]] void too_short(std::uint64_t count, std::string_view field) const;

  ByteView all_, rest_;
  FieldWidths widths_;
  std::string_view what_;
};

}  // namespace fiver
