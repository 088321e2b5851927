// Number conversions against models that do not share their code: wide integers, long double and ldexp, and nearest-value search.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <type_traits>

#include "convert/float_bits.hpp"
#include "convert/plan.hpp"
#include "fiver/values/error.hpp"

namespace fiver::convert {
namespace {

__extension__ using Int128 = __int128;

/// Every float test draws from the same mixture: any bits, and values near powers of two, where rounding shows.
std::mt19937_64& random_bits() {
  static std::mt19937_64 engine(42);
  return engine;
}

Bytes run(const Datatype& source, const Datatype& target, ByteView elements) {
  const auto plan = ConversionPlan::make(source, target, {});
  const auto count = elements.size() / source.size();
  Bytes result(count * target.size(), std::byte{0x5A});
  plan.convert(elements, result, count);
  return result;
}

template <class T>
Bytes packed(const std::vector<T>& values, ByteOrder order = ByteOrder::little) {
  Bytes bytes(values.size() * sizeof(T));
  if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  if (order == ByteOrder::big)
    for (std::size_t i = 0; i < bytes.size(); i += sizeof(T))
      std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(i),
                   bytes.begin() + static_cast<std::ptrdiff_t>(i + sizeof(T)));
  return bytes;
}

template <class T>
std::vector<T> unpacked(Bytes bytes, ByteOrder order = ByteOrder::little) {
  std::vector<T> values(bytes.size() / sizeof(T));
  if (values.empty()) return values;
  std::memcpy(values.data(), bytes.data(), bytes.size());
  const auto swapped = packed(values, order);
  std::memcpy(values.data(), swapped.data(), bytes.size());
  return values;
}

template <class T>
Datatype type_of(ByteOrder order) {
  if constexpr (std::is_floating_point_v<T>) return float_type(sizeof(T), order);
  return integer_type(sizeof(T), std::is_signed_v<T>, order);
}

template <class T, class S>
T model(S value) {
  using Range = std::numeric_limits<T>;
  if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(value);
  } else if constexpr (std::is_floating_point_v<S>) {
    if (std::isnan(value)) return 0;
    const auto whole = std::trunc(static_cast<long double>(value));
    if (whole <= static_cast<long double>(Range::min())) return Range::min();
    if (whole >= static_cast<long double>(Range::max())) return Range::max();
    return static_cast<T>(whole);
  } else {
    return static_cast<T>(std::clamp<Int128>(value, Range::min(), Range::max()));
  }
}

template <class S>
std::vector<S> samples() {
  std::vector<S> values;
  if constexpr (sizeof(S) <= 2) {
    for (int v = 0; v < 1 << (8 * sizeof(S)); ++v) values.push_back(static_cast<S>(v));
  } else {
    for (int i = 0; i < 4000; ++i) {
      const auto bits = random_bits()() >> (random_bits()() % 64);
      S value;
      std::memcpy(&value, &bits, sizeof value);
      values.push_back(value);
      if constexpr (std::is_floating_point_v<S>) {
        const auto power = std::ldexp(S{1}, static_cast<int>(random_bits()() % 70));
        for (const auto v : {power, std::nextafter(power, S{0}), std::nextafter(power, power * 2)}) {
          values.push_back(v);
          values.push_back(-v);
        }
        values.insert(values.end(), {std::numeric_limits<S>::quiet_NaN(), std::numeric_limits<S>::infinity(),
                                     -std::numeric_limits<S>::infinity(), S{-0.5}, S{0.875}});
      } else {
        values.insert(values.end(), {std::numeric_limits<S>::min(), std::numeric_limits<S>::max(), S{0}});
        values.push_back(static_cast<S>(~bits));
      }
    }
  }
  return values;
}

template <class S, class T>
void check_pair() {
  const auto values = samples<S>();
  for (const auto from : {ByteOrder::little, ByteOrder::big})
    for (const auto to : {ByteOrder::little, ByteOrder::big}) {
      const auto results = unpacked<T>(run(type_of<S>(from), type_of<T>(to), packed(values, from)), to);
      for (std::size_t i = 0; i < values.size(); ++i) {
        const auto expected = model<T>(values[i]);
        if (expected != expected) {
          ASSERT_NE(results[i], results[i]);
        } else {
          ASSERT_EQ(results[i], expected) << +values[i];
        }
      }
    }
}

