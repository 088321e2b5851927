// Filter 6, scale-offset. Values, 20 of them: [0 kind of scale: 0 decimal float, 2 integer; 1 scale factor, signed; 2 elements;
// 3 class: 0 integer, 1 float; 4 element size; 5 signed; 6 byte order: 0 little, 1 big; 7 a fill value follows; 8... its bits, low word first].
// A chunk is
//   bits    : u32   bits of a code
//   width   : u8    8
//   minimum : u64   the smallest value: sign-extended, or the bits of a float
//   zeros   : 8
//   codes   : one after the other, most significant bit first; value = minimum + code, or minimum + code / 10^factor;
//             the code of all ones is the fill value
// Two exceptions: codes of the full width are the elements themselves, little-endian; an integer factor of the full width stores the
// chunk as it is, without a header.
#include <fmt/format.h>

#include <cmath>

#include "codecs/bits.hpp"
#include "codecs/builtin.hpp"
#include "codecs/growing.hpp"

namespace fiver::codecs {
namespace {

constexpr std::size_t value_count = 20, header_size = 21, minimum_at = 5;
constexpr std::uint32_t decimal_float = 0, integer = 2;

struct Plan {
  bool unchanged = false, is_float = false, is_signed = false, big = false, has_fill = false;
  std::uint32_t factor_bits = 0;  ///< an integer's width of codes chosen by the user; 0: the smallest that does
  int decimals = 0;
  std::size_t size = 0;  ///< of an element
  std::uint64_t count = 0;
  std::uint64_t fill = 0;
  unsigned full() const { return static_cast<unsigned>(8 * size); }
  std::uint64_t bytes() const { return count * size; }
  std::uint64_t mask() const { return ones(full()); }
  static std::uint64_t ones(unsigned bits) { return bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1; }
};

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
    plan.decimals = factor;
  } else {
    if (factor < 0 || values[1] > plan.full())
      return FilterStatus::bad_parameters(fmt::format("scale-offset codes of {} bits for {} bytes", factor, size));
    plan.factor_bits = values[1];
    plan.unchanged = values[1] == plan.full();
  }
  return FilterStatus::ok();
}

/// Element i, as its bits.
std::uint64_t load_element(ByteView bytes, std::size_t i, const Plan& plan) {
  std::uint64_t value = 0;
  const auto element = bytes.subspan(i * plan.size, plan.size);
  for (std::size_t b = 0; b < plan.size; ++b)
    value = value << 8U | std::to_integer<std::uint64_t>(element[plan.big ? b : plan.size - 1 - b]);
  return value;
}

void store_element(std::uint64_t value, MutableBytes bytes, std::size_t i, const Plan& plan) {
  const auto element = bytes.subspan(i * plan.size, plan.size);
  for (std::size_t b = 0; b < plan.size; ++b)
    element[plan.big ? plan.size - 1 - b : b] = static_cast<std::byte>(value >> (8 * b));
}

std::uint64_t sign_extended(std::uint64_t value, const Plan& plan) {
  const auto sign = std::uint64_t{1} << (plan.full() - 1);
  return plan.is_signed ? (value ^ sign) - sign : value;
}

/// The C library's functions of the element's own type: files hold what they rounded.
float power_of_ten(float, int decimals) {
  return powf(10.0F, static_cast<float>(decimals));
}
double power_of_ten(double, int decimals) {
  return pow(10.0, static_cast<double>(decimals));
}
template <class Real>
using BitsOf = std::conditional_t<sizeof(Real) == 4, std::uint32_t, std::uint64_t>;
template <class Real>
Real real_of(std::uint64_t bits) {
  return std::bit_cast<Real>(static_cast<BitsOf<Real>>(bits));
}
template <class Real>
std::uint64_t bits_of(Real value) {
  return std::bit_cast<BitsOf<Real>>(value);
}

