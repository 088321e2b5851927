#include "codecs/scaleoffset_codes.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fiver::codecs::scaleoffset {
namespace {

std::uint64_t sign_extended(std::uint64_t value, const Plan& plan) {
  const auto sign = std::uint64_t{1} << (plan.full() - 1);
  return plan.is_signed ? (value ^ sign) - sign : value;
}

/// Bits for codes from 0 to `span`, one more of them reserved for the fill value.
unsigned code_bits(std::uint64_t span, bool has_fill) {
  const auto most = has_fill ? span + 1 : span;
  return static_cast<unsigned>(std::bit_width(most));
}

template <class Real>
Codes codes_of_floats(const Plan& plan, ByteView in) {
  const Codes as_they_are{plan.full(), 0, {}};
  const auto scale = power_of_ten(Real{}, plan.decimals);
  const auto tolerance = power_of_ten(Real{}, -plan.decimals);
  const auto fill = real_of<Real>(plan.fill);
  const auto is_fill = [&](Real value) { return plan.has_fill && std::abs(value - fill) < tolerance; };
  bool any = false;
  Real least = 0, most = 0;
  for (std::size_t i = 0; i < plan.count; ++i) {
    const auto value = real_of<Real>(load_element(in, i, plan));
    if (!std::isfinite(value)) return as_they_are;  // has no code
    if (is_fill(value)) continue;
    least = any ? std::min(least, value) : value;
    most = any ? std::max(most, value) : value;
    any = true;
  }
  const auto lowest = least * scale;
  const auto range = most * scale - lowest;
  // Not so for a NaN, which an infinite product leaves.
  if (!(range < std::ldexp(Real{1}, static_cast<int>(plan.full()) - 2))) return as_they_are;
  const auto rounded = [&](Real value) { return static_cast<std::uint64_t>(std::llround(value * scale - lowest)); };
  Codes codes;
  codes.bits = code_bits(rounded(most), plan.has_fill);
  if (codes.bits >= plan.full()) return as_they_are;
  codes.minimum = bits_of(least);
  codes.values.resize(plan.count);
  for (std::size_t i = 0; i < plan.count; ++i) {
    const auto value = real_of<Real>(load_element(in, i, plan));
    codes.values[i] = is_fill(value) ? Plan::ones(codes.bits) : rounded(value);
  }
  return codes;
}

}  // namespace

FilterStatus plan_of(std::span<const std::uint32_t> values, Plan& plan) {
  if (values.size() < value_count)
    return FilterStatus::bad_parameters(fmt::format("scale-offset needs 20 values and has {}", values.size()));
  const auto size = values[4];
  plan.is_float = values[3] == 1;
  if (values[3] > 1 || values[0] != (plan.is_float ? decimal_float : integer))
    return FilterStatus::bad_parameters(fmt::format("scale-offset of kind {} for class {}", values[0], values[3]));
  if ((size != 4 && size != 8) && (plan.is_float || (size != 1 && size != 2)))
    return FilterStatus::bad_parameters(fmt::format("scale-offset cannot take elements of {} bytes", size));
  plan.size = size;
  plan.count = values[2];
  plan.is_signed = values[5] == 1;
  plan.big = values[6] == 1;
  plan.has_fill = values[7] == 1;
  plan.fill = (values[8] | std::uint64_t{values[9]} << 32U) & plan.mask();
  const auto factor = static_cast<std::int32_t>(values[1]);
  if (plan.is_float) {
    constexpr int most_decimals = 400;  // past the range of every float
    if (std::abs(std::int64_t{factor}) > most_decimals)
      return FilterStatus::bad_parameters(fmt::format("scale-offset cannot keep {} decimals", factor));
    plan.decimals = factor;
  } else {
    if (factor < 0 || values[1] > plan.full())
      return FilterStatus::bad_parameters(fmt::format("scale-offset codes of {} bits for {} bytes", factor, size));
    plan.factor_bits = values[1];
    plan.unchanged = values[1] == plan.full();
  }
  return FilterStatus::ok();
}

Codes integer_codes(const Plan& plan, ByteView in) {
  Codes codes;
  bool any = false;
  std::uint64_t least = 0, most = 0;  // in an order in which signed values sort as unsigned
  const auto flip = plan.is_signed ? std::uint64_t{1} << (plan.full() - 1) : 0;
  for (std::size_t i = 0; i < plan.count; ++i) {
    const auto value = load_element(in, i, plan);
    if (plan.has_fill && value == plan.fill) continue;
    const auto sortable = value ^ flip;
    least = any ? std::min(least, sortable) : sortable;
    most = any ? std::max(most, sortable) : sortable;
    any = true;
  }
  if (!any) least = most = flip;  // the value 0
  const auto span = most - least;
  const auto minimum = least ^ flip;
  codes.minimum = sign_extended(minimum, plan);
  codes.bits = plan.factor_bits;
  if (codes.bits == 0) codes.bits = span > plan.mask() - 2 ? plan.full() : code_bits(span, plan.has_fill);
  if (codes.bits >= plan.full()) return codes;
  codes.values.resize(plan.count);
  for (std::size_t i = 0; i < plan.count; ++i) {
    const auto value = load_element(in, i, plan);
    codes.values[i] =
        (plan.has_fill && value == plan.fill ? Plan::ones(codes.bits) : value - minimum) & Plan::ones(codes.bits);
  }
  return codes;
}

Codes float_codes(const Plan& plan, ByteView in) {
  return plan.size == 4 ? codes_of_floats<float>(plan, in) : codes_of_floats<double>(plan, in);
}

}  // namespace fiver::codecs::scaleoffset
