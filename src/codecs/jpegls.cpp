// Filters 32012, JPEG-LS, and 32018, FCIDECOMP (EUMETSAT). Both store JPEG-LS streams (ISO 14495-1), which describe themselves.
// 32018: one stream. Values: [sample bytes, components, lines, samples, bits, components, interleave, near, maxval, t1, t2, t3, reset].
// 32012: one stream, with values [columns, rows, bits (or bytes), components]; or, from its older writers with values [columns, rows,
//   sample bytes, ...], the rows in up to 24 strips, each a stream:
//   sizes   : u32 little-endian of each strip's stream
//   streams ...
//   The first (rows mod strips) strips have one row more than the others.
#include <charls/charls_jpegls_decoder.h>
#include <charls/charls_jpegls_encoder.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/bytes.hpp"
#include "base/checked.hpp"
#include "codecs/builtin_large.hpp"

namespace fiver::codecs {
namespace {

constexpr std::size_t most_strips = 24, fcidecomp_values = 13;

struct Destroy {
  void operator()(charls_jpegls_decoder* decoder) const { charls_jpegls_decoder_destroy(decoder); }
  void operator()(charls_jpegls_encoder* encoder) const { charls_jpegls_encoder_destroy(encoder); }
};

FilterStatus failed(std::string_view what, charls_jpegls_errc error) {
  return FilterStatus::bad_data(fmt::format("JPEG-LS {}: {}", what, charls_get_error_message(error)));
}

// One stream, opened: its decoded size is known, nothing is decoded yet.
class StreamDecoder {
 public:
  FilterStatus open(ByteView in) {
    decoder_.reset(charls_jpegls_decoder_create());
    if (!decoder_) return FilterStatus::unavailable("no memory for a JPEG-LS decoder");
    if (in.size() < 4) return FilterStatus::bad_data(fmt::format("a JPEG-LS stream of {} bytes", in.size()));
    // Where a stream ends without its last marker, CharLS 2.4 looks for more bits forever.
    if (in[in.size() - 2] != std::byte{0xFF} || in[in.size() - 1] != std::byte{0xD9}) {
      closed_.assign(in.begin(), in.end());
      closed_.insert(closed_.end(), {std::byte{0xFF}, std::byte{0xD9}});
      in = closed_;
    }
    auto error = charls_jpegls_decoder_set_source_buffer(decoder_.get(), in.data(), in.size());
    if (error == charls_jpegls_errc{}) error = charls_jpegls_decoder_read_header(decoder_.get());
    charls_frame_info frame{};
    if (error == charls_jpegls_errc{}) error = charls_jpegls_decoder_get_frame_info(decoder_.get(), &frame);
    if (error != charls_jpegls_errc{}) return failed("header", error);
    const std::array<std::uint64_t, 4> factors = {frame.width, frame.height,
                                                  static_cast<std::uint64_t>(frame.component_count),
                                                  frame.bits_per_sample > 8 ? 2U : 1U};
    const auto size = checked_product(factors);
    std::size_t library_size = 0;
    error = charls_jpegls_decoder_get_destination_size(decoder_.get(), 0, &library_size);
    if (error != charls_jpegls_errc{} || !size || *size != library_size || *size == 0)
      return FilterStatus::bad_data(fmt::format("JPEG-LS frame of {} by {} samples, {} components, {} bits",
                                                frame.width, frame.height, frame.component_count,
                                                frame.bits_per_sample));
    size_ = library_size;
    // A run of samples takes a bit, a longer one no more than a bit for each 2^15.
    constexpr std::uint64_t best_ratio = 1U << 18U, extra = 1U << 20U;
    if (size_ > in.size() * best_ratio + extra)
      return FilterStatus::bad_data(fmt::format("a JPEG-LS stream of {} bytes cannot decode to {}", in.size(), size_));
    return FilterStatus::ok();
  }

  std::size_t size() const noexcept { return size_; }

  FilterStatus decode(MutableBytes out) {
    if (out.size() != size_)
      return FilterStatus::bad_data(fmt::format("JPEG-LS frame of {} bytes instead of {}", size_, out.size()));
    const auto error = charls_jpegls_decoder_decode_to_buffer(decoder_.get(), out.data(), out.size(), 0);
    if (error != charls_jpegls_errc{}) return failed("data", error);
    return FilterStatus::ok();
  }