template <class Real>
void decode_floats(const Plan& plan, BitReader& reader, unsigned bits, std::uint64_t minimum, MutableBytes out) {
  const auto scale = power_of_ten(Real{}, plan.decimals);
  const auto least = real_of<Real>(minimum);
  const auto fill_code = Plan::ones(bits);
  for (std::size_t i = 0; i < plan.count; ++i) {
    const auto code = reader.take(bits);
    const auto value = static_cast<Real>(static_cast<std::int64_t>(code)) / scale + least;
    store_element(plan.has_fill && code == fill_code ? plan.fill : bits_of(value), out, i, plan);
  }
}

FilterStatus decode_chunk(const Plan& plan, ByteView in, MutableBytes out) {
  if (in.size() < header_size)
    return FilterStatus::bad_data(
        fmt::format("the {} stored bytes are shorter than a scale-offset header of 21", in.size()));
  const auto bits = load_little<std::uint32_t>(in);
  if (bits > plan.full())
    return FilterStatus::bad_data(fmt::format("scale-offset codes of {} bits for elements of {}", bits, plan.full()));
  std::uint64_t minimum = 0;
  const auto width = std::min<std::size_t>(8, std::to_integer<std::size_t>(in[4]));
  for (std::size_t b = 0; b < width; ++b) minimum |= std::to_integer<std::uint64_t>(in[minimum_at + b]) << (8 * b);
  const auto codes = in.subspan(header_size);
  BitReader reader(codes);
  if (reader.remaining() / std::max(1U, bits) < plan.count && bits > 0)
    return FilterStatus::bad_data(
        fmt::format("{} bytes from byte 21 on cannot hold {} codes of {} bits", codes.size(), plan.count, bits));
  if (bits == plan.full()) {
    Plan stored = plan;
    stored.big = false;
    for (std::size_t i = 0; i < plan.count; ++i) store_element(load_element(codes, i, stored), out, i, plan);
  } else if (plan.is_float) {
    plan.size == 4 ? decode_floats<float>(plan, reader, bits, minimum, out)
                   : decode_floats<double>(plan, reader, bits, minimum, out);
  } else {
    const auto fill_code = Plan::ones(bits);
    for (std::size_t i = 0; i < plan.count; ++i) {
      const auto code = reader.take(bits);
      store_element(plan.has_fill && code == fill_code ? plan.fill : minimum + code, out, i, plan);
    }
  }
  return FilterStatus::ok();
}

/// The codes of a chunk to write. `bits` is the full width where elements are to be stored as they are.
struct Codes {
  unsigned bits = 0;
  std::uint64_t minimum = 0;
  std::vector<std::uint64_t> values;
};