template <class S>
void check_all_from() {
  check_pair<S, std::int8_t>();
  check_pair<S, std::uint8_t>();
  check_pair<S, std::int16_t>();
  check_pair<S, std::uint16_t>();
  check_pair<S, std::int32_t>();
  check_pair<S, std::uint32_t>();
  check_pair<S, std::int64_t>();
  check_pair<S, std::uint64_t>();
  check_pair<S, float>();
  check_pair<S, double>();
}

TEST(Numbers, NativePairsInBothByteOrders) {
  check_all_from<std::int8_t>();
  check_all_from<std::uint8_t>();
  check_all_from<std::int16_t>();
  check_all_from<std::uint16_t>();
  check_all_from<std::int32_t>();
  check_all_from<std::uint32_t>();
  check_all_from<std::int64_t>();
  check_all_from<std::uint64_t>();
  check_all_from<float>();
  check_all_from<double>();
}

/// A float with an implied leading bit that fills its bytes.
Datatype small_float(std::uint32_t size, unsigned exponent, unsigned mantissa, std::uint32_t bias,
                     ByteOrder order = ByteOrder::little) {
  FloatType type;
  type.order = order;
  type.precision = static_cast<std::uint16_t>(8 * size);
  type.sign_position = static_cast<std::uint8_t>(8 * size - 1);
  type.exponent_position = type.mantissa_size = static_cast<std::uint8_t>(mantissa);
  type.exponent_size = static_cast<std::uint8_t>(exponent);
  type.exponent_bias = bias;
  return {size, type};
}

double by_ldexp(unsigned bits, unsigned size, unsigned exponent_bits, unsigned mantissa_bits, int bias) {
  const auto sign = bits >> (8 * size - 1) & 1U;
  const auto exponent = static_cast<int>(bits >> mantissa_bits & ((1U << exponent_bits) - 1));
  const auto mantissa = bits & ((1U << mantissa_bits) - 1);
  double value;
  if (exponent == (1 << exponent_bits) - 1)
    value = mantissa != 0 ? std::numeric_limits<double>::quiet_NaN() : std::numeric_limits<double>::infinity();
  else if (exponent == 0)
    value = std::ldexp(mantissa, 1 - bias - static_cast<int>(mantissa_bits));
  else
    value = std::ldexp(mantissa + (1U << mantissa_bits), exponent - bias - static_cast<int>(mantissa_bits));
  return sign != 0 ? -value : value;
}

struct Small {
  unsigned size, exponent, mantissa;
  int bias;
};
class SmallFloats : public testing::TestWithParam<Small> {};

TEST_P(SmallFloats, EveryValueOutAndBack) {
  const auto [size, exponent, mantissa, bias] = GetParam();
  for (const auto order : {ByteOrder::little, ByteOrder::big}) {
    const auto type = small_float(size, exponent, mantissa, static_cast<std::uint32_t>(bias), order);
    const auto& format = *type.as<FloatType>();
    Bytes all;
    const auto count = 1U << (8 * size);
    for (unsigned bits = 0; bits < count; ++bits)
      for (unsigned i = 0; i < size; ++i)
        all.push_back(static_cast<std::byte>(bits >> 8 * (order == ByteOrder::little ? i : size - 1 - i)));
    const auto doubles = unpacked<double>(run(type, type_of<double>(ByteOrder::little), all));
    const auto floats = unpacked<float>(run(type, type_of<float>(ByteOrder::big), all), ByteOrder::big);
    const auto ints = unpacked<std::int16_t>(run(type, type_of<std::int16_t>(ByteOrder::little), all));
    const auto from_doubles = run(type_of<double>(ByteOrder::little), type, packed(doubles));
    const auto from_floats = run(type_of<float>(ByteOrder::little), type, packed(floats));
    for (unsigned bits = 0; bits < count; ++bits) {
      const auto expected = by_ldexp(bits, size, exponent, mantissa, bias);
      const auto element = ByteView(all).subspan(std::size_t{bits} * size, size);
      const auto decoded = decode_float_bits(format, element);
      ASSERT_EQ(ints[bits], model<std::int16_t>(expected)) << bits;
      if (std::isnan(expected)) {
        ASSERT_TRUE(std::isnan(decoded) && !std::signbit(decoded) && std::isnan(doubles[bits]) &&
                    std::isnan(floats[bits]));
        continue;
      }
      ASSERT_EQ(decoded, expected) << bits;
      ASSERT_EQ(std::signbit(decoded), std::signbit(expected));
      ASSERT_EQ(doubles[bits], expected) << bits;
      ASSERT_EQ(floats[bits], static_cast<float>(expected)) << bits;
      for (const auto* back : {&from_doubles, &from_floats})
        ASSERT_TRUE(
            std::equal(element.begin(), element.end(), back->begin() + static_cast<std::ptrdiff_t>(bits * size)))
            << bits;
      Bytes encoded(size);
      encode_float_bits(format, expected, encoded);
      ASSERT_TRUE(std::equal(element.begin(), element.end(), encoded.begin())) << bits;
    }
  }
}

