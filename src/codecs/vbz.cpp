// Filter 32020, VBZ (Oxford Nanopore). Values: [version 0 or 1, integer size 0, 1, 2 or 4, whether differences are taken, zstd level
// (1 where absent; 0: no zstd)]. A chunk is, integers little-endian:
//   size : u32   decoded bytes
//   body : a zstd frame of the numbers, or the numbers themselves
// The numbers are, for an integer size of 0 the bytes as they are, else for each integer (its difference from the one before, sign in the
// lowest bit, or itself as 32 bits sign-extended) a variable number of bits:
//   keys : 2 bits each, four to a byte, the first in the lowest bits
//   data : key + 1 bytes; in version 1 with integers of 1 byte 0, 1, 2 or 4 half bytes, the lower half of a byte first, padded to a byte
#include <fmt/format.h>
#include <zstd.h>

#include "base/bytes.hpp"
#include "codecs/builtin_large.hpp"

namespace fiver::codecs {
namespace {

constexpr std::size_t header_size = 4;

struct Parameters {
  std::uint32_t version = 0, integer_size = 0;
  bool differences = false;
  int level = 1;
  // Version 1 did better with short data for the shortest integers only.
  bool in_half_bytes() const noexcept { return version == 1 && integer_size == 1; }
};

FilterStatus parameters_of(std::span<const std::uint32_t> values, Parameters& result) {
  if (values.size() < 3)
    return FilterStatus::bad_parameters(fmt::format("VBZ has {} values instead of 3 or 4", values.size()));
  result = {values[0], values[1], values[2] != 0, 1};
  if (values.size() > 3) result.level = static_cast<int>(std::min<std::uint32_t>(values[3], 22));
  if (result.version > 1) return FilterStatus::bad_parameters(fmt::format("unknown VBZ version {}", result.version));
  if (result.integer_size > 4 || result.integer_size == 3)
    return FilterStatus::bad_parameters(fmt::format("VBZ of integers of {} bytes", result.integer_size));
  return FilterStatus::ok();
}

// Data in units of half a byte. The caller has checked that they are there.
class HalfBytes {
 public:
  explicit HalfBytes(ByteView bytes) : bytes_(bytes) {}
  std::uint32_t take(unsigned count) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < count; ++i, ++at_)
      value |= (std::to_integer<std::uint32_t>(bytes_[at_ / 2]) >> (at_ % 2 * 4) & 15U) << 4 * i;
    return value;
  }

 private:
  ByteView bytes_;
  std::size_t at_ = 0;
};

unsigned half_bytes_of(const Parameters& parameters, unsigned key) {
  if (!parameters.in_half_bytes()) return 2 * (key + 1);
  return key == 3 ? 4 : key;
}

unsigned key_of(const Parameters& parameters, std::uint32_t number) {
  if (!parameters.in_half_bytes()) return bytes_needed(number) - 1;
  return number == 0 ? 0 : number < 16 ? 1 : number < 256 ? 2 : 3;
}

std::uint32_t sign_to_lowest(std::uint32_t value) {
  return value << 1U ^ (0 - (value >> 31U));
}
std::uint32_t sign_from_lowest(std::uint32_t value) {
  return value >> 1U ^ (0 - (value & 1U));
}

unsigned key_at(ByteView keys, std::size_t i) {
  return std::to_integer<unsigned>(keys[i / 4]) >> (i % 4 * 2) & 3U;
}

FilterStatus decode_numbers(const Parameters& parameters, ByteView in, MutableBytes out) {
  const std::size_t size = parameters.integer_size;
  if (size == 0) {
    if (in.size() != out.size())
      return FilterStatus::bad_data(fmt::format("VBZ holds {} bytes instead of {}", in.size(), out.size()));
    std::copy(in.begin(), in.end(), out.begin());
    return FilterStatus::ok();
  }
  if (out.size() % size != 0)
    return FilterStatus::bad_data(fmt::format("{} bytes are no whole integers of {} bytes", out.size(), size));
  const std::size_t count = out.size() / size, key_bytes = (count + 3) / 4;
  if (in.size() < key_bytes)
    return FilterStatus::bad_data(fmt::format("VBZ keys of {} integers in {} bytes", count, in.size()));
  const ByteView keys = in.first(key_bytes), data = in.subspan(key_bytes);
  std::size_t needed = 0;
  for (std::size_t i = 0; i < count; ++i) needed += half_bytes_of(parameters, key_at(keys, i));
  if ((needed + 1) / 2 != data.size())
    return FilterStatus::bad_data(fmt::format("VBZ data of {} bytes instead of {}", data.size(), (needed + 1) / 2));
  HalfBytes numbers(data);
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t number = numbers.take(half_bytes_of(parameters, key_at(keys, i)));
    value = parameters.differences ? value + sign_from_lowest(number) : number;
    for (std::size_t b = 0; b < size; ++b) out[i * size + b] = static_cast<std::byte>(value >> 8 * b);
  }
  return FilterStatus::ok();
}

std::uint32_t sign_extended(ByteView integer) {
  std::uint32_t value = 0;
  for (std::size_t b = 0; b < integer.size(); ++b) value |= std::to_integer<std::uint32_t>(integer[b]) << 8 * b;
  const auto unused = static_cast<unsigned>(32 - 8 * integer.size());
  return static_cast<std::uint32_t>(static_cast<std::int32_t>(value << unused) >> unused);
}

