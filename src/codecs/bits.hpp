// A stream of bits, most significant first, as n-bit and scale-offset chunks pack them.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"

namespace fiver::codecs {

class BitReader {
 public:
  explicit BitReader(ByteView bytes) : bytes_(bytes) {}

  std::uint64_t remaining() const { return 8 * std::uint64_t{bytes_.size() - at_} + held_; }

  /// The next `count` bits, up to 64, as an integer. The caller has checked remaining().
  std::uint64_t take(unsigned count) {
    if (count > 32) return take(count - 32) << 32U | take(32);
    while (held_ < count) {
      if (bytes_.size() - at_ >= 4) {
        window_ = window_ << 32U | load_big<std::uint32_t>(bytes_.subspan(at_));
        at_ += 4;
        held_ += 32;
      } else {
        window_ = window_ << 8U | std::to_integer<std::uint64_t>(bytes_[at_++]);
        held_ += 8;
      }
    }
    held_ -= count;
    return window_ >> held_ & ((std::uint64_t{1} << count) - 1);
  }

 private:
  ByteView bytes_;
  std::size_t at_ = 0;
  std::uint64_t window_ = 0;
  unsigned held_ = 0;  ///< bits of window_ not yet taken, fewer than 32 between calls
};

class BitWriter {
 public:
  explicit BitWriter(Bytes& out) : out_(out) {}

  void put(std::uint64_t value, unsigned count) {
    if (count > 32) {
      put(value >> 32U, count - 32);
      count = 32;
    }
    window_ = window_ << count | (value & ((std::uint64_t{1} << count) - 1));
    held_ += count;
    for (; held_ >= 8; held_ -= 8) out_.push_back(static_cast<std::byte>(window_ >> (held_ - 8)));
  }

  /// Fills the last byte up with zero bits.
  void flush() {
    if (held_ > 0) put(0, 8 - held_);
  }

 private:
  Bytes& out_;
  std::uint64_t window_ = 0;
  unsigned held_ = 0;
};

}  // namespace fiver::codecs
