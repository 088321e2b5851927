// Integers, bit fields and floats into each other, by three ways, the quickest that is exact: C++'s own types through a vector loop; odd
// layouts through the nearest own type that holds them all; anything else taken apart element by element (soft_number.hpp).
// Rules (format notes 6): integers clip; float to integer truncates and clips, NaN is 0; to a float the nearest, ties to even (libhdf5's
// soft path rounds ties away, and its hardware path makes infinity of all beyond the maximum before rounding: one unit may differ).
// A bit field converts to bit fields by cutting high bits off, to unsigned integers by value (libhdf5: not at all).
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>

#include "convert/float_bits.hpp"
#include "convert/kernel.hpp"
#include "convert/native_loops.hpp"
#include "convert/soft_number.hpp"

namespace fiver::convert {

namespace {

constexpr auto native_order = std::endian::native == std::endian::little ? ByteOrder::little : ByteOrder::big;

/// A number type, as one of the two formats.
struct Number {
  std::size_t size = 0;
  ByteOrder order = ByteOrder::little;
  bool is_bit_field = false;
  std::optional<IntegerFormat> integer;
  std::optional<FloatType> floating;
};

std::optional<Number> number_of(const Datatype& type) {
  const std::size_t size = type.size();
  if (const auto* integer = type.as<IntegerType>())
    return Number{size,
                  integer->order,
                  false,
                  IntegerFormat{size, integer->order, integer->is_signed, integer->bit_offset, integer->precision,
                                integer->padding},
                  {}};
  if (const auto* field = type.as<BitFieldType>())
    return Number{size,
                  field->order,
                  true,
                  IntegerFormat{size, field->order, false, field->bit_offset, field->precision, field->padding},
                  {}};
  if (const auto* floating = type.as<FloatType>()) return Number{size, floating->order, false, {}, *floating};
  return std::nullopt;
}

bool is_whole(const IntegerFormat& format) {
  return format.bit_offset == 0 && format.precision == 8 * format.size && format.order != ByteOrder::vax;
}

Native native_integer(std::size_t size, bool is_signed) {
  switch (size) {
    case 1:
      return is_signed ? Native::i8 : Native::u8;
    case 2:
      return is_signed ? Native::i16 : Native::u16;
    case 4:
      return is_signed ? Native::i32 : Native::u32;
    default:
      return is_signed ? Native::i64 : Native::u64;
  }
}

/// The C++ type that has the number's bits, in native order.
std::optional<Native> native_of(const Number& number) {
  const auto size = number.size;
  if (number.integer) {
    if (!is_whole(*number.integer) || !std::has_single_bit(size) || size > 8) return std::nullopt;
    return native_integer(size, number.integer->is_signed);
  }
  if (size == 2 || !is_ieee(*number.floating, size)) return std::nullopt;
  return size == 4 ? Native::f32 : Native::f64;
}

bool is_binary16(const Number& number) {
  return number.floating && number.size == 2 && is_ieee(*number.floating, 2);
}

bool is_bfloat16(const Number& number) {
  if (!number.floating || number.size != 2) return false;
  const auto& f = *number.floating;
  return f.order != ByteOrder::vax && f.bit_offset == 0 && f.precision == 16 && f.sign_position == 15 &&
         f.exponent_position == 7 && f.exponent_size == 8 && f.mantissa_position == 0 && f.mantissa_size == 7 &&
         f.exponent_bias == 127 && f.normalization == MantissaNormalization::implied;
}

/// Every value of the type is a binary32.
bool fits_float(const Number& number) {
  if (number.integer) return number.integer->precision <= 24;
  return is_binary16(number) || is_bfloat16(number) || native_of(number) == Native::f32;
}

/// Only the byte order differs, or not even that.
class Reorder : public Kernel {
 public:
  explicit Reorder(std::size_t size)
      : size_(size), move_(std::has_single_bit(size) && size <= 8 ? swapping_move(size) : nullptr) {}
  void run(const Batch& b, const Context&) const override {
    if (move_ != nullptr) return move_(b.source, b.source_stride, b.target, b.target_stride, b.count);
    for (std::size_t i = 0; i < b.count; ++i) {
      const auto* from = b.source + i * b.source_stride;
      std::reverse_copy(from, from + size_, b.target + i * b.target_stride);
    }
  }