// Four half bytes are enough for the differences of integers of 1 byte, and for these themselves once their copied sign is cut off.
Bytes encode_numbers(const Parameters& parameters, ByteView in) {
  const std::size_t size = parameters.integer_size;
  if (size == 0) return {in.begin(), in.end()};
  const std::size_t count = in.size() / size;
  Bytes out((count + 3) / 4);
  bool half = false;  // the last byte has its lower half only
  std::uint32_t before = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t value = sign_extended(in.subspan(i * size, size));
    std::uint32_t number = parameters.differences ? sign_to_lowest(value - before) : value;
    before = value;
    const unsigned key = key_of(parameters, number);
    out[i / 4] |= static_cast<std::byte>(key << i % 4 * 2);
    for (unsigned n = half_bytes_of(parameters, key); n > 0; --n, number >>= 4U, half = !half) {
      if (half)
        out.back() |= static_cast<std::byte>((number & 15U) << 4U);
      else
        out.push_back(static_cast<std::byte>(number & 15U));
    }
  }
  return out;
}

// What the zstd frame holds. A frame that does not name its size is not VBZ; the largest honest size is that of the keys and all data.
FilterStatus unpack(const Parameters& parameters, ByteView in, std::size_t decoded, Bytes& unpacked) {
  const std::uint64_t size = ZSTD_getFrameContentSize(in.data(), in.size());
  const std::uint64_t largest = parameters.integer_size == 0 ? decoded : decoded / parameters.integer_size * 5 + 1;
  if (size > largest)  // also the two values that mean an error and an unknown size
    return FilterStatus::bad_data(fmt::format("the zstd frame does not hold at most {} bytes", largest));
  unpacked.resize(size);
  const std::size_t made = ZSTD_decompress(unpacked.data(), unpacked.size(), in.data(), in.size());
  if (ZSTD_isError(made) || made != size)
    return FilterStatus::bad_data(
        fmt::format("the zstd frame of {} bytes does not decode to {}: {}", in.size(), size, ZSTD_getErrorName(made)));
  return FilterStatus::ok();
}

class Vbz final : public Filter {
 public:
  std::uint16_t id() const noexcept override { return 32020; }
  std::string_view name() const noexcept override { return "vbz"; }

  FilterStatus decode(std::span<const std::uint32_t> values, ByteView in, std::size_t, std::size_t room,
                      Bytes& out) const override {
    auto status = decode_within(values, in, room, out);
    if (!status) out.clear();
    return status;
  }

  FilterStatus decode_into(std::span<const std::uint32_t> values, ByteView in, MutableBytes out) const override {
    if (in.size() < header_size || load_little<std::uint32_t>(in) != out.size())
      return FilterStatus::bad_data(fmt::format("VBZ of {} bytes does not decode to {}", in.size(), out.size()));
    Parameters parameters;
    if (auto status = parameters_of(values, parameters); !status) return status;
    return decode_body(parameters, in.subspan(header_size), out);
  }

  FilterStatus encode(std::span<const std::uint32_t> values, ByteView in, std::size_t room, Bytes& out) const override {
    out.clear();
    Parameters parameters;
    if (auto status = parameters_of(values, parameters); !status) return status;
    if (in.size() > UINT32_MAX || (parameters.integer_size != 0 && in.size() % parameters.integer_size != 0))
      return FilterStatus::bad_data(
          fmt::format("{} bytes are no whole integers of {}", in.size(), parameters.integer_size));
    const Bytes numbers = encode_numbers(parameters, in);
    out.resize(header_size);
    store_little(static_cast<std::uint32_t>(in.size()), out);
    if (parameters.level == 0) {
      out.insert(out.end(), numbers.begin(), numbers.end());
    } else {
      out.resize(header_size + ZSTD_compressBound(numbers.size()));
      const std::size_t stored =
          ZSTD_compress(&out[header_size], out.size() - header_size, numbers.data(), numbers.size(), parameters.level);
      if (ZSTD_isError(stored)) return FilterStatus::bad_data(ZSTD_getErrorName(stored));
      out.resize(header_size + stored);
    }
    if (out.size() <= room) return FilterStatus::ok();
    out.clear();
    return FilterStatus::no_room(fmt::format("the encoded chunk is larger than {} bytes", room));
  }

  FilterStatus complete_parameters(const FilterContext&, std::vector<std::uint32_t>& values) const override {
    Parameters parameters;
    return parameters_of(values, parameters);
  }

 private:
  static FilterStatus decode_within(std::span<const std::uint32_t> values, ByteView in, std::size_t room, Bytes& out) {
    Parameters parameters;
    if (auto status = parameters_of(values, parameters); !status) return status;
    if (in.size() < header_size)
      return FilterStatus::bad_data(fmt::format("the {} stored bytes are shorter than a VBZ header", in.size()));
    const std::size_t size = load_little<std::uint32_t>(in);
    if (size > room) return FilterStatus::no_room(fmt::format("decodes to {} bytes, more than {}", size, room));
    const ByteView body = in.subspan(header_size);
    // Without zstd the numbers cannot be shorter than a quarter byte each, with it no shorter than a zstd frame allows.
    constexpr std::uint64_t best_ratio = 1U << 19U, extra = 1U << 20U;
    if (size > body.size() * best_ratio + extra)
      return FilterStatus::bad_data(fmt::format("VBZ of {} bytes cannot decode to {}", in.size(), size));
    out.resize(size);
    return decode_body(parameters, body, out);
  }

  static FilterStatus decode_body(const Parameters& parameters, ByteView body, MutableBytes out) {
    if (parameters.level == 0) return decode_numbers(parameters, body, out);
    Bytes unpacked;
    if (auto status = unpack(parameters, body, out.size(), unpacked); !status) return status;
    return decode_numbers(parameters, unpacked, out);
  }
};

}  // namespace

std::unique_ptr<Filter> make_vbz() {
  return std::make_unique<Vbz>();
}

}  // namespace fiver::codecs