 private:
  std::unique_ptr<charls_jpegls_decoder, Destroy> decoder_;
  std::size_t size_ = 0;
  Bytes closed_;
};

struct Image {
  std::uint32_t columns = 0, rows = 0, components = 1;
  std::uint32_t bits = 0;
  std::uint32_t interleave = 0, near = 0;
  charls_jpegls_pc_parameters preset{};
};

FilterStatus encode_image(const Image& image, ByteView in, std::size_t room, Bytes& out) {
  const std::unique_ptr<charls_jpegls_encoder, Destroy> encoder(charls_jpegls_encoder_create());
  if (!encoder) return FilterStatus::unavailable("no memory for a JPEG-LS encoder");
  const std::array<std::uint64_t, 4> factors = {image.columns, image.rows, image.components, image.bits > 8 ? 2U : 1U};
  const auto size = checked_product(factors);
  if (image.bits < 2 || image.bits > 16 || image.interleave > 2 || image.near > 255 || image.components > 255 ||
      size != in.size())
    return FilterStatus::bad_parameters(fmt::format("JPEG-LS of {} by {} samples, {} components, {} bits in {} bytes",
                                                    image.columns, image.rows, image.components, image.bits,
                                                    in.size()));
  const charls_frame_info frame{image.columns, image.rows, static_cast<int>(image.bits),
                                static_cast<int>(image.components)};
  auto error = charls_jpegls_encoder_set_frame_info(encoder.get(), &frame);
  const auto then = [&](auto call) {
    if (error == charls_jpegls_errc{}) error = call();
  };
  then([&] {
    return charls_jpegls_encoder_set_interleave_mode(encoder.get(),
                                                     static_cast<charls_interleave_mode>(image.interleave));
  });
  then([&] { return charls_jpegls_encoder_set_near_lossless(encoder.get(), static_cast<int>(image.near)); });
  then([&] { return charls_jpegls_encoder_set_preset_coding_parameters(encoder.get(), &image.preset); });
  std::size_t most = 0;
  then([&] { return charls_jpegls_encoder_get_estimated_destination_size(encoder.get(), &most); });
  if (error != charls_jpegls_errc{}) return failed("parameters", error);
  // The estimate is of a plain stream; noise may take half as much again.
  out.resize(most + most / 2 + 1024);
  then([&] { return charls_jpegls_encoder_set_destination_buffer(encoder.get(), out.data(), out.size()); });
  then([&] { return charls_jpegls_encoder_encode_from_buffer(encoder.get(), in.data(), in.size(), 0); });
  std::size_t made = 0;
  then([&] { return charls_jpegls_encoder_get_bytes_written(encoder.get(), &made); });
  out.resize(made);
  if (error != charls_jpegls_errc{}) return failed("encoding", error);
  if (made <= room) return FilterStatus::ok();
  return FilterStatus::no_room(fmt::format("the encoded chunk is larger than {} bytes", room));
}

// What the two filters share: everything but their values and the strips.
class JpegLsFilter : public Filter {
 public:
  FilterStatus decode(std::span<const std::uint32_t> values, ByteView in, std::size_t, std::size_t room,
                      Bytes& out) const override {
    std::vector<StreamDecoder> streams;
    std::size_t total = 0;
    auto status = open(values, in, streams);
    for (const auto& stream : streams) {
      if (status && stream.size() > room - total)
        status = FilterStatus::no_room(fmt::format("decodes to more than {} bytes", room));
      if (status) total += stream.size();
    }
    if (status) {
      out.resize(total);
      status = decode_streams(streams, out);
    }
    if (!status) out.clear();
    return status;
  }

  FilterStatus decode_into(std::span<const std::uint32_t> values, ByteView in, MutableBytes out) const override {
    std::vector<StreamDecoder> streams;
    if (auto status = open(values, in, streams); !status) return status;
    return decode_streams(streams, out);
  }

  FilterStatus encode(std::span<const std::uint32_t> values, ByteView in, std::size_t room, Bytes& out) const override {
    Image image;
    auto status = image_of(values, in.size(), image);
    if (status) status = encode_image(image, in, room, out);
    if (!status) out.clear();
    return status;
  }

 private:
  // The streams of a chunk, in order, their headers read.
  virtual FilterStatus open(std::span<const std::uint32_t> values, ByteView in,
                            std::vector<StreamDecoder>& streams) const = 0;
  virtual FilterStatus image_of(std::span<const std::uint32_t> values, std::size_t size, Image& image) const = 0;

  static FilterStatus decode_streams(std::vector<StreamDecoder>& streams, MutableBytes out) {
    for (auto& stream : streams) {
      if (stream.size() > out.size())
        return FilterStatus::bad_data(
            fmt::format("JPEG-LS frame of {} bytes where {} are left", stream.size(), out.size()));
      if (auto status = stream.decode(out.first(stream.size())); !status) return status;
      out = out.subspan(stream.size());
    }
    if (!out.empty()) return FilterStatus::bad_data(fmt::format("the JPEG-LS streams leave {} bytes open", out.size()));
    return FilterStatus::ok();
  }
};

// The two fastest dimensions of a chunk as an image; every slower one as components.
struct Extent {
  std::uint64_t components = 1, rows = 1, columns = 1;
};
Extent extent_of(const Shape& chunk) {
  Extent extent;
  const std::size_t rank = chunk.size();
  if (rank > 0) extent.columns = chunk[rank - 1];
  if (rank > 1) extent.rows = chunk[rank - 2];
  for (std::size_t i = 0; i + 2 < rank; ++i)
    extent.components = checked_multiply(extent.components, chunk[i]).value_or(UINT64_MAX);
  return extent;
}

class JpegLs final : public JpegLsFilter {
 public:
  std::uint16_t id() const noexcept override { return 32012; }
  std::string_view name() const noexcept override { return "jpeg-ls"; }