 private:
  std::size_t size_;
  Move move_;
};

/// One side of a conversion by blocks: elements of the type to or from packed numbers of a C++ type.
struct Side {
  enum class Way : std::uint8_t { direct, half, bfloat, bits };
  Way way = Way::direct;
  Native native = Native::u8;
  std::size_t size = 0;
  Move move = nullptr;  // between the strided elements and packed ones in native order
  bool swaps = false;
  IntegerFormat format;
};

Side native_side(const Number& number, Native native) {
  const bool swaps = number.size > 1 && number.order != native_order;
  return {
      Side::Way::direct, native, number.size, swaps ? swapping_move(number.size) : plain_move(number.size), swaps, {}};
}

Side small_float_side(const Number& number) {
  auto side = native_side(number, Native::f32);
  side.way = is_binary16(number) ? Side::Way::half : Side::Way::bfloat;
  return side;
}

Side bits_side(const Number& number) {
  return {Side::Way::bits, native_integer(8, number.integer->is_signed), number.size, nullptr, false, *number.integer};
}

class ByBlocks : public Kernel {
 public:
  ByBlocks(Side source, Side target)
      : source_(source), target_(target), loop_(native_loop(source.native, target.native)) {}

  void run(const Batch& b, const Context&) const override {
    alignas(64) std::array<std::byte, 8 * block> raw, from, to;
    for (std::size_t done = 0; done < b.count;) {
      const auto n = std::min(block, b.count - done);
      const auto* source = b.source + done * b.source_stride;
      auto* target = b.target + done * b.target_stride;
      const auto* packed = unpack(source, b.source_stride, raw.data(), from.data(), n);
      const bool straight = target_.way == Side::Way::direct && !target_.swaps && b.target_stride == target_.size;
      if (straight) {
        loop_(packed, target, n);
      } else {
        loop_(packed, to.data(), n);
        pack(to.data(), raw.data(), target, b.target_stride, n);
      }
      done += n;
    }
  }

 private:
  static constexpr std::size_t block = 512;  // numbers; three blocks stay in the first-level cache

  /// Where `n` packed source numbers are: in place when they are so already.
  const std::byte* unpack(const std::byte* source, std::size_t stride, std::byte* raw, std::byte* packed,
                          std::size_t n) const {
    if (source_.way == Side::Way::bits) {
      for (std::size_t i = 0; i < n; ++i) {
        const auto value = load_integer(source_.format, source + i * stride);
        std::memcpy(packed + 8 * i, &value, 8);
      }
      return packed;
    }
    if (source_.swaps || stride != source_.size) {
      source_.move(source, stride, raw, source_.size, n);
      source = raw;
    }
    if (source_.way == Side::Way::direct) return source;
    (source_.way == Side::Way::half ? half_to_float : bfloat_to_float)(source, packed, n);
    return packed;
  }

  void pack(const std::byte* packed, std::byte* raw, std::byte* target, std::size_t stride, std::size_t n) const {
    if (target_.way == Side::Way::bits) {
      for (std::size_t i = 0; i < n; ++i) {
        std::uint64_t value;
        std::memcpy(&value, packed + 8 * i, 8);
        const auto number = soft_from_integer(value, target_.format.is_signed);
        store_integer(target_.format, soft_to_integer(number, target_.format), target + i * stride);
      }
      return;
    }
    if (target_.way != Side::Way::direct) {
      (target_.way == Side::Way::half ? float_to_half : float_to_bfloat)(packed, raw, n);
      packed = raw;
    }
    target_.move(packed, target_.size, target, stride, n);
  }

