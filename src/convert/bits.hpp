// Bit fields of single elements in any byte order: the slow, general way in and out of integers and floats.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"
#include "fiver/values/datatype.hpp"

namespace fiver::convert {

__extension__ using Wide = unsigned __int128;

/// The widest element that is taken apart bit by bit.
inline constexpr std::size_t widest_number = 32;

/// One element with its least significant byte first.
class ElementBits {
 public:
  explicit ElementBits(std::size_t size) : size_(size) {}
  ElementBits(const std::byte* element, std::size_t size, ByteOrder order) : size_(size) {
    std::copy_n(element, size, bytes_.begin());
    reorder(order);
  }

  /// `length` bits (at most 128) from bit `position`; what lies past the element is 0.
  Wide get(unsigned position, unsigned length) const {
    Wide value = 0;
    for (unsigned bit = 0; bit < length;) {
      const auto at = position + bit;
      if (at / 8 >= size_) break;
      const auto take = std::min(8 - at % 8, length - bit);
      const auto part = std::to_integer<unsigned>(bytes_[at / 8]) >> (at % 8) & ((1U << take) - 1U);
      value |= static_cast<Wide>(part) << bit;
      bit += take;
    }
    return value;
  }
  void put(unsigned position, unsigned length, Wide value) {
    for (unsigned bit = 0; bit < length;) {
      const auto at = position + bit;
      if (at / 8 >= size_) break;
      const auto take = std::min(8 - at % 8, length - bit);
      const auto mask = static_cast<std::byte>(((1U << take) - 1U) << (at % 8));
      const auto part =
          bit >= 128 ? std::byte{0} : static_cast<std::byte>(static_cast<unsigned>(value >> bit & 0xFFU) << (at % 8));
      bytes_[at / 8] = (bytes_[at / 8] & ~mask) | (part & mask);
      bit += take;
    }
  }
  void fill(unsigned position, unsigned end) {
    for (auto at = position; at < end && at / 8 < size_; ++at) bytes_[at / 8] |= static_cast<std::byte>(1U << (at % 8));
  }
  void store(std::byte* element, ByteOrder order) {
    reorder(order);
    std::copy_n(bytes_.begin(), size_, element);
    reorder(order);
  }

 private:
  /// Its own inverse. VAX order: the 16-bit words are reversed, each little-endian in itself.
  void reorder(ByteOrder order) {
    const auto end = bytes_.begin() + static_cast<std::ptrdiff_t>(size_);
    if (order == ByteOrder::big) std::reverse(bytes_.begin(), end);
    if (order == ByteOrder::vax)
      for (std::size_t i = 0, j = size_ - size_ % 2; i + 2 < j; i += 2) {
        j -= 2;
        std::swap(bytes_[i], bytes_[j]);
        std::swap(bytes_[i + 1], bytes_[j + 1]);
      }
  }

  std::array<std::byte, widest_number> bytes_{};
  std::size_t size_;
};

}  // namespace fiver::convert