  FilterStatus complete_parameters(const FilterContext& context, std::vector<std::uint32_t>& values) const override {
    const auto extent = extent_of(context.chunk);
    const auto* integer = context.type.as<IntegerType>();
    if (!integer || context.type.size() > 2 || extent.components > 255 || extent.rows > UINT32_MAX ||
        extent.columns > UINT32_MAX)
      return FilterStatus::bad_parameters(
          "JPEG-LS takes images of integers of 1 or 2 bytes with at most 255 components");
    values = {static_cast<std::uint32_t>(extent.columns), static_cast<std::uint32_t>(extent.rows),
              8 * context.type.size(), static_cast<std::uint32_t>(extent.components)};
    return FilterStatus::ok();
  }

 private:
  FilterStatus open(std::span<const std::uint32_t> values, ByteView in,
                    std::vector<StreamDecoder>& streams) const override {
    const bool one_stream = in.size() >= 2 && in[0] == std::byte{0xFF} && in[1] == std::byte{0xD8};
    if (one_stream) return streams.emplace_back().open(in);
    if (values.size() < 3 || values[1] == 0)
      return FilterStatus::bad_parameters(
          fmt::format("JPEG-LS in strips has {} values instead of 3 or more", values.size()));
    const std::size_t strips = std::min<std::size_t>(most_strips, values[1]);
    if (in.size() < 4 * strips)
      return FilterStatus::bad_data(fmt::format("the sizes of {} JPEG-LS strips in {} bytes", strips, in.size()));
    std::size_t at = 4 * strips;
    for (std::size_t i = 0; i < strips; ++i) {
      const std::size_t size = load_little<std::uint32_t>(in.subspan(4 * i, 4));
      if (!lies_within(at, size, in.size()))
        return FilterStatus::bad_data(
            fmt::format("JPEG-LS strip at byte {} of {} bytes runs past the end at {}", at, size, in.size()));
      if (auto status = streams.emplace_back().open(in.subspan(at, size)); !status) return status;
      at += size;
    }
    return FilterStatus::ok();
  }

  FilterStatus image_of(std::span<const std::uint32_t> values, std::size_t, Image& image) const override {
    if (values.size() < 3)
      return FilterStatus::bad_parameters(fmt::format("JPEG-LS has {} values instead of 4", values.size()));
    image.columns = values[0];
    image.rows = values[1];
    image.bits = values[2] <= 2 ? 8 * values[2] : values[2];
    image.components = values.size() > 3 && values[3] != 0 ? values[3] : 1;
    return FilterStatus::ok();
  }
};

class FciDecomp final : public JpegLsFilter {
 public:
  std::uint16_t id() const noexcept override { return 32018; }
  std::string_view name() const noexcept override { return "fcidecomp"; }

  // The user gives [bits, components, interleave, near, maxval, t1, t2, t3, reset] or less.
  FilterStatus complete_parameters(const FilterContext& context, std::vector<std::uint32_t>& values) const override {
    const auto extent = extent_of(context.chunk);
    if (!context.type.is<IntegerType>() || context.type.size() > 2 || context.chunk.size() < 2 ||
        context.chunk.size() > 3 || extent.components > 4 || extent.rows > 65535 || extent.columns > 65535)
      return FilterStatus::bad_parameters("FCIDECOMP takes chunks of 2 or 3 dimensions of integers of 1 or 2 bytes");
    constexpr std::size_t own = 4;
    if (values.size() < fcidecomp_values) {
      values.insert(values.begin(), own, 0);
      values.resize(fcidecomp_values, 0);
    }
    values[0] = context.type.size();
    values[1] = static_cast<std::uint32_t>(extent.components);
    values[2] = static_cast<std::uint32_t>(extent.rows);
    values[3] = static_cast<std::uint32_t>(extent.columns);
    if (values[4] == 0) values[4] = 8 * context.type.size();
    values[5] = values[1];
    return FilterStatus::ok();
  }

 private:
  FilterStatus open(std::span<const std::uint32_t>, ByteView in, std::vector<StreamDecoder>& streams) const override {
    return streams.emplace_back().open(in);
  }

  FilterStatus image_of(std::span<const std::uint32_t> values, std::size_t, Image& image) const override {
    if (values.size() < fcidecomp_values)
      return FilterStatus::bad_parameters(
          fmt::format("FCIDECOMP has {} values instead of {}", values.size(), fcidecomp_values));
    image = {values[3], values[2], values[1], values[4], values[6], values[7], {}};
    const auto preset = [&](std::size_t i) { return static_cast<int>(values[i]); };
    image.preset = {preset(8), preset(9), preset(10), preset(11), preset(12)};
    if ((image.bits > 8) != (values[0] == 2))
      return FilterStatus::bad_parameters(
          fmt::format("FCIDECOMP of {} bits in samples of {} bytes", image.bits, values[0]));
    return FilterStatus::ok();
  }
};

}  // namespace

std::unique_ptr<Filter> make_jpegls() {
  return std::make_unique<JpegLs>();
}
std::unique_ptr<Filter> make_fcidecomp() {
  return std::make_unique<FciDecomp>();
}

}  // namespace fiver::codecs
