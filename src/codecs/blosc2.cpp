// Filter 32026, Blosc 2. Values: [revision 1, block bytes, element size, chunk bytes, level, shuffle, codec, rank, dimensions...]. A chunk
// is one contiguous frame (blosc2_frame.hpp), which describes itself. Other writers make chunks of two dimensions and more n-dimensional
// arrays in it, for reading parts of a chunk; readers take either, and frames without are smaller and need no second copy.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "base/checked.hpp"
#include "codecs/blosc2_frame.hpp"
#include "codecs/blosc2_library.hpp"
#include "codecs/builtin_large.hpp"

namespace fiver::codecs {
namespace {

// Padding at most doubles a dimension; a chunk that claims more than this over its room is nonsense.
constexpr std::uint64_t most_padding = 8, free_padding = 1U << 20U;

FilterStatus decode_chunks(const Blosc2Frame& frame, ByteView in, MutableBytes out) {
  const auto& library = Blosc2Library::get();
  if (!library.missing.empty()) return FilterStatus::unavailable(library.missing);
  if (out.empty()) return FilterStatus::ok();
  Bytes stored(in.begin(),
               in.begin() + static_cast<std::ptrdiff_t>(frame.frame_size));  // the library wants them writable
  auto* const opened = reinterpret_cast<std::uint8_t*>(stored.data());
  const std::unique_ptr<Blosc2Library::Frame, int (*)(Blosc2Library::Frame*)> super_chunk(
      library.open_frame(opened, static_cast<std::int64_t>(stored.size()), false), library.close_frame);
  if (!super_chunk) return FilterStatus::bad_data(fmt::format("the {} stored bytes are no Blosc 2 frame", in.size()));
  std::int64_t index = 0;
  for (std::size_t at = 0; at < out.size(); ++index) {
    const auto size = std::min<std::size_t>(frame.chunk_size, out.size() - at);
    const int made = library.decode_chunk(super_chunk.get(), index, &out[at], static_cast<int>(size));
    if (made < 0 || static_cast<std::size_t>(made) != size)
      return FilterStatus::bad_data(
          fmt::format("chunk {} of the Blosc 2 frame does not decode to {} bytes (result {})", index, size, made));
    at += size;
  }
  return FilterStatus::ok();
}

FilterStatus decode_frame(const Blosc2Frame& frame, ByteView in, MutableBytes out) {
  if (!frame.array) return decode_chunks(frame, in, out);
  Bytes blocks(frame.size);
  if (auto status = decode_chunks(frame, in, blocks); !status) return status;
  order_blosc2_blocks(frame, blocks, out);
  return FilterStatus::ok();
}

FilterStatus open_frame(ByteView in, std::size_t room, Blosc2Frame& frame) {
  if (auto status = decode_blosc2_frame(in, frame); !status) return status;
  if (frame.array_size > room)
    return FilterStatus::no_room(fmt::format("decodes to {} bytes, more than {}", frame.array_size, room));
  if (frame.size > free_padding && (frame.size - free_padding) / most_padding > room)
    return FilterStatus::no_room(fmt::format("decodes to {} bytes with padding, room for {}", frame.size, room));
  return FilterStatus::ok();
}

class Blosc2 final : public Filter {
 public:
  std::uint16_t id() const noexcept override { return 32026; }
  std::string_view name() const noexcept override { return "blosc2"; }

  FilterStatus decode(std::span<const std::uint32_t>, ByteView in, std::size_t, std::size_t room,
                      Bytes& out) const override {
    Blosc2Frame frame;
    auto status = open_frame(in, room, frame);
    if (status && !Blosc2Library::get().missing.empty())
      status = FilterStatus::unavailable(Blosc2Library::get().missing);
    if (status) {
      out.resize(frame.array_size);
      status = decode_frame(frame, in, out);
    }
    if (!status) out.clear();
    return status;
  }

  FilterStatus decode_into(std::span<const std::uint32_t>, ByteView in, MutableBytes out) const override {
    Blosc2Frame frame;
    if (auto status = open_frame(in, out.size(), frame); !status) return status;
    if (frame.array_size != out.size())
      return FilterStatus::bad_data(fmt::format("decodes to {} bytes instead of {}", frame.array_size, out.size()));
    return decode_frame(frame, in, out);
  }

  bool can_encode() const noexcept override { return Blosc2Library::get().encodes(); }