/// Rounding, held against a search among all values of the small type.
TEST_P(SmallFloats, RoundToTheNearestTiesToEven) {
  const auto [size, exponent, mantissa, bias] = GetParam();
  const auto type = small_float(size, exponent, mantissa, static_cast<std::uint32_t>(bias));
  std::vector<double> values;  // the non-negative finite ones, ascending with their bits
  const auto infinity = ((1U << exponent) - 1) << mantissa;
  for (unsigned bits = 0; bits < infinity; ++bits) values.push_back(by_ldexp(bits, size, exponent, mantissa, bias));
  const auto beyond = values.back() + (values.back() - values[values.size() - 2]);  // where the next value would be
  values.push_back(beyond);
  std::vector<double> doubles;
  std::vector<float> floats;
  std::vector<std::int64_t> ints;
  for (int i = 0; i < 30000; ++i) {
    const auto at = random_bits()() % (values.size() - 1);
    const auto middle = values[at] + (values[at + 1] - values[at]) / 2;
    for (const auto v : {middle, std::nextafter(middle, 0.0), std::nextafter(middle, 1e300), middle * 1.0001})
      doubles.push_back(v);
    floats.push_back(static_cast<float>(middle));
    floats.push_back(std::nextafter(static_cast<float>(middle), 0.0F));
    floats.push_back(std::nextafter(static_cast<float>(middle), 1e38F));
    ints.push_back(static_cast<std::int64_t>(random_bits()() >> (1 + random_bits()() % 63)));
  }
  const auto nearest = [&](long double value) {
    const auto above =
        std::lower_bound(values.begin(), values.end(), value, [](double a, long double b) { return a < b; });
    if (above == values.end()) return infinity;
    auto bits = static_cast<unsigned>(above - values.begin());
    if (*above != value) {
      const auto up = static_cast<long double>(*above) - value, down = value - static_cast<long double>(*(above - 1));
      if (down < up || (down == up && bits % 2 != 0)) --bits;
    }
    return bits;
  };
  const auto check = [&, width = std::size_t{size}](const auto& inputs) {
    using T = typename std::decay_t<decltype(inputs)>::value_type;
    const auto result = run(type_of<T>(ByteOrder::little), type, packed(inputs));
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      unsigned bits = 0;
      for (unsigned k = 0; k < width; ++k) bits |= std::to_integer<unsigned>(result[i * width + k]) << 8 * k;
      ASSERT_EQ(bits, nearest(static_cast<long double>(inputs[i]))) << +inputs[i];
    }
  };
  check(doubles);
  check(floats);
  check(ints);
}

INSTANTIATE_TEST_SUITE_P(Formats, SmallFloats,
                         testing::Values(Small{2, 5, 10, 15}, Small{2, 8, 7, 127}, Small{1, 4, 3, 7},
                                         Small{1, 5, 2, 15}, Small{2, 6, 9, 31}));

