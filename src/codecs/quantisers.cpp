// Filters 32022 BitGroom, 32023 Granular BitRound and 32032 BitRound round values when they are written, and leave nothing to undo:
// stored bytes are the values. Rounding is the business of whoever has the numbers, so these write nothing.
#include <fmt/format.h>

#include "codecs/builtin.hpp"
#include "codecs/growing.hpp"

namespace fiver::codecs {
namespace {

class Quantiser final : public Filter {
 public:
  constexpr Quantiser(std::uint16_t id, std::string_view name) : id_(id), name_(name) {}

  std::uint16_t id() const noexcept override { return id_; }
  std::string_view name() const noexcept override { return name_; }

  FilterStatus decode(std::span<const std::uint32_t>, ByteView in, std::size_t, std::size_t room,
                      Bytes& out) const override {
    out.clear();
    if (in.size() > room) return too_large(room);
    out.assign(in.begin(), in.end());
    return FilterStatus::ok();
  }

  FilterStatus decode_into(std::span<const std::uint32_t>, ByteView in, MutableBytes out) const override {
    if (in.size() != out.size())
      return FilterStatus::bad_data(fmt::format("has {} bytes instead of {}", in.size(), out.size()));
    std::copy(in.begin(), in.end(), out.begin());
    return FilterStatus::ok();
  }

  bool can_encode() const noexcept override { return false; }
  FilterStatus encode(std::span<const std::uint32_t>, ByteView, std::size_t, Bytes& out) const override {
    out.clear();
    return FilterStatus::unavailable("values are not rounded here: round them before writing");
  }

 private:
  std::uint16_t id_;
  std::string_view name_;
};

}  // namespace

std::unique_ptr<Filter> make_bitgroom() {
  return std::make_unique<Quantiser>(std::uint16_t{32022}, "BitGroom");
}
std::unique_ptr<Filter> make_granular_bitround() {
  return std::make_unique<Quantiser>(std::uint16_t{32023}, "Granular BitRound");
}
std::unique_ptr<Filter> make_bitround() {
  return std::make_unique<Quantiser>(std::uint16_t{32032}, "BitRound");
}

}  // namespace fiver::codecs