  Side source_, target_;
  Loop loop_;
};

/// Element by element, exact whatever the layouts.
class Soft : public Kernel {
 public:
  Soft(Number source, Number target) : source_(source), target_(target) {}
  void run(const Batch& b, const Context&) const override {
    for (std::size_t i = 0; i < b.count; ++i) {
      const auto number = load(b.source + i * b.source_stride);
      auto* to = b.target + i * b.target_stride;
      if (target_.integer)
        store_integer(*target_.integer, soft_to_integer(number, *target_.integer), to);
      else
        soft_to_float(number, *target_.floating, target_.size).store(to, target_.order);
    }
  }

 private:
  SoftNumber load(const std::byte* element) const {
    if (source_.integer) return soft_from_integer(load_integer(*source_.integer, element), source_.integer->is_signed);
    return soft_from_float(*source_.floating, ElementBits(element, source_.size, source_.order));
  }
  Number source_, target_;
};

/// Bit field to bit field: high bits are cut off, not clipped.
class Truncate : public Kernel {
 public:
  Truncate(const IntegerFormat& source, const IntegerFormat& target) : source_(source), target_(target) {}
  void run(const Batch& b, const Context&) const override {
    for (std::size_t i = 0; i < b.count; ++i)
      store_integer(target_, load_integer(source_, b.source + i * b.source_stride), b.target + i * b.target_stride);
  }

 private:
  IntegerFormat source_, target_;
};

bool can_take_apart(const Number& number) {
  if (number.floating) return is_soft_float(*number.floating, number.size);
  const auto& format = *number.integer;
  return number.size != 0 && number.size <= widest_number && format.precision != 0 && format.precision <= 64 &&
         (format.order != ByteOrder::vax || number.size % 2 == 0);
}

/// True when the types say the same of their bits but for the order of bytes.
bool differ_in_order_only(const Datatype& source, const Datatype& target) {
  if (source.size() != target.size()) return false;
  const auto same = [](auto a, const auto* b) {
    if (a.order == ByteOrder::vax || b->order == ByteOrder::vax) return false;
    a.order = b->order;
    return a == *b;
  };
  if (const auto* a = source.as<IntegerType>()) return target.is<IntegerType>() && same(*a, target.as<IntegerType>());
  if (const auto* a = source.as<BitFieldType>())
    return target.is<BitFieldType>() && same(*a, target.as<BitFieldType>());
  if (const auto* a = source.as<FloatType>()) return target.is<FloatType>() && same(*a, target.as<FloatType>());
  return false;
}

std::optional<Side> side_of(const Number& number, bool as_float_only) {
  if (const auto native = native_of(number)) return native_side(number, *native);
  if (is_binary16(number) || is_bfloat16(number)) {
    if (as_float_only) return small_float_side(number);
    return std::nullopt;
  }
  if (number.integer) return bits_side(number);
  return std::nullopt;
}

}  // namespace

KernelPtr make_number_kernel(const Datatype& source_type, const Datatype& target_type) {
  const auto source = number_of(source_type), target = number_of(target_type);
  if (!source || !target) return nullptr;
  if (differ_in_order_only(source_type, target_type)) {
    if (source->size == 1 || source->order == target->order) return make_copy(source->size);
    return std::make_shared<Reorder>(source->size);
  }
  if (!can_take_apart(*source) || !can_take_apart(*target)) return nullptr;
  if (source->is_bit_field != target->is_bit_field) {
    const auto& other = source->is_bit_field ? target : source;
    if (!other->integer || other->integer->is_signed) return nullptr;
  }
  if (source->is_bit_field && target->is_bit_field)
    return std::make_shared<Truncate>(*source->integer, *target->integer);
  // A small float is reached through binary32, which must hold the source exactly, or it would be rounded twice.
  const auto from = side_of(*source, true), to = side_of(*target, fits_float(*source));
  if (!from || !to) return std::make_shared<Soft>(*source, *target);
  return std::make_shared<ByBlocks>(*from, *to);
}

}  // namespace fiver::convert
