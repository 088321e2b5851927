// The head of a contiguous frame, MessagePack with every field at a fixed place, integers big-endian:
//   at  1: the text "b2frame", 0    at 11: i32 header size   at 16: u64 frame size     at 30: i64 decoded size
//   at 48: i32 element size         at 58: i32 chunk size    at 87: layers
//   layers : 0x93, 0xcd u16 size of the index, 0xde u16 count, {name, 0xd2 i32 place}..., then the layers' contents:
//   content: 0xc6 u32 size, bytes
// The content of the layer "b2nd": 0x97, u8 version, u8 rank, shape, chunk shape, block shape, ...; a shape is 0x90 + rank, then for each
// dimension 0xd3 i64 (array) or 0xd2 i32 (chunk and block).
#include "codecs/blosc2_frame.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/checked.hpp"

namespace fiver::codecs {
namespace {

constexpr std::size_t least_header = 87, most_layers = 16, most_dimensions = 15;

// Reads MessagePack; after anything unexpected every answer is 0 and good() false.
class Reader {
 public:
  explicit Reader(ByteView bytes) : bytes_(bytes) {}
  bool good() const { return good_; }
  std::uint64_t byte() { return number<std::uint8_t>(); }
  void expect(unsigned marker) { good_ = byte() == marker && good_; }
  template <class T>
  std::uint64_t number() {
    if (bytes_.size() < sizeof(T)) good_ = false;
    if (!good_) return 0;
    const T value = load_big<T>(bytes_);
    bytes_ = bytes_.subspan(sizeof(T));
    return value;
  }
  std::string_view text() {
    const std::size_t size = byte() ^ 0xA0U;
    if (size > 31 || size > bytes_.size()) good_ = false;
    if (!good_) return {};
    const auto found = text_of(bytes_.first(size));
    bytes_ = bytes_.subspan(size);
    return found;
  }
  // A shape whose lengths have the type T behind the byte `marker`.
  template <class T>
  std::vector<std::uint64_t> shape(std::size_t rank, unsigned marker) {
    expect(0x90U + static_cast<unsigned>(rank));
    std::vector<std::uint64_t> lengths(rank);
    for (auto& length : lengths) {
      expect(marker);
      length = number<T>();
      if (length == 0 || length > static_cast<T>(-1) / 2) good_ = false;
    }
    return lengths;
  }

 private:
  ByteView bytes_;
  bool good_ = true;
};

FilterStatus broken(std::string_view what) {
  return FilterStatus::bad_data(fmt::format("Blosc 2 frame: wrong {}", what));
}

// The content of the layer `name`, if the header has it.
FilterStatus find_layer(ByteView header, std::string_view name, std::optional<ByteView>& content) {
  Reader reader(header.subspan(least_header));
  reader.expect(0x93);
  reader.expect(0xCD);
  reader.number<std::uint16_t>();
  reader.expect(0xDE);
  const auto count = reader.number<std::uint16_t>();
  if (!reader.good() || count > most_layers) return broken("index of layers");
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto found = reader.text();
    reader.expect(0xD2);
    const auto place = reader.number<std::uint32_t>();
    if (!reader.good() || !lies_within(place, 5, header.size())) return broken("place of a layer");
    if (found != name) continue;
    Reader start(header.subspan(place));
    start.expect(0xC6);
    const auto size = start.number<std::uint32_t>();
    if (!start.good() || !lies_within(place + 5, size, header.size())) return broken("size of a layer");
    content = header.subspan(place + 5, size);
  }
  return FilterStatus::ok();
}

FilterStatus decode_array(ByteView content, Blosc2Frame& frame) {
  Reader reader(content);
  reader.expect(0x97);
  reader.byte();
  const auto rank = reader.byte();
  if (!reader.good() || rank == 0 || rank > most_dimensions) return broken("rank");
  Blosc2Array array;
  array.shape = reader.shape<std::uint64_t>(rank, 0xD3);
  const auto chunk = reader.shape<std::uint32_t>(rank, 0xD2);
  array.block = reader.shape<std::uint32_t>(rank, 0xD2);
  if (!reader.good()) return broken("shape");
  std::optional<std::uint64_t> padded = frame.element_size, plain = frame.element_size;
  for (std::size_t i = 0; i < rank; ++i) {
    if (chunk[i] < array.shape[i]) return FilterStatus::bad_data("a Blosc 2 array of more than one chunk");
    const auto length = checked_multiply(divide_up(chunk[i], array.block[i]), array.block[i]);
    if (!length || !padded || !plain) return broken("size");
    padded = checked_multiply(*padded, *length);
    plain = checked_multiply(*plain, array.shape[i]);
    // Blocks cover the chunk, of which the array may be a part.
    if (chunk[i] != array.shape[i]) return FilterStatus::bad_data("a Blosc 2 array smaller than its chunk");
  }
  if (!padded || !plain || *padded != frame.size) return broken("size");
  frame.array_size = *plain;
  frame.array = std::move(array);
  return FilterStatus::ok();
}

}  // namespace