Datatype x87() {
  FloatType type;
  type.precision = 80;
  type.sign_position = 79;
  type.exponent_position = 64;
  type.exponent_size = 15;
  type.mantissa_size = 64;
  type.exponent_bias = 16383;
  type.normalization = MantissaNormalization::msb_set;
  return {16, type};
}

TEST(Floats, ExtendedPrecisionAgainstTheProcessor) {
  static_assert(std::numeric_limits<long double>::digits == 64, "this test needs an x86");
  std::vector<long double> values{0.0L, -0.0L, std::numeric_limits<long double>::infinity(), 1.0L, -1.5L, 65504.0L};
  for (int i = 0; i < 20000; ++i) {
    const auto mantissa = static_cast<long double>(random_bits()() | 1ULL << 63U);
    const int exponents[] = {-63, static_cast<int>(random_bits()() % 140) - 70,
                             static_cast<int>(random_bits()() % 2300) - 1150};
    values.push_back(std::ldexp(i % 2 != 0 ? mantissa : -mantissa, exponents[i % 3]));
    values.push_back(static_cast<long double>(static_cast<float>(std::ldexp(mantissa, -60))) *
                     (1.0L + 0x1p-25L));  // halfway
  }
  Bytes bytes(values.size() * 16);
  for (std::size_t i = 0; i < values.size(); ++i) std::memcpy(bytes.data() + 16 * i, &values[i], 10);
  const auto doubles = unpacked<double>(run(x87(), type_of<double>(ByteOrder::little), bytes));
  const auto floats = unpacked<float>(run(x87(), type_of<float>(ByteOrder::little), bytes));
  const auto ints = unpacked<std::int64_t>(run(x87(), type_of<std::int64_t>(ByteOrder::little), bytes));
  for (std::size_t i = 0; i < values.size(); ++i) {
    ASSERT_EQ(doubles[i], static_cast<double>(values[i])) << values[i];
    ASSERT_EQ(decode_float_bits(*x87().as<FloatType>(), ByteView(bytes).subspan(16 * i, 16)),
              static_cast<double>(values[i]));
    ASSERT_EQ(floats[i], static_cast<float>(values[i])) << values[i];
    ASSERT_EQ(ints[i], model<std::int64_t>(values[i])) << values[i];
  }
  // And back: exact, in the ten bytes that count.
  const auto back = run(type_of<double>(ByteOrder::little), x87(), packed(doubles));
  for (std::size_t i = 0; i < doubles.size(); ++i) {
    const long double exact = doubles[i];
    ASSERT_EQ(std::memcmp(back.data() + 16 * i, &exact, 10), 0) << doubles[i];
  }
}

TEST(Floats, VaxWordOrder) {
  // VAX F of 1.0: 0x4080 in the word that comes first, 0 in the second; excess 128 with 0.1 binary first, so a bias of 129 with an
  // implied 1 before the point.
  auto type = small_float(4, 8, 23, 129, ByteOrder::vax);
  const Bytes one{std::byte{0x80}, std::byte{0x40}, std::byte{0}, std::byte{0}};
  EXPECT_EQ(decode_float_bits(*type.as<FloatType>(), one), 1.0);
  const Bytes odd{std::byte{0x20}, std::byte{0xC1}, std::byte{0x01}, std::byte{0}};
  EXPECT_EQ(decode_float_bits(*type.as<FloatType>(), odd), -2.5 - 0x1p-22);
  EXPECT_EQ(run(type_of<double>(ByteOrder::little), type, packed(std::vector<double>{-2.5 - 0x1p-22})), odd);
}