/// Bits for codes from 0 to `span`, one more of them reserved for the fill value.
unsigned code_bits(std::uint64_t span, bool has_fill) {
  const auto most = has_fill ? span + 1 : span;
  return static_cast<unsigned>(std::bit_width(most));
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

template <class Real>
Codes float_codes(const Plan& plan, ByteView in) {
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

class ScaleOffset final : public Filter {
 public:
  std::uint16_t id() const noexcept override { return 6; }
  std::string_view name() const noexcept override { return "scaleoffset"; }

  FilterStatus decode(std::span<const std::uint32_t> values, ByteView in, std::size_t, std::size_t room,
                      Bytes& out) const override {
    out.clear();
    Plan plan;
    if (auto status = plan_of(values, plan); !status) return status;
    const auto size = plan.unchanged ? in.size() : plan.bytes();
    if (size > room)
      return FilterStatus::no_room(fmt::format("scale-offset decodes to {} bytes, more than {}", size, room));
    if (plan.unchanged) {
      out.assign(in.begin(), in.end());
      return FilterStatus::ok();
    }
    out.resize(size);
    auto status = decode_chunk(plan, in, out);
    if (!status) out.clear();
    return status;
  }

  FilterStatus encode(std::span<const std::uint32_t> values, ByteView in, std::size_t room, Bytes& out) const override {
    out.clear();
    Plan plan;
    if (auto status = plan_of(values, plan); !status) return status;
    if (!plan.unchanged && in.size() != plan.bytes())
      return FilterStatus::bad_parameters(
          fmt::format("scale-offset describes {} bytes and gets {}", plan.bytes(), in.size()));
    const auto no_room = [&](std::uint64_t size) {
      return FilterStatus::no_room(fmt::format("scale-offset needs {} bytes, more than {}", size, room));
    };
    if (plan.unchanged) {
      if (in.size() > room) return no_room(in.size());
      out.assign(in.begin(), in.end());
      return FilterStatus::ok();
    }
    const auto codes = !plan.is_float   ? integer_codes(plan, in)
                       : plan.size == 4 ? float_codes<float>(plan, in)
                                        : float_codes<double>(plan, in);
    const bool as_they_are = codes.bits == plan.full();
    // One byte more than the codes may need: the C library counts on it.
    const auto size = header_size + (as_they_are ? in.size() : plan.count * codes.bits / 8 + 1);
    if (size > room) return no_room(size);
    out.reserve(size);
    out.resize(header_size);
    store_little(std::uint32_t{codes.bits}, out);
    out[4] = std::byte{8};
    store_little(codes.minimum, MutableBytes(out).subspan(minimum_at));
    BitWriter writer(out);
    if (as_they_are) {
      out.resize(size);
      Plan stored = plan;
      stored.big = false;
      for (std::size_t i = 0; i < plan.count; ++i)
        store_element(load_element(in, i, plan), MutableBytes(out).subspan(header_size), i, stored);
    } else {
      for (const auto code : codes.values) writer.put(code, codes.bits);
      writer.flush();
      out.resize(size);
    }
    return FilterStatus::ok();
  }

  FilterStatus complete_parameters(const FilterContext& context, std::vector<std::uint32_t>& values) const override;
};

FilterStatus ScaleOffset::complete_parameters(const FilterContext& context, std::vector<std::uint32_t>& values) const {
  if (values.size() < 2) return FilterStatus::bad_parameters("scale-offset needs the kind of scale and its factor");
  const auto elements = checked_product(context.chunk);
  if (!elements || *elements > std::numeric_limits<std::uint32_t>::max())
    return FilterStatus::bad_parameters(
        "scale-offset counts the elements of a chunk in 32 bits, and this chunk has more");
  const auto* whole = context.type.as<IntegerType>();
  const auto* real = context.type.as<FloatType>();
  if (whole == nullptr && real == nullptr)
    return FilterStatus::bad_parameters("scale-offset takes integers and floats");
  const auto order = whole != nullptr ? whole->order : real->order;
  if (order == ByteOrder::vax) return FilterStatus::bad_parameters("scale-offset cannot take VAX floats");
  values.resize(2);
  values.resize(value_count);
  values[2] = static_cast<std::uint32_t>(*elements);
  values[3] = real != nullptr ? 1 : 0;
  values[4] = context.type.size();
  values[5] = whole != nullptr && whole->is_signed ? 1 : 0;
  values[6] = order == ByteOrder::big ? 1 : 0;
  values[7] = context.fill.defined == FillValue::Defined::undefined ? 0 : 1;
  Plan plan;
  if (auto status = plan_of(values, plan); !status) return status;
  if (context.fill.defined == FillValue::Defined::by_user) {
    if (context.fill.bytes.size() != plan.size)
      return FilterStatus::bad_parameters(
          fmt::format("a fill value of {} bytes for elements of {}", context.fill.bytes.size(), plan.size));
    const auto fill = load_element(context.fill.bytes, 0, plan);
    values[8] = static_cast<std::uint32_t>(fill);
    values[9] = static_cast<std::uint32_t>(fill >> 32U);
  }
  return FilterStatus::ok();
}

}  // namespace

std::unique_ptr<Filter> make_scaleoffset() {
  return std::make_unique<ScaleOffset>();
}

}  // namespace fiver::codecs
