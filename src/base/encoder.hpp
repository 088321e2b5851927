// The other direction of decoder.hpp: an Encoder appends fields to bytes, a Sizer only counts them. Structures of fixed order are
// written once, as describe(wire, value), and any of the three is its wire:
//
//   template <class Wire, class Header>   // Header is const when writing
//   void describe(Wire& wire, Header& h) { wire.signature("BTHD"); wire.version(0); wire("type", h.type); ... wire.checksum(); }
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "base/bytes.hpp"
#include "base/field_widths.hpp"
#include "fiver/values/address.hpp"

namespace fiver {

class Encoder {
 public:
  explicit Encoder(FieldWidths widths = {}) : widths_(widths) {}

  FieldWidths widths() const { return widths_; }
  std::size_t size() const { return out_.size(); }
  ByteView view() const { return out_; }
  Bytes take() && { return std::move(out_); }

  void u8(std::uint8_t value) { uint(value, 1); }
  void u16(std::uint16_t value) { uint(value, 2); }
  void u32(std::uint32_t value) { uint(value, 4); }
  void u64(std::uint64_t value) { uint(value, 8); }
  /// The low `width` bytes of `value`, little-endian. Throws invalid_argument when it does not fit (all ones always do).
  void uint(std::uint64_t value, unsigned width);
  /// Undefined is written as all ones.
  void address(std::optional<Address> value);
  void length(std::uint64_t value) { uint(value, widths_.length); }
  /// As length(); `unlimited` is written as all ones of that width.
  void extent(std::uint64_t value);
  void bytes(ByteView value) { out_.insert(out_.end(), value.begin(), value.end()); }
  void zeros(std::size_t count) { out_.insert(out_.end(), count, std::byte{0}); }
  /// The bytes of `value` and a NUL.
  void text(std::string_view value);
  void pad_to_multiple(std::size_t of) { zeros((of - out_.size() % of) % of); }
  /// Overwrites an integer written before.
  void patch(std::size_t position, std::uint64_t value, unsigned width);
  void signature(std::string_view value) { bytes(bytes_of(value)); }
  void version(std::uint8_t value) { u8(value); }
  void checksum();

  template <std::unsigned_integral T>
  void operator()(std::string_view, const T& value) {
    uint(value, sizeof(T));
  }
  void operator()(std::string_view, const std::optional<Address>& value) { address(value); }
  void operator()(std::string_view, const Address& value) { address(value); }
  void operator()(std::string_view, const Length& value) { length(value.value); }
  void reserved(unsigned count) { zeros(count); }

 private:
  Bytes out_;
  FieldWidths widths_;
};

/// Counts the bytes that an Encoder would write.
class Sizer {
 public:
  explicit constexpr Sizer(FieldWidths widths = {}) : widths_(widths) {}

  constexpr std::size_t size() const { return size_; }
  constexpr void signature(std::string_view value) { size_ += value.size(); }
  constexpr void version(std::uint8_t) { size_ += 1; }
  constexpr void checksum() { size_ += 4; }
  template <std::unsigned_integral T>
  constexpr void operator()(std::string_view, const T&) {
    size_ += sizeof(T);
  }
  constexpr void operator()(std::string_view, const std::optional<Address>&) { size_ += widths_.offset; }
  constexpr void operator()(std::string_view, const Address&) { size_ += widths_.offset; }
  constexpr void operator()(std::string_view, const Length&) { size_ += widths_.length; }
  constexpr void reserved(unsigned count) { size_ += count; }

 private:
  std::size_t size_ = 0;
  FieldWidths widths_;
};

/// The encoded size of a structure with a describe() function.
template <class T>
constexpr std::size_t described_size(const T& value, FieldWidths widths) {
  Sizer sizer(widths);
  describe(sizer, value);
  return sizer.size();
}

}  // namespace fiver