TEST(Integers, OddPrecisionOffsetAndPadding) {
  for (int round = 0; round < 400; ++round) {
    const auto random = [](std::uint64_t end) { return random_bits()() % end; };
    const auto make = [&] {
      IntegerType type;
      const auto size = static_cast<std::uint32_t>(1 + random(9));
      type.order = random(2) != 0 ? ByteOrder::big : ByteOrder::little;
      type.is_signed = random(2) != 0;
      type.precision = static_cast<std::uint16_t>(1 + random(std::min<std::uint64_t>(64, 8 * size)));
      type.bit_offset = static_cast<std::uint16_t>(random(8 * size - type.precision + 1));
      type.padding = {random(2) != 0, random(2) != 0};
      return Datatype{size, type};
    };
    const auto source = make(), target = make();
    Bytes elements(source.size() * 50);
    for (auto& byte : elements) byte = static_cast<std::byte>(random_bits()());
    const auto result = run(source, target, elements);
    // The model works on the element's bits in order of significance.
    const auto bit = [](const Datatype& type, ByteView element, unsigned position) {
      const auto byte = position / 8;
      const auto at = type.as<IntegerType>()->order == ByteOrder::big ? type.size() - 1 - byte : byte;
      return (std::to_integer<unsigned>(element[at]) >> (position % 8) & 1U) != 0;
    };
    const auto value = [&](const Datatype& type, ByteView element) {
      const auto& format = *type.as<IntegerType>();
      Int128 sum = 0;
      for (unsigned i = 0; i < format.precision; ++i)
        if (bit(type, element, format.bit_offset + i))
          sum += (format.is_signed && i + 1U == format.precision ? -1 : 1) * (Int128{1} << i);
      return sum;
    };
    const auto& format = *target.as<IntegerType>();
    const auto lowest = format.is_signed ? -(Int128{1} << (format.precision - 1U)) : Int128{0};
    const auto highest = (Int128{1} << (format.precision - (format.is_signed ? 1U : 0U))) - 1;
    for (std::size_t i = 0; i < 50; ++i) {
      const auto from = ByteView(elements).subspan(i * source.size(), source.size());
      const auto to = ByteView(result).subspan(i * target.size(), target.size());
      ASSERT_TRUE(value(target, to) == std::clamp(value(source, from), lowest, highest))
          << to_string(source) << " " << to_string(target);
      if (source.size() == target.size() && source == target) continue;  // copied, padding and all
      for (unsigned at = 0; at < 8 * target.size(); ++at) {
        if (at < format.bit_offset) {
          ASSERT_EQ(bit(target, to, at), format.padding.low) << to_string(source) << " " << to_string(target);
        }
        if (at >= format.bit_offset + format.precision) {
          ASSERT_EQ(bit(target, to, at), format.padding.high) << to_string(source) << " " << to_string(target);
        }
      }
    }
    const auto doubles = unpacked<double>(run(source, type_of<double>(ByteOrder::little), elements));
    for (std::size_t i = 0; i < 50; ++i)
      ASSERT_EQ(doubles[i],
                static_cast<double>(value(source, ByteView(elements).subspan(i * source.size(), source.size()))));
  }
}

TEST(Integers, BitFields) {
  const Datatype eight{1, BitFieldType{ByteOrder::little, 0, 8, {}}},
      four{1, BitFieldType{ByteOrder::little, 2, 4, {}}};
  const Bytes bits{std::byte{0xF7}, std::byte{0x3A}};
  EXPECT_EQ(run(eight, four, bits), (Bytes{std::byte{0x1C}, std::byte{0x28}}));  // cut, not clipped
  EXPECT_EQ(run(four, integer_type(1, false), bits), (Bytes{std::byte{0x0D}, std::byte{0x0E}}));
  EXPECT_FALSE(converts(eight, integer_type(4, true)));
  EXPECT_FALSE(converts(eight, float_type(4)));
}

TEST(Numbers, WiderThanAnyKernel) {
  const auto little = integer_type(24, false), big = integer_type(24, false, ByteOrder::big);
  Bytes value(24);
  for (unsigned i = 0; i < 24; ++i) value[i] = static_cast<std::byte>(i);
  const auto swapped = run(little, big, value);
  EXPECT_TRUE(std::equal(value.rbegin(), value.rend(), swapped.begin()));
  EXPECT_FALSE(converts(little, integer_type(8, false)));
  try {
    ConversionPlan::make(little, float_type(8), {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::invalid_argument);
    EXPECT_NE(error.reason().find(to_string(little)), std::string::npos) << error.reason();
    EXPECT_NE(error.reason().find("float64"), std::string::npos) << error.reason();
  }
}

}  // namespace
}  // namespace fiver::convert
