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

#include "codecs/bits.hpp"
#include "codecs/builtin.hpp"
#include "codecs/growing.hpp"
#include "codecs/scaleoffset_codes.hpp"

namespace fiver::codecs {
namespace {

using namespace scaleoffset;

constexpr std::size_t header_size = 21, minimum_at = 5;

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
    const auto codes = plan.is_float ? float_codes(plan, in) : integer_codes(plan, in);
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