  FilterStatus encode(std::span<const std::uint32_t> values, ByteView in, std::size_t room, Bytes& out) const override {
    out.clear();
    Blosc2Coding coding;
    if (auto status = coding_of(values, coding); !status) return status;
    if (in.size() > most_bytes)
      return FilterStatus::bad_parameters(fmt::format("{} bytes are more than Blosc 2 allows in a chunk", in.size()));
    const auto& library = Blosc2Library::get();
    Blosc2Place place{true, nullptr, &coding, nullptr, nullptr};
    const std::unique_ptr<Blosc2Library::Frame, int (*)(Blosc2Library::Frame*)> super_chunk(library.new_frame(&place),
                                                                                            library.close_frame);
    if (!super_chunk) return FilterStatus::unavailable("no memory for a frame of Blosc 2");
    if (library.append_chunk(super_chunk.get(), in.data(), static_cast<std::int32_t>(in.size())) != 1)
      return FilterStatus::bad_parameters(fmt::format("Blosc 2 refuses {} bytes", in.size()));
    std::uint8_t* bytes = nullptr;
    bool ours = false;
    const auto size = library.bytes_of_frame(super_chunk.get(), &bytes, &ours);
    const std::unique_ptr<std::uint8_t, void (*)(void*)> owned(ours ? bytes : nullptr, std::free);
    if (size < 0 || bytes == nullptr) return FilterStatus::bad_parameters("Blosc 2 makes no frame");
    const auto made = static_cast<std::size_t>(size);
    if (made > room) return FilterStatus::no_room(fmt::format("Blosc 2 needs {} bytes, more than {}", made, room));
    const auto frame = std::as_bytes(std::span(bytes, made));
    out.assign(frame.begin(), frame.end());
    return FilterStatus::ok();
  }

  // The user gives [0, 0, 0, 0, level, shuffle, codec] or less: the first four are the filter's own, as are the dimensions.
  FilterStatus complete_parameters(const FilterContext& context, std::vector<std::uint32_t>& values) const override {
    const auto given = values.size();
    values.resize(user_values);
    if (given < 5) values[4] = default_level;
    if (given < 6) values[5] = default_shuffle;
    const auto elements = checked_product(context.chunk);
    const auto bytes = elements ? checked_multiply(*elements, context.type.size()) : std::nullopt;
    if (!bytes || *bytes > most_bytes)
      return FilterStatus::bad_parameters("the chunk has more bytes than Blosc 2 allows");
    // The elements of an array are shuffled one by one.
    const auto* array = context.type.as<ArrayType>();
    const std::uint32_t element_size = array ? array->base->size() : context.type.size();
    values[0] = revision;
    values[1] = 0;
    values[2] = element_size > most_element_size ? 1 : element_size;
    values[3] = static_cast<std::uint32_t>(*bytes);
    if (context.chunk.size() > 1) {
      values.push_back(static_cast<std::uint32_t>(context.chunk.size()));
      for (const auto length : context.chunk) values.push_back(static_cast<std::uint32_t>(length));
    }
    Blosc2Coding coding;
    return coding_of(values, coding);
  }

 private:
  static constexpr std::uint32_t revision = 1, default_level = 5, default_shuffle = 1, most_element_size = 255;
  static constexpr std::size_t user_values = 7, most_bytes = 0x7FFFFFFF - 32;

  static FilterStatus coding_of(std::span<const std::uint32_t> values, Blosc2Coding& coding) {
    const auto& library = Blosc2Library::get();
    if (!library.missing.empty()) return FilterStatus::unavailable(library.missing);
    if (!library.encodes()) return FilterStatus::unavailable("this version of Blosc 2 is used to read only");
    if (values.size() < 4)
      return FilterStatus::bad_parameters(fmt::format("Blosc 2 has {} values instead of 4 or more", values.size()));
    const auto level = values.size() > 4 ? values[4] : default_level;
    const auto shuffle = values.size() > 5 ? values[5] : default_shuffle;
    const auto codec = values.size() > 6 ? values[6] : 0;
    constexpr std::uint32_t snappy = 3, zstd = 5, bits = 2;
    if (level > 9 || shuffle > bits || codec > zstd || codec == snappy)
      return FilterStatus::bad_parameters(fmt::format("Blosc 2 level {}, shuffle {}, codec {}", level, shuffle, codec));
    coding = library.default_coding();
    coding.codec = static_cast<std::uint8_t>(codec);
    coding.level = static_cast<std::uint8_t>(level);
    const auto size = values[2];
    coding.element_size = size == 0 || size > most_element_size ? 1 : static_cast<std::int32_t>(size);
    coding.filters.back() = static_cast<std::uint8_t>(shuffle);
    return FilterStatus::ok();
  }
};

}  // namespace

std::unique_ptr<Filter> make_blosc2() {
  return std::make_unique<Blosc2>();
}

}  // namespace fiver::codecs