FilterStatus decode_blosc2_frame(ByteView in, Blosc2Frame& frame) {
  if (in.size() < least_header)
    return FilterStatus::bad_data(
        fmt::format("the {} stored bytes are shorter than a Blosc 2 header of {}", in.size(), least_header));
  if (text_of(in.subspan(2, 8)) != std::string_view("b2frame\0", 8)) return broken("signature");
  const std::uint64_t header_size = load_big<std::uint32_t>(in.subspan(11));
  frame.frame_size = load_big<std::uint64_t>(in.subspan(16));
  frame.size = load_big<std::uint64_t>(in.subspan(30));
  frame.element_size = load_big<std::uint32_t>(in.subspan(48));
  frame.chunk_size = load_big<std::uint32_t>(in.subspan(58));
  if (frame.frame_size > in.size() || header_size < least_header || header_size > frame.frame_size)
    return FilterStatus::bad_data(fmt::format("a Blosc 2 frame of {} bytes with a header of {} in {} stored bytes",
                                              frame.frame_size, header_size, in.size()));
  constexpr std::uint64_t largest = 0x7FFFFFFF;  // the library counts in i32
  if (frame.element_size == 0 || frame.element_size > largest || frame.chunk_size > largest ||
      frame.size > UINT64_MAX / 2 || (frame.chunk_size == 0 && frame.size != 0))
    return broken("size");
  frame.array.reset();
  frame.array_size = frame.size;
  std::optional<ByteView> content;
  if (auto status = find_layer(in.first(static_cast<std::size_t>(header_size)), "b2nd", content); !status)
    return status;
  return content ? decode_array(*content, frame) : FilterStatus::ok();
}

void order_blosc2_blocks(const Blosc2Frame& frame, ByteView blocks, MutableBytes out) {
  const auto& [shape, block] = *frame.array;
  const std::size_t rank = shape.size(), element = frame.element_size;
  std::vector<std::uint64_t> corner(rank, 0), inside(rank, 0);  // of the block in the array, of the row in the block
  const auto advance = [&](std::vector<std::uint64_t>& at, std::size_t dimensions,
                           const std::vector<std::uint64_t>& step, const std::vector<std::uint64_t>& end) {
    for (std::size_t i = dimensions; i-- > 0; at[i] = 0)
      if ((at[i] += step[i]) < end[i]) return true;
    return false;
  };
  const std::vector<std::uint64_t> one(rank, 1);
  std::size_t from = 0;
  do {
    do {
      std::uint64_t row = 0;
      bool outside = false;
      for (std::size_t i = 0; i < rank; ++i) {
        const auto at = corner[i] + (i + 1 < rank ? inside[i] : 0);
        outside = outside || at >= shape[i];
        row = row * shape[i] + at;
      }
      const auto length = std::min(block[rank - 1], shape[rank - 1] - corner[rank - 1]);
      if (!outside)
        std::copy_n(&blocks[from], length * element, out.begin() + static_cast<std::ptrdiff_t>(row * element));
      from += block[rank - 1] * element;
    } while (advance(inside, rank - 1, one, block));
  } while (advance(corner, rank, block, shape));
}

}  // namespace fiver::codecs
