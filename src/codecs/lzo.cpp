// Filter 305, LZO (PyTables). Values: [level, ...]. A chunk is a raw LZO1X stream. Read only: the usual library is under the GPL, and
// new files have better choices. A step is an instruction byte, then what it asks for; every copy step ends with 0 to 3 literals, whose
// number is in the low two bits of the last byte but one:
//   0000llll          literals: l + 3, or with l = 0: 18 + 255 per zero byte + the byte after them
//                     ... right after 1 to 3 literals: copy 2 from 1 + (d = bits 2-3) + next * 4 back; after more: copy 3 from 2049 + ... back
//   0001hlll d d      copy l + 2 (l = 0: extended from 7) from 16384 + h * 16384 + d back; distance 16384 exactly is the end
//   001lllll d d      copy l + 2 (l = 0: extended from 31) from 1 + d back
//   01ldddss d, 1lldddss d   copy (instruction >> 5) + 1 from 1 + d + next * 8 back
// d d are two bytes, little-endian, shifted right by 2. A first byte above 17 is that many literals plus 17.
#include <fmt/format.h>

#include "codecs/builtin.hpp"
#include "codecs/growing.hpp"

namespace fiver::codecs {
namespace {

constexpr std::size_t best_ratio = 256;

class LzoDecoder {
 public:
  LzoDecoder(ByteView in, MutableBytes out) : in_(in), out_(out) {}

  Decoded run() {
    while (outcome_ == Outcome::running) step();
    switch (outcome_) {
      case Outcome::finished:
        return {FilterStatus::ok(), made_};
      case Outcome::too_small:
        return {{}, 0, true};
      case Outcome::bad_distance:
        return {FilterStatus::bad_data(
            fmt::format("LZO step at byte {} copies from before the start, with {} bytes made", step_start_, made_))};
      default:
        return {FilterStatus::bad_data(
            fmt::format("LZO step at byte {} runs past the end at {}", step_start_, in_.size()))};
    }
  }

 private:
  enum class Outcome { running, finished, too_small, bad_distance, ends_early };
  /// How many literals stood before: what an instruction below 16 means depends on it.
  enum class Before { none, few, run };

  std::size_t byte() {
    if (at_ < in_.size()) return std::to_integer<std::size_t>(in_[at_++]);
    if (outcome_ == Outcome::running) outcome_ = Outcome::ends_early;
    return 1;  // not 0: it ends the loop of extended()
  }

  std::size_t extended(std::size_t base) {
    std::size_t length = base;
    std::size_t next = byte();
    for (; next == 0; next = byte()) length += 255;
    return length + next;
  }

  void literals(std::size_t count) {
    if (outcome_ != Outcome::running || count == 0) return;
    if (count > in_.size() - at_) {
      outcome_ = Outcome::ends_early;
    } else if (count > out_.size() - made_) {
      outcome_ = Outcome::too_small;
    } else {
      std::memcpy(out_.data() + made_, in_.data() + at_, count);
      at_ += count;
      made_ += count;
    }
  }

  void copy(std::size_t distance, std::size_t count, std::size_t literal_bits) {
    if (outcome_ != Outcome::running) return;
    if (distance > made_) {
      outcome_ = Outcome::bad_distance;
    } else if (count > out_.size() - made_) {
      outcome_ = Outcome::too_small;
    } else {
      std::byte* to = out_.data() + made_;
      const std::byte* from = to - distance;
      for (std::size_t i = 0; i < count; ++i) to[i] = from[i];
      made_ += count;
      literals(literal_bits & 3U);
      before_ = (literal_bits & 3U) == 0 ? Before::none : Before::few;
    }
  }

  void step() {
    step_start_ = at_;
    const auto code = byte();
    if (step_start_ == 0 && code > 17) {
      literals(code - 17);
      before_ = code - 17 < 4 ? Before::few : Before::run;
    } else if (code >= 64) {
      const auto next = byte();
      copy(1 + (code >> 2U & 7U) + (next << 3U), (code >> 5U) + 1, code);
    } else if (code >= 32) {
      const auto length = (code & 31U) == 0 ? extended(31) : code & 31U;
      const auto low = byte(), high = byte();
      copy(1 + (low >> 2U) + (high << 6U), length + 2, low);
    } else if (code >= 16) {
      const auto length = (code & 7U) == 0 ? extended(7) : code & 7U;
      const auto low = byte(), high = byte();
      const auto distance = 16384 + ((code & 8U) << 11U) + (low >> 2U) + (high << 6U);
      if (distance == 16384 && outcome_ == Outcome::running)
        outcome_ = Outcome::finished;
      else
        copy(distance, length + 2, low);
    } else if (before_ == Before::none) {
      literals(3 + (code == 0 ? extended(15) : code));
      before_ = Before::run;
    } else {
      const auto next = byte();
      const bool long_run = before_ == Before::run;
      copy((long_run ? 2049 : 1) + (code >> 2U) + (next << 2U), long_run ? 3 : 2, code);
    }
  }

  ByteView in_;
  MutableBytes out_;
  std::size_t at_ = 0, made_ = 0, step_start_ = 0;
  Before before_ = Before::none;
  Outcome outcome_ = Outcome::running;
};

class Lzo final : public Filter {
 public:
  std::uint16_t id() const noexcept override { return 305; }
  std::string_view name() const noexcept override { return "LZO"; }

  FilterStatus decode(std::span<const std::uint32_t>, ByteView in, std::size_t expected, std::size_t room,
                      Bytes& out) const override {
    return decode_growing(first_guess(expected, room, in.size(), best_ratio), room, out,
                          [in](MutableBytes buffer) { return LzoDecoder(in, buffer).run(); });
  }

  FilterStatus decode_into(std::span<const std::uint32_t>, ByteView in, MutableBytes out) const override {
    return decode_exactly(out, [in](MutableBytes buffer) { return LzoDecoder(in, buffer).run(); });
  }

  bool can_encode() const noexcept override { return false; }
  FilterStatus encode(std::span<const std::uint32_t>, ByteView, std::size_t, Bytes& out) const override {
    out.clear();
    return FilterStatus::unavailable("LZO is read only");
  }
};

}  // namespace

std::unique_ptr<Filter> make_lzo() {
  return std::make_unique<Lzo>();
}

}  // namespace fiver::codecs
